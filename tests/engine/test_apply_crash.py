"""FAULTS.md 56: a kill at every single operation of apply, undo and resume."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from apply_kit import (
    Killed,
    Probe,
    assert_old_or_new,
    dying,
    final,
    make,
    memory,
    operations,
    plan_of,
    snapshot,
    standard,
    undone,
)

from engine.apply import Phase, apply, pending, resume, undo
from engine.model import RewrightError

HERE = Path(__file__).parent


@pytest.fixture
def tmp_path(tmp_path):
    with memory(tmp_path) as folder:
        yield folder


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


@pytest.mark.parametrize("share", [0.3, 0.7, 0.85])
@pytest.mark.parametrize("how", ["exit", "SIGKILL", "SIGINT"])
def test_fault_56_a_real_process_dies(tmp_path, share, how):
    done = final(tmp_path)
    root = make(tmp_path / "r")
    original = snapshot(root)
    count = len(operations(lambda layer: apply(standard(make(tmp_path / "counted")), layer=layer)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}
    command = [sys.executable, "-c", CHILD, str(root), str(int(count * share)), how]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode in {"exit": (9,), "SIGKILL": (-signal.SIGKILL,), "SIGINT": (-signal.SIGINT, 1)}[how], run.stderr
    assert_old_or_new(root)
    other = shutil.copytree(root, tmp_path / "o")
    undone(root, original)
    if pending(other):
        resume(other)
        assert snapshot(other) == done
    assert snapshot(other) in (original, done)


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


def test_fault_56_kill_while_old_journals_are_removed(tmp_path):
    base = make(tmp_path / "base", {"a.py": (0o644, b"0")})
    for n in range(11):
        apply(plan_of(base, {"a.py": (b"%d" % n, b"%d" % (n + 1))}))
    step = {"a.py": (b"11", b"12")}
    log = operations(lambda layer: apply(plan_of(shutil.copytree(base, tmp_path / "counted"), step), layer=layer))
    removed = [index for index, (name, _) in enumerate(log) if name == "rmdir"]
    assert len(removed) == 1
    for index in range(removed[0] + 2):
        root = shutil.copytree(base, tmp_path / f"r{index}")
        with pytest.raises(Killed):
            apply(plan_of(root, step), layer=dying(index))
        assert pending(root) is None  # half of a removed run is not taken for an interrupted one
        apply(plan_of(root, step))
        for n in (11, 10, 9):
            undo(root)
            assert (root / "a.py").read_bytes() == b"%d" % n
