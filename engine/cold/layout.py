"""A copy of the target to import from, made anew whenever a module that was imported has changed something in it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.listing import ALWAYS_OUT

LARGEST = 32 << 20  # bytes: larger files that are no code are left out
ROOM = 1 << 30  # bytes of such files in one copy
_CODE = (".py", ".pyi", ".so", ".pyd")


@dataclass(slots=True)
class Copy:
    """`folder` is its owner's to delete. `after`: root-relative path to the bytes that stand there instead of the target's;
    None: no file stands there.
    """

    target: Path
    folder: Path
    after: Mapping[str, bytes | None]
    _stamp: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)

    def fresh(self) -> Path:
        """The folder, as the target is with `after` in it, whatever happened there before."""
        if not self._stamp or self._stamp != _stamp(self.folder):
            if self.folder.is_dir() and not self.folder.is_symlink():
                shutil.rmtree(self.folder)
            elif os.path.lexists(self.folder):
                self.folder.unlink()
            self.folder.mkdir(parents=True)
            _copy(self.target, self.folder)
            for path, data in self.after.items():
                file = self.folder / path
                if data is None:
                    file.unlink(missing_ok=True)
                else:
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(data)
            self._stamp = _stamp(self.folder)
        return self.folder


def _copy(target: Path, folder: Path) -> None:
    """Regular files, and what links to files of the target lead to; no repository, no environment, and no large data."""
    room = ROOM
    for name in _files(target):
        source = target / name
        size = source.stat().st_size
        if not name.endswith(_CODE):
            if size > min(LARGEST, room):
                continue
            room -= size
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / name)


def _files(target: Path) -> Iterator[str]:
    """The root-relative names of the files to copy. A file that may not be read is none."""
    inside = str(target.resolve()) + os.sep
    for top, folders, files in os.walk(target):
        folders[:] = [one for one in folders if one + "/" not in ALWAYS_OUT and not Path(top, one, "pyvenv.cfg").exists()]
        for name in files:
            file = Path(top, name)
            ours = not file.is_symlink() or os.path.realpath(file).startswith(inside)
            if ours and file.exists() and stat.S_ISREG(file.stat().st_mode) and os.access(file, os.R_OK):
                yield os.path.relpath(file, target)


def _stamp(folder: Path) -> Mapping[str, tuple[int, int, int]]:
    """Inode, change time and size of everything below a folder: reading changes none of them, anything else does."""
    found = {}
    for top, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            path = os.path.join(top, name)
            told = os.lstat(path)
            found[path] = (told.st_ino, told.st_ctime_ns, told.st_size)
    return found
