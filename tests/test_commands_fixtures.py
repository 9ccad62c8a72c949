"""`rewright test`, as a person starts it. Each run is a process of its own."""

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
    (home / "fixtures/narrow/two/case.yaml").write_text("sumary: x\n")
    told = rewright(home, "test", expect=2)
    assert "case.yaml:1:1: unknown key 'sumary'" in told.stderr and told.stdout == ""


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


def test_watch_runs_again_and_ends_by_ctrl_c(home):
    """Through a terminal: the first run fails, an edit makes its case pass, Ctrl-C ends it with 0."""
    ours, theirs = pty.openpty()
    env = os.environ | {"PYTHONPATH": str(REPO), "XDG_CACHE_HOME": str(home.parent / "cache"), "NO_COLOR": "1"}
    argv = [sys.executable, "-P", "-c", "from cli import main; main()", "test", "--watch", "--jobs", "1"]
    with subprocess.Popen(argv, cwd=home, env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True) as child:
        os.close(theirs)
        try:
            assert "2 of 2 cases failed." in said(ours, "cases failed.")
            (home / "fixtures/narrow/two/before/a.py").write_text("x = 1\n")
            again = said(ours, "case passed.")
            assert "ok    narrow/two" in again and "narrow/one" not in again
            time.sleep(0.2)
            os.killpg(child.pid, signal.SIGINT)
            assert child.wait(60) == 0
        finally:
            child.kill()
            os.close(ours)


def said(terminal, until):
    """What a terminal shows up to a text, waiting for it; fails after two minutes."""
    text, end = "", time.monotonic() + 120
    while until not in text:
        assert time.monotonic() < end, text
        if select.select([terminal], [], [], 1)[0]:
            text += os.read(terminal, 65536).decode()
    return text
