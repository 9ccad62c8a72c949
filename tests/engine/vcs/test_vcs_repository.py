"""What a repository is asked before anything happens, and what it is refused for."""

import subprocess

import pytest
from vcs_kit import git, make, snapshot, write

from engine.model import RewrightError
from engine.vcs.repository import (
    Head,
    HostileConfig,
    NoIdentity,
    dirty,
    head,
    identity,
    is_partial,
    is_shallow,
    open_repository,
    submodules,
    untracked,
)


def test_a_repository_from_a_folder_inside(plain, tmp_path):
    for folder in (plain, plain / "pkg"):
        repo = open_repository(folder)
        assert (repo.top, repo.common, repo.git.folder) == (plain, plain / ".git", plain)
    (tmp_path / "link").symlink_to(plain)
    assert open_repository(tmp_path / "link").top == plain
    assert head(repo) == Head(git(plain, "rev-parse", "HEAD"), "main")
    assert not is_shallow(repo) and not is_partial(repo)


def test_a_repository_in_a_folder_with_an_odd_name(tmp_path):
    folder = make(tmp_path / "new\nline 'quote\" $x")
    repo = open_repository(folder)
    assert (repo.top, repo.common) == (folder, folder / ".git")
    assert dirty(repo) == frozenset()


def test_what_is_no_repository(tmp_path, plain):
    with pytest.raises(RewrightError, match="not a folder"):
        open_repository(tmp_path / "none")
    with pytest.raises(RewrightError, match="not a folder"):
        open_repository(plain / "a.py")
    with pytest.raises(RewrightError, match=r"not inside a git repository; run `git init`"):
        open_repository(tmp_path)
    with pytest.raises(RewrightError, match=r"a \.git folder"):
        open_repository(plain / ".git" / "hooks")


def test_fault_81_a_bare_repository(plain, tmp_path):
    git(tmp_path, "clone", "-q", "--bare", str(plain), "bare.git")
    with pytest.raises(RewrightError, match="a bare repository"):
        open_repository(tmp_path / "bare.git")


def test_fault_81_another_owner(plain, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(RewrightError, match=r"belongs to another user.*safe\.directory"):
        open_repository(plain)


def test_fault_79_a_submodule_that_is_not_checked_out(plain, tmp_path):
    make(tmp_path / "inner")
    git(plain, "submodule", "--quiet", "add", str(tmp_path / "inner"), "deep/inner")
    git(plain, "commit", "-qm", "submodule")
    git(tmp_path, "clone", "-q", str(plain), "clone")
    repo = open_repository(tmp_path / "clone")
    assert submodules(repo, head(repo).commit) == ("deep/inner",)
    with pytest.raises(RewrightError, match=r"'deep/inner' is a submodule that is not checked out.*--init"):
        open_repository(tmp_path / "clone" / "deep" / "inner")
    (tmp_path / "clone" / "empty").mkdir()
    assert open_repository(tmp_path / "clone" / "empty").top == tmp_path / "clone"


def test_fault_75_an_unborn_branch(tmp_path):
    git(tmp_path, "init", "-q", "new")
    repo = open_repository(tmp_path / "new")
    with pytest.raises(RewrightError, match="no commit yet"):
        head(repo)


def test_fault_75_a_detached_head_and_a_file_named_head(plain):
    write(plain, {"HEAD": b"x\n", "main": b"x\n"})
    assert head(open_repository(plain)).branch == "main"
    git(plain, "checkout", "-q", "--detach")
    assert head(open_repository(plain)) == Head(git(plain, "rev-parse", "refs/heads/main"), None)


def conflict(folder):
    git(folder, "checkout", "-q", "-b", "side")
    write(folder, {"a.py": b"a = 'side'\n"})
    git(folder, "commit", "-qam", "side")
    git(folder, "checkout", "-q", "main")
    write(folder, {"a.py": b"a = 'main'\n"})
    git(folder, "commit", "-qam", "main")


UNDER_WAY = {
    "merge": ("merge", "side"),
    "rebase": ("rebase", "side"),
    "rebase by mail": ("rebase", "--apply", "side"),
    "cherry-pick": ("cherry-pick", "side"),
    "revert": ("revert", "--no-edit", "HEAD~1"),
    "bisect": ("bisect", "start"),
}


@pytest.mark.parametrize("what", UNDER_WAY)
def test_fault_76_in_the_middle_of_something(plain, what, tmp_path):
    conflict(plain)
    if what == "revert":
        write(plain, {"a.py": b"a = 'more'\n"})
        git(plain, "commit", "-qam", "more")
    git(plain, "worktree", "add", "-q", "--detach", str(tmp_path / "second"))
    git(plain, *UNDER_WAY[what], ok=(0, 1))
    with pytest.raises(RewrightError, match=rf"in the middle of a {what.split()[0]}: end it or abort it"):
        open_repository(plain)
    assert open_repository(tmp_path / "second").top == tmp_path / "second"  # another checkout is not concerned


def test_fault_82_no_identity(plain, home, monkeypatch):
    assert identity(open_repository(plain)) == "Ada Lovelace <ada@example.org>"
    for text in ("", "[user]\n\tname = Ada\n", "[user]\n\temail = a@b.c\n", "[author]\n\tname = A\n\temail = a@b.c\n"):
        (home / ".gitconfig").write_text(text)
        with pytest.raises(NoIdentity, match=r"(?s)git config --global user\.name.*git config --global user\.email"):
            identity(open_repository(plain))
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Grace")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "g@h.i")
    assert identity(open_repository(plain)) == "Grace <g@h.i>"


def test_fault_73_what_is_dirty(plain, tmp_path):
    write(
        plain, {"staged.py": b"1\n", "gone.py": b"1\n", "moved.py": b"one\ntwo\n", "é 'x'\n.py": b"1\n", ".gitignore": b"*.log\n"}
    )
    git(plain, "add", "-A")
    git(plain, "commit", "-qm", "two")
    repo = open_repository(plain)
    assert dirty(repo) == frozenset()
    write(
        plain,
        {"staged.py": b"2\n", "a.py": b"a = 2\n", "é 'x'\n.py": b"2\n", "new.py": b"n\n", "untracked.py": b"", "x.log": b""},
    )
    (plain / "gone.py").unlink()
    (plain / "pkg/b.py").chmod(0o755)
    git(plain, "add", "staged.py", "new.py")
    git(plain, "mv", "moved.py", "renamed.py")
    git(plain, "config", "status.relativePaths", "true")
    git(plain, "config", "status.renames", "copies")
    before = snapshot(plain)
    names = {"staged.py", "a.py", "é 'x'\n.py", "new.py", "gone.py", "pkg/b.py", "moved.py", "renamed.py"}
    assert dirty(open_repository(plain / "pkg")) == names
    assert snapshot(plain) == before


def test_fault_74_what_is_untracked(plain, tmp_path):
    make(tmp_path / "inner", {"i.py": b"1\n"})
    git(plain, "submodule", "--quiet", "add", str(tmp_path / "inner"), "sub")
    write(plain, {"new.py": b"", "pkg/new\n.py": b""})
    repo = open_repository(plain)
    asked = ("a.py", "pkg/b.py", "new.py", "pkg/new\n.py", "sub/i.py", "absent.py")
    assert untracked(repo, asked) == {"new.py", "pkg/new\n.py", "sub/i.py", "absent.py"}


def test_shallow_and_partial_clones(plain, tmp_path):
    git(plain, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{plain}", "shallow")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{plain}", "partial")
    assert [is_shallow(open_repository(tmp_path / name)) for name in ("shallow", "partial")] == [True, False]
    assert [is_partial(open_repository(tmp_path / name)) for name in ("shallow", "partial")] == [False, True]


def test_a_broken_configuration(plain):
    with (plain / ".git/config").open("a") as stream:
        stream.write("[core\n")
    with pytest.raises(RewrightError, match="bad config line"):
        open_repository(plain)


PROGRAMS = {
    "filter.lfs.clean": "git-lfs clean -- %f",
    "filter.a=b.process": "x",
    "core.fsmonitor": ".git/fs",
    "core.sshcommand": "ssh -v",
    "core.gitproxy": "x",
    "core.askpass": "x",
    "core.editor": "vi",
    "gpg.program": "gpg2",
    "gpg.ssh.program": "x",
    "gpg.ssh.defaultkeycommand": "x",
    "credential.helper": "store",
    "credential.https://x.org.helper": "!x",
    "diff.external": "x",
    "diff.word.textconv": "x",
    "diff.word.command": "x",
    "merge.ours.driver": "true",
    "url.https://***@evil.org/.insteadof": "https://github.com/",
    "url.x.pushinsteadof": "y",
    "remote.origin.uploadpack": "x",
    "remote.origin.vcs": "x",
    "remote.other.url": "ext::sh -c id",
    "submodule.s.update": "!x",
    "trailer.t.command": "x",
}


def test_programs_of_the_repositorys_own_need_consent(plain, tmp_path):
    (tmp_path / "more").write_text('[filter "hidden"]\n\tsmudge = x\n')
    for name, value in {**PROGRAMS, "include.path": str(tmp_path / "more")}.items():
        subprocess.run(["git", "-C", str(plain), "config", name.replace("***", "u:pw"), value], check=True)
    with pytest.raises(HostileConfig) as caught:
        open_repository(plain)
    assert set(caught.value.names) == {*PROGRAMS, "include.path", "filter.hidden.smudge"}
    assert all(name in str(caught.value) for name in caught.value.names)
    assert "u:pw" not in str(caught.value) and "git config --list --local" in str(caught.value)
    assert open_repository(plain, consent=True).top == plain


def test_harmless_settings_and_the_users_own_need_no_consent(plain, home):
    for name, value in PROGRAMS.items():
        git(plain, "config", "--global", name, value)
    local = {
        "core.fsmonitor": "true",
        "core.hooksPath": ".husky",
        "remote.origin.url": "git@github.com:a/b.git",
        "submodule.s.update": "none",
    }
    local |= {"alias.st": "!x", "filter.lfs.required": "true", "filter.off.clean": "", "user.name": "B"}
    for name, value in local.items():
        git(plain, "config", "--local", name, value)
    assert open_repository(plain).top == plain


def test_programs_in_a_worktrees_configuration_count_too(plain):
    git(plain, "config", "extensions.worktreeConfig", "true")
    git(plain, "config", "--worktree", "core.sshCommand", "x")
    with pytest.raises(HostileConfig, match=r"core\.sshcommand"):
        open_repository(plain)
