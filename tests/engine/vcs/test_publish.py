"""engine/vcs/publish: to a bare repository on disk, and what must never happen on the way."""

import pytest
from publish_kit import commit, elsewhere, git, refs, repository

from engine.model import RewrightError
from engine.vcs import publish
from engine.vcs.git import Git
from engine.vcs.publish import PushRejected, push


@pytest.fixture
def work(tmp_path, monkeypatch):
    for name in ("GIT_SSH", "GIT_SSH_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    return repository(tmp_path)


@pytest.fixture
def remote(tmp_path, work):
    return tmp_path / "origin.git"


def test_a_push_is_new_then_up_to_date_then_updated(work, remote):
    tip = git(work, "rev-parse", "refactor/x")
    assert push(Git(work), "origin", "refactor/x") == publish.Pushed("origin", "refactor/x", tip, "new")
    assert refs(remote) == {"refs/heads/main": git(work, "rev-parse", "main"), "refs/heads/refactor/x": tip}
    assert push(Git(work), "origin", "refactor/x").state == "up-to-date"
    git(work, "checkout", "-q", "refactor/x")
    later = commit(work, "three", {"c.py": b"c = 1\n"})
    assert push(Git(work), "origin", "refactor/x") == publish.Pushed("origin", "refactor/x", later, "updated")
    assert refs(remote)["refs/heads/refactor/x"] == later


def test_fault_86_a_rejected_push_keeps_the_local_commits_and_the_remotes(work, remote, tmp_path):
    theirs = elsewhere(tmp_path, remote, {"their.py": b"t = 1\n"})
    before = refs(work)
    with pytest.raises(
        PushRejected, match=r"refactor/x on origin has commits that yours lacks: nothing was pushed.*kept.*--refresh"
    ):
        push(Git(work), "origin", "refactor/x")
    assert refs(remote)["refs/heads/refactor/x"] == theirs
    assert {name: oid for name, oid in refs(work).items() if name.startswith("refs/heads/")} == {
        name: oid for name, oid in before.items() if name.startswith("refs/heads/")
    }


def test_fault_86_a_remote_that_declines_and_then_takes_it(work, remote):
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'branch is \033[31mprotected' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(PushRejected, match=r"origin did not take refactor/x: .*pre-receive hook declined.*protected") as caught:
        push(Git(work), "origin", "refactor/x")
    assert "\x1b" not in str(caught.value)
    hook.unlink()
    assert push(Git(work), "origin", "refactor/x").state == "new"
    assert push(Git(work), "origin", "refactor/x").state == "up-to-date"


def test_fault_86_a_remote_that_is_gone_and_comes_back(work, remote):
    remote.rename(remote.with_name("away.git"))
    with pytest.raises(PushRejected, match=r"could not be pushed to origin: .*kept on the local branch"):
        push(Git(work), "origin", "refactor/x")
    remote.with_name("away.git").rename(remote)
    assert push(Git(work), "origin", "refactor/x").state == "new"


@pytest.mark.parametrize(
    "name",
    [
        "upstream",
        "../origin.git",
        "https://user:hunter2@example.com/x.git",
        "ext::sh -c 'touch pwned'",
        "--upload-pack=x",
        "-f",
        "--receive-pack=x",
        "",
        "origin ",
        "fd::7",
    ],
)
def test_fault_88_only_the_name_of_a_remote_will_do(work, remote, name):
    with pytest.raises(RewrightError, match="--push takes the name of a remote") as caught:
        push(Git(work), name, "refactor/x")
    assert "Remotes here: origin" in str(caught.value) and "hunter2" not in str(caught.value)
    assert list(refs(remote)) == ["refs/heads/main"]


def test_fault_88_remotes_with_hostile_names_and_addresses(work, remote, tmp_path):
    pwned = tmp_path / "pwned"
    with (work / ".git" / "config").open("a") as config:
        config.write(f'[remote "--receive-pack=touch {pwned};"]\n\turl = {remote}\n')
        config.write(f'[remote "helper"]\n\turl = "ext::sh -c touch% {pwned}"\n')
        config.write(f'[remote "vcs"]\n\turl = {remote}\n\tvcs = evil\n')
        config.write('[remote "dash"]\n\turl = "--upload-pack=x"\n')
        config.write(f'[remote "insteadof"]\n\turl = short:x\n[url "ext::sh -c touch% {pwned}% "]\n\tinsteadOf = short:\n')
    for name in ("helper", "vcs", "dash", "insteadof"):
        with pytest.raises(RewrightError, match=f"the remote {name} would start a program"):
            push(Git(work), name, "refactor/x")
    with pytest.raises(RewrightError, match="takes the name of a remote"):
        push(Git(work), f"--receive-pack=touch {pwned};", "refactor/x")
    assert not pwned.exists()


@pytest.mark.parametrize(
    "name", ["--upload-pack=x", "-x", "a..b", "a:b", "+main", "a b", "nowhere", "", "@{-1}", "a*", "main^", "main~1"]
)
def test_fault_88_branches_that_are_none(work, remote, name):
    with pytest.raises(RewrightError, match="there is no branch"):
        push(Git(work), "origin", name)
    assert list(refs(remote)) == ["refs/heads/main"]


def test_what_a_remotes_settings_start_or_force_is_not_done(work, remote, tmp_path):
    pwned = tmp_path / "pwned"
    git(work, "config", "remote.origin.receivepack", f"touch {pwned}; git-receive-pack")
    git(work, "config", "remote.origin.mirror", "true")
    git(work, "config", "remote.origin.push", "+refs/heads/*:refs/heads/*")
    git(work, "config", "push.followTags", "true")
    git(work, "tag", "-am", "v1", "v1", "refactor/x")
    git(work, "branch", "private")
    assert push(Git(work), "origin", "refactor/x").state == "new"
    assert sorted(refs(remote)) == ["refs/heads/main", "refs/heads/refactor/x"]
    assert not pwned.exists()


def test_pre_push_runs_only_with_hooks(work, remote, tmp_path):
    ran = tmp_path / "ran"
    hook = work / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {ran}\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(PushRejected):
        push(Git(work, hooks=True), "origin", "refactor/x")
    assert ran.exists() and list(refs(remote)) == ["refs/heads/main"]
    ran.unlink()
    assert push(Git(work), "origin", "refactor/x").state == "new"
    assert not ran.exists()


def test_nothing_asks_and_no_token_is_told(work, tmp_path, monkeypatch):
    """A remote over ssh: what git is started with, seen by a stand-in for ssh."""
    seen = tmp_path / "seen"
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "ssh").write_text(f'#!/bin/sh\necho "$@" > {seen}\nenv | grep -E "ASKPASS|PROMPT|INTERACTIVE" >> {seen}\nexit 1\n')
    (tools / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_" + "s" * 36)
    monkeypatch.setenv("GIT_ASKPASS", "/bin/false")
    git(work, "remote", "add", "server", "ssh://git@example.test/x.git")
    with pytest.raises(PushRejected, match="could not be pushed to server"):
        push(Git(work), "server", "refactor/x")
    told = seen.read_text()
    assert "BatchMode=yes" in told and "GIT_TERMINAL_PROMPT=0" in told and "GIT_ASKPASS=\n" in told and "ghp_" not in told


def test_a_users_own_ssh_command_is_kept(work, tmp_path):
    seen = tmp_path / "seen"
    git(work, "config", "core.sshCommand", f"touch {seen}; false")
    git(work, "remote", "add", "server", "ssh://git@example.test/x.git")
    with pytest.raises(PushRejected):
        push(Git(work), "server", "refactor/x")
    assert seen.exists()


def test_a_password_in_an_address_is_not_said(work):
    git(work, "remote", "add", "server", "https://ada:hunter2hunter2@127.0.0.1:1/x.git")
    with pytest.raises(PushRejected) as caught:
        push(Git(work), "server", "refactor/x")
    assert "hunter2" not in str(caught.value)
