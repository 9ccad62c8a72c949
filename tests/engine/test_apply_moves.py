"""Applying plans that move and remove files: whole or not at all, at every kill, and back again with modes and folders."""

import errno
import os
import shutil
from dataclasses import replace

import pytest
from apply_kit import Killed, dying, failing, make, memory, operations, plan_of, reasons, snapshot, undone

from engine.apply import Phase, apply, pending, record, resume, undo
from engine.apply.record import Corrupt, decode, encode
from engine.model import Applicability, Change, FileDelta, Plan, RewrightError, Site

NEWS = ("emptied", "removed", "origin")

BEFORE = {
    "app.py": (0o644, b"import shop.old\n"),
    "shop/__init__.py": (0o644, b""),
    "shop/old.py": (0o755, b"#!/usr/bin/env python\r\nX = 1"),
    "shop/sub/deep.py": (0o640, b"Y = 1\n"),
    "kept.py": (0o644, b"Z = 1\n"),
}
AFTER = {
    "app.py": (0o644, b"import store.new\n"),
    "store/__init__.py": (0o644, b""),
    "store/new.py": (0o755, b"#!/usr/bin/env python\r\nX = 2"),
    "store/sub/deep.py": (0o640, b"Y = 1\n"),
    "kept.py": (0o644, b"Z = 1\n"),
}
MOVES = {"shop/__init__.py": "store/__init__.py", "shop/old.py": "store/new.py", "shop/sub/deep.py": "store/sub/deep.py"}


@pytest.fixture
def tmp_path(tmp_path):
    with memory(tmp_path) as folder:
        yield folder


def moving(root):
    """The package `shop` becomes `store`: all its files, one with another name and other bytes, and an importer."""
    deltas = [FileDelta("app.py", BEFORE["app.py"][1], AFTER["app.py"][1])]
    for old, new in MOVES.items():
        deltas += [FileDelta(old, BEFORE[old][1], None), FileDelta(new, None, AFTER[new][1], origin=old)]
    return Plan(str(root), ("rule",), (), tuple(sorted(deltas, key=lambda one: one.path)), 5)


def target(root, more=None):
    return make(root, {**BEFORE, **(more or {})})


def found(root):
    return {name: value for name, value in snapshot(root).items() if value[0] != "other"}


def folders(root):
    return {name: (root / name).stat().st_mode & 0o7777 for name, value in snapshot(root).items() if value[0] == "other"}


def test_a_package_moves_with_its_modes_and_comes_back(tmp_path):
    root = target(tmp_path / "r")
    (root / "shop/sub").chmod(0o750)
    before, modes = snapshot(root), folders(root)
    result = apply(moving(root))
    assert not result.failures and result.removed == tuple(sorted(MOVES))
    assert found(root) == AFTER and not (root / "shop").exists()
    back = undo(root)
    assert snapshot(root) == before and folders(root) == modes
    assert back.restored == ("app.py", *sorted(MOVES)) and back.removed == tuple(sorted(MOVES.values()))


def test_a_file_is_removed_and_restored(tmp_path):
    root = target(tmp_path / "r")
    before = snapshot(root)
    result = apply(plan_of(root, {"shop/old.py": (BEFORE["shop/old.py"][1], None)}))
    assert (result.written, result.removed) == ((), ("shop/old.py",)) and not (root / "shop/old.py").exists()
    undo(root)
    assert snapshot(root) == before


def test_a_folder_that_holds_more_stays(tmp_path):
    root = target(tmp_path / "r", {"shop/__pycache__/old.pyc": (0o644, b"")})
    apply(moving(root))
    assert found(root) == {**AFTER, "shop/__pycache__/old.pyc": (0o644, b"")} and not (root / "shop/sub").exists()


def test_extended_attributes_go_along(tmp_path_factory):
    root = target(tmp_path_factory.mktemp("disk") / "r")
    try:
        os.setxattr(root / "shop/old.py", "user.note", b"mine")
    except OSError as error:
        assert error.errno == errno.ENOTSUP, "this file system has no extended attributes, so there is nothing to keep"
        return
    apply(moving(root))
    assert os.getxattr(root / "store/new.py", "user.note") == b"mine"
    undo(root)
    assert os.getxattr(root / "shop/old.py", "user.note") == b"mine"


# -- refused before anything is written --------------------------------------------------


def untouched(root, reason, path):
    before = snapshot(root)
    result = apply(moving(root))
    assert result.written == result.removed == () and snapshot(root) == before
    assert reasons(result)[path] == reason and set(reasons(result)) >= {path, MOVES.get(path, path)}
    assert not result.journal


def grouped(root):
    """The same as one rewrite, so that all of it stands or falls together."""
    plan = moving(root)
    sites = {**MOVES, "app.py": ""}
    changes = [
        Change(Site(path, 1), "m", Applicability.SAFE, (), (), rule="rule", group="g", group_size=4, moves_to=new)
        for path, new in sites.items()
    ]
    return Plan(plan.root, plan.rules, tuple(changes), plan.deltas, plan.files)


@pytest.mark.parametrize("change", ["edited", "deleted", "read-only", "read-only folder", "taken", "linked"])
def test_one_file_that_cannot_go_keeps_the_whole_group(tmp_path, change):
    root = target(tmp_path / "r")
    old = root / "shop/sub/deep.py"
    if change == "edited":
        old.write_bytes(b"mine = 1\n")
    elif change == "deleted":
        old.unlink()
    elif change == "read-only":
        old.chmod(0o444)
    elif change == "read-only folder":
        old.parent.chmod(0o555)
    elif change == "taken":
        make(root, {"store/sub/deep.py": (0o644, b"theirs = 1\n")})
    else:
        old.rename(root / "elsewhere.py")
        old.symlink_to(root / "elsewhere.py")
    before = snapshot(root)
    result = apply(grouped(root))
    assert snapshot(root) == before and result.written == result.removed == () and not result.journal
    why = {"edited": "edited-meanwhile", "deleted": "deleted-meanwhile", "taken": "exists", "linked": "not-a-file"}
    path = "store/sub/deep.py" if change == "taken" else "shop/sub/deep.py"
    assert reasons(result)[path] == why.get(change, "read-only")
    assert set(reasons(result)) == {one.path for one in moving(root).deltas}


def test_a_pair_stands_or_falls_together_without_a_group(tmp_path):
    root = target(tmp_path / "r")
    (root / "shop/old.py").write_bytes(b"mine = 1\n")
    result = apply(moving(root))
    assert reasons(result) == {"shop/old.py": "edited-meanwhile", "store/new.py": "depends-on-refused"}
    assert (root / "shop/old.py").read_bytes() == b"mine = 1\n" and not (root / "store/new.py").exists()
    assert (root / "store/__init__.py").exists()


def test_undo_keeps_what_was_edited_since(tmp_path):
    root = target(tmp_path / "r")
    apply(moving(root))
    (root / "store/new.py").write_bytes(b"mine = 1\n")
    assert reasons(undo(root)) == {"store/new.py": "edited-meanwhile"}
    kept = {"store/new.py": (0o755, b"mine = 1\n")}
    assert found(root) == {**BEFORE, **kept}


def test_undo_does_not_write_over_what_stands_there_since(tmp_path):
    root = target(tmp_path / "r")
    apply(moving(root))
    make(root, {"shop/old.py": (0o600, b"mine = 1\n")})
    assert reasons(undo(root)) == {"shop/old.py": "exists"}
    assert found(root) == {**BEFORE, "shop/old.py": (0o600, b"mine = 1\n")}


def test_undo_where_a_file_stands_in_the_place_of_a_folder(tmp_path):
    root = target(tmp_path / "r")
    apply(moving(root))
    (root / "shop").write_bytes(b"mine\n")
    assert set(reasons(undo(root)).values()) == {"path-changed"}
    assert (root / "shop").read_bytes() == b"mine\n"


# -- crashes -----------------------------------------------------------------------------


def whole(root):
    """Each file has its old or its new bytes, and a moved one is at one of its places at least."""
    there = {name: value for name, value in found(root).items() if not name.rpartition("/")[2].startswith(".rewright-")}
    for name, value in there.items():
        assert value in (BEFORE.get(name), AFTER.get(name)), name
    assert all(old in there or new in there for old, new in MOVES.items())


def test_fault_56_kill_at_every_operation_of_apply(tmp_path):
    base = target(tmp_path / "base")
    original = snapshot(base)
    done = target(tmp_path / "done")
    apply(moving(done))
    final = snapshot(done)
    phases = []
    for index, _ in enumerate(operations(lambda layer: apply(moving(target(tmp_path / "counted")), layer=layer))):
        root, other = tmp_path / f"r{index}", tmp_path / f"o{index}"
        shutil.copytree(base, root)
        with pytest.raises(Killed):
            apply(moving(root), layer=dying(index))
        whole(root)
        shutil.copytree(root, other)
        undone(root, original)
        waiting = pending(other)
        phases.append(waiting and waiting.phase)
        if waiting is not None:
            resume(other)
            assert snapshot(other) == final
            undone(other, original)
        shutil.rmtree(root)
        shutil.rmtree(other)
    assert phases.count(Phase.APPLYING) > 50


def test_fault_56_kill_at_every_operation_of_undo(tmp_path):
    original = snapshot(target(tmp_path / "original"))
    base = target(tmp_path / "base")
    apply(moving(base))
    seen = set()
    for index, _ in enumerate(operations(lambda layer: undo(shutil.copytree(base, tmp_path / "counted"), layer=layer))):
        root, other = (shutil.copytree(base, tmp_path / f"{name}{index}") for name in "ro")
        for place in (root, other):
            with pytest.raises(Killed):
                undo(place, layer=dying(index))
        whole(root)
        waiting = pending(other)
        seen.add(waiting and waiting.phase)
        undone(root, original)
        if waiting is not None:
            resume(other)
            assert snapshot(other) == original
        shutil.rmtree(root)
        shutil.rmtree(other)
    assert {Phase.UNDOING, None} <= seen


@pytest.mark.parametrize("operation", ["write", "fsync", "replace", "unlink", "mkdir"])
def test_fault_57_a_disk_that_fails_at_each_operation(tmp_path, operation):
    log = operations(lambda layer: apply(moving(target(tmp_path / "counted")), layer=layer))
    count = sum(name == operation for name, _ in log)
    assert count > 2
    for index in range(count):
        root = target(tmp_path / f"r{index}")
        before = snapshot(root)
        try:
            apply(moving(root), layer=failing(index, only=(operation,)))
        except RewrightError:
            whole(root)
            if pending(root):
                undo(root)
            assert snapshot(root) == before
        shutil.rmtree(root)


# -- the journal -------------------------------------------------------------------------


def test_a_record_of_before_there_were_moves_is_read(tmp_path):
    root = target(tmp_path / "r")
    run = apply(plan_of(root, {"kept.py": (b"Z = 1\n", b"Z = 2\n"), "new.py": (None, b"")})).journal
    data = (root / ".rewright/journal" / run / "record").read_bytes()
    frames = [({key: value for key, value in head.items() if key not in NEWS}, body) for head, body in record._frames(data)]
    older = record.MAGIC + b"".join(record._frame(head, body) for head, body in frames)
    assert older != data and decode(older, run) == decode(data, run)


def test_a_record_reads_back(tmp_path):
    root = target(tmp_path / "r")
    run = apply(moving(root)).journal
    data = (root / ".rewright/journal" / run / "record").read_bytes()
    known = decode(data, run)
    assert b"".join(encode(known)) == data
    gone = {entry.path: entry.after for entry in known.entries if entry.after is None}
    assert set(gone) == set(MOVES) and known.emptied.keys() == {"shop", "shop/sub"}


def test_a_hostile_record_names_no_path_outside(tmp_path):
    root = target(tmp_path / "r")
    run = apply(moving(root)).journal
    known = decode((root / ".rewright/journal" / run / "record").read_bytes(), run)
    astray = replace(known.entries[0], origin="../x.py")
    for bad in ({"emptied": {"../x": 0o755}}, {"emptied": {"/etc": 0o755}}, {"entries": (astray,)}):
        with pytest.raises(Corrupt, match="outside"):
            decode(b"".join(encode(replace(known, **bad))), run)
