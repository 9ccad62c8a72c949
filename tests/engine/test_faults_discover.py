"""FAULTS.md 61, 62, 65, 69 and 79, by number, and other hostile shapes of a tree."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from discover_kit import git, reasons, write

from engine.discover import discover, read_target_python
from engine.model import Failure, Skip


def test_fault_61_symlink_inside_the_root(target):
    write(target, "real.py", "pkg/mod.py", "old/left.py")
    (target / "link.py").symlink_to("real.py")
    (target / "chain.py").symlink_to("link.py")
    (target / "alias").symlink_to("pkg")
    (target / "stale.py").symlink_to("old/left.py")
    (target / "nowhere.py").symlink_to("absent.py")
    (target / "loop.py").symlink_to("loop.py")
    found = discover(target, exclude=["old/"])
    assert found.files == ("pkg/mod.py", "real.py")
    assert reasons(found) == {
        ("stale.py", "Skip", "symlink"),
        ("nowhere.py", "Skip", "dangling-symlink"),
        ("loop.py", "Skip", "dangling-symlink"),
    }
    assert {"link.py", "chain.py", "real.py"} < found.all_python
    assert discover(target, [target / "link.py"]).files == ("real.py",)
    assert discover(target, [target / "alias"]).files == ("pkg/mod.py",)


def test_fault_62_symlink_to_outside(target, tmp_path):
    write(tmp_path, "secret.py", "elsewhere/x.py")
    write(target, "a.py")
    (target / "link.py").symlink_to(tmp_path / "secret.py")
    (target / "up.py").symlink_to("../secret.py")
    (target / "folder").symlink_to(tmp_path / "elsewhere")
    found = discover(target)
    assert found.files == ("a.py",)
    assert found.all_python == {"a.py"}
    assert reasons(found) == {
        ("link.py", "Failure", "symlink-outside"),
        ("up.py", "Failure", "symlink-outside"),
        ("folder", "Skip", "symlink-outside"),
    }
    assert reasons(discover(target, exclude=["link.py", "up.py", "folder/"])) == set()


def test_fault_62_a_folder_replaced_by_a_symlink(repository, tmp_path):
    write(repository, "pkg/a.py", "b.py")
    git(repository, "add", ".")
    write(tmp_path, "elsewhere/a.py")
    shutil.rmtree(repository / "pkg")
    (repository / "pkg").symlink_to(tmp_path / "elsewhere")
    found = discover(repository)
    assert (found.files, found.all_python) == (("b.py",), {"b.py"})
    assert reasons(found) == {("pkg", "Skip", "symlink-outside")}


def test_fault_65_fifos_and_sockets_are_never_opened(plain):
    write(plain, "a.py")
    os.mkfifo(plain / "fifo.py")
    os.mkfifo(plain / ".gitignore")
    os.mkfifo(plain / "pyproject.toml")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(plain)  # a socket's path may be 107 bytes long
        server.bind("socket.py")
        os.chdir(here)
        found = discover(plain)
    assert found.files == ("a.py",)
    assert reasons(found) == {("fifo.py", "Skip", "special-file"), ("socket.py", "Skip", "special-file")}
    assert read_target_python(plain) is None


def test_fault_65_a_tracked_file_that_became_a_fifo(repository):
    write(repository, "a.py", "b.py")
    git(repository, "add", ".")
    (repository / "a.py").unlink()
    os.mkfifo(repository / "a.py")
    found = discover(repository)
    assert (found.files, reasons(found)) == (("b.py",), {("a.py", "Skip", "special-file")})


def test_fault_69_names(target):
    write(target, "Case.py", "case.py", "größe.py", "a b.py", "'quo\"te'.py", "-x.py", "\u3000.py")
    for name in (b"latin-\xe9.py", b"new\nline.py", b"esc\x1b[31m.py", b"tab\t.py"):
        with open(os.path.join(os.fsencode(target), name), "wb") as stream:
            stream.write(b"x = 1\n")
    found = discover(target)
    assert set(found.files) == {"Case.py", "case.py", "größe.py", "a b.py", "'quo\"te'.py", "-x.py", "\u3000.py"}
    assert found.all_python == set(found.files)
    assert reasons(found) == {
        (name, "Failure", "file-name") for name in ("latin-\\udce9.py", "new\\nline.py", "esc\\x1b[31m.py", "tab\\t.py")
    }
    assert all(item.site.path.isprintable() for item in found.skipped)
    assert all(isinstance(item, Skip | Failure) for item in found.skipped)


def test_fault_79_submodules_and_nested_repositories(repository, tmp_path):
    git(tmp_path, "init", "-q", "library")
    write(tmp_path / "library", "lib.py")
    git(tmp_path / "library", "add", ".")
    git(tmp_path / "library", "commit", "-qm", "one")
    git(repository, "submodule", "add", "-q", str(tmp_path / "library"), "vendor/library")
    git(repository, "init", "-q", "nested")
    write(repository, "a.py", "nested/n.py")
    write(repository / "nested", "n.py")
    found = discover(repository)
    assert found.files == ("a.py",)
    assert found.all_python == {"a.py"}
    assert reasons(found) == {("vendor/library", "Skip", "submodule"), ("nested", "Skip", "submodule")}
    for inside in (repository / "vendor" / "library", repository / "vendor" / "library" / "lib.py"):
        narrowed = discover(repository, [inside])
        assert (narrowed.files, reasons(narrowed)) == ((), {("vendor/library", "Skip", "submodule")})
    assert discover(repository / "vendor" / "library").files == ("lib.py",)


# -- hostile shapes --------------------------------------------------------------------------


def test_a_gitignore_that_would_backtrack_is_not_obeyed(plain):
    write(plain, "a" * 200 + ".py")
    (plain / ".gitignore").write_text("*a" * 40 + "b\n" + "x" * 5000 + "\n[\n\\\n!\n")
    begun = time.perf_counter()
    assert len(discover(plain).files) == 1
    assert time.perf_counter() - begun < 2


def test_very_deep_folders(plain):
    here = os.getcwd()
    os.chdir(plain)
    try:
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
        Path("deep.py").write_text("x = 1\n")
        os.chdir(here)
        assert discover(plain).files == ("d/" * 1200 + "deep.py",)
    finally:
        os.chdir(here)
        subprocess.run(["rm", "-rf", str(plain / "d")], check=True)


def test_folders_that_cannot_be_listed_hold_nothing(plain, monkeypatch):
    write(plain, "a.py", "closed/b.py")
    real = os.scandir

    def scandir(path):
        if str(path).rstrip("/").endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert discover(plain).files == ("a.py",)


def test_virtual_environments_are_left_out_by_their_mark(plain):
    write(plain, "a.py", "myenv/lib/x.py", "myenv/pyvenv.cfg")
    assert discover(plain).files == ("a.py",)
