"""FAULTS.md 57: a full or failing disk at every single operation."""

import errno
import os
import shutil

import pytest
from apply_kit import (
    Probe,
    assert_old_or_new,
    failing,
    final,
    make,
    memory,
    operations,
    snapshot,
    standard,
    undone,
)

from engine.apply import apply, pending, resume, undo
from engine.model import RewrightError


@pytest.fixture
def tmp_path(tmp_path):
    with memory(tmp_path) as folder:
        yield folder


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("forever", [False, True])
def test_fault_57_disk_full_at_every_write(tmp_path, number, forever):
    done = final(tmp_path)
    base = make(tmp_path / "base")
    original = snapshot(base)
    log = operations(lambda layer: apply(standard(make(tmp_path / "counted")), layer=layer))
    writes = sum(name == "write" for name, _ in log)
    assert writes >= 10
    refused = 0
    for index in range(writes):
        root = shutil.copytree(base, tmp_path / f"r{index}")
        try:
            apply(standard(root), layer=failing(index, number, ("write",), forever))
        except RewrightError as error:
            refused += 1
            assert os.strerror(number) in str(error)
            assert_old_or_new(root)
            if pending(root) is None:
                assert snapshot(root) == original
                apply(standard(root))
            else:
                assert "rewright resume" in str(error)
                resume(root)
        assert snapshot(root) == done
        undone(root, original)
    assert refused >= writes - 1  # only the note of who holds the lock may be lost


def test_fault_57_any_operation_fails_once(tmp_path):
    done = final(tmp_path)
    base = make(tmp_path / "base")
    original = snapshot(base)
    log = operations(lambda layer: apply(standard(make(tmp_path / "counted")), layer=layer))
    for index in range(len(log)):
        root = shutil.copytree(base, tmp_path / f"r{index}")
        try:
            result = apply(standard(root), layer=failing(index, errno.EIO))
        except RewrightError:
            assert_old_or_new(root)
            assert pending(root) or snapshot(root) == original
            undone(root, original)
        else:
            assert not result.failures
            assert snapshot(root) == done
            undone(root, original)
        shutil.rmtree(root)


def test_fault_57_disk_full_during_undo_is_finished_by_undo(tmp_path):
    base = make(tmp_path / "base")
    original = snapshot(base)
    apply(standard(base))
    log = operations(lambda layer: undo(shutil.copytree(base, tmp_path / "counted"), layer=layer))
    for index in range(sum(name == "write" for name, _ in log)):
        root = shutil.copytree(base, tmp_path / f"r{index}")
        try:
            undo(root, layer=failing(index, errno.ENOSPC, ("write",), True))
        except RewrightError:
            assert_old_or_new(root)
            undo(root)
        assert snapshot(root) == original


def test_fault_57_short_writes_are_continued(tmp_path):
    root = make(tmp_path / "r")
    apply(standard(root), layer=Probe(lambda _, name, args: os.write(args[0], args[1][:3]) if name == "write" else None))
    assert snapshot(root) == final(tmp_path)


def test_fault_57_a_disk_that_loses_bytes_is_noticed(tmp_path):
    root = make(tmp_path / "r")
    original = snapshot(root)

    def lose(_, name, args):
        if name == "write" and b"print(2)" in bytes(args[1]) and b'"path"' not in bytes(args[1]):
            os.write(args[0], bytes(len(args[1])))
            return len(args[1])
        return None

    with pytest.raises(RewrightError, match="other bytes"):
        apply(standard(root), layer=Probe(lose))
    assert snapshot(root) == original
    assert pending(root) is None
