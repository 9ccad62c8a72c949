"""One way to run git: fixed arguments, no program of the repository's own, a time limit, and an error that a person can act on.

Hooks, fsmonitor and every filter driver are off unless asked for; nothing is fetched, nothing asks, nothing is forced.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import RewrightError

SECONDS = 120.0  # what one git command may take
PATIENCE = 3.0  # seconds that a lock of somebody else's git is waited for
# `-c` settings that keep the repository's own programs from starting.
NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
QUIET = ("-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "protocol.ext.allow=never")
# Set by git for its hooks, or by a person for one shell; they would send our question to another repository, index or program.
REPOSITORY_VARIABLES = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_CONFIG", "GIT_EXTERNAL_DIFF",
    "GIT_ATTR_SOURCE", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
    "GIT_QUARANTINE_PATH",
)  # fmt: skip
NETWORK = ("push", "fetch", "ls-remote", "clone")  # only these may talk to a remote
_PLAIN = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
# A partial clone fetches what it lacks in the middle of any command. GIT_NO_LAZY_FETCH stops that from git 2.45 on; before,
# only the empty list of transports does, which no configuration overrides (transport.c, is_transport_allowed).
_OFFLINE = {"GIT_ALLOW_PROTOCOL": ""}
_HELD = re.compile(r"Unable to create '([^\n]+\.lock)': File exists")
_LAZY = re.compile(r"from promisor remote|lazy fetching disabled|transport '[^']*' not allowed")
_ABSENT = re.compile(r"(?:could not fetch|unable to read|missing)\b[^\n]*?\b([0-9a-f]{40,64})\b")


class GitError(RewrightError):
    """A git command that failed. `code` is its exit status, `said` what it wrote to stderr."""

    def __init__(self, message: str, code: int = 1, said: str = "") -> None:
        super().__init__(message)
        self.code, self.said = code, said


class LockHeld(GitError):
    """A lock file of git's was there for PATIENCE seconds. It is never removed by us: another git may be at work."""


class MissingObject(GitError):
    """A partial clone lacks an object, and nothing is fetched on its own."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a git command left: exit status, stdout as bytes, stderr as text."""

    code: int
    out: bytes
    said: str

    @property
    def text(self) -> str:
        """Stdout as a path or a line: decoded as the file system does, without the last newline."""
        return os.fsdecode(self.out).rstrip("\n")


@dataclass(frozen=True, slots=True)
class Git:
    """git, run in one folder. A value: `dataclasses.replace` gives another."""

    folder: Path
    hooks: bool = False  # let the repository's hooks run
    settings: tuple[str, ...] = ()  # further `-c` settings, as ("-c", "name=value", ...)
    variables: Mapping[str, str] = field(default_factory=dict)  # added to the environment

    def run(self, *arguments: str, stdin: bytes = b"", ok: Collection[int] = (0,), seconds: float = SECONDS) -> Done:
        """Run `git ARGUMENTS`; while another git holds a lock, again and again for PATIENCE seconds.

        Raises GitError when it cannot run, takes longer than `seconds`, or ends with a status not in `ok`:
        LockHeld and MissingObject where that is why.
        """
        give_up = time.monotonic() + PATIENCE
        while True:
            done = self._once(arguments, stdin, seconds)
            if done.code in ok:
                return done
            held = _HELD.search(done.said)
            if held is None or arguments[0] in NETWORK:
                raise self._error(arguments[0], done)
            if time.monotonic() > give_up:
                raise LockHeld(
                    f"git {arguments[0]} waited {PATIENCE:.0f} s for {held[1]}: another git is at work in this repository, or "
                    "one died there. Wait for it and run again; remove the file only when you are sure that no git runs",
                    done.code,
                    done.said,
                )
            time.sleep(0.1)

    def text(self, *arguments: str, ok: Collection[int] = (0,)) -> str:
        """The stdout of `git ARGUMENTS` without its last newline; empty when the status is in `ok` but not 0."""
        done = self.run(*arguments, ok=ok)
        return done.text if done.code == 0 else ""

    def _once(self, arguments: tuple[str, ...], stdin: bytes, seconds: float) -> Done:
        command = ["git", *QUIET, *(() if self.hooks else NO_HOOKS), *self.settings, *arguments]
        offline = {} if arguments[0] in NETWORK else _OFFLINE
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=environment() | offline | dict(self.variables),
                input=stdin,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except FileNotFoundError as error:
            what = f"{self.folder} is not there" if not self.folder.is_dir() else "git is not installed"
            raise GitError(what) from error
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {arguments[0]} did not end within {seconds:.0f} s in {self.folder}") from error
        except OSError as error:
            raise GitError(f"git cannot be run in {self.folder}: {error.strerror}") from error
        except ValueError as error:  # a NUL in an argument
            raise GitError(f"git {arguments[0]} cannot be given {error}; no name in git holds a NUL character") from error
        return Done(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace").strip())

    def _error(self, name: str, done: Done) -> GitError:
        if name not in NETWORK and _LAZY.search(done.said):
            absent = _ABSENT.search(done.said)  # a git before 2.45 may die before it says which
            return MissingObject(
                f"git {name} needs {f'object {absent[1]}' if absent else 'objects'}, which this partial clone in "
                f"{self.folder} lacks; nothing is fetched unasked. Fetch what is missing (`git fetch --refetch --no-filter`; "
                "`git rev-list --objects --missing=print HEAD` lists it), or work in a full clone",
                done.code,
                done.said,
            )
        said = done.said or f"exit status {done.code}"
        return GitError(f"git {name} failed in {self.folder}: {said}", done.code, done.said)


def environment() -> dict[str, str]:
    """The environment that git is given: ours without what would send it elsewhere, and told never to ask or to fetch."""
    return {name: value for name, value in os.environ.items() if name not in REPOSITORY_VARIABLES} | _PLAIN
