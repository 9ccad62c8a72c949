"""No program of the repository's own starts, at any point of a sprint, and no network is asked."""

import os
import subprocess

import pytest
from vcs_kit import delta, git, leftovers, make, where, write

from engine.model import RewrightError
from engine.vcs import git as vcs_git
from engine.vcs.git import MissingObject
from engine.vcs.refs import advance_branch, create_branch
from engine.vcs.repository import (
    HostileConfig,
    branch_tip,
    check_branch_name,
    checked_out,
    commit_of,
    dirty,
    head,
    identity,
    open_repository,
    submodules,
    untracked,
)
from engine.vcs.worktree import worktree

HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-applypatch", "post-checkout", "post-commit", "post-index-change",
    "post-merge", "post-rewrite", "pre-applypatch", "pre-auto-gc", "pre-commit", "pre-merge-commit", "pre-push", "pre-rebase",
    "prepare-commit-msg", "push-to-checkout", "reference-transaction", "sendemail-validate", "update",
)  # fmt: skip
SETTINGS = (
    "alias.commit", "alias.status", "core.alternateRefsCommand", "core.askPass", "core.editor", "core.fsmonitor", "core.gitProxy",
    "core.pager", "core.sshCommand", "credential.helper", "diff.evil.command", "diff.evil.textconv", "diff.external",
    "filter.evil.clean", "filter.evil.process", "filter.evil.smudge",
    "filter.e=vil.clean", "filter.e=vil.smudge", "gpg.program", "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand", "interactive.diffFilter", "merge.evil.driver", "pager.status", "pager.diff", "pager.log",
    "remote.origin.uploadpack", "sequence.editor", "trailer.evil.command", "uploadpack.packObjectsHook", "hook.evil.command",
)  # fmt: skip
ATTRIBUTES = b"*.py filter=evil diff=evil merge=evil\n*.txt filter=e=vil\n"


@pytest.fixture
def evil(tmp_path):
    """A repository in which everything that git could start leaves its name in `tmp_path/ran`, and that folder."""
    folder, ran = make(tmp_path / "evil", {"a.py": b"a = 1\n", "t.txt": b"t\n", ".gitattributes": ATTRIBUTES}), tmp_path / "ran"
    ran.mkdir()
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch {ran}/"$1"\nexit 1\n')
    program.chmod(0o755)
    for place in (".git/hooks", ".husky"):
        for name in HOOKS:
            write(folder, {f"{place}/{name}": f"#!/bin/sh\ntouch {ran}/{name}\nexit 1\n".encode()})
            (folder / place / name).chmod(0o755)
    text = ""
    for setting in SETTINGS:
        section, _, rest = setting.partition(".")
        middle, _, variable = rest.rpartition(".")
        text += f'[{section} "{middle}"]\n' if middle else f"[{section}]\n"
        text += f'\t{variable} = "{"!" if section in ("alias", "credential") else ""}{program} {setting}"\n'
    text += f'[hook "evil"]\n\tevent = pre-commit\n[remote "origin"]\n\turl = "ext::{program} ext"\n\tpromisor = true\n'
    text += '[protocol "ext"]\n\tallow = always\n[protocol]\n\tallow = always\n[extensions]\n\tpartialClone = origin\n'
    text += '[filter "evil"]\n\trequired = true\n[core]\n\trepositoryFormatVersion = 1\n\tuntrackedCache = true\n'
    with (folder / ".git/config").open("a") as stream:
        stream.write(text)
    (folder / "a.py").touch()
    return folder, ran


def everything(folder):
    """Every question, and every step of a sprint."""
    repo = open_repository(folder, consent=True)
    base = head(repo).commit
    check_branch_name(repo, "refactor/x")
    assert identity(repo) and commit_of(repo, "main") == base and branch_tip(repo, "refactor/x") is None
    assert checked_out(repo, "main") == folder and submodules(repo, base) == () and untracked(repo, ("a.py",)) == set()
    write(folder, {"a.py": b"a = 'mine'\n"})
    assert dirty(repo) == {"a.py"}
    with pytest.raises(RewrightError):
        commit_of(repo, "none")
    with worktree(repo, base, where(repo), ("/a.py",)) as work:
        first = work.commit([delta("a.py", b"a = 1\n", b"a = 2\n")], "two\n")
        second = work.commit([delta("a.py", b"a = 2\n", b"a = 3\n"), delta("n.txt", None, b"n\n")], "three\n")
        work.go_to(first)
    create_branch(repo, "refactor/x", first)
    advance_branch(repo, "refactor/x", first, second)
    return repo


@pytest.mark.parametrize("husky", [False, True])
def test_nothing_of_the_repositorys_own_starts(evil, husky):
    folder, ran = evil
    if husky:
        with (folder / ".git/config").open("a") as stream:
            stream.write("[core]\n\thooksPath = .husky\n")
    repo = everything(folder)
    assert os.listdir(ran) == []
    assert leftovers(repo) == []
    with pytest.raises(HostileConfig, match=r"filter\.evil\.process"):
        open_repository(folder)
    assert os.listdir(ran) == []


def test_the_programs_would_start(evil):
    """What the test above rests on: plain git starts them."""
    folder, ran = evil
    quiet = {"stdin": subprocess.DEVNULL, "capture_output": True, "cwd": folder}
    for command in (
        "add a.py",
        "status",
        "diff HEAD~0",
        "commit -am x",
        "checkout -f HEAD",
        "update-ref refs/heads/y HEAD",
        "fetch",
        "c",
    ):
        subprocess.run(["git", *command.split()], check=False, **quiet)
    (folder / "a.py").unlink()
    subprocess.run(["git", "config", "--unset", "filter.evil.process"], check=True, **quiet)
    subprocess.run(["git", "checkout", "a.py"], check=False, **quiet)
    found = set(os.listdir(ran))
    assert {"core.fsmonitor", "filter.evil.process", "filter.evil.smudge", "reference-transaction"} <= found
    assert found & {"ext", "remote.origin.uploadpack"}


@pytest.mark.parametrize("old", [False, True])
def test_fault_80_a_missing_object_starts_no_transport(evil, old, monkeypatch):
    """A promisor remote is a program that any command may start. `old`: a git that does not know GIT_NO_LAZY_FETCH."""
    folder, ran = evil
    if old:
        monkeypatch.setitem(vcs_git._PLAIN, "GIT_NO_LAZY_FETCH", "0")
    repo = open_repository(folder, consent=True)
    identifier = git(folder, "-c", "core.fsmonitor=false", "rev-parse", "HEAD:a.py")
    (folder / ".git/objects" / identifier[:2] / identifier[2:]).unlink()
    named = "object" if old else f"object {identifier}"  # an old git may die before it says which
    with (
        pytest.raises(MissingObject, match=f"{named}.*, which this partial clone"),
        worktree(repo, "HEAD", where(repo)),
    ):
        pytest.fail("never reached")
    assert os.listdir(ran) == []
    assert leftovers(repo) == []


def test_variables_that_git_sets_for_hooks_do_not_lead_elsewhere(plain, tmp_path, monkeypatch):
    other = make(tmp_path / "other", {"o.py": b"o\n"})
    elsewhere = {
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / "i",
        "GIT_NAMESPACE": "n",
        "GIT_CONFIG": "x",
    }
    elsewhere |= {"GIT_LITERAL_PATHSPECS": "1", "GIT_EXTERNAL_DIFF": str(tmp_path / "none")}
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, str(value))
    repo = open_repository(plain)
    assert repo.top == plain
    with worktree(repo, head(repo).commit, where(repo)) as work:
        tip = work.commit([delta("a.py", b"a = 1\n", b"a = 2\n")], "m\n")
    create_branch(repo, "refactor/x", tip)
    for name in elsewhere:
        monkeypatch.delenv(name)
    assert git(plain, "rev-parse", "refactor/x") == tip
    assert git(other, "for-each-ref", "--format=%(refname)") == "refs/heads/main"
