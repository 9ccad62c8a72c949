"""The baseline: sites that were there already, kept in the target's repository, so that only new ones count.

The file is JSON Lines: a first line with its version, then one line a site, sorted, so that
git merges it line by line. A site is known by its fingerprint; the line is a hint for people.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.model import JSON, Change, Failure, FileDelta, Finding, Plan, RewrightError
from engine.whole_file import replace_file

VERSION = 1
_HEADER = "rewright-baseline"
_CONFLICT = re.compile(r"(<{7}|\|{7}|={7}|>{7})( |$)")
_SHAPE: Mapping[str, type] = {"path": str, "rule": str, "fingerprint": str, "line": int}
_LISTED = 50  # fixed sites that are listed by name


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One known site. `fingerprint` as reports give it, `line` (1-based) where it stood when the file was written."""

    path: str  # root-relative, posix separators
    rule: str
    fingerprint: str
    line: int

    @property
    def kind(self) -> tuple[str, str, str]:
        """Equal sites of one file, whatever their number: when the first of three goes, the others are renumbered."""
        return self.path, self.rule, self.fingerprint.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Reach:
    """What a run looked at. Of a site outside it nothing can be said: it is neither fixed nor dropped.

    `paths`: what was named, root-relative ("" is the root); empty means everything. `rules`: those that ran,
    None when nobody chose among them. `whole`: False when files were left out in another way, by a sprint.
    """

    paths: tuple[str, ...] = ()
    rules: frozenset[str] | None = None
    whole: bool = True

    def covers(self, entry: Entry) -> bool:
        """Would the site have been reported, if it were still there?"""
        inside = not self.paths or any(not path or entry.path == path or entry.path.startswith(path + "/") for path in self.paths)
        return self.whole and inside and (self.rules is None or entry.rule in self.rules)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A plan held against a baseline. `plan` has lost the known sites; `entries` is what the file would hold now."""

    plan: Plan
    known: int
    new: int
    fixed: tuple[Entry, ...]
    entries: tuple[Entry, ...]


def settle(plan: Plan, file: Path, update: bool, reached: Reach) -> tuple[Plan, list[str]]:
    """The plan without the sites that the baseline knows, and what to tell a person. With `update` the file is written first.

    The counts and the fixed sites are also in the plan's metadata, under "baseline". Raises RewrightError.
    """
    if update and not reached.whole:
        raise RewrightError("--update-baseline writes down a whole run, and a sprint is a part of one; leave --sprint out")
    entries = () if update and not os.path.lexists(file) else read(file)
    found = compare(plan, entries, reached)
    if update:
        write(file, found.entries)
        lines = [f"{file}: {len(found.entries)} known sites; {found.new} added, {len(found.fixed)} fixed and taken out"]
        plan = compare(plan, found.entries, reached).plan
    else:
        lines = [f"{entry.path}:{entry.line} {entry.rule}: fixed" for entry in found.fixed[:_LISTED]]
        lines += [f"... and {len(found.fixed) - _LISTED} more"] if len(found.fixed) > _LISTED else []
        advice = "; --update-baseline takes the fixed ones out" if found.fixed else ""
        lines.append(f"{file}: {found.known} known sites not shown, {found.new} new, {len(found.fixed)} fixed{advice}")
        if entries and found.new and not found.known:
            lines.append(f"nothing in {file} was met again; was it written with another folder as the root? (see --root)")
        plan = found.plan
    rows: list[JSON] = [{name: getattr(entry, name) for name in _SHAPE} for entry in found.fixed]
    counts: dict[str, JSON] = {"file": str(file), "known": found.known, "new": found.new, "fixed": rows, "updated": update}
    return replace(plan, metadata={**plan.metadata, "baseline": counts}), lines


def reach(plan: Plan, paths: Sequence[Path], chosen: bool, sprint: bool) -> Reach:
    """The reach of a run: PATHS as given, and whether rules were chosen by --select, --ignore or --sprint."""
    named = [os.path.relpath(os.path.realpath(path), plan.root).replace(os.sep, "/") for path in paths]
    return Reach(tuple("" if path == "." else path for path in named), frozenset(plan.rules) if chosen else None, not sprint)


def compare(plan: Plan, entries: Sequence[Entry], reached: Reach) -> Comparison:
    """Changes and findings against the known sites. Skips and failures are no violations and stay in the plan.

    Of equal sites in one file as many are known as the baseline holds, those nearest to their old lines first.
    An entry whose site is gone is fixed, unless the run could not have seen it: see Reach; files that failed count as unseen.
    """
    before, now = defaultdict(list), defaultdict(list)
    for entry in entries:
        before[entry.kind].append(entry)
    places = {}
    for index, item in enumerate(plan.items):
        if isinstance(item, (Change, Finding)):
            places[index] = Entry(item.site.path, item.rule, item.fingerprint, item.site.line)
            now[places[index].kind].append(index)
    known: set[int] = set()
    gone: list[Entry] = []
    for kind, olds in before.items():
        pairs = sorted((abs(places[index].line - old.line), i, index) for i, old in enumerate(olds) for index in now[kind])
        matched: set[int] = set()
        for _, i, index in pairs:
            if i not in matched and index not in known:
                matched.add(i)
                known.add(index)
        gone += [old for i, old in enumerate(olds) if i not in matched]
    failed = {item.site.path for item in plan.of(Failure)}
    fixed = {entry for entry in gone if reached.covers(entry) and entry.path not in failed}
    kept = [entry for entry in gone if entry not in fixed]
    left = replace(plan, items=tuple(item for index, item in enumerate(plan.items) if index not in known))
    left = replace(left, deltas=_deltas(left))
    return Comparison(left, len(known), len(places) - len(known), tuple(sorted(fixed)), _unique([*places.values(), *kept]))


def _deltas(plan: Plan) -> tuple[FileDelta, ...]:
    """The files that the remaining changes touch: what a summary may count."""
    touched = {edit.path for change in plan.of(Change) for edit in change.edits}
    return tuple(delta for delta in plan.deltas if delta.path in touched or (touched and delta.before is None))


def _unique(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """One entry a fingerprint, sorted. A union merge of two branches may name one site twice: that must not admit two."""
    return tuple(sorted({(entry.path, entry.rule, entry.fingerprint): entry for entry in sorted(entries, reverse=True)}.values()))


# -- the file ------------------------------------------------------------------------------


def read(file: Path) -> tuple[Entry, ...]:
    """The entries of a baseline file. Raises RewrightError with file:line for anything that is not one."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise RewrightError(f"{file}: there is no baseline yet; --update-baseline writes one") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise RewrightError(f"{file}:{line}: is not UTF-8; restore the baseline from version control") from error
    return parse(text, str(file))


def parse(text: str, name: str) -> tuple[Entry, ...]:
    """A baseline's text as entries, sorted. `name` stands for the file in errors."""
    entries = []
    version = None
    for number, line in enumerate(text.split("\n"), 1):
        where, line = f"{name}:{number}", line.strip()  # noqa: PLW2901
        if _CONFLICT.match(line):
            message = "a merge conflict; keep the lines of both sides, delete the markers, then run with --update-baseline"
            raise RewrightError(f"{where}: {message}")
        if not line:
            continue
        found = _object(line, where)
        if version is None:
            version = _version(found, where)
        else:
            entries.append(_entry(found, where))
    if version is None:
        raise RewrightError(f"{name}:1: the baseline is empty; delete the file, and --update-baseline writes it anew")
    return _unique(entries)


def render(entries: Sequence[Entry]) -> str:
    """The text of a baseline: a function of the entries, in any order. `parse` is its inverse."""
    rows: list[dict[str, Any]] = [{_HEADER: VERSION}]
    rows += [{name: getattr(entry, name) for name in _SHAPE} for entry in _unique(entries)]
    return "".join(json.dumps(row) + "\n" for row in rows)


def write(file: Path, entries: Sequence[Entry]) -> bool:
    """Replace the file as a whole, when it would change; True when it did. A symlink stays one."""
    place = Path(os.path.realpath(file))
    text = render(entries)
    if place.exists() and place.read_bytes().replace(b"\r\n", b"\n") == text.encode():
        return False
    if not place.parent.is_dir():
        raise RewrightError(f"{file}: its folder does not exist; create it, or name another file for --baseline")
    replace_file(place, text.encode())
    return True


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RewrightError(f"{where}: is not JSON ({error}); restore the baseline from version control") from error
    if not isinstance(found, dict):
        raise RewrightError(f"{where}: is not a JSON object; restore the baseline from version control")
    return found


def _version(found: Mapping[str, Any], where: str) -> int:
    version = found.get(_HEADER)
    if set(found) != {_HEADER} or type(version) is not int:
        first = json.dumps({_HEADER: VERSION})
        raise RewrightError(f"{where}: is no baseline, for its first line is not {first}; name another file, or delete this one")
    if version != VERSION:
        raise RewrightError(f"{where}: a baseline of version {version}, and this Rewright reads {VERSION}; update Rewright")
    return version


def _entry(found: Mapping[str, Any], where: str) -> Entry:
    advice = "restore the baseline from version control"
    for name, kind in _SHAPE.items():
        if type(found.get(name)) is not kind:
            raise RewrightError(f"{where}: {name} is missing or no {'text' if kind is str else 'number'}; {advice}")
    if unknown := sorted(set(found) - set(_SHAPE)):
        raise RewrightError(f"{where}: there is no field {unknown[0]!r}; {advice}")
    return Entry(**found)
