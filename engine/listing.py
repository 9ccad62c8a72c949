"""The names below a folder, from git or from a walk that honours .gitignore.

Asks for names and kinds; opens nothing but regular .gitignore files, follows no symlink, and
runs git so that none of the repository's own programs start. Paths are relative, with `/`.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.globs import problem
from engine.vcs.git import Git, GitError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".pyi")
# Folders that never hold a target's own source, with or without a rules.yaml.
ALWAYS_OUT = (".git/", ".hg/", ".svn/", ".venv/", "venv/", "node_modules/", "site-packages/", "__pycache__/", ".tox/", ".nox/")
MAX_TEXT = 1_000_000  # bytes of a .gitignore or pyproject.toml that are read
_STAGED = re.compile(rb"([0-7]{6}) [0-9a-f]{40,64} [0-3]\t(.*)", re.S)


@dataclass(slots=True)
class Listing:
    """What lies below a folder, unsorted, perhaps with repeats."""

    python: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)  # symlinks whose names are not a Python file's
    repositories: list[str] = field(default_factory=list)  # submodules and nested repositories, ending in `/`


def git(top: str) -> tuple[Listing | None, str]:
    """What git lists below `top`; None, and why, where git cannot say or lists nothing (an ignored folder)."""
    try:
        done = Git(Path(top)).run("ls-files", "-z", "--stage", "--others", "--exclude-standard")
    except GitError as error:
        reason = error.said.partition("\n")[0]
        if "not a git repository" in reason:
            return None, ""
        return None, f"{f'git says {reason!r}' if reason else error}; the folder was walked instead"
    listing = _parse(top, done.out)
    return (listing, "") if done.out else (None, "")


def _parse(top: str, output: bytes) -> Listing:
    listing = Listing()
    for entry in output.split(b"\0"):
        staged = _STAGED.fullmatch(entry)
        mode, raw = (staged[1], staged[2]) if staged else (b"", entry)
        name = os.fsdecode(raw)
        if mode == b"160000" or name.endswith("/"):
            listing.repositories.append(name.rstrip("/") + "/")
        elif raw.endswith((b".py", b".pyi")):
            listing.python.append(name)
        elif mode == b"120000" or (raw and not staged and Path(top, name).is_symlink()):
            listing.links.append(name)
    return listing


def walk(top: str, start: str) -> Listing:
    """Every Python file and symlink at and below the folder `start` (ends in `/`, or empty) that no .gitignore there names."""
    listing = Listing()
    pending: list[tuple[str, tuple[tuple[str, GitIgnoreSpec], ...]]] = [(start, ())]
    while pending:
        folder, above = pending.pop()
        entries = _scan(f"{top}/{folder}")
        if folder != start and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        rules = above
        if any(entry.name == ".gitignore" and entry.is_file(follow_symlinks=False) for entry in entries):
            rules = (*above, (folder, _ignore_file(f"{top}/{folder}.gitignore")))
        for entry in entries:
            name = folder + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name + "/" not in ALWAYS_OUT and not _ignored(name + "/", rules):
                    pending.append((name + "/", rules))
            elif name.endswith(SUFFIXES):
                if not _ignored(name, rules):
                    listing.python.append(name)
            elif entry.is_symlink() and not _ignored(name, rules):
                listing.links.append(name)
    return listing


def _scan(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []  # a folder that may not be listed holds nothing we may change


def _ignore_file(path: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    lines = read_regular(path).decode("utf-8", "replace").splitlines()
    return GitIgnoreSpec.from_lines(line for line in lines if not problem(line.strip()))


def _ignored(name: str, rules: tuple[tuple[str, GitIgnoreSpec], ...]) -> bool:
    for folder, spec in reversed(rules):
        verdict = spec.check_file(name[len(folder) :]).include
        if verdict is not None:
            return verdict
    return False


def read_regular(path: str) -> bytes:
    """The first bytes of a regular file; empty for anything else, so that a FIFO never blocks a run."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return b""
        with Path(path).open("rb") as stream:
            return stream.read(MAX_TEXT)
    except OSError:
        return b""
