"""Learning from a log of shadow mode: reads it, folds it into the target's `.rewright/learned.yaml` (engine.learned).

A record is one line of JSON that SafeExecutor appends (codemods/support/error_handling.py). Its path is one of the machine
that it ran on; here it is found by its end.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from engine.apply.layer import DISK, folder, opened, read_file, replace_file
from engine.apply.lock import locked
from engine.learned import CLASS, Learned, fold, parse_learned, render
from engine.model import RewrightError
from engine.ours import OURS

NAME = "learned.yaml"
FILE = f"{OURS}/{NAME}"
BUGS = frozenset(
    {"AssertionError", "AttributeError", "NameError", "NotImplementedError", "RecursionError", "SyntaxError", "SystemError"}
    | {"TypeError", "UnboundLocalError"}
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one log came to."""

    sites: tuple[Learned, ...]  # those of this log, as they now stand
    records: int
    complaints: tuple[str, ...]  # LOG:LINE: what is wrong with it
    changed: bool


def learn(log: Path, root: Path) -> Lesson:
    """Fold a log into the target's learned.yaml, atomically. Raises RewrightError for what a person can mend."""
    try:
        lines = log.read_bytes().splitlines() if log.is_file() else None
    except OSError as error:
        raise RewrightError(f"{log}: cannot be read ({error.strerror}); check its permissions") from error
    if lines is None:
        raise RewrightError(f"{log}: no such file; run the program with REWRIGHT_SHADOW=1, and name the file that it wrote")
    records, complaints = _records(dict(enumerate(lines, 1)), root, str(log))
    fresh = fold(records)
    with opened(str(root), DISK) as tree, locked(tree), folder(tree, (OURS,)) as fd:
        try:
            old, _ = read_file(tree.layer, NAME, fd)
        except FileNotFoundError:
            old = b""
        merged = fold([*parse_learned(old, f"{root}/{FILE}"), *fresh])
        new = render(merged) if merged else old
        if new != old:
            replace_file(tree.layer, NAME, new, fd)
    touched = {(site.path, site.function) for site in fresh}
    sites = tuple(site for site in merged if (site.path, site.function) in touched)
    return Lesson(sites, len(records), complaints, new != old)


def told(lesson: Lesson, log: Path, file: str) -> str:
    """The lesson as lines for a person."""
    if not lesson.records:
        return f"{log} holds no record: shadow mode saw nothing that would have propagated"
    lines = [
        f"{site.path}:{site.line} {site.function}: {what} {', '.join(names)}"
        for site in lesson.sites
        for what, names in (("will recover from", site.exceptions), ("looks like a bug, and will surface:", site.bugs))
        if names
    ]
    state = "brought up to date" if lesson.changed else "as it was"
    return "\n".join([*lines, f"records: {lesson.records}, functions: {len(lesson.sites)}; {file} is {state}"])


# -- the log ---------------------------------------------------------------------------


def _records(lines: Mapping[int, bytes], root: Path, log: str) -> tuple[list[Learned], tuple[str, ...]]:
    """Each distinct record as an entry whose count is that of its function; and what is wrong with the other lines."""
    found: dict[bytes, Learned] = {}
    wrong: dict[str, list[int]] = {}
    places: dict[str, str | None] = {}
    for number, line in lines.items():
        if not line.strip() or line in found:
            continue
        record = _record(line, root, places)
        if isinstance(record, Learned):
            found[line] = record
        else:
            wrong.setdefault(record, []).append(number)
    counts: dict[tuple[str, str], int] = {}
    for one in found.values():
        counts[one.path, one.function] = counts.get((one.path, one.function), 0) + 1
    more = {message: f" (and {len(at) - 1} more lines)" if len(at) > 1 else "" for message, at in wrong.items()}
    complaints = tuple(f"{log}:{at[0]}: {message}{more[message]}" for message, at in wrong.items())
    return [replace(one, count=counts[one.path, one.function]) for one in found.values()], complaints


def _record(line: bytes, root: Path, places: dict[str, str | None]) -> Learned | str:
    """One line as an entry, or what is wrong with it. `places` remembers where paths of the log lie in the target."""
    try:
        record = json.loads(line)
        texts = [record[name] for name in ("path", "function", "type", "time")]
        bases, at = record["bases"], record["line"]
        time = datetime.datetime.fromisoformat(record["time"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return "is no record of shadow mode"
    if not all(isinstance(text, str) and text.isprintable() for text in [*texts, *bases]) or type(at) is not int or at < 1:
        return "is no record of shadow mode"
    path, function, kind, _ = texts
    if path not in places:
        places[path] = _place(path, root)
    place = places[path]
    if place is None:
        return f"{path} is no file of {root}; name the target with --root"
    names = [_named(name, place, root) for name in [kind, *bases]]
    name = next(filter(None, names), "Exception")
    utc = (time if time.tzinfo else time.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    is_bug = not BUGS.isdisjoint(names)
    last = utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Learned(place, function, at, () if is_bug else (name,), (name,) if is_bug else (), 1, last)


def _place(path: str, root: Path) -> str | None:
    """Where a file that was deployed somewhere lies in the target: the longest end of its path that is there."""
    given = PurePosixPath(path.replace("\\", "/"))
    if Path(path).is_absolute() and Path(path).is_relative_to(root):
        given = PurePosixPath(Path(path).relative_to(root).as_posix())
    parts = [part for part in given.parts if part not in ("/", ".")]
    least = 1 if len(parts) == 1 else 2
    if ".." in parts or given.suffix != ".py":
        return None
    ends = ("/".join(parts[start:]) for start in range(len(parts) - least + 1))
    return next((end for end in ends if (root / end).is_file()), None)


def _named(name: str, path: str, root: Path) -> str:
    """How other code can name a recorded class: builtins bare; empty where it cannot (a class made in a function)."""
    module, _, kind = name.rpartition(".")
    if not CLASS.fullmatch(name):
        return ""
    if module == "builtins":
        return kind
    if module == "__main__":
        defined = re.search(rf"^class {re.escape(kind)}\b", (root / path).read_text("utf-8", "replace"), re.M)
        return f"{path.removesuffix('.py').replace('/', '.')}.{kind}" if defined else ""
    return name
