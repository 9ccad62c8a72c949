"""What `rewright branch` refuses, before anything is written; FAULTS.md by number."""

import pytest
import sprint_kit as kit
import vcs_kit


def refused(folder, *arguments, name="s"):
    """What a person is told; nothing in the repository has changed."""
    before = vcs_kit.snapshot(folder)
    done = kit.branch(folder, *arguments, expect=2, name=name)
    assert "Traceback" not in done.stderr
    assert vcs_kit.snapshot(folder) == before
    return done.stderr


def test_fault_73_edited_files_are_named(tmp_path):
    folder = kit.repository(tmp_path / "r", count=3)
    (folder / "a" / "m0.py").write_text(kit.OLD + "# edited\n")
    vcs_kit.write(folder, {"b/m1.py": (kit.OLD + "# staged\n").encode()})
    vcs_kit.git(folder, "add", "b/m1.py")
    assert "a/m0.py, b/m1.py: edited and not committed" in refused(folder)
    kit.branch(folder, "--allow-dirty")
    assert "# edited" not in kit.text(folder, "a/m0.py")
    assert (folder / "a" / "m0.py").read_text().endswith("# edited\n")


def test_fault_73_other_edits_are_nobodys_business(tmp_path):
    folder = kit.repository(tmp_path / "r", "paths: [a/]", count=2)
    (folder / "b" / "m1.py").write_text("edited = 1\n")
    kit.branch(folder)


def test_fault_74_an_untracked_file_where_one_would_be_created(tmp_path):
    folder = kit.repository(tmp_path / "r", files={"a/x.py": kit.BROAD}, rule="  - {id: broad-except}\n")
    vcs_kit.write(folder, {"common_utils/__init__.py": b""})
    assert "common_utils/__init__.py: there and not tracked" in refused(folder)
    kit.branch(folder, "--allow-dirty")


def test_fault_74_what_a_later_batch_would_create_is_in_nobodys_way_yet(tmp_path):
    rule = "  - {id: rename, codemod: " + kit.RENAME + ", message: Ours.}\n  - {id: broad-except}\n"
    files = {"a/x.py": kit.OLD, "b/y.py": kit.BROAD}
    folder = kit.repository(tmp_path / "r", "budget: {files: 1}", files=files, rule=rule)
    vcs_kit.write(folder, {"common_utils/__init__.py": b""})
    kit.branch(folder)
    assert "common_utils/__init__.py: there and not tracked" in refused(folder)


def test_fault_75_detached_head_is_a_base(tmp_path):
    folder = kit.repository(tmp_path / "r")
    vcs_kit.git(folder, "checkout", "-q", "--detach")
    kit.branch(folder)
    assert vcs_kit.git(folder, "symbolic-ref", "-q", "HEAD", ok=(1,)) == ""
    assert len(kit.commits(folder)) == 1


def test_fault_75_an_unborn_branch_has_no_base(tmp_path):
    folder = tmp_path / "r"
    folder.mkdir()
    vcs_kit.git(folder, "init", "-q")
    vcs_kit.write(folder, {"rules.yaml": kit.rules().encode(), "a.py": kit.OLD.encode()})
    assert "has no commit yet" in refused(folder)


@pytest.mark.parametrize("state", ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG"])
def test_fault_76_in_the_middle_of_something(tmp_path, state):
    folder = kit.repository(tmp_path / "r")
    (folder / ".git" / state).write_text(vcs_kit.git(folder, "rev-parse", "HEAD") + "\n")
    assert "in the middle of a" in refused(folder)


def test_fault_77_a_branch_of_somebody_else(tmp_path):
    folder = kit.repository(tmp_path / "r")
    vcs_kit.git(folder, "branch", "refactor/s")
    assert "the branch refactor/s exists, and none of its commits is of sprint 's'" in refused(folder)


def test_fault_77_a_branch_that_is_checked_out(tmp_path):
    folder = kit.repository(tmp_path / "r", "budget: {files: 1}")
    kit.branch(folder)
    vcs_kit.git(folder, "switch", "-q", "refactor/s")
    assert f"refactor/s is checked out in {folder}" in refused(folder)


def test_fault_77_a_folder_in_the_way_of_the_branch(tmp_path):
    folder = kit.repository(tmp_path / "r")
    vcs_kit.git(folder, "branch", "refactor")
    assert "branch 'refactor/s' cannot be made beside branch 'refactor'" in refused(folder)


def test_fault_79_files_in_submodules_are_left_alone(tmp_path):
    inner = vcs_kit.make(tmp_path / "inner", {"old.py": kit.OLD.encode()})
    folder = kit.repository(tmp_path / "r", count=1)
    vcs_kit.git(folder, "submodule", "--quiet", "add", str(inner), "sub")
    vcs_kit.git(folder, "commit", "-qm", "submodule")
    done = kit.told(folder, "--trust-config")
    assert [one["files"] for one in done["batches"][0]["commits"]] == [["a/m0.py"]]


def test_fault_80_a_shallow_clone(tmp_path):
    origin = kit.repository(tmp_path / "origin")
    vcs_kit.git(tmp_path, "clone", "-q", "--depth=1", f"file://{origin}", "shallow")
    kit.branch(tmp_path / "shallow")


def test_fault_80_a_sparse_checkout_stays_sparse(tmp_path):
    folder = kit.repository(tmp_path / "r", count=2)
    vcs_kit.git(folder, "sparse-checkout", "set", "--no-cone", "/*", "!/b/")
    assert not (folder / "b").exists()
    done = kit.told(folder)
    assert [one["files"] for one in done["batches"][0]["commits"]] == [["a/m0.py", "b/m1.py"]]
    assert not (folder / "b").exists()


def test_fault_81_a_bare_repository(tmp_path):
    origin = kit.repository(tmp_path / "origin")
    vcs_kit.git(tmp_path, "clone", "-q", "--bare", str(origin), "bare.git")
    rules = tmp_path / "rules.yaml"
    rules.write_text(kit.rules())
    assert "bare" in kit.branch(tmp_path / "bare.git", "--rules", rules, expect=2).stderr


def test_fault_82_no_identity(tmp_path, home):
    folder = kit.repository(tmp_path / "r")
    (home / ".gitconfig").write_text("")
    assert "git config --global user.name" in refused(folder)


def test_fault_82_a_signature_that_fails_keeps_the_worktree(tmp_path, home):
    folder = kit.repository(tmp_path / "r", count=1)
    with (home / ".gitconfig").open("a") as config:
        config.write("[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = /bin/false\n")
    told = kit.branch(folder, expect=2).stderr
    assert "sign" in told
    assert (folder / ".git" / "rewright" / "worktrees" / "s" / "a" / "m0.py").read_text() != kit.OLD
    (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    kit.branch(folder)
    assert len(kit.commits(folder)) == 1


def test_fault_84_hooks_are_off_unless_asked_for(tmp_path):
    folder = kit.repository(tmp_path / "r", count=1)
    hook = folder / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho refused by the house rules >&2\nexit 1\n")
    hook.chmod(0o755)
    assert "refused by the house rules" in refused(folder, "--run-hooks")
    kit.branch(folder)


@pytest.mark.parametrize("setting", ["filter.x.clean", "gpg.program", "core.sshCommand", "diff.external"])
def test_programs_in_the_repositorys_configuration_need_consent(tmp_path, setting):
    folder = kit.repository(tmp_path / "r", count=1)
    marker = tmp_path / "ran"
    vcs_kit.git(folder, "config", setting, f"touch {marker}")
    assert setting.lower() in refused(folder).lower()
    kit.branch(folder, "--trust-config")
    assert not marker.exists()


@pytest.mark.parametrize("name", ["--upload-pack=x", "-x", "a..b", "@{-1}", "HEAD"])
def test_fault_88_names_that_git_would_read_as_something_else(tmp_path, name):
    folder = kit.repository(tmp_path / "r", count=1)
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("refactor/s", f'"{name}"'))
    assert "is no name for a branch" in refused(folder)
    rules.write_text(kit.rules(f'base: "{name}"'))
    if name not in ("HEAD",):
        assert "is no name for a branch" in refused(folder)


def test_a_base_that_does_not_exist(tmp_path):
    folder = kit.repository(tmp_path / "r", "base: mian")
    assert "'mian' is not a commit" in refused(folder) and "did you mean 'main'?" in refused(folder)


def test_no_repository(tmp_path):
    folder = tmp_path / "r"
    folder.mkdir()
    (folder / "rules.yaml").write_text(kit.rules())
    (folder / "a.py").write_text(kit.OLD)
    done = kit.branch(folder, expect=2)
    assert "repository" in done.stderr and "Traceback" not in done.stderr


def test_a_sprint_that_is_not_there(tmp_path):
    folder = kit.repository(tmp_path / "r")
    assert "no sprint is called 'ss'" in refused(folder, name="ss")


def test_a_sprint_that_depends_on_itself(tmp_path):
    folder = kit.repository(tmp_path / "r", "depends-on: [s]")
    assert "sprints depend on each other: s -> s" in refused(folder)


@pytest.mark.parametrize("command", ["worktree add", "checkout", "add", "commit"])
def test_a_disk_that_is_full(tmp_path, monkeypatch, command):
    folder = kit.repository(tmp_path / "r", count=1)
    vcs_kit.full_disk(tmp_path / "bin", command, monkeypatch)
    assert "make room" in refused(folder)
    assert kit.branches(folder) == ["main"]


def test_sprints_whose_names_differ_as_a_lock_does(tmp_path):
    more = "  - {id: s.lock, rules: [rename], branch: refactor/other, applicability: unsafe}\n"
    folder = kit.repository(tmp_path / "r", count=1)
    (folder / "rules.yaml").write_text(kit.rules(more=more))
    vcs_kit.git(folder, "commit", "-qam", "two sprints")
    kit.branch(folder)
    kit.branch(folder, name="s.lock")
    assert kit.branches(folder) == ["main", "refactor/other", "refactor/s"]


@pytest.mark.parametrize("base", ["--output={out}", "HEAD~1", "", "0" * 40])
def test_fault_88_a_commit_that_lies_about_where_it_starts(tmp_path, base):
    folder = kit.repository(tmp_path / "r")
    vcs_kit.git(folder, "switch", "-qc", "refactor/s")
    base = base.format(out=tmp_path / "out")
    vcs_kit.git(folder, "commit", "-q", "--allow-empty", "-m", f"rename\n\nRewright-Sprint: s\nRewright-Base: {base}")
    vcs_kit.git(folder, "switch", "-q", "main")
    assert f"says that it starts at {base!r}, which is no commit that the branch is built on" in refused(folder)
    assert not list(tmp_path.glob("out*"))
