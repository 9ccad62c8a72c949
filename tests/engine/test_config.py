"""engine/config: rules.yaml to a Config, every error at once with its place."""

import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from config_kit import CODEMODS, FULL, ONE_RULE
from hypothesis import given
from hypothesis import strategies as st

from engine import config
from engine.model import Applicability

HOUSE = Path(__file__).resolve().parents[2]


def test_the_least_file_gets_every_default(load):
    loaded = load(ONE_RULE)
    assert (loaded.python, loaded.include, loaded.exclude, loaded.parse_all, loaded.sprints) == (None, (), (), True, ())
    assert loaded.limits == config.Limits(30.0, 1500, 4_000_000)
    (rule,) = loaded.rules
    assert (rule.codemod, rule.mode, rule.severity, rule.max_files_percent) == ("broad-except", "rewrite", "warning", 50.0)
    assert rule.options == {
        "style": "safe-executor",
        "support-folder": "common_utils",
        "preserve": False,
        "depth": 3,
        "extra": ["OSError"],
        "per-path": {},
        "logger": None,
    }


def test_everything_that_can_be_said_arrives(load):
    loaded = load(FULL)
    assert (loaded.python, loaded.parse_all, loaded.exclude) == ((3, 9), False, ("*_pb2.py", "!keep_pb2.py"))
    assert loaded.limits == config.Limits(5, 800, 1000)
    (rule,) = loaded.rules
    assert (rule.id, rule.codemod, rule.mode, rule.owner, rule.max_files_percent) == (
        "broad",
        "broad-except",
        "report",
        "ann",
        12.5,
    )
    assert rule.metadata == {"roadmap": [1, {"week": 3}]}
    assert rule.options["support-folder"] == "lib/common"
    assert rule.options["depth"] == 3
    one, two = loaded.sprints
    assert (one.name, one.base, one.budget, one.applicability) == ("one", "", config.Budget(), Applicability.SAFE)
    assert two.gates == (config.Gate("tests", ("python", "-m", "pytest", "-k", "a and b", "{files}"), 60.0),)
    assert (two.budget, two.depends_on, two.paths) == (config.Budget(30, 90), ("one",), ("src/",))
    assert (two.applicability, two.granularity) == (Applicability.UNSAFE, "rule-and-owner")


def test_a_config_is_plain_data(load):
    loaded = load(FULL)
    assert pickle.loads(pickle.dumps(loaded)) == loaded
    error = pytest.raises(config.ConfigError, load, "version: 2\nrules: []\n").value
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_the_digest_follows_the_meaning_not_the_layout(load):
    first = load(FULL).digest
    assert load("# a comment\n" + FULL.replace("max-bytes: 1000", "max-bytes:   1000")).digest == first
    assert load(FULL.replace("file-seconds: 5", "file-seconds: 6")).digest != first
    assert load(FULL.replace("style: narrow, ", "")).digest != first


def test_every_error_at_once_with_places_and_near_misses(problems):
    found = problems("""\
version: 1
targt: {}
target: {python: 3.10, exlude: []}
rules:
  - id: broad-exept
  - id: b
    codemod: broad-except
    severity: eror
    options: {styel: x, style: narow, depth: deep, preserve: 1, extra: OSError}
sprints:
  - id: one
    rules: [broad-excpt, b, b]
    branch: a..b
    depends-on: [tow]
    gates: [{name: x, run: make && make test}, {name: y}]
""")
    assert found == [
        "2:1: unknown key 'targt'; did you mean 'target'?",
        "3:18: target.python: expected text, got 3.1; YAML reads 3.10 so: quote it, '3.10', if it is text",
        "3:24: unknown key 'exlude'; did you mean 'exclude'?",
        "5:9: there is no codemod 'broad-exept' (a rule without 'codemod' runs the one that its id names); "
        "did you mean 'broad-except'?",
        "8:15: rules[2].severity: expected error or warning or info or hint, got 'eror'; did you mean 'error'?",
        "9:15: broad-except has no option 'styel'; did you mean 'style'?",
        "9:32: style: expected one of safe-executor, narrow, off, got 'narow'; did you mean 'narrow'?",
        "9:46: depth: expected a whole number, got deep",
        "9:62: preserve: expected true or false, got 1",
        "9:72: extra: expected a list of texts, got OSError; write a list: [OSError]",
        "12:13: there is no rule 'broad-excpt'; did you mean 'broad-exept'?",
        "12:29: the rule 'b' is here twice",
        "13:13: 'a..b' is no name for a branch: "
        "git allows no HEAD, space, '..', '@{', '~', '^', ':', '?', '*', '[' or '\\' in it",
        "14:18: there is no sprint 'tow'; known: one",
        "15:28: gates run without a shell, so '&&' means nothing; give each command its own gate",
        "15:48: sprints[1].gates[2] lacks the key 'run'; it is the command",
    ]


def test_a_problem_names_the_file(load, tmp_path):
    error = pytest.raises(config.ConfigError, load, "version: 1\nrules: []\n").value
    assert str(error) == f"{tmp_path}/rules.yaml:2:8: rules: expected at least one entry, got nothing"


def test_unreadable_and_missing_files(tmp_path):
    for path in (tmp_path, tmp_path / "absent.yaml"):
        with pytest.raises(config.ConfigError, match="cannot be read"):
            config.load(path, CODEMODS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file is empty"),
        ("# only a comment\n", "2:1: the file is empty"),
        ("- version: 1\n", "1:1: the file: expected a mapping"),
        ("just words\n", "1:1: the file: expected a mapping"),
        ("rules:\n\t- id: x\n", "2:1: not YAML: found character that cannot start any token; indent with spaces"),
        (ONE_RULE + "---\nversion: 1\n", "4:1: a second document begins here"),
        (b"\xff\xfev\0", "1:1: byte 0xff is not UTF-8"),
        (b"version: 1\n# caf\xc3\xa9 \xe9\n", "2:8: byte 0xe9 is not UTF-8"),
        ("version: 1\nrules: [a\n", "3:1: not YAML"),
        ("version: 1\nrules: \x07\n", "2:8: holds a control character"),
        ("version: 1\ntarget: {exclude: [**/x]}\n", "2:20: not YAML"),
        ("version: 1\nid: @x\n", "2:5: not YAML: found character that cannot start any token; a value that begins with @"),
        ("version: 1\nid: a: b\n", "2:6: not YAML: mapping values are not allowed in this context; quote a text"),
        ("? [a]\n: 1\n", "1:3: a key must be plain text"),
        ("version: 1\n" + "a: " + "[" * 30 + "]" * 30, "2:23: nested more than 20 deep"),
        ("# " + "x" * 300_000, "1:1: 200,001 bytes"),
    ],
)
def test_what_is_no_rules_file(problems, text, expected):
    assert any(problem.startswith(expected) for problem in problems(text))


def test_the_version_is_asked_for(problems):
    assert problems("rules: [{id: broad-except}]\n") == [
        "1:1: the file lacks the key 'version'; begin the file with 'version: 1'"
    ]
    for version in ("2", "1.0", "true", "'1'"):
        (problem,) = problems(f"version: {version}\nrules: [{{id: broad-except}}]\n")
        assert problem.startswith("1:10: version: expected")


def test_mode_off_may_be_bare(load, problems):
    assert load(ONE_RULE + "    mode: off\n").rules[0].mode == "off"
    assert load(ONE_RULE + "    options: {style: off}\n").rules[0].options["style"] == "off"
    assert problems(ONE_RULE + "    mode: no\n") == [
        "4:11: rules[1].mode: expected rewrite or report or off, got false; YAML reads no so: quote it, 'no', if it is text"
    ]


def test_a_key_with_nothing_behind_it_is_no_key(load):
    keys = "version: 1\ntarget:\nlimits:\nsprints:\nrules:\n  - id: broad-except\n"
    empty = keys + "    options:\n      # style: narrow\n    exclude:\n"
    assert load(empty).digest == load(ONE_RULE).digest


def test_options_keep_their_types(problems):
    options = "{depth: true, extra: [1], per-path: [], support-folder: 5, logger: no, style: }"
    assert problems(ONE_RULE + f"    options: {options}\n") == [
        "4:22: depth: expected a whole number, got true",
        "4:35: extra: expected a list of texts, got a list that holds other things",
        "4:50: per-path: expected a mapping, key: value, got a list that holds other things",
        "4:70: support-folder: expected text, got 5; YAML reads 5 so: quote it, '5'",
        "4:81: logger: expected text, got no; YAML reads no so: quote it, 'no'",
        "4:92: style: expected one of safe-executor, narrow, off, got nothing",
    ]


def test_a_codemod_without_options_says_so(problems):
    assert problems("version: 1\nrules: [{id: port-literal, options: {a: 1}}]\n") == [
        "2:38: port-literal has no option 'a'; this codemod has no options"
    ]


def test_messages_hold_no_terminal_escapes(load):
    error = pytest.raises(config.ConfigError, load, 'version: "\\e[31m"\n"\\e]0;x\\a": 1\nrules: [{id: broad-except}]\n').value
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", str(error))
    assert str(error).count("\n") == len(error.problems) - 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_yaml_is_loaded_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    for whole in (
        data,
        {"version": 1, "rules": data},
        {"version": 1, "rules": [{"id": "broad-except", "options": data}], "sprints": [data]},
    ):
        path.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8", errors="replace")
        try:
            config.load(path, CODEMODS)
        except config.ConfigError as error:
            assert error.problems


@given(st.binary(max_size=200) | st.text("a:-[]{}&*!|>'\"#%@\n\t ?,1.", max_size=80).map(str.encode))
def test_any_bytes_are_loaded_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(data)
    with pytest.raises(config.ConfigError) as caught:
        config.load(path, CODEMODS)
    assert caught.value.problems


def test_find_looks_upward_and_stops_at_the_repository(tmp_path):
    deep = tmp_path / "repository" / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "rules.yaml").write_text(ONE_RULE)
    assert config.find(deep) == tmp_path / "rules.yaml"
    (tmp_path / "repository" / ".git").mkdir()
    assert config.find(deep) is None
    (tmp_path / "repository" / "rules.yaml").write_text(ONE_RULE)
    assert config.find(deep) == tmp_path / "repository" / "rules.yaml"
    (deep / "x.py").touch()
    (deep / "rules.yaml").mkdir()
    assert config.find(deep / "x.py") == tmp_path / "repository" / "rules.yaml"


def test_importing_the_room_is_light():
    code = "import sys, engine.config; print([name for name in ('pydantic', 'yaml', 'pathspec') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
