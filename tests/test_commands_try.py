"""`rewright try`: one-off searches and rewrites, with the exit codes of scan and diff."""

import subprocess
import sys

import pytest

from engine.habits import ELLIPSIS

CODE = "import asyncio as aio\n\n\nasync def f(x):\n    if len(x) == 0:\n        return aio.get_event_loop()\n"


@pytest.fixture
def target(tmp_path):
    (tmp_path / "a.py").write_text(CODE)
    (tmp_path / "bad.py").write_text("asyncio.get_event_loop(:\n")
    return tmp_path


def tried(target, *words):
    argv = [sys.executable, "-m", "rewright", "try", *words, "--no-cache", "-j", "1"]
    done = subprocess.run(argv, cwd=target, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_search_lists_places(target):
    code, out, err = tried(target, "asyncio.get_event_loop()", "--where", "inside: coroutine", ".")
    assert (code, out) == (1, "a.py:6:16: return aio.get_event_loop()\n")
    assert "bad.py:1: " in err and "1 match in 1 of 2 files" in err


def test_nothing_found(target):
    assert tried(target, "print($$$)", ".") == (0, "", "0 matches in 0 of 2 files\n")
    assert "warning" not in tried(target, "print($X)", "p($X)", ".")[1]  # a rule that nobody wrote needs no second look


def test_where_nothing_is_found_it_says_what_is_read_otherwise(target):
    code, out, err = tried(target, "aio.get_event_loop(...)", ".")
    assert (code, out) == (0, "") and err.endswith(f"\nnote: {ELLIPSIS}\n")
    assert f"note: {ELLIPSIS}" in tried(target, "len(...)", "f(...)", ".")[2]
    assert "note:" not in tried(target, "print($$$)", ".")[2]
    (target / "a.py").write_text("f(...)\n")
    assert "note:" not in tried(target, "f(...)", ".")[2]


def test_not_excludes_what_is_done(target):
    (target / "a.py").write_text("import requests\nrequests.get(a)\nrequests.get(b, timeout=9)\nrequests.get(c, stream=True)\n")
    words = ("requests.get($$$A)", "requests.get($$$A, timeout=5)", ".", "--not", "requests.get($$$, timeout=$_)")
    code, out, _ = tried(target, *words, "--not", "requests.get($$$, stream=True)", "--output-format", "patch")
    assert code == 1
    assert [line for line in out.splitlines() if line[:1] in "+-" and line[1:3] not in ("--", "++")] == [
        "-requests.get(a)",
        "+requests.get(a, timeout=5)",
    ]


def test_a_rewrite_shows_a_diff_and_writes_nothing(target):
    code, out, _ = tried(target, "len($X) == 0", "not $X", ".", "--output-format", "patch")
    assert code == 1 and "-    if len(x) == 0:\n+    if not x:\n" in out
    assert (target / "a.py").read_text() == CODE


def test_apply_writes_and_undo_takes_it_back(target):
    code, _, err = tried(target, "len($X) == 0", "not $X", ".", "--apply")
    assert code == 0 and "1 file written" in err
    assert (target / "a.py").read_text() == CODE.replace("len(x) == 0", "not x")
    subprocess.run([sys.executable, "-m", "rewright", "undo", "."], cwd=target, capture_output=True, check=True)
    assert (target / "a.py").read_text() == CODE


def test_an_empty_replacement_deletes(target):
    (target / "a.py").write_text("print(1)\nx = 1\n")
    assert tried(target, "print($$$)", "", "a.py", "--apply")[0] == 0
    assert (target / "a.py").read_text() == "x = 1\n"


@pytest.mark.parametrize(
    "words, said",
    [
        (("f(",), "match: the pattern is not Python: '(' was never closed"),
        (("f($X)", "g($Y)"), "replace: the pattern binds no $Y"),
        (("f($X)", "--where", "inside: ["), "--where is not YAML"),
        (("f($X)", "--where", "insid: loop"), "where.insid: unknown condition 'insid'; did you mean 'inside'?"),
        (("f($$$A)", "f($$$A, b=5)"), "replaced again without end; say under `not` (try: --not PATTERN) what is done"),
        (("f($X)", "--not", "f("), "not.0: the pattern is not Python"),
        (("f($X)", "--apply"), "--apply writes a replacement, and none is given"),
    ],
)
def test_what_is_refused(target, words, said):
    code, out, err = tried(target, *words)
    assert code == 2 and out == "" and said in err


def test_strict_tells_of_files_that_do_not_parse(target):
    assert tried(target, "get_event_loop()", ".", "--strict")[0] == 2
