"""engine/discover inside git: what counts, and what git must not run."""

import shutil
import subprocess

import pytest
from discover_kit import git, write

from engine.discover import discover


def test_tracked_files_count_even_if_ignored_and_deleted_ones_do_not(repository):
    write(repository, "kept.py", "gone.py", "ignored.py", "later.py", "lib/gone.py")
    (repository / ".gitignore").write_text("ignored.py\nuntracked.py\n")
    git(repository, "add", "-f", "kept.py", "gone.py", "ignored.py", "lib/gone.py")
    (repository / "gone.py").unlink()
    shutil.rmtree(repository / "lib")
    write(repository, "untracked.py")
    found = discover(repository)
    assert (found.files, found.listed_by) == (("ignored.py", "kept.py", "later.py"), "git")
    assert found.skipped == ()


def test_a_folder_inside_a_bigger_repository(repository):
    write(repository, "a.py", "sub/b.py", "sub/c/d.py")
    git(repository, "add", "a.py", "sub/b.py")
    found = discover(repository / "sub")
    assert (found.files, found.listed_by) == (("b.py", "c/d.py"), "git")


def test_a_folder_that_the_repository_around_it_ignores(repository):
    write(repository, "tmp/target/a.py", "tmp/target/gen/b.py")
    (repository / ".gitignore").write_text("tmp/\n")
    (repository / "tmp/target/.gitignore").write_text("gen/\n")
    found = discover(repository / "tmp" / "target")
    assert (found.files, found.listed_by) == (("a.py",), "walk")


def test_files_in_conflict_are_listed_once(repository):
    write(repository, "a.py")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "one")
    git(repository, "checkout", "-qb", "other")
    write(repository, "a.py", text="x = 2\n")
    git(repository, "commit", "-qam", "two")
    git(repository, "checkout", "-q", "-")
    write(repository, "a.py", text="x = 3\n")
    git(repository, "commit", "-qam", "three")
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "other")
    assert discover(repository).files == ("a.py",)


def test_bare_repositories_and_missing_git_are_walked(tmp_path, plain, monkeypatch):
    git(tmp_path, "init", "-q", "--bare", "bare")
    write(tmp_path / "bare", "a.py")
    found = discover(tmp_path / "bare")
    assert (found.files, found.listed_by) == (("a.py",), "walk")
    assert "work tree" in found.note
    write(plain, "b.py")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = discover(plain)
    assert (found.files, found.note) == (("b.py",), "git is not installed; the folder was walked instead")


def test_a_repository_of_another_owner_is_walked(repository, monkeypatch):
    write(repository, "a.py")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    found = discover(repository)
    assert (found.files, found.listed_by) == (("a.py",), "walk")
    assert "dubious ownership" in found.note


def test_the_repositorys_own_programs_do_not_run(repository, tmp_path):
    write(repository, "a.py")
    (repository / ".gitattributes").write_text("*.py filter=evil\n")
    program = tmp_path / "evil.sh"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "core.sshCommand", "core.pager"):
        git(repository, "config", key, str(program))
    for name in ("post-index-change", "fsmonitor-watchman"):
        shutil.copy(program, repository / ".git" / "hooks" / name)
    assert discover(repository).files == ("a.py",)
    assert not (tmp_path / "ran").exists()


def test_inside_a_git_hook_the_target_is_still_asked(repository, tmp_path, monkeypatch):
    git(tmp_path, "init", "-q", "other")
    write(repository, "a.py")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))
    found = discover(repository)
    assert (found.files, found.listed_by) == (("a.py",), "git")
