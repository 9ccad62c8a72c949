"""`rewright branch --refresh`: regenerate, never rebase."""

import sprint_kit as kit
import vcs_kit

from engine.sprints.refresh import effect


def moved(folder):
    """A repository whose sprint has landed, and whose base then moved: one file edited elsewhere, one at its site, one gone."""
    kit.repository(folder, count=4)
    kit.branch(folder)
    vcs_kit.write(
        folder,
        {
            "a/m0.py": b"# new\n" + kit.OLD.encode(),
            "b/m1.py": kit.OLD.replace("ConnectionError", "(KeyError, ConnectionError)").encode(),
        },
    )
    vcs_kit.git(folder, "rm", "-q", "a/m2.py")
    vcs_kit.git(folder, "add", "-A")
    vcs_kit.git(folder, "commit", "-qm", "the base moves")
    return folder


def test_fault_87_a_moved_base_is_planned_again(tmp_path):
    folder = moved(tmp_path / "r")
    old = vcs_kit.git(folder, "rev-parse", "refactor/s")
    done = kit.told(folder, "--refresh")
    assert (done["branch"], done["generation"], done["base"]) == ("refactor/s-g2", 2, vcs_kit.git(folder, "rev-parse", "main"))
    assert {one["path"]: one["kind"] for one in done["differences"]} == {
        "a/m0.py": "same",
        "a/m2.py": "gone",
        "b/m1.py": "differs",
        "b/m3.py": "same",
    }
    assert vcs_kit.git(folder, "rev-parse", "refactor/s") == old
    assert kit.text(folder, "a/m0.py", "refactor/s-g2").startswith("# new\n")


def test_the_next_batch_goes_onto_the_newest_generation(tmp_path):
    folder = moved(tmp_path / "r")
    kit.branch(folder, "--refresh")
    vcs_kit.git(folder, "branch", "kept", "refactor/s-g2")
    assert kit.told(folder)["branch"] == "refactor/s-g2"
    assert "has not moved" in kit.branch(folder, "--refresh", expect=2).stderr


def test_commits_of_others_are_told_and_not_carried_over(tmp_path):
    folder = moved(tmp_path / "r")
    vcs_kit.git(folder, "worktree", "add", "-q", str(tmp_path / "review"), "refactor/s")
    vcs_kit.write(tmp_path / "review", {"note.txt": b"reviewed\n"})
    vcs_kit.git(tmp_path / "review", "add", "-A")
    vcs_kit.git(tmp_path / "review", "commit", "-qm", "A reviewer's own touch")
    vcs_kit.git(folder, "worktree", "remove", str(tmp_path / "review"))
    told = kit.branch(folder, "--refresh").stdout
    assert "not carried over: " in told and "A reviewer's own touch" in told
    assert "differs: b/m1.py" in told and "gone: a/m2.py" in told


def test_there_must_be_something_to_plan_again(tmp_path):
    folder = kit.repository(tmp_path / "r")
    assert "has no branch yet" in kit.branch(folder, "--refresh", expect=2).stderr


def test_effect_is_what_a_reader_sees_wherever_it_stands():
    assert effect(b"a\nb\n", b"a\nc\n") == effect(b"x\ny\na\nb\n", b"x\ny\na\nc\n") == (b"-b\n", b"+c\n")
    assert effect(b"a\n", b"a\n") == ()
    assert effect(b"", b"a\n") == (b"+a\n",)


def test_what_is_in_the_base_by_now_is_told_as_merged(tmp_path):
    folder = kit.repository(tmp_path / "r", "budget: {files: 1}", count=2)
    kit.branch(folder)
    vcs_kit.git(folder, "merge", "-q", "--squash", "refactor/s")
    vcs_kit.git(folder, "commit", "-qm", "squashed")
    said = kit.branch(folder, "--refresh").stdout
    assert "merged: a/m0.py" in said and "All of refactor/s is in the base; `git branch -D refactor/s` lets" in said
    assert kit.branches(folder) == ["main", "refactor/s"]
    vcs_kit.git(folder, "branch", "-qD", "refactor/s")
    assert kit.told(folder)["base"] == vcs_kit.git(folder, "rev-parse", "main")
    assert kit.commits(folder) == ["rename: 1 change in 1 file"]


def test_a_refresh_says_how_to_go_on_and_leaves_a_checked_out_branch_in_peace(tmp_path):
    folder = kit.repository(tmp_path / "r", "budget: {files: 1}, base: main", count=2)
    kit.branch(folder)
    vcs_kit.git(folder, "commit", "-q", "--allow-empty", "-m", "the base moves")
    vcs_kit.git(folder, "switch", "-q", "refactor/s")
    said = kit.branch(folder, "--refresh").stdout
    assert "Run it again without --refresh for the next batch." in said and "Nothing is left" not in said
    assert "refactor/s-g2 from main" in kit.branch(folder).stdout
    vcs_kit.git(folder, "switch", "-q", "refactor/s-g2")
    assert "refactor/s-g2 is checked out in" in kit.branch(folder, expect=2).stderr


def test_a_base_that_was_moved_back_is_planned_again_from_there(tmp_path):
    folder = kit.repository(tmp_path / "r", count=1)
    first = vcs_kit.git(folder, "rev-parse", "main")
    vcs_kit.write(folder, {"b/late.py": kit.OLD.encode()})
    vcs_kit.git(folder, "add", "-A")
    vcs_kit.git(folder, "commit", "-qm", "late")
    kit.branch(folder)
    vcs_kit.git(folder, "reset", "-q", "--hard", first)
    done = kit.told(folder, "--refresh")
    assert (done["base"], [one["kind"] for one in done["differences"]]) == (first, ["same", "gone"])
