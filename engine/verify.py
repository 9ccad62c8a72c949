"""A sprint's gate commands, run in its worktree: without a shell, without tokens, and not for ever.

A gate is the user's own command, run on a target's code. When it ends, and when its time is up, everything that it
started is killed: its process group, and on Linux also what left the group (a session of its own, a daemon), which is
known by a mark in its environment. Not found: on Linux a process that cleared its environment and left the group too;
elsewhere whatever left the group; and what runs as another user.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.config.values import Gate
from engine.errors import RewrightError
from engine.report.screen import escape, redact

Reason = Literal["", "failed", "timeout", "missing"]

TAIL = 2_000  # characters of output that are kept
_KEPT = 4 * TAIL + 4  # bytes: a character of UTF-8 has four at most
_FILES = "{files}"
_ARGUMENTS = 100_000  # bytes of file names in one run; Linux takes 2 MiB with the environment, macOS 1 MiB, Windows 32 KiB
_TICK = 0.05  # seconds between two looks at a process whose output stays open
_MARK = "REWRIGHT_GATE"
_PROCESSES = Path("/proc")
_SECRET = re.compile(
    r"GIT_.*|(.*_)?(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY|PRIVATE_KEY|ACCESS_KEY(_ID)?|PAT)|.*_SECRET_.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class GateResult:
    """How one gate ended."""

    gate: Gate
    passed: bool
    reason: Reason
    seconds: float  # wall clock
    tail: str  # the last 2,000 characters of its output: control characters escaped, secrets as ****


def run_gates(gates: Sequence[Gate], folder: Path, files: Sequence[str]) -> tuple[GateResult, ...]:
    """Run every gate in `folder`, in order, whether or not the one before it passed.

    `files`: what `{files}` stands for, relative to `folder`; a gate that names them runs several times where they are
    too many for one command, and not at all, and passes, where there are none. The time limit is for all its runs
    together. Raises RewrightError when there is no such folder.
    """
    if not folder.is_dir():
        raise RewrightError(f"{folder} is not a folder, so no gate can run there")
    return tuple(_run_gate(gate, folder, files) for gate in gates)


def _run_gate(gate: Gate, folder: Path, files: Sequence[str]) -> GateResult:
    start = time.monotonic()
    output = b""
    reason: Reason = ""
    for command in _commands(gate.command, files):
        reason, said = _run(command, folder, start + gate.timeout_seconds)
        output = (output + said)[-_KEPT:]
        if reason:
            break
    return GateResult(gate, not reason, reason, time.monotonic() - start, _shown(output))


def _commands(command: Sequence[str], files: Sequence[str]) -> Iterator[list[str]]:
    """The command with the files in place of `{files}`, as often as it takes."""
    if _FILES not in command:
        yield list(command)
        return
    chunk: list[str] = []
    size = 0
    for file in files:
        name = f"./{file}" if file.startswith("-") else file  # never taken for an option
        length = (len(os.fsencode(name)) + 1) * command.count(_FILES)
        if chunk and size + length > _ARGUMENTS:
            yield _filled(command, chunk)
            chunk, size = [], 0
        chunk.append(name)
        size += length
    if chunk:
        yield _filled(command, chunk)


def _filled(command: Sequence[str], chunk: list[str]) -> list[str]:
    return [part for argument in command for part in (chunk if argument == _FILES else [argument])]


def _run(command: list[str], folder: Path, deadline: float) -> tuple[Reason, bytes]:
    """Run one command until it ends or the clock (monotonic) passes the deadline. Why it failed, and its last output."""
    mark = secrets.token_hex(16)
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(folder, mark),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        return "missing", f"{command[0]!r} cannot be run: {error.strerror}\n".encode()
    except ValueError as error:  # a NUL in an argument
        return "missing", f"{command[0]!r} cannot be run: {error}\n".encode()
    with process:
        try:
            output, ended = _read(process, deadline)
        finally:
            _kill(process, mark)
    if not ended:
        return "timeout", output
    return ("failed" if process.returncode else ""), output


def _read(process: subprocess.Popen[bytes], deadline: float) -> tuple[bytes, bool]:
    """The last bytes of the output, however much there is, and whether the process ended in time.

    What a child left behind may hold the pipe open: the end of the process itself is the end.
    """
    assert process.stdout is not None
    pipe = process.stdout.fileno()
    os.set_blocking(pipe, False)
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            ended = process.poll() is not None
            if selector.get_map() and not _drain(pipe, output):
                selector.unregister(pipe)
            rest = deadline - time.monotonic()
            if ended or rest <= 0:
                return bytes(output), ended
            if selector.get_map():
                selector.select(min(rest, _TICK))
            else:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(min(rest, _TICK))


def _drain(pipe: int, output: bytearray) -> bool:
    """Take what the pipe holds now, though not for ever; False when no writer is left."""
    for _ in range(16):
        try:
            part = os.read(pipe, 1 << 16)
        except BlockingIOError:
            return True
        if not part:
            return False
        output += part
        del output[:-_KEPT]
    return True


def _kill(process: subprocess.Popen[bytes], mark: str) -> None:
    """Kill whatever the gate started and is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for _ in range(100):  # a process that forks meanwhile leaves children with the same mark
        left = _marked(mark.encode())
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)


def _marked(mark: bytes) -> list[int]:
    """The processes whose environment holds the mark. A dead one that nobody has waited for has none. Linux only."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(_PROCESSES):
            if name.isdecimal():
                with contextlib.suppress(OSError):
                    if mark in (_PROCESSES / name / "environ").read_bytes():
                        found.append(int(name))
    return found


def _environment(folder: Path, mark: str) -> dict[str, str]:
    """Ours, without git's variables and without what is named like a secret; with the mark behind those of gates around us."""
    kept = {name: value for name, value in os.environ.items() if not _SECRET.fullmatch(name)}
    return kept | {"PWD": str(folder), _MARK: f"{os.environ.get(_MARK, '')} {mark}".strip()}


def _shown(output: bytes) -> str:
    text = output.decode("utf-8", "replace").replace("\r\n", "\n")
    return "\n".join(escape(redact(line)) for line in text.split("\n"))[-TAIL:]
