"""What text reports do with hostile names, code and secrets."""

import pytest

from engine.model import Failure, FileDelta, Finding, Plan, Site
from engine.report import View, render
from engine.report.screen import LONGEST, code, escape, flagged, redact, wrapped


def shown(before, after, path="x.py", items=(), **view):
    plan = Plan("/t", (), tuple(items), (FileDelta(path, before.encode("utf-8", "surrogateescape"), after.encode()),), 1)
    return "".join(render(plan, "text", View(**view)))


def printed_controls(text):
    return sorted({character for character in text if not character.isprintable() and character not in "\n\t"})


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("diffs", [False, True])
def test_fault_96_terminal_escapes_are_shown_not_sent(diffs, color):
    evil = "\x1b]0;owned\x07\x1b[2J\r\x08\x9b31m\x7f"
    items = [
        Finding(Site(f"a{evil}.py", 1), f"message {evil}", f"reason{evil}", rule=f"rule{evil}"),
        Failure(Site("b.py", 1), f"r{evil}", f"m{evil}", detail=f"trace {evil}\nnext {evil}"),
    ]
    text = shown(f"x = 1 # {evil}\n", f"x = 2 # {evil}\n", f"p{evil}.py", items, diffs=diffs, color=color, verbose=True)
    assert printed_controls(text) == (["\x1b"] if color else [])
    assert "]0;owned\x07" not in text and "\x1b[2J" not in text
    assert "\\x1b]0;owned\\x07" in text


def test_fault_96_a_newline_in_a_name_makes_no_line():
    text = shown("a\n", "b\n", "x\nfake.py:1:1 all is well.py")
    assert text.startswith("x\\nfake.py:1:1 all is well.py  +1 -1\n")


def test_fault_18_bidi_and_invisible_characters_are_shown_and_flagged():
    text = shown("a = 1\n", "a = 2  # \u202e\u2066 if admin\u200b\n")
    assert "+a = 2  # \\u202e\\u2066 if admin\\u200b\n" in text
    assert "line 1 holds U+200B, U+202E, U+2066: invisible or bidirectional characters" in text
    assert flagged("plain caf\xe9 日本 \U0001f600 \xa0\n") == []


def test_every_format_character_is_escaped():
    import sys
    import unicodedata

    odd = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) in {"Cc", "Cs", "Zl", "Zp"}]
    odd += [chr(n) for n in (0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)]
    assert [character for character in odd if escape(character) == character] == ["\t"]
    assert escape("tab\tand caf\xe9\U0001f600") == "tab\tand caf\xe9\U0001f600"


SECRETS = [
    ("password = 'hunter2'", "password = '****'"),
    ('DB_PASSWORD: str = "hunter2"  # note', 'DB_PASSWORD: str = "****"  # note'),
    ('connect(user="me", api_key=b"hunter2", port=5)', 'connect(user="me", api_key=b"****", port=5)'),
    ('{"token": "hunter2", "port": 5556}', '{"token": "****", "port": 5556}'),
    ("config['auth-token'] = f'hunter2{x}'", "config['auth-token'] = f'****'"),
    ('os.environ.get("API_KEY", "hunter2")', 'os.environ.get("API_KEY", "****")'),
    ('if self.secret == "hunter2":', 'if self.secret == "****":'),
    ("secret = '''hunter2", "secret = '''****"),
    ("access_key='hun\\'ter2', x='y'", "access_key='****', x='y'"),
    ('authToken = "hunter2"', 'authToken = "****"'),
    ("redis://me:hunter2@host:6379/0", "redis://me:****@host:6379/0"),
]
NO_SECRETS = [
    'tokenizer = "bert"',
    'token_type = "bearer"',
    "password = os.environ['PASSWORD']",
    'password = ""',
    'socket.connect("tcp://localhost:5556")',
    'keyboard = "qwerty"',
    'names = ["token", "port"]',
    'print("password:", value)',
    'name = "password"',
    "@decorator",
]


@pytest.mark.parametrize("line, expected", SECRETS)
def test_fault_93_secrets_near_a_change_are_redacted(line, expected):
    assert redact(line) == expected
    text = shown(f"{line}\nx = 1\n", f"{line}\nx = 2\n")
    assert expected in text and "hunter2" not in text


@pytest.mark.parametrize("line", NO_SECRETS)
def test_other_literals_are_left_alone(line):
    assert redact(line) == line


def test_fault_93_messages_are_redacted_too():
    item = Finding(Site("x.py", 1), "found password = 'hunter2'", "r")
    for diffs in (True, False):
        assert "hunter2" not in shown("a\n", "b\n", items=[item], diffs=diffs)


def test_a_very_long_line_is_cut():
    assert code("x" * (LONGEST + 5)) == "x" * LONGEST + " ... 5 more characters"
    assert code("password = '" + "x" * 2 * LONGEST + "'").startswith("password = '****")


def test_redaction_of_a_hostile_line_ends():
    import time

    start = time.perf_counter()
    for line in (
        "token" * 500 + "'",
        "password: " + "a, " * 500 + "'",
        "'" * 2000,
        "(" * 900 + '"token' * 50,
        "key[" * 300 + "'",
    ):
        code(line)
    assert time.perf_counter() - start < 1


def test_carriage_returns_are_shown_only_where_newlines_differ():
    assert "\\r" not in shown("a\r\nb\r\n", "a\r\nc\r\n")
    assert "+c\\r\n" in shown("a\nb\n", "a\nc\r\n")


def test_prose_is_wrapped_to_the_width():
    lines = list(wrapped("word " * 40, "  ", 50))
    assert all(len(line) <= 50 and line.startswith("  word") for line in lines)
    assert len(lines) == 5
