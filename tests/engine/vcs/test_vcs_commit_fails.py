"""A commit that fails: the disk is full, a hook says no or does more, it cannot be signed, nobody's name is on it."""

import errno
import os
import stat

import pytest
from vcs_kit import blob, delta, full_disk, git, leftovers, once, refused, snapshot, where

from engine.apply.layer import FileLayer
from engine.vcs import commit as commits
from engine.vcs.repository import NoIdentity, open_repository
from engine.vcs.worktree import DiskFull, HookModified, HookRejected, SigningFailed


class Full(FileLayer):
    """A disk with room for a few bytes."""

    def write(self, fd, data):
        os.write(fd, data[:2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_while_a_file_is_written(plain, monkeypatch):
    monkeypatch.setattr(commits, "DISK", Full())
    caught = refused(plain, DiskFull, [delta("a.py", b"a = 1\n", b"a = 2\n"), delta("new.py", None, b"new\n")])
    assert "make room" in str(caught)


@pytest.mark.parametrize("command", ["worktree", "checkout", "add", "commit"])
def test_a_full_disk_while_git_writes(plain, tmp_path, monkeypatch, command):
    before = snapshot(plain)
    with monkeypatch.context() as patch:
        full_disk(tmp_path / "bin", command, patch)
        with pytest.raises(DiskFull, match="make room"):
            once(plain, [delta("a.py", b"a = 1\n", b"a = 2\n")])
    assert snapshot(plain) == before
    assert leftovers(open_repository(plain)) == []


def hook(folder, name, text):
    path = folder / ".git/hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


CHANGE = [delta("a.py", b"a = 1\n", b"a = 2\n")]


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg", "prepare-commit-msg", "reference-transaction"])
def test_fault_84_a_hook_rejects(plain, name):
    when = '[ "$1" = prepared ] || exit 0; ' if name == "reference-transaction" else ""
    hook(plain, name, f"{when}printf 'line \\033[31mtoo long\\nsecond\\n' >&2; exit 1")
    once(plain, CHANGE)  # hooks are off unless asked for
    caught = refused(plain, HookRejected, CHANGE, hooks=True)
    assert "it said:\nline \\x1b[31mtoo long\nsecond" in str(caught)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("pre-commit", "echo '# formatted' >> a.py; git add a.py", "changed 'a.py'"),
        ("pre-commit", "echo x > more.txt; git add more.txt", "changed 'more.txt'"),
        ("post-commit", "git -c core.hooksPath=/none commit -q --allow-empty -m more", "commits of its own"),
        (
            "post-commit",
            "p=$(git commit-tree -p HEAD~1 -m x HEAD~1^{tree}); git update-ref HEAD $(git commit-tree -p $p -m m HEAD^{tree})",
            "commits of its own",
        ),
        ("post-commit", "git rm -q --cached a.py; git -c core.hooksPath=/none commit -q --amend -m less", "changed 'a.py'"),
    ],
)
def test_fault_84_a_hook_modifies_the_commit(plain, name, text, words):
    hook(plain, name, text)
    assert words in str(refused(plain, HookModified, CHANGE, hooks=True))


def test_fault_84_a_hook_may_change_the_message_and_leave_litter(plain):
    hook(plain, "commit-msg", 'echo "Change-Id: I1" >> "$1"')
    hook(plain, "pre-commit", "echo '# formatted' >> a.py; echo x > litter")

    def look(work, commit):
        assert (work.root / "a.py").read_bytes() == b"a = 2\n"
        assert not (work.root / "litter").exists()
        return commit

    commit = once(plain, CHANGE, hooks=True, look=look)
    assert git(plain, "log", "-1", "--format=%B", commit).split() == ["m", "Change-Id:", "I1"]
    assert blob(plain, commit, "a.py") == b"a = 2\n"


def test_fault_82_signing_fails_and_the_worktree_is_kept(plain, tmp_path, home):
    (tmp_path / "gpg").write_text("#!/bin/sh\necho 'no secret key' >&2\nexit 2\n")
    (tmp_path / "gpg").chmod(0o755)
    git(plain, "config", "--global", "commit.gpgSign", "true")
    git(plain, "config", "--global", "gpg.program", str(tmp_path / "gpg"))
    before = snapshot(plain)
    with pytest.raises(SigningFailed, match="could not be signed") as caught:
        once(plain, CHANGE)
    repo = open_repository(plain)
    assert "no secret key" in str(caught.value) or "gpg failed" in str(caught.value)
    assert str(where(repo)) in str(caught.value)
    assert (where(repo) / "a.py").read_bytes() == b"a = 2\n"
    assert snapshot(plain) == before
    git(plain, "config", "--global", "commit.gpgSign", "false")
    once(plain, CHANGE)  # the kept worktree makes room for the next
    assert leftovers(repo) == []


def test_fault_82_signing_works_as_configured(plain, tmp_path, home):
    script = '#!/bin/sh\ncat > /dev/null\nprintf "\\n[GNUPG:] SIG_CREATED \\n" >&2\necho "-----BEGIN PGP SIGNATURE-----"\n'
    (tmp_path / "gpg").write_text(script + 'echo "for $3"\necho "-----END PGP SIGNATURE-----"\n')
    (tmp_path / "gpg").chmod(0o755)
    git(plain, "config", "--global", "commit.gpgSign", "true")
    git(plain, "config", "--global", "user.signingKey", "ADA")
    git(plain, "config", "--global", "gpg.program", str(tmp_path / "gpg"))
    commit = once(plain, CHANGE)
    assert "gpgsig -----BEGIN PGP SIGNATURE-----\n for ADA" in git(plain, "cat-file", "commit", commit)


def test_fault_82_no_identity_at_the_commit(plain, home):
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n")
    with pytest.raises(NoIdentity, match=r"user\.email"):
        once(plain, CHANGE)
