"""FAULTS.md, "Files", 58 to 65. The others: test_apply_crash.py, _full.py, _paths.py and _journal.py."""

import os
import socket

import pytest
from apply_kit import ONE, TWO, Probe, change, edit, files, make, plan_of, reasons, snapshot, target

from engine.apply import FileLayer, apply, undo


def test_fault_58_read_only_file_is_refused(tmp_path):
    root = target(tmp_path, "a.py", "b.py")
    (root / "a.py").chmod(0o444)
    result = apply(edit(root, "a.py", "b.py"))
    assert reasons(result) == {"a.py": "read-only"}
    assert result.written == ("b.py",)
    assert snapshot(root) == {"a.py": (0o444, ONE), "b.py": (0o644, TWO)}


@pytest.mark.parametrize("path, before", [("d/a.py", ONE), ("d/new.py", None), ("d/e/new.py", None)])
def test_fault_58_read_only_folder_is_refused(tmp_path, path, before):
    root = target(tmp_path, "d/a.py", "b.py")
    (root / "d").chmod(0o555)
    result = apply(plan_of(root, {path: (before, TWO), "b.py": (ONE, TWO)}))
    assert reasons(result) == {path: "read-only"}
    assert files(root) == {"d/a.py": (0o644, ONE), "b.py": (0o644, TWO)}


@pytest.mark.parametrize("name", ["a.py", "."])
def test_fault_58_what_the_system_forbids_is_refused(tmp_path, name):
    """Permission that mode bits do not show: another owner, an ACL."""
    root = target(tmp_path, "a.py", "d/b.py")

    class Forbidden(FileLayer):
        def writable(self, path, *, folder):
            return path != name and super().writable(path, folder=folder)

    assert set(reasons(apply(edit(root, "a.py"), layer=Forbidden())).values()) == {"read-only"}
    assert (root / "a.py").read_bytes() == ONE


@pytest.mark.parametrize("operation", ["open", "replace"])
def test_fault_58_permission_denied_late_is_refused(tmp_path, operation):
    root = target(tmp_path, "a.py", "b.py", "c.py")

    def deny(_, name, args):
        if name == operation and str(args[0]).endswith("-0.tmp"):
            raise PermissionError(1, "immutable")

    result = apply(edit(root, "a.py", "b.py", "c.py", items=[change("a.py", "c.py")]), layer=Probe(deny))
    assert reasons(result) == {"a.py": "read-only", "c.py": "depends-on-refused"}
    assert snapshot(root) == {"a.py": (0o644, ONE), "b.py": (0o644, TWO), "c.py": (0o644, ONE)}


@pytest.mark.parametrize("mode", [0o755, 0o640, 0o600, 0o775, 0o4755])
def test_fault_59_mode_is_kept(tmp_path, mode):
    root = target(tmp_path, "a.py")
    (root / "a.py").chmod(mode)
    apply(edit(root, "a.py"))
    assert snapshot(root) == {"a.py": (mode, TWO)}
    undo(root)
    assert snapshot(root) == {"a.py": (mode, ONE)}


class Attributes(FileLayer):
    """Extended attributes and owners by inode, as another file system or user would have them."""

    def __init__(self, refuse=()):
        self.of, self.refuse = {}, refuse

    def attributes(self, fd):
        return dict(self.of.setdefault(os.fstat(fd).st_ino, {}))

    def set_attribute(self, fd, name, value):
        if name in self.refuse:
            raise OSError(95, "not supported")
        self.of.setdefault(os.fstat(fd).st_ino, {})[name] = value


def test_fault_60_attributes_are_kept(tmp_path):
    root, layer = target(tmp_path, "a.py"), Attributes()
    layer.of[(root / "a.py").stat().st_ino] = {"user.note": b"keep", "system.posix_acl_access": b"acl"}
    apply(edit(root, "a.py"), layer=layer)
    assert (root / "a.py").read_bytes() == TWO
    assert layer.of[(root / "a.py").stat().st_ino] == {"user.note": b"keep", "system.posix_acl_access": b"acl"}


def test_fault_60_attributes_that_cannot_be_kept_refuse(tmp_path):
    root, layer = target(tmp_path, "a.py", "b.py"), Attributes(refuse=("security.label",))
    layer.of[(root / "a.py").stat().st_ino] = {"security.label": b"secret"}
    result = apply(edit(root, "a.py", "b.py"), layer=layer)
    assert reasons(result) == {"a.py": "attributes"}
    assert snapshot(root) == {"a.py": (0o644, ONE), "b.py": (0o644, TWO)}


@pytest.mark.parametrize("fails", [True, False])
def test_fault_60_owner_that_cannot_be_kept_refuses(tmp_path, fails):
    root = target(tmp_path, "a.py")
    inode = (root / "a.py").stat().st_ino

    class OtherOwner(FileLayer):
        def stat(self, fd):
            status = super().stat(fd)
            if status.st_ino != inode:
                return status
            return os.stat_result((*status[:4], status.st_uid + 7, status.st_gid, *status[6:]))

        def chown(self, fd, owner, group):
            if fails:
                raise PermissionError(1, "not yours")  # otherwise: silently without effect

    assert reasons(apply(edit(root, "a.py"), layer=OtherOwner())) == {"a.py": "attributes"}
    assert snapshot(root) == {"a.py": (0o644, ONE)}


@pytest.mark.parametrize("named", [("link.py",), ("real/a.py",), ("link.py", "real/a.py"), ("folder/a.py", "link.py")])
def test_fault_61_symlink_inside_the_root(tmp_path, named):
    root = target(tmp_path, "real/a.py")
    (root / "link.py").symlink_to("real/a.py")
    (root / "folder").symlink_to("real")
    before = snapshot(root)
    result = apply(edit(root, *named))
    assert result.written == tuple(sorted(named))
    assert snapshot(root) == before | {"real/a.py": (0o644, TWO)}
    undo(root)
    assert snapshot(root) == before


def test_fault_61_link_and_target_with_different_results_are_refused(tmp_path):
    root = target(tmp_path, "a.py")
    (root / "link.py").symlink_to("a.py")
    result = apply(plan_of(root, {"a.py": (ONE, TWO), "link.py": (ONE, b"other")}))
    assert reasons(result) == {"a.py": "same-file", "link.py": "same-file"}
    assert (root / "a.py").read_bytes() == ONE


@pytest.mark.parametrize("path, before", [("link.py", ONE), ("out/a.py", ONE), ("out/new.py", None)])
def test_fault_62_symlink_to_outside_is_refused(tmp_path, path, before):
    root, outside = target(tmp_path, "b.py"), make(tmp_path / "outside", {"a.py": (0o644, ONE)})
    (root / "link.py").symlink_to(outside / "a.py")
    (root / "out").symlink_to(outside)
    result = apply(plan_of(root, {path: (before, TWO), "b.py": (ONE, TWO)}))
    assert reasons(result) == {path: "outside-root"}
    assert snapshot(outside) == {"a.py": (0o644, ONE)}
    assert (root / "b.py").read_bytes() == TWO


def test_fault_62_symlink_into_git_and_dangling_are_refused(tmp_path):
    root = make(tmp_path / "r", {".git/hooks/x": (0o755, ONE)})
    (root / "hook.py").symlink_to(".git/hooks/x")
    (root / "dangling.py").symlink_to("nowhere.py")
    (root / "loop.py").symlink_to("loop.py")
    result = apply(plan_of(root, {"hook.py": (ONE, TWO), "dangling.py": (None, TWO), "loop.py": (ONE, TWO)}))
    assert reasons(result) == {"hook.py": "outside-root", "dangling.py": "exists", "loop.py": "not-a-file"}
    assert (root / ".git/hooks/x").read_bytes() == ONE
    assert not (root / "nowhere.py").exists()


def test_fault_63_folder_swapped_for_a_symlink_at_any_moment(tmp_path):
    counter = Probe()
    apply(edit(target(tmp_path, "d/a.py", "e.py"), "d/a.py", "e.py"), layer=counter)
    refused = 0
    for index in range(len(counter.log)):
        root = make(tmp_path / f"r{index}", {"d/a.py": (0o644, ONE), "e.py": (0o644, ONE)})
        outside = make(tmp_path / f"outside{index}", {"a.py": (0o644, ONE)})

        def swap(now, name, args, root=root, outside=outside, index=index):
            if now == index:
                (root / "d").rename(root / "moved")
                (root / "d").symlink_to(outside)

        result = apply(edit(root, "d/a.py", "e.py"), layer=Probe(swap))
        assert snapshot(outside) == {"a.py": (0o644, ONE)}
        assert (root / "e.py").read_bytes() == TWO
        refused += reasons(result).get("d/a.py") in ("outside-root", "path-changed")
        undo(root)
        assert snapshot(outside) == {"a.py": (0o644, ONE)}
        assert (root / "e.py").read_bytes() == ONE
    assert refused > 20


def test_fault_64_hard_link_is_refused_unless_allowed(tmp_path):
    root = target(tmp_path, "a.py")
    os.link(root / "a.py", tmp_path / "other")
    assert reasons(apply(edit(root, "a.py"))) == {"a.py": "hard-link"}
    assert (root / "a.py").read_bytes() == ONE
    assert apply(edit(root, "a.py"), allow_hardlinks=True).written == ("a.py",)
    assert (root / "a.py").read_bytes() == TWO
    assert (tmp_path / "other").read_bytes() == ONE


@pytest.mark.parametrize("kind", ["fifo", "socket", "folder"])
def test_fault_65_special_files_are_never_opened(tmp_path, kind, monkeypatch):
    root = target(tmp_path, "b.py")
    monkeypatch.chdir(root)  # a socket's path must be short
    if kind == "fifo":
        os.mkfifo("a.py")
    elif kind == "folder":
        os.mkdir("a.py")
    else:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("a.py")
    layer = Probe()
    result = apply(edit(root, "a.py", "b.py"), layer=layer)
    assert reasons(result) == {"a.py": "not-a-file"}
    assert ("open", "a.py") not in [(name, args[0]) for name, args in layer.log if args]
    assert (root / "b.py").read_bytes() == TWO


def test_fault_58_undo_refuses_a_file_that_was_made_read_only(tmp_path):
    root = target(tmp_path, "a.py", "b.py")
    apply(edit(root, "a.py", "b.py"))
    (root / "a.py").chmod(0o444)
    assert reasons(undo(root)) == {"a.py": "read-only"}
    assert snapshot(root) == {"a.py": (0o444, TWO), "b.py": (0o644, ONE)}
