"""One way to run git: fixed arguments, no program of the repository's own, a time limit, and an error that a person can act on.

Hooks, fsmonitor and every filter driver are off unless asked for; nothing is fetched, nothing asks, nothing is forced.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import RewrightError

SECONDS = 120.0  # what one git command may take
# `-c` settings that keep the repository's own programs from starting.
NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
QUIET = ("-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "protocol.ext.allow=never")
# Set by git for its hooks; they would send our question to another repository or index.
REPOSITORY_VARIABLES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_COMMON_DIR")
_PLAIN = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}


class GitError(RewrightError):
    """A git command that failed. `code` is its exit status, `said` what it wrote to stderr."""

    def __init__(self, message: str, code: int = 1, said: str = "") -> None:
        super().__init__(message)
        self.code, self.said = code, said


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
    """git, run in one folder. A value: `with_settings` gives another."""

    folder: Path
    hooks: bool = False  # let the repository's hooks run
    settings: tuple[str, ...] = ()  # further `-c` settings, as ("-c", "name=value", ...)
    variables: Mapping[str, str] = field(default_factory=dict)  # added to the environment

    def run(self, *arguments: str, stdin: bytes = b"", ok: Collection[int] = (0,), seconds: float = SECONDS) -> Done:
        """Run `git ARGUMENTS`. Raises GitError when it cannot run, takes too long, or ends with a status not in `ok`."""
        command = ["git", *QUIET, *(() if self.hooks else NO_HOOKS), *self.settings, *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=self.folder,
                env=environment() | dict(self.variables),
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
        said = done.stderr.decode("utf-8", "replace").strip()
        if done.returncode not in ok:
            raise GitError(
                f"git {arguments[0]} failed in {self.folder}: {said or f'exit status {done.returncode}'}", done.returncode, said
            )
        return Done(done.returncode, done.stdout, said)

    def text(self, *arguments: str, ok: Collection[int] = (0,)) -> str:
        """The stdout of `git ARGUMENTS` without its last newline; empty when the status is in `ok` but not 0."""
        done = self.run(*arguments, ok=ok)
        return done.text if done.code == 0 else ""


def environment() -> dict[str, str]:
    """The environment that git is given: ours without what would send it elsewhere, and told never to ask or to fetch."""
    return {name: value for name, value in os.environ.items() if name not in REPOSITORY_VARIABLES} | _PLAIN
