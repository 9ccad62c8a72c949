"""What apply, undo and resume do when nothing goes wrong."""

import os
import subprocess

import pytest
from apply_kit import (
    AFTER,
    CREATED,
    NEW,
    OLD,
    ONE,
    TWO,
    Killed,
    Probe,
    change,
    files,
    make,
    plan_of,
    reasons,
    snapshot,
    standard,
)

from engine.apply import ApplyResult, Phase, apply, pending, resume, undo
from engine.model import RewrightError


def test_apply_then_undo_gives_every_byte_and_mode(tmp_path):
    root = make(tmp_path / "r")
    before = snapshot(root)
    result = apply(standard(root))
    assert result.written == tuple(sorted([*AFTER, *CREATED]))
    assert result.failures == ()
    assert files(root) == NEW | {path: (0o666 & ~umask(), data) for path, data in CREATED.items()}
    taken = undo(root)
    assert taken.restored == tuple(sorted(AFTER))
    assert taken.removed == tuple(sorted(CREATED))
    assert taken.journal == result.journal
    assert snapshot(root) == before


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_an_empty_plan_touches_nothing(tmp_path):
    root = make(tmp_path / "r")
    assert apply(plan_of(root, {})) == ApplyResult((), (), "")
    assert apply(plan_of(root, {"a/edit.py": (OLD["a/edit.py"][1], OLD["a/edit.py"][1])})) == ApplyResult((), (), "")
    assert not (root / ".rewright").exists()
    assert pending(root) is None


def test_a_missing_target_says_so(tmp_path):
    with pytest.raises(RewrightError, match="cannot open the target"):
        apply(plan_of(tmp_path / "none", {"a.py": (None, ONE)}))


@pytest.mark.parametrize("action, sentence", [(undo, "no run to undo"), (resume, "nothing to resume")])
def test_nothing_to_do_says_so_and_creates_nothing(tmp_path, action, sentence):
    root = make(tmp_path / "r")
    with pytest.raises(RewrightError, match=sentence):
        action(root)
    assert not (root / ".rewright").exists()


def test_undo_takes_back_one_run_after_another(tmp_path):
    root = make(tmp_path / "r", {"a.py": (0o644, b"0")})
    for number in range(3):
        apply(plan_of(root, {"a.py": (b"%d" % number, b"%d" % (number + 1))}))
    for number in (2, 1, 0):
        undo(root)
        assert (root / "a.py").read_bytes() == b"%d" % number
    with pytest.raises(RewrightError, match="no run to undo"):
        undo(root)
    apply(plan_of(root, {"a.py": (b"0", b"9")}))
    assert (root / "a.py").read_bytes() == b"9"


def test_undo_keeps_what_the_user_did_since(tmp_path):
    root = make(tmp_path / "r")
    apply(standard(root))
    (root / "crlf.py").write_bytes(b"mine")
    (root / "common_utils/error_handling.py").write_bytes(b"mine too")
    (root / "a/deep/run.py").unlink()
    result = undo(root)
    assert reasons(result) == {
        "crlf.py": "edited-meanwhile",
        "common_utils/error_handling.py": "edited-meanwhile",
        "a/deep/run.py": "deleted-meanwhile",
    }
    assert result.restored == ("a/edit.py",)
    assert result.removed == ("common_utils/__init__.py",)
    assert files(root) == {
        "a/edit.py": OLD["a/edit.py"],
        "untouched.py": OLD["untouched.py"],
        "crlf.py": (0o640, b"mine"),
        "common_utils/error_handling.py": (umask() ^ 0o666, b"mine too"),
    }


def test_undo_restores_the_mode_and_leaves_filled_folders(tmp_path):
    root = make(tmp_path / "r")
    apply(standard(root))
    (root / "crlf.py").chmod(0o600)
    (root / "common_utils/notes.txt").write_text("mine")
    undo(root)
    assert files(root) == OLD | {"common_utils/notes.txt": (umask() ^ 0o666, b"mine")}


def test_a_created_file_that_the_user_removed_is_no_failure(tmp_path):
    root = make(tmp_path / "r")
    apply(standard(root))
    for path in CREATED:
        (root / path).unlink()
    (root / "common_utils").rmdir()
    assert undo(root).failures == ()
    assert files(root) == OLD


def test_resume_after_a_user_edit_drops_what_depends_on_it(tmp_path):
    root = make(tmp_path / "r", dict.fromkeys(("a.py", "b.py", "c.py"), (0o644, ONE)))
    plan = plan_of(root, dict.fromkeys(("a.py", "b.py", "c.py"), (ONE, TWO)), [change("a.py", "b.py")])

    def kill(_, name, args):
        if name == "replace" and args[1] == "b.py":
            raise Killed

    with pytest.raises(Killed):
        apply(plan, layer=Probe(kill))
    assert (root / "a.py").read_bytes() == TWO
    (root / "b.py").write_bytes(b"mine\n")
    result = resume(root)
    assert result.written == ("c.py",)
    assert reasons(result) == {
        "a.py": "depends-on-refused",
        "b.py": "edited-meanwhile",
    }
    assert {path: data for path, (_, data) in files(root).items()} == {"a.py": ONE, "b.py": b"mine\n", "c.py": TWO}
    assert pending(root) is None


def test_undo_of_an_interrupted_run_with_dropped_files(tmp_path):
    root = make(tmp_path / "r", dict.fromkeys(("a.py", "b.py", "c.py"), (0o644, ONE)))
    plan = plan_of(root, dict.fromkeys(("a.py", "b.py", "c.py"), (ONE, TWO)), [change("a.py", "b.py")])

    def interfere(_, name, args):
        if name == "replace" and args[1] == "a.py":
            (root / "b.py").write_bytes(b"mine\n")
        if name == "open" and args[0] == "state.part":
            states.append(1)
        if len(states) == 1 and name == "replace" and args[1] == "a.py":  # a.py is being put back
            raise Killed

    states = []
    with pytest.raises(Killed):
        apply(plan, layer=Probe(interfere))
    assert pending(root).phase is Phase.APPLYING
    assert (root / "a.py").read_bytes() == TWO
    undo(root)
    assert {path: data for path, (_, data) in files(root).items()} == {"a.py": ONE, "b.py": b"mine\n", "c.py": ONE}


def test_git_never_sees_the_journal(tmp_path):
    root = make(tmp_path / "r")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(root)]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *arguments], check=True)
    apply(standard(root))
    undo(root)
    status = subprocess.run([*git, "status", "--porcelain", "-uall"], check=True, capture_output=True)
    assert status.stdout == b""
    (root / ".rewright/decisions.yaml").write_text("kept: true\n")
    status = subprocess.run([*git, "status", "--porcelain", "-uall"], check=True, capture_output=True)
    assert status.stdout == b"?? .rewright/decisions.yaml\n"


def test_only_the_newest_journals_are_kept(tmp_path):
    root = make(tmp_path / "r", {"a.py": (0o644, b"0")})
    names = [apply(plan_of(root, {"a.py": (b"%d" % n, b"%d" % (n + 1))})).journal for n in range(14)]
    kept = sorted(path.name for path in (root / ".rewright/journal").iterdir() if path.is_dir())
    assert kept == names[-11:]  # the newest, and ten older ones


def test_a_users_gitignore_is_kept(tmp_path):
    root = make(tmp_path / "r", OLD | {".rewright/.gitignore": (0o644, b"*.bak\n")})
    apply(standard(root))
    assert (root / ".rewright/.gitignore").read_bytes() == b"*.bak\n"
