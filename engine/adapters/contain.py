"""Foreign code at arm's length: what it prints goes where the caller says, and it reaches neither network nor disk nor programs.

A guard against accidents and against code that nobody read closely. It is no sandbox: who trusts code, runs it.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

from engine.adapters.unchanged import Names, names, put_back

_REFUSED = {
    "socket.": "open a connection",
    "subprocess.": "start a program",
    "os.system": "start a program",
    "os.exec": "start a program",
    "os.posix_spawn": "start a program",
    "os.spawn": "start a program",
    "os.fork": "start a process",
    "os.kill": "send a signal",
    "os.remove": "delete a file",
    "os.rename": "rename a file",
    "os.rmdir": "delete a folder",
    "os.mkdir": "make a folder",
    "os.link": "make a link",
    "os.symlink": "make a link",
    "os.truncate": "write a file",
    "shutil.": "change files",
}
_HARMLESS = frozenset(("socket.__new__", "socket.gethostname"))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class _Guard:
    """How many foreign calls are under way in this process."""

    depth = 0


@contextlib.contextmanager
def contained(printed: io.TextIOBase | None = None) -> Iterator[None]:
    """Run foreign code in here. What it did to the working directory, the standard streams and sys.path is put back.

    An attempt to reach out raises PermissionError at the place of the attempt, and what it did to the standard library when
    it ends. `printed`: what sys.stdout and sys.stderr are.
    """
    _watch()
    where, path, bytecode, argv = os.getcwd(), list(sys.path), sys.dont_write_bytecode, list(sys.argv)
    sys.dont_write_bytecode = True
    out: Any = printed or io.StringIO()
    with unwarned(), _silence(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        before = names()
        _Guard.depth += 1
        try:
            with _Unchanged(before):
                yield
        except (KeyboardInterrupt, GeneratorExit) as error:
            raise RuntimeError(f"raised {type(error).__name__}") from error
        finally:
            _Guard.depth -= 1
            sys.dont_write_bytecode = bytecode
            sys.path[:], sys.argv[:] = path, argv
            os.chdir(where)


class _Unchanged:
    """Puts the standard library back, and says so: PermissionError. No generator: what drives those may be what is broken."""

    def __init__(self, before: Names) -> None:
        self.before = before

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if changed := put_back(self.before):
            raise PermissionError(f"a codemod may not change {', '.join(changed)}") from error


@contextlib.contextmanager
def unwarned() -> Iterator[None]:
    """What tools warn of is their authors' business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Send what is written to the descriptors of standard output and error nowhere."""
    kept = []
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        with contextlib.suppress(OSError):  # closed: nothing to keep
            kept.append((os.dup(number), number))
            os.dup2(nowhere, number)
    os.close(nowhere)
    try:
        yield
    finally:
        for copy, number in kept:
            os.dup2(copy, number)
            os.close(copy)


@cache
def _watch() -> None:
    """Hooks cannot be taken out again: one for each process, which looks only while foreign code runs."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if not _Guard.depth:
        return
    if event == "open":
        if _writes(*arguments):
            raise PermissionError(f"a codemod may not write files, and this one would write {arguments[0]!r}")
        return
    what = next((what for start, what in _REFUSED.items() if event.startswith(start)), "")
    if what and event not in _HARMLESS:
        raise PermissionError(f"a codemod may not {what} ({event})")


def _writes(path: object, mode: object, flags: object) -> bool:
    if path == os.devnull or isinstance(path, int):
        return False
    return any(letter in str(mode or "") for letter in "wax+") or bool(isinstance(flags, int) and flags & _WRITING)
