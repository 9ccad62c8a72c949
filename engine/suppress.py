"""Suppression comments: `# rewright: ignore[rule, other] reason`, on the site's line or alone above it.

`# rewright: ignore-file[rule] reason`, anywhere, speaks of the whole file.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.model import Change, Finding, Item, Site, Skip
from engine.source import Source
from engine.words import near_miss

Place = tuple[str, int, int]  # rule id, line and column in the file on disk, both 1-based
MARK = b"rewright:"
_COMMENT = re.compile(r"#\s*rewright:\s*ignore(?P<file>-file)?(?![\w-])(?:\[(?P<rules>[^\]]*)\])?\s*(?P<reason>.*)")
WHOLE_FILE = 0  # what a comment speaks of, in place of a line


@dataclass(frozen=True, slots=True)
class RuleNames:
    """The rules of a rule file. `every`: their ids; empty where that is not known. `all_ran`: none was left out of this run."""

    every: frozenset[str] = frozenset()
    all_ran: bool = True


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: the line it stands on, the line it speaks of (both 1-based; or WHOLE_FILE), its rules (empty: all)."""

    line: int
    speaks_of: int
    rules: frozenset[str]
    reason: str

    def covers(self, rule: str, line: int) -> bool:
        return self.speaks_of in (WHOLE_FILE, line) and (not self.rules or rule in self.rules)


def suppressions(source: Source) -> tuple[Suppression, ...]:
    """Every suppression comment of a file. Strings that merely look like one do not count."""
    if MARK not in source.data:
        return ()
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source.text, newline=None).readline):
        match = _COMMENT.search(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        line = token.start[0]
        alone = not token.line[: token.start[1]].strip()
        rules = frozenset(part.strip() for part in (match["rules"] or "").split(",") if part.strip())
        speaks_of = WHOLE_FILE if match["file"] else line + 1 if alone else line
        found.append(Suppression(line, speaks_of, rules, match["reason"].strip()))
    return tuple(found)


def suppressed(item: Finding | Change | Skip, all_of: Sequence[Suppression]) -> Skip | None:
    """The skip that stands for a suppressed item, or None."""
    for one in all_of:
        if one.covers(item.rule, item.site.line):
            return Skip(
                item.site, "suppressed", one.reason or "suppressed by a comment that gives no reason", item.data, item.rule
            )
    return None


def left_alone(
    item: Finding | Change | Skip, site: Site, comments: Sequence[Suppression], verdicts: Mapping[Place, str]
) -> Finding | Change | Skip:
    """The item, or the skip that stands for it because a comment or a decision says so.

    `site`: the item's site in the file on disk. `verdicts`: place to the sentence of who declined it; "" for an accepted one.
    """
    kept = suppressed(replace(item, site=site), comments) if comments else None
    if kept is not None:
        return replace(kept, site=item.site)
    why = verdicts.get((item.rule, site.line, site.column))
    return item if not why or isinstance(item, Skip) else Skip(item.site, "declined", why, item.data, item.rule)


def unused(
    path: str, all_of: Sequence[Suppression], items: Sequence[Item], ran: Sequence[str], names: RuleNames
) -> list[Finding]:
    """A finding for each suppression that suppressed nothing, though every rule it names was run; and for each unknown name."""
    used = {(item.rule, item.site.line) for item in items if isinstance(item, Skip) and item.reason == "suppressed"}
    out = []
    for one in all_of:
        unknown = sorted(one.rules - names.every - set(ran)) if names.every else []
        if unknown:
            hint = near_miss(unknown[0], names.every)
            out.append(_idle(path, one, f"no rule is called {unknown[0]!r}{hint}"))
            continue
        known = one.rules <= set(ran) if one.rules else names.all_ran
        if known and not any(one.covers(rule, line) for rule, line in used):
            said = ", ".join(sorted(one.rules)) or "any rule"
            out.append(_idle(path, one, f"unused suppression of {said}: nothing to ignore here{_meant(one, items)}"))
    return out


def _idle(path: str, one: Suppression, message: str) -> Finding:
    return Finding(Site(path, one.line), message, "unused-suppression", rule="unused-suppression")


def _meant(one: Suppression, items: Sequence[Item]) -> str:
    """Where the comment would count, when it stands within a site of several lines."""
    around = (
        item.site.line
        for item in items
        if item.site.line < one.speaks_of <= item.site.end_line and (not one.rules or item.rule in one.rules)
    )
    line = next(around, 0)
    return f"; the site around it begins on line {line}: put the comment there, or alone above it" if line else ""


def generated(text: str) -> bool:
    """Does a comment in the first lines say that the file is generated?"""
    return "@generated" in text[:2000] and bool(re.search(r"^\s*(#|\"\"\"|''').*@generated\b", text[:2000], re.M))
