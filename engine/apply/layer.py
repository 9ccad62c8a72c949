"""Every file operation that applying a plan uses, one method each, so that a test can fail each one.

Nothing else in this room calls `os` for I/O. Names are single path components taken relative to
an open folder, and no open ever follows a symlink: a folder that is swapped for a link between
two steps is noticed, never followed (openat with O_NOFOLLOW per component, POSIX.1-2008).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.model import RefusedFile, RewrightError

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block us
CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
REWRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)

_REASONS = {
    errno.EACCES: ("read-only", "permission is denied"),
    errno.EPERM: ("read-only", "the system does not permit it"),
    errno.EROFS: ("read-only", "the file system is read-only"),
    errno.ELOOP: ("path-changed", "a folder of its path is a symlink now"),
    errno.ENOTDIR: ("path-changed", "a folder of its path is not a folder now"),
    errno.ENOENT: ("deleted-meanwhile", "it is gone"),
    errno.EISDIR: ("not-a-file", "a folder stands there"),
    errno.ENAMETOOLONG: ("name", "its name is longer than this file system allows"),
    errno.EILSEQ: ("name", "its name cannot be written on this file system"),
}


class FileLayer:
    """The real disk. A test wraps it to count, fail or fake operations; OSError passes through unchanged."""

    def realpath(self, path: str) -> str:
        """The absolute path with every symlink resolved; what does not exist is kept as written."""
        return os.path.realpath(path)

    def open(self, name: str, flags: int, mode: int = 0o600, *, folder: int | None = None) -> int:
        """A descriptor, not inherited by child processes."""
        return os.open(name, flags | getattr(os, "O_CLOEXEC", 0), mode, dir_fd=folder)

    def close(self, fd: int) -> None:
        """Give a descriptor back."""
        os.close(fd)

    def read(self, fd: int) -> bytes:
        """The whole file, from its first byte."""
        os.lseek(fd, 0, os.SEEK_SET)
        parts = []
        while part := os.read(fd, 1 << 20):
            parts.append(part)
        return b"".join(parts)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """How many bytes were written: maybe fewer than given."""
        return os.write(fd, data)

    def fsync(self, fd: int) -> None:
        """Return when a file's bytes, or a folder's names, are on the disk."""
        os.fsync(fd)

    def stat(self, fd: int) -> os.stat_result:
        """The status of an open file or folder."""
        return os.fstat(fd)

    def lstat(self, name: str, *, folder: int) -> os.stat_result:
        """The status of a name, a symlink's own when it is one."""
        return os.stat(name, dir_fd=folder, follow_symlinks=False)

    def writable(self, name: str, *, folder: int) -> bool:
        """Does the system let this user write the name? Always true for root."""
        return os.access(name, os.W_OK, dir_fd=folder, effective_ids=os.access in os.supports_effective_ids)

    def chmod(self, fd: int, mode: int) -> None:
        """Set permission bits."""
        os.fchmod(fd, mode)

    def chown(self, fd: int, owner: int, group: int) -> None:
        """Set owner and group, both numeric."""
        os.fchown(fd, owner, group)

    def attributes(self, fd: int) -> dict[str, bytes]:
        """Extended attributes, ACLs among them. Empty where the system or file system has none."""
        if sys.platform != "linux":
            return {}
        try:
            return {name: os.getxattr(fd, name) for name in os.listxattr(fd)}
        except OSError as error:
            if error.errno in (errno.ENOTSUP, errno.ENOSYS):
                return {}
            raise

    def set_attribute(self, fd: int, name: str, value: bytes | None) -> None:
        """Set one extended attribute; None removes it."""
        if sys.platform == "linux":
            if value is None:
                os.removexattr(fd, name)
            else:
                os.setxattr(fd, name, value)

    def replace(self, source: str, target: str, *, folder: int) -> None:
        """Atomic rename inside one folder, over whatever file stands at target."""
        os.replace(source, target, src_dir_fd=folder, dst_dir_fd=folder)

    def unlink(self, name: str, *, folder: int) -> None:
        """Remove a file or a symlink, never what it points to."""
        os.unlink(name, dir_fd=folder)

    def mkdir(self, name: str, *, folder: int) -> None:
        """Create a folder with the user's usual permissions."""
        os.mkdir(name, dir_fd=folder)

    def rmdir(self, name: str, *, folder: int) -> None:
        """Remove an empty folder."""
        os.rmdir(name, dir_fd=folder)

    def list(self, fd: int) -> list[str]:
        """The names in an open folder, in no order."""
        return os.listdir(fd)


DISK = FileLayer()


@dataclass(frozen=True)
class Tree:
    """The target's root, opened: `root` is its real path, `fd` its descriptor."""

    layer: FileLayer
    root: str
    fd: int


@contextlib.contextmanager
def opened(root: str, layer: FileLayer) -> Iterator[Tree]:
    """The target as a Tree. Raises RewrightError when root is no folder, or the system lacks openat."""
    if os.open not in os.supports_dir_fd:
        raise RewrightError(
            "applying in place needs a POSIX system; here, save `rewright diff --output-format patch` and run `git apply` on it"
        )
    try:
        real = layer.realpath(root)
        fd = layer.open(real, _FOLDER)
    except OSError as error:
        raise RewrightError(f"{root}: cannot open the target's folder ({error.strerror}); name an existing folder") from error
    try:
        yield Tree(layer, real, fd)
    finally:
        layer.close(fd)


@contextlib.contextmanager
def folder(tree: Tree, parts: Sequence[str], make: frozenset[str] | None = frozenset()) -> Iterator[int]:
    """The folder at root-relative `parts`, opened without following any symlink.

    A missing folder is created when its posix path is in `make` (None: always). Raises OSError.
    """
    layer, fds = tree.layer, [tree.fd]
    try:
        for depth, part in enumerate(parts, 1):
            try:
                fds.append(layer.open(part, _FOLDER, folder=fds[-1]))
            except FileNotFoundError:
                if make is not None and "/".join(parts[:depth]) not in make:
                    raise
                with contextlib.suppress(FileExistsError):
                    layer.mkdir(part, folder=fds[-1])
                layer.fsync(fds[-1])
                fds.append(layer.open(part, _FOLDER, folder=fds[-1]))
        yield fds[-1]
    finally:
        for fd in reversed(fds[1:]):
            layer.close(fd)


@contextlib.contextmanager
def refusals(path: str) -> Iterator[None]:
    """Turn an OSError that concerns one file into RefusedFile; a full disk and the like pass through."""
    try:
        yield
    except OSError as error:
        if error.errno not in _REASONS:
            raise
        reason, sentence = _REASONS[error.errno]
        raise RefusedFile(reason, f"{path!r} was left alone: {sentence}; put that right and run again") from error


def read_file(layer: FileLayer, name: str, fd: int) -> tuple[bytes, os.stat_result]:
    """A regular file's bytes and status. What is not a regular file is never opened: RefusedFile. Raises OSError."""
    if not stat.S_ISREG(layer.lstat(name, folder=fd).st_mode):
        raise RefusedFile("not-a-file", f"{name!r} is not a regular file; it was not opened")
    handle = layer.open(name, READ, folder=fd)
    try:
        status = layer.stat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise RefusedFile("not-a-file", f"{name!r} is not a regular file; it was not read")
        return layer.read(handle), status
    finally:
        layer.close(handle)


def write_all(layer: FileLayer, fd: int, data: bytes) -> None:
    """Write every byte, however short each write is. Raises OSError; ENOSPC when the disk takes nothing more."""
    rest = memoryview(data)
    while rest:
        count = layer.write(fd, rest)
        if count <= 0:
            raise OSError(errno.ENOSPC, "the disk took no more bytes")
        rest = rest[count:]


def replace_file(layer: FileLayer, name: str, data: bytes, fd: int) -> None:
    """Replace a small file of our own durably: `<name>.part`, fsync, rename, fsync of the folder. Raises OSError."""
    handle = layer.open(f"{name}.part", REWRITE, 0o644, folder=fd)
    try:
        write_all(layer, handle, data)
        layer.fsync(handle)
    finally:
        layer.close(handle)
    layer.replace(f"{name}.part", name, folder=fd)
    layer.fsync(fd)
