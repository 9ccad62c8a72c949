"""A kill or a failing disk at every single operation of apply, undo and resume."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from apply_kit import CREATED, NEW, OLD, Killed, Probe, dying, failing, files, make, snapshot, standard

from engine.apply import Phase, apply, pending, resume, undo
from engine.model import RewrightError

HERE = Path(__file__).parent


def final(tmp_path):
    root = make(tmp_path / "final")
    apply(standard(root))
    return snapshot(root)


def assert_old_or_new(root):
    for path, found in files(root).items():
        assert found in (OLD.get(path), NEW.get(path)) or found[1] == CREATED.get(path), path
    assert OLD.keys() <= files(root).keys()


def undone(root, original):
    """Undo; a run that never reached the disk has nothing to undo, but then nothing may have changed."""
    try:
        undo(root)
    except RewrightError as error:
        assert "no run to undo" in str(error)
    assert snapshot(root) == original
    assert pending(root) is None


def operations(action):
    layer = Probe()
    action(layer)
    return layer.log


def each_kill(log):
    for index, (name, _) in enumerate(log):
        yield index, False
        if name == "write":
            yield index, True


def test_fault_56_kill_at_every_operation_of_apply(tmp_path):
    done = final(tmp_path)
    base = make(tmp_path / "base")
    original = snapshot(base)
    log = operations(lambda layer: apply(standard(make(tmp_path / "counted")), layer=layer))
    phases = []
    for index, half in each_kill(log):
        root, other = tmp_path / f"r{index}{half}", tmp_path / f"o{index}{half}"
        shutil.copytree(base, root)
        with pytest.raises(Killed):
            apply(standard(root), layer=dying(index, half))
        assert_old_or_new(root)
        shutil.copytree(root, other)
        undone(root, original)
        waiting = pending(other)
        phases.append(waiting and waiting.phase)
        if waiting is None:
            assert snapshot(other) in (original, done)
        else:
            with pytest.raises(RewrightError, match=r"rewright resume.*rewright undo"):
                apply(standard(other))
            resume(other)
            assert snapshot(other) == done
            undone(other, original)
        shutil.rmtree(root)
        shutil.rmtree(other)
    assert phases.count(Phase.APPLYING) > 50  # most operations come after the record is sealed
    assert phases.count(None) > 20


def interrupted(root, plan=standard):
    """An apply that was killed right before its third target was renamed."""
    seen = []

    def hook(index, name, args):
        if name == "replace" and args[0].startswith(".rewright-"):
            seen.append(index)
        if len(seen) == 3:
            raise Killed

    with pytest.raises(Killed):
        apply(plan(root), layer=Probe(hook))
    assert pending(root).phase is Phase.APPLYING
    return root


def applied(root):
    apply(standard(root))
    return root


@pytest.mark.parametrize("start", [interrupted, applied])
def test_fault_56_kill_at_every_operation_of_undo(tmp_path, start):
    original = snapshot(make(tmp_path / "base"))
    base = start(make(tmp_path / "start"))
    counted = shutil.copytree(base, tmp_path / "counted")
    seen = set()
    for index, half in each_kill(operations(lambda layer: undo(counted, layer=layer))):
        root, other = tmp_path / f"r{index}{half}", tmp_path / f"o{index}{half}"
        shutil.copytree(base, root)
        with pytest.raises(Killed):
            undo(root, layer=dying(index, half))
        assert_old_or_new(root)
        shutil.copytree(root, other)
        undone(root, original)
        waiting = pending(other)
        seen.add(waiting and waiting.phase)
        if waiting is not None and waiting.phase is Phase.UNDOING:
            resume(other)
            assert snapshot(other) == original
        shutil.rmtree(root)
        shutil.rmtree(other)
    assert {Phase.UNDOING, None} <= seen


@pytest.mark.parametrize("direction", [Phase.APPLYING, Phase.UNDOING])
def test_fault_56_kill_at_every_operation_of_resume(tmp_path, direction):
    original, done = snapshot(make(tmp_path / "base")), final(tmp_path)
    base = interrupted(make(tmp_path / "start"))
    if direction is Phase.UNDOING:
        with pytest.raises(Killed):
            undo(base, layer=Probe(lambda _, name, args: (_ for _ in ()).throw(Killed()) if name == "unlink" else None))
    assert pending(base).phase is direction
    counted = shutil.copytree(base, tmp_path / "counted")
    for index, half in each_kill(operations(lambda layer: resume(counted, layer=layer))):
        root, other = tmp_path / f"r{index}{half}", tmp_path / f"o{index}{half}"
        shutil.copytree(base, root)
        with pytest.raises(Killed):
            resume(root, layer=dying(index, half))
        assert_old_or_new(root)
        shutil.copytree(root, other)
        undone(root, original)
        if pending(other):
            resume(other)
        assert snapshot(other) == (done if direction is Phase.APPLYING else original)
        shutil.rmtree(root)
        shutil.rmtree(other)


CHILD = """
import os, signal, sys
from apply_kit import Probe, standard
from engine.apply import apply
def hook(index, name, args):
    if index == int(sys.argv[2]):
        os._exit(9) if sys.argv[3] == "exit" else os.kill(os.getpid(), getattr(signal, sys.argv[3]))
apply(standard(sys.argv[1]), layer=Probe(hook))
"""


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7, 0.85, 0.95])
@pytest.mark.parametrize("how", ["exit", "SIGKILL", "SIGINT"])
def test_fault_56_a_real_process_dies(tmp_path, share, how):
    done = final(tmp_path)
    root = make(tmp_path / "r")
    original = snapshot(root)
    count = len(operations(lambda layer: apply(standard(make(tmp_path / "counted")), layer=layer)))
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    run = subprocess.run(
        [sys.executable, "-c", CHILD, str(root), str(int(count * share)), how],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode in {"exit": (9,), "SIGKILL": (-signal.SIGKILL,), "SIGINT": (-signal.SIGINT, 1)}[how], run.stderr
    assert_old_or_new(root)
    other = shutil.copytree(root, tmp_path / "o")
    undone(root, original)
    if pending(other):
        resume(other)
        assert snapshot(other) == done
    assert snapshot(other) in (original, done)


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


def test_fault_56_power_loss_finds_synced_bytes_before_every_rename(tmp_path):
    """After a power loss only what was synced is sure: the record, then each temporary file, then the folders."""
    log = operations(lambda layer: apply(standard(make(tmp_path / "r")), layer=layer))
    names = [name for name, _ in log]
    temps = [i for i, (name, args) in enumerate(log) if name == "open" and args[0].startswith(".rewright-")]
    renames = [i for i, (name, args) in enumerate(log) if name == "replace" and args[0].startswith(".rewright-")]
    sealed = next(i for i, (name, args) in enumerate(log) if name == "replace" and args == ("record.part", "record"))
    finished = max(i for i, (name, args) in enumerate(log) if name == "replace" and args == ("state.part", "state"))
    assert len(temps) == len(renames) == 5
    assert "fsync" in names[:sealed]
    assert names[sealed + 1] == "fsync"
    assert sealed < temps[0]
    for temp, following in zip(temps, [*temps[1:], renames[0]], strict=True):
        last_write = max(i for i in range(temp, following) if names[i] == "write")
        assert "fsync" in names[last_write:following]
    assert names[renames[-1] : finished].count("fsync") >= 4  # root, a, a/deep, common_utils
