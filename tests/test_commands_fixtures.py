"""`rewright test`, as a person starts it. Each run is a process of its own."""

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time

import pytest
from test_cli import REPO, rewright, tree

RULES = "version: 1\nrules:\n  - id: narrow\n    codemod: rename-exception\n    options: {to: ValueError}\n"
BEFORE = "try:\n    work()\nexcept Exception:\n    pass\n"


@pytest.fixture
def home(tmp_path):
    root = tmp_path / "home"
    for name in ("one", "two"):
        (root / f"fixtures/narrow/{name}/before").mkdir(parents=True)
        (root / f"fixtures/narrow/{name}/before/a.py").write_text(BEFORE)
        (root / f"fixtures/narrow/{name}/case.yaml").write_text("summary: A clause.\n")
    (root / "rules.yaml").write_text(RULES)
    return root


def test_a_case_that_fails_is_told_and_update_makes_it_pass(home):
    before = tree(home)
    failed = rewright(home, "test", expect=1)
    assert failed.stdout.startswith("FAIL  narrow/one  A clause.\n      --- narrow/one/after/a.py (expected)\n")
    assert "      -except Exception:\n      +except ValueError:\n" in failed.stdout and "2 of 2 cases failed." in failed.stdout
    assert tree(home) == before
    updated = rewright(home, "test", "narrow/one", "--update", expect=0)
    assert updated.stderr == "wrote fixtures/narrow/one/after/a.py\nwrote fixtures/narrow/one/case.yaml\n"
    known = json.loads(rewright(home, "test", "--output-format", "json", expect=1).stdout)
    assert [(case["id"], case["passed"]) for case in known["cases"]] == [("narrow/one", True), ("narrow/two", False)]
    again = rewright(home, "test", "narrow/one", "--update")
    assert again.stderr == "nothing to update\n" and again.stdout.endswith("1 case passed.\n")


def test_update_refuses_a_failure_and_goes_on(home):
    (home / "fixtures/narrow/one/before/a.py").write_text("def f(:\n")
    told = rewright(home, "test", "--update", expect=1)
    assert "narrow/one: not updated: the run failed: a.py:1 syntax-error" in told.stderr
    assert "wrote fixtures/narrow/two/after/a.py" in told.stderr and not (home / "fixtures/narrow/one/after").exists()


def test_what_is_wrong_is_told_in_a_sentence(home):
    assert "is of 'narow'; did you mean 'narrow'" in rewright(home, "test", "narow", expect=2).stderr
    assert "nowhere is not there; `rewright new" in rewright(home, "test", "--fixtures", "nowhere", expect=2).stderr


def test_a_case_that_cannot_be_run_fails_alone(home):
    rewright(home, "test", "--update", expect=0)
    broken = home / "fixtures/other/bad"
    (broken / "before").mkdir(parents=True)
    (broken / "case.yaml").write_text("summary: x\nexpect: [\n")
    (home / "fixtures/other/empty").mkdir()
    (home / "fixtures/other/empty/case.yaml").write_text("summary: y\n")
    (home / "fixtures/nobody/one/before").mkdir(parents=True)
    (home / "fixtures/narrow/two/case.yaml").write_text("sumary: x\n")
    told = rewright(home, "test", expect=1)
    assert told.stderr == "" and "4 of 5 cases failed." in told.stdout
    assert f"FAIL  narrow/two\n      {home}/fixtures/narrow/two/case.yaml:1:1: unknown key 'sumary'" in told.stdout
    assert "FAIL  nobody/one\n" in told.stdout and "no rule or codemod is called 'nobody'" in told.stdout
    assert "other/bad/case.yaml:3:1: " in told.stdout and "other/empty has a case.yaml and no before/" in told.stdout
    assert "ok    narrow/one" in told.stdout
    assert "1 case passed." in rewright(home, "test", "narrow/one", expect=0).stdout
    before = tree(home)
    assert "5 cases failed" in rewright(home, "test", "--update", expect=1).stdout and tree(home) == before
    known = json.loads(rewright(home, "test", "other", "--output-format", "json", expect=1).stdout)
    assert [(case["id"], case["problems"][0]["what"]) for case in known["cases"]] == [
        ("other/bad", "case"),
        ("other/empty", "case"),
    ]


CODEMOD = """\
from engine import Codemod, Skip, Site


def run_file(source, project, options):
    print("looked at", source.path)
    print("\\x1b[31m" + source.text.strip())
    if "bad" in source.text:
        raise ValueError("no")
    yield Skip(Site(source.path, 1), "seen", "seen")


CODEMOD = Codemod(name="loud", summary="Loud.", version=1, run_file=run_file, hints=b"")
"""


@pytest.fixture
def loud(tmp_path):
    root = tmp_path / "loud"
    for name, text in (("bad", "bad = 1\n"), ("good", "good = 1\n")):
        (root / f"fixtures/loud/{name}/before").mkdir(parents=True)
        (root / f"fixtures/loud/{name}/before/a.py").write_text(text)
    (root / "tools").mkdir()
    (root / "tools/loud.py").write_text(CODEMOD)
    (root / "rules.yaml").write_text("version: 1\ncodemods: [tools/loud.py]\nrules:\n  - id: loud\n")
    return root


def test_what_a_codemod_prints_stands_under_its_case(loud):
    failed = rewright(loud, "test", "--trust", expect=1)
    heard = "      printed over a.py:\n        | looked at a.py\n        | \\x1b[31mbad = 1\n"
    assert "  a.py:1: tools/loud.py:8: ValueError: no\n" + heard in failed.stdout
    assert "good = 1" not in failed.stdout and failed.stderr == "" and "Traceback" not in failed.stdout
    told = rewright(loud, "test", "--trust", "-v", expect=1)
    assert "| \\x1b[31mgood = 1" in told.stdout and 'File "tools/loud.py", line 8, in run_file' in told.stdout
    known = json.loads(rewright(loud, "test", "loud/good", "--trust", "--output-format", "json", expect=0).stdout)
    assert known["cases"][0]["printed"] == [{"path": "a.py", "rewritten": False, "text": "looked at a.py\n\x1b[31mgood = 1\n"}]


def test_the_root_and_the_folder_of_cases_may_be_named(home, tmp_path):
    (home / "fixtures").rename(home / "cases")
    (tmp_path / "away").mkdir()
    told = rewright(tmp_path / "away", "test", "--root", home, "--fixtures", home / "cases", "narrow/two", expect=1)
    assert "1 of 1 case failed" in told.stdout


def test_cases_of_the_codemods_themselves_need_no_rule_file(home):
    (home / "rules.yaml").unlink()
    (home / "fixtures/narrow").rename(home / "fixtures/rename-exception")
    told = rewright(home, "test", "rename-exception/one", expect=1)
    assert "+except OSError:" in told.stdout and "rename-exception: reasons 0 of 4" in told.stdout


@contextlib.contextmanager
def watching(root, *arguments):
    """`rewright test --watch` on a terminal, which is given. Ended by Ctrl-C, with 0."""
    ours, theirs = pty.openpty()
    env = os.environ | {"PYTHONPATH": str(REPO), "XDG_CACHE_HOME": str(root.parent / "cache"), "NO_COLOR": "1"}
    argv = [sys.executable, "-P", "-c", "from cli import main; main()", "test", "--watch", "--jobs", "1", *arguments]
    with subprocess.Popen(argv, cwd=root, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as child:
        os.close(theirs)
        try:
            yield ours
            time.sleep(0.2)
            os.killpg(child.pid, signal.SIGINT)
            assert child.wait(60) == 0
        finally:
            child.kill()
            os.close(ours)


def test_watch_runs_again_and_ends_by_ctrl_c(home):
    """The first run fails, an edit makes its case pass."""
    with watching(home) as terminal:
        first = said(terminal, "cases failed.")
        assert "2 of 2 cases failed." in first and "trust" not in first
        (home / "fixtures/narrow/two/before/a.py").write_text("x = 1\n")
        again = said(terminal, "case passed.")
        assert "ok    narrow/two" in again and "narrow/one" not in again


def test_watch_goes_on_when_a_codemod_was_edited_and_is_trusted_again(loud):
    rewright(loud, "trust")
    with watching(loud) as terminal:
        first = said(terminal, "cases failed.")
        assert first.startswith("An edit of your own Python is run once it is trusted: `rewright trust`") and "1 of 2" in first
        (loud / "tools/loud.py").write_text(CODEMOD.replace('"no"', '"never"'))
        assert "loud.py has changed since it was trusted" in said(terminal, "runs it this once")
        rewright(loud, "trust")
        assert "ValueError: never" in said(terminal, "cases failed.")
    with watching(loud, "--trust", "-v") as terminal:
        first = said(terminal, "cases failed.")
        assert "An edit of" not in first and "| \\x1b[31mgood = 1" in first
        (loud / "tools/loud.py").write_text(CODEMOD)
        assert "ValueError: no\r" in said(terminal, "cases failed.")


def said(terminal, until):
    """What a terminal shows up to a text, waiting for it; fails after two minutes."""
    text, end = "", time.monotonic() + 120
    while until not in text:
        assert time.monotonic() < end, text
        if select.select([terminal], [], [], 1)[0]:
            text += os.read(terminal, 65536).decode()
    return text
