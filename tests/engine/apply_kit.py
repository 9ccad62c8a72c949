"""What the tests of engine.apply share: a small target, its plan, and file layers that misbehave."""

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path

from engine.apply import FileLayer, apply, pending, undo
from engine.model import Applicability, Change, Edit, FileDelta, Plan, RewrightError, Site

ONE, TWO = b"x = 1\n", b"x = 2\n"
BOM = b"\xef\xbb\xbf"
OLD = {
    "a/edit.py": (0o644, b"try:\n    pass\nexcept Exception:\n    pass\n"),
    "a/deep/run.py": (0o755, b"#!/usr/bin/env python\nprint(1)\n"),
    "crlf.py": (0o640, BOM + b"x = 1\r\ny = 2\r\n\r\nz = 3"),
    "untouched.py": (0o644, b"\x0c# left alone"),
}
AFTER = {
    "a/edit.py": b"try:\n    pass\nexcept OSError:\n    pass\n" * 3,
    "a/deep/run.py": b"#!/usr/bin/env python\nprint(2)\n",
    "crlf.py": BOM + b"x = 1\r\ny = 22\r\n\r\nz = 3",
}
CREATED = {"common_utils/__init__.py": b'"""Ours."""\n', "common_utils/error_handling.py": b"# rewright-support: errors\n"}
NEW = {path: (mode, AFTER.get(path, data)) for path, (mode, data) in OLD.items()}


def make(root: Path, files=OLD) -> Path:
    """Write {path: (mode, bytes)} under root."""
    for path, (mode, data) in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(mode)
    return root


def target(tmp_path, *paths):
    return make(tmp_path / "r", dict.fromkeys(paths, (0o644, ONE)))


def edit(root, *paths, items=()):
    """A plan that takes each path from ONE to TWO."""
    return plan_of(root, dict.fromkeys(paths, (ONE, TWO)), items)


def reasons(result):
    return {failure.site.path: failure.reason for failure in result.failures}


def plan_of(root: Path, deltas, items=(), support=None) -> Plan:
    """A plan from {path: (before, after)}."""
    made = tuple(FileDelta(path, before, after) for path, (before, after) in sorted(deltas.items()))
    return Plan(str(root), ("rule",), tuple(items), made, len(made), support or {})


def change(*paths, support=(), applicability=Applicability.SAFE) -> Change:
    """A change that edits each path."""
    return Change(Site(paths[0], 1), "m", applicability, tuple(Edit(path, 0, 0, "#") for path in paths), (), support=support)


def standard(root: Path) -> Plan:
    """Edits, an executable, CRLF with a byte-order mark, and two files in a folder that does not exist yet."""
    deltas = {path: (OLD[path][1], after) for path, after in AFTER.items()} | {
        path: (None, data) for path, data in CREATED.items()
    }
    return plan_of(root, deltas, [change("a/edit.py", support=("errors",))], {"errors": "common_utils/error_handling.py"})


def snapshot(root: Path, litter=True) -> dict:
    """Every path outside .rewright: mode and bytes, folders and symlinks too. litter=False leaves our temporaries out."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] == ".rewright" or (not litter and path.name.startswith(".rewright-")):
            continue
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            found[name] = ("link", os.readlink(path))
        elif stat.S_ISREG(status.st_mode):
            found[name] = (stat.S_IMODE(status.st_mode), path.read_bytes())
        else:
            found[name] = ("other", stat.S_IFMT(status.st_mode))
    return found


def files(root: Path) -> dict:
    """The regular files of a snapshot, temporaries left out."""
    return {name: value for name, value in snapshot(root, litter=False).items() if value[0] not in ("other", "link")}


class Killed(BaseException):
    """The process is gone: nothing may catch this."""


class Probe:
    """A layer that logs every operation but close, and calls `hook(index, name, args)` before each. fsync is only logged."""

    def __init__(self, hook=None, base=None):
        self.log, self.hook, self.base = [], hook, base or FileLayer()

    def __getattr__(self, name):
        real = getattr(self.base, name)
        if name == "close":
            return real

        def operation(*args, **kwargs):
            self.log.append((name, args))
            if self.hook:
                result = self.hook(len(self.log) - 1, name, args)
                if result is not None:
                    return result
            return None if name == "fsync" else real(*args, **kwargs)

        return operation


def dying(index, half=False):
    """A probe that is killed at operation `index`: before it, or for a write (`half`) after half of its bytes."""

    def hook(now, name, args):
        if now == index and half and name == "write":
            os.write(args[0], args[1][: len(args[1]) // 2])
        if now >= index:
            raise Killed

    return Probe(hook)


def failing(index, number=errno.ENOSPC, only=None, forever=False):
    """A probe whose operation `index` (counted among those named `only`) fails; `forever`: and all such later ones."""
    count = [-1]

    def hook(_, name, __):
        if only is None or name in only:
            count[0] += 1
            if count[0] == index or (forever and count[0] > index):
                raise OSError(number, os.strerror(number))

    return Probe(hook)


@contextlib.contextmanager
def memory(otherwise: Path):
    """A new folder in memory where the system has that, for tests that make thousands of small trees."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(dir=shared, prefix="rewright-test-") as folder:
        yield Path(folder)


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
