"""One module imported first, in a child process that has nothing of ours and leaves nothing behind."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 20.0  # that one import may take
_SCRIPT = Path(__file__).with_name("script.py")
_LONGEST = 200  # characters of an error


@dataclass(frozen=True, slots=True)
class Cold:
    """What came of importing one module first, in a fresh interpreter."""

    module: str
    works: bool
    names: frozenset[str] = frozenset()  # public ones
    error: str = ""  # one line; empty when it works


def cold_import(module: str, path: Sequence[Path], python: Path, seconds: float = SECONDS, behind: Sequence[Path] = ()) -> Cold:
    """Import `module` first, in a process of its own.

    It gets an empty environment, a temporary folder as home and working directory, nobody to read from or to write to, and
    no network. It and everything it started is killed when it ends, or after `seconds`. `path`: the folders in front of
    `sys.path`; `behind`: those at its end. Raises OSError when `python` cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="rewright-cold-", ignore_cleanup_errors=True) as folder:
        home, answer = Path(folder, "home"), Path(folder, "answer.json")
        home.mkdir()
        env = {"HOME": str(home), "TMPDIR": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
        task = json.dumps([module, str(answer), [str(one) for one in path], [str(one) for one in behind]])
        code = _run([*_without_network(), str(python), "-B", "-s", str(_SCRIPT), task], home, env, seconds)
        told = _read(answer)
    if code is None:
        return Cold(module, False, error=f"took longer than {seconds:g} seconds")
    if "names" in told:
        return Cold(module, True, frozenset(told["names"]))
    return Cold(module, False, error=_plain(told["error"], (*path, *behind), home) if "error" in told else _ended(code))


def _run(argv: Sequence[str], home: Path, env: dict[str, str], seconds: float) -> int | None:
    """The exit status; None when it took too long. Nothing that it started is left when this returns."""
    child = subprocess.Popen(
        argv,
        cwd=home,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        _sweep(f"HOME={home}".encode())


def _sweep(mark: bytes) -> None:
    """Kill what left the child's session, known by its environment. Only where /proc tells, as on Linux."""
    for _ in range(5):  # one of them may have forked meanwhile
        found = list(_marked(mark))
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not found:
            return


def _marked(mark: bytes) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)


def _read(answer: Path) -> dict[str, str | list[str]]:
    """What the child wrote; nothing when it ended before it could."""
    try:
        told = json.loads(answer.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _plain(error: object, path: Sequence[Path], home: Path) -> str:
    """An error without the names of temporary folders, which differ from run to run."""
    text = str(error)
    for folder in sorted({str(one) for one in path}, key=len, reverse=True):
        text = text.replace(folder + os.sep, "").replace(folder, ".")
    return text.replace(str(home), "~")[:_LONGEST]


def _ended(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended the process with exit status {code}"


@functools.cache
def _without_network() -> tuple[str, ...]:
    """A prefix that takes the network away from a command, where unprivileged name spaces are allowed."""
    prefix = ("unshare", "--user", "--map-root-user", "--net")
    if shutil.which("unshare") and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
        return prefix
    return ()
