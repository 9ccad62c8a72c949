"""What users of other tools write in patterns, and what is said of it where nothing matched."""

import subprocess
import sys

import pytest
from badmods import rule
from kit import plan

from engine.habits import ELLIPSIS, QUOTED, remark

OTHERWISE = [
    ("requests.get(...)", ELLIPSIS),
    ("requests.get(..., timeout=$T)", ELLIPSIS),
    ("f(..., a=1)", ELLIPSIS),
    ("f(a=1, ...)", ELLIPSIS),
    ("$X.f($$$A, ...)", ELLIPSIS),
    ("f[0](...)", ELLIPSIS),
    ("with $X: ...", ELLIPSIS),
    ("def $F($$$):\n    ...", ELLIPSIS),
    ("$X = open($P)\n...\n$X.close()", ELLIPSIS),
    ("try: ...\nexcept $E: $$$", ELLIPSIS),
    ("f('$X')", QUOTED),
    ("f('a $X b')", QUOTED),
    ('f(f"$X")', QUOTED),
    ('f(f"a {$Y} $$$X")', QUOTED),
    ("f(..., '$X')", f"{ELLIPSIS}; {QUOTED}"),
]


@pytest.mark.parametrize("pattern, said", OTHERWISE)
def test_what_is_read_otherwise(pattern, said):
    assert remark({"match": pattern}) == said


MEANT = [
    "def f(): ...",
    "class A: ...",
    "x[...]",
    "Tuple[int, ...]",
    "f(x[..., 0])",
    "f((1, ...))",
    "x = ...",
    "$X is ...",
    "f(a=...)",
]
MEANT += ['f(f"{$X}")', "f('5 $')", "f('$x')", "f($$$, shell=True)", "return ...", "assert (...)", "f(", "f('"]


@pytest.mark.parametrize("pattern", MEANT)
def test_what_is_python(pattern):
    assert remark({"match": pattern}) == ""


def test_every_pattern_of_a_rule_is_read_and_nothing_else():
    assert remark({"any": ["f()", {"match": "g(...)"}]}) == ELLIPSIS
    assert remark({"match": "f()", "where": {"not-inside": "with $X: ...", "$X": {"not-matches": "(...)"}}}) == ELLIPSIS
    assert remark({"match": "f($X)", "where": {"$X": {"matches": "f(...)"}}, "replace": "g(...)", "message": "f(...)"}) == ""
    assert remark({"logger": "x", "match": None, "any": None}) == ""


def test_a_rule_that_matches_nothing_is_told_what_is_read_otherwise(tmp_path):
    (tmp_path / "a.py").write_text("import requests\nrequests.get('u')\n")
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n- id: semgrep\n  match: requests.get(...)\n")
    argv = [sys.executable, "-m", "rewright", "scan", "--jobs", "1", "--no-cache", "."]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert f"rule semgrep found nothing to do in 1 file; {ELLIPSIS}" in done.stdout, done.stderr


def test_a_rule_that_only_raised_is_not_told_that_it_matched_nothing(tmp_path):
    (tmp_path / "a.py").write_text("old = 1\n")
    made = plan(tmp_path, [rule(_raising)])
    assert [item.reason for item in made.items] == ["codemod-error"]
    assert made.warnings == ()


def _raising(source, _, options):
    raise ValueError("no")
    yield
