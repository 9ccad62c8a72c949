"""engine/redact: secrets by their known shapes go, and code that looks like them stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import redact

BODY = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb3dEf6h"
SECRETS = [
    f"ghp_{BODY[:36]}",
    f"gho_{BODY[:36]}",
    f"github_pat_{BODY[:22]}_{BODY}",
    f"glpat-{BODY[:20]}",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    f"xoxb-123456789012-{BODY}",
    f"xapp-1-{BODY}",
    f"sk-{BODY}",
    f"sk-proj-{BODY}-x_y",
    f"sk-ant-api03-{BODY}",
    f"sk_live_{BODY}",
    f"rk_test_{BODY}",
    f"AIza{BODY[:35]}",
    f"ya29.{BODY}",
    f"npm_{BODY[:36]}",
    f"pypi-{BODY}{BODY}",
    f"SG.{BODY[:22]}.{BODY}",
    f"hf_{BODY[:34]}",
    f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{BODY}",
]


def shown(text):
    return redact.redact(text)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("line", ["x = connect('{}')", "# {}", "-  use({})", "{}", '{{"a": "{}"}}', "https://h/?t={}&b=1"])
def test_fault_93_tokens_of_known_shape(secret, line):
    told = shown(line.format(secret))
    assert "****" in told and not any(secret[at : at + 8] in told for at in range(6, len(secret) - 8))
    assert told.split("****")[0] in line.format(secret)


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ('password = "hunter2!"', "hunter2!"),
        ("db = dict(api_key='k-1-2')", "k-1-2"),
        ("+# password: hunter2", "hunter2"),
        ("x = 1  # the token = abc123", "abc123"),
        ("export AWS_SECRET_ACCESS_KEY=wJalr/XUtn", "wJalr/XUtn"),
        ("DB_PASSWORD=hunter2 python run.py", "hunter2"),
        ('headers = {"Authorization": "Bearer abcdefgh12345678"}', "abcdefgh12345678"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"),
        ("url = 'postgres://ada:hunter2@db/x'", "hunter2"),
        ("url = 'https://abcdef@host/x'", "abcdef"),
    ],
)
def test_fault_93_assignments_headers_and_addresses(line, gone):
    assert gone in line and gone not in shown(line) and "****" in shown(line)


@pytest.mark.parametrize(
    "line",
    [
        "password = os.environ['DB_PASSWORD']",
        "password: str",
        "token = get_token(request)",
        "task-abcdefghijklmnopqrstuvwxyz = risk-abcdefghijklmnopqrstuvwxyz",
        "origin = 'ssh://git@github.com/a/b'",
        "sk-learn and sk_live and ghp_ and AKIA",
        "self.token = token",
        "run(token=token())",
        "except (asyncio.TimeoutError, json.JSONDecodeError):",
        "0123456789abcdef0123456789abcdef01234567",
        "from a_rather_long_package.with_a_module_of_a_long_name import TheClassThatIsImportedHere",
    ],
)
def test_code_stays(line):
    assert shown(line) == line


KEY = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEA", "c2VjcmV0", "-----END RSA PRIVATE KEY-----"]


def test_fault_93_private_keys_go_as_a_whole():
    diff = [" a = 1", '-KEY = """' + KEY[0], *("-" + line for line in KEY[1:3]), "-" + KEY[3] + '"""', "+KEY = load()"]
    assert list(redact.lines(diff)) == [" a = 1", '-KEY = """****', "-****", "-****", "-****", "+KEY = load()"]
    assert shown('k = "-----BEGIN PRIVATE KEY-----MIIE-----END PRIVATE KEY-----"\nb = 2') == 'k = "****\nb = 2'
    assert shown("-----BEGIN CERTIFICATE-----\nMIIE") == "-----BEGIN CERTIFICATE-----\nMIIE"


def test_fault_93_a_key_without_its_beginning():
    line = "TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuTWFueSBoYW5kcyBtYWtlIGxpZ2h0"
    assert shown(f'+    "{line}"\n {line}') == '+    "****"\n ****'


@given(st.text(), st.sampled_from(SECRETS))
def test_lines_stay_and_a_second_time_changes_nothing_more(text, secret):
    once = shown(f"{text}\n{secret}\n{text}")
    assert once.count("\n") == 2 * text.count("\n") + 2
    assert secret not in shown(once)
