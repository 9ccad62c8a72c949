"""Where the target begins, and what a person is told to type next."""

import subprocess
import sys

import pytest
from test_cli import rewright, tree

from engine.choice import Choice
from engine.outcome import repeated
from engine.target import HOUSE, find_root, target_of, undo_command, with_runs, within

RULES = "version: 1\ntarget: {exclude: [svc/old.py]}\nrules:\n  - {id: r, match: old($X), replace: str($X), applicability: safe"


@pytest.fixture
def home(tmp_path):
    root = tmp_path / "home"
    for path in ("svc/a.py", "svc/old.py", "svc/kept.py", "other/b.py"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("new = old(1)\n")
    (root / "rules.yaml").write_text(RULES + ", exclude: [svc/kept.py]}\n")
    return root


def test_a_rule_file_marks_the_target(home, monkeypatch):
    assert target_of(home / "svc") == target_of(home) == home
    assert target_of(home.parent) == home.parent
    assert target_of(HOUSE / "fixtures") == HOUSE / "fixtures"  # our own rule file is for targets that have none
    monkeypatch.chdir(home / "svc")
    assert (
        find_root(Choice()) == find_root(Choice((home / "other",))) == find_root(Choice((home / "svc", home / "other"))) == home
    )
    assert find_root(Choice(root=home / "svc")) == find_root(Choice(rules_file=home / "rules.yaml")) == home / "svc"
    assert within(Choice(), home) == (home / "svc",) and within(Choice((home / "other",)), home) == (home / "other",)
    assert within(Choice(root=home / "svc"), home / "svc") == ()


@pytest.mark.parametrize("start", [("svc", ()), (".", ("svc",))])
def test_patterns_mean_the_same_from_every_folder(home, start):
    folder, paths = start
    told = rewright(home / folder, "scan", *paths, "--jobs", "1", expect=1).stdout
    assert "svc/a.py:1:7" in told and "old.py" not in told and "kept.py" not in told and "other" not in told


def test_what_is_told_can_be_typed(home):
    before = tree(home)
    told = rewright(home, "diff", "svc", "--jobs=1", "--select", "r", expect=1).stdout
    assert "`rewright apply svc --select r` writes these changes, `rewright undo` takes them back." in told
    told = rewright(home, "apply", "svc", "--select", "r", "--jobs", "1").stderr
    assert told == "1 file written; `rewright undo` takes them back.\n"
    assert rewright(home, "apply", "svc", "--jobs", "1").stderr == "0 files written.\n"  # an undo would take back the run before
    rewright(home / "svc", "undo")
    assert tree(home) == before


def test_the_target_of_another_folder_is_named(home):
    told = rewright(home.parent, "apply", "home/svc", "--jobs", "1").stderr
    assert told == "1 file written; `rewright undo home` takes them back.\n"
    rewright(home.parent, "undo", "home")
    assert (home / "svc" / "a.py").read_text() == "new = old(1)\n"


def test_a_run_with_a_root_of_its_own_is_undone_there(home, monkeypatch):
    rewright(home, "apply", "--root", "svc", "--rules", "rules.yaml", "--jobs", "1")
    monkeypatch.chdir(home)
    assert with_runs(home / "svc") == home / "svc" and undo_command(home / "svc") == "rewright undo svc"
    rewright(home, "undo", "svc")
    assert (home / "svc" / "a.py").read_text() == "new = old(1)\n"


def test_try_keeps_to_the_files_of_the_target_and_says_how_to_write(home):
    told = rewright(home, "try", "old($X)", "str($X)", "--jobs", "1", expect=1).stdout
    assert "svc/old.py" not in told and "svc/kept.py" in told
    assert "`rewright try --apply 'old($X)' 'str($X)'` writes these changes" in told
    (home / "rules.yaml").write_text("version: 2\n")
    told = rewright(home, "try", "old($X)", "--jobs", "1", expect=1)
    assert (
        "4 matches in 4 of 4 files" in told.stderr and "does not count here" in told.stderr and "rules.yaml:1:10" in told.stderr
    )


def test_a_baseline_forgets_nothing_that_a_part_of_the_target_does_not_show(home):
    (home / "rules.yaml").write_text(RULES + "}\n")
    baseline = ("--baseline", "../known.jsonl", "--jobs", "1")
    rewright(home / "svc", "scan", "--update-baseline", *baseline, "--root", "..")
    told = rewright(home / "svc", "scan", *baseline).stderr
    assert told.endswith(" 0 new, 0 fixed\n")
    (home / "other" / "b.py").write_text("x = 1\n")
    assert "other/b.py" not in rewright(home / "svc", "scan", *baseline).stderr
    assert "other/b.py" in rewright(home, "scan", "--baseline", "known.jsonl", "--jobs", "1").stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["diff"], "rewright apply"),
        (["diff", "--unsafe", "a b"], "rewright apply --unsafe 'a b'"),
        (["diff", "-j4", "--output", "x", "--output-format=json", "-v", "--sprint", "s"], "rewright apply --sprint s"),
        (["diff", "-j", "4", "--jobs", "2", "--strict", "--no-cache", "--verbose", "src"], "rewright apply src"),
        (["diff", "-v", "--", "-v", "-j"], "rewright apply -- -v -j"),
    ],
)
def test_what_is_only_shown_is_not_repeated(given, said):
    assert repeated(given, "apply") == said


def test_a_verbs_own_option_stands_before_what_is_repeated():
    assert repeated(["try", "--", "-$X", "+$X"], "try", "--apply") == "rewright try --apply -- '-$X' '+$X'"


def test_a_run_that_writes_nothing_does_not_load_what_writes():
    code = "import sys, engine.session, engine.report.text; sys.exit('engine.apply' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=HOUSE, check=True, timeout=60)
