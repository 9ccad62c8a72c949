"""`--update`: what is written into a case, what stays, and what is refused."""

import kit
import pytest
import yaml
from test_fixtures_trial import AFTER, BEFORE, lay

import codemods
from engine.fixtures import Tools, bound_rule, find_cases, tried
from engine.fixtures.snapshot import refusal, updates, with_expect, write
from engine.model import RewrightError
from engine.parallel import Inline

TOOLS = Tools(Inline(), codemods.templates())
EMPTY = {"changes": [], "findings": [], "skips": [], "failures": []}


def run(root):
    (case,) = find_cases(root / "fixtures")
    return tried(case, bound_rule(case, (), kit.CODEMODS), TOOLS)


def update(root):
    outcome = run(root)
    return [(file.relative_to(outcome.case.folder).as_posix(), what) for file, what in write(outcome.case, updates(outcome))]


def test_after_and_expect_are_written_and_then_the_case_passes(tmp_path):
    fixtures = lay(tmp_path, {"before/a.py": BEFORE, "case.yaml": "summary: x\n"})
    assert update(tmp_path) == [("after/a.py", "wrote"), ("case.yaml", "wrote")]
    folder = fixtures / "rename-exception/first"
    assert (folder / "after/a.py").read_text() == AFTER
    assert yaml.safe_load((folder / "case.yaml").read_text()) == {"summary": "x", "expect": EMPTY | {"changes": ["a.py:3"]}}
    assert not run(tmp_path).problems and update(tmp_path) == []
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == ["a.py", "a.py", "case.yaml"]


def test_a_file_that_is_no_longer_made_is_removed(tmp_path):
    spec = "expect: {}\n"
    lay(tmp_path, {"before/a.py": "x = 1\n", "after/a.py": "x = 1\n", "after/old.py": "", "case.yaml": spec})
    assert update(tmp_path) == [("after/old.py", "removed")]


def test_a_case_that_passes_is_not_rewritten(tmp_path):
    spec = "expect: {changes: [a.py:3]}  # mine\n"
    lay(tmp_path, {"before/a.py": BEFORE, "after/a.py": AFTER, "case.yaml": spec})
    assert update(tmp_path) == []


def test_a_failure_must_be_written_by_hand(tmp_path):
    lay(tmp_path, {"before/a.py": "def f(:\n"})
    assert "the run failed: a.py:1 syntax-error" in refusal(run(tmp_path))
    lay(tmp_path, {"before/a.py": "def f(:\n", "case.yaml": "expect: {failures: [a.py:1]}\n"})
    assert refusal(run(tmp_path)) == ""


@pytest.mark.parametrize("link", ["after", "after/a.py", "case.yaml"])
def test_a_symbolic_link_is_not_followed(tmp_path, link):
    folder = lay(tmp_path, {"before/a.py": BEFORE}) / "rename-exception/first"
    away = tmp_path / "away"
    away.mkdir()
    (away / "a.py").write_text("mine\n")
    (away / "case.yaml").write_text("summary: mine\n")
    (folder / link).parent.mkdir(exist_ok=True)
    (folder / link).symlink_to(away if link == "after" else away / link.rpartition("/")[2])
    with pytest.raises(RewrightError, match="is a symbolic link, so nothing"):
        update(tmp_path)
    assert (away / "a.py").read_text() == "mine\n" and (away / "case.yaml").read_text() == "summary: mine\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "summary: x",
        "# head\nsummary: x  # said\noptions: {a: 1}\n",
        "summary: x\nexpect:\n  changes:\n    - b.py:9\n# tail\nunsafe: true\n",
        "expect: {changes: [b.py:9]}\nsummary: x\n",
        "expect:\nsummary: x\n",
        "summary: x\r\nexpect:\r\n  changes: []\r\n",
        "expect:\n  skips:\n  - b.py:9 re-raise\n\nsummary: |\n  long\n  text\n",
        "summary: x\nexpect:\n  changes: >-\n    wrong\n",
    ],
)
def test_only_expect_changes_in_a_case_file(text):
    expect = EMPTY | {"changes": ["a.py:3", "pkg/b c.py:4 odd: one"], "failures": ["a.py:1 gate:compiles"]}
    made = with_expect(text, expect)
    assert yaml.safe_load(made) == (yaml.safe_load(text) or {}) | {"expect": expect}
    comments = [line for line in text.split("\n") if "#" in line]
    assert [line for line in made.split("\n") if "#" in line] == comments
    assert with_expect(made, expect) == made
    assert ("\r" in text) == ("\r" in made)


def test_a_case_file_in_braces_is_refused():
    with pytest.raises(RewrightError, match="write it as lines"):
        with_expect("{summary: x}\n", EMPTY)
