"""Suppression comments: `# rewright: ignore[rule, other] reason`, on the site's line or alone above it."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.model import Change, Finding, Item, Site, Skip
from engine.source import Source

Place = tuple[str, int, int]  # rule id, line and column in the file on disk, both 1-based
MARK = b"rewright:"
_COMMENT = re.compile(r"#\s*rewright:\s*ignore(?:\[(?P<rules>[^\]]*)\])?\s*(?P<reason>.*)")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: the line it stands on, the line it speaks of (both 1-based), its rules (empty: all)."""

    line: int
    speaks_of: int
    rules: frozenset[str]
    reason: str

    def covers(self, rule: str, line: int) -> bool:
        return line == self.speaks_of and (not self.rules or rule in self.rules)


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
        found.append(Suppression(line, line + 1 if alone else line, rules, match["reason"].strip()))
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


def unused(path: str, all_of: Sequence[Suppression], items: Sequence[Item], ran: Sequence[str], complete: bool) -> list[Finding]:
    """A finding for each suppression that suppressed nothing, though every rule it names was run."""
    used = {(item.rule, item.site.line) for item in items if isinstance(item, Skip) and item.reason == "suppressed"}
    out = []
    for one in all_of:
        known = one.rules <= set(ran) if one.rules else complete
        if known and not any(one.covers(rule, line) for rule, line in used):
            names = ", ".join(sorted(one.rules)) or "any rule"
            finding = Finding(
                Site(path, one.line), f"unused suppression of {names}: nothing to ignore here", "unused-suppression"
            )
            out.append(replace(finding, rule="unused-suppression"))
    return out


def generated(text: str) -> bool:
    """Does a comment in the first lines say that the file is generated?"""
    return "@generated" in text[:2000] and bool(re.search(r"^\s*(#|\"\"\"|''').*@generated\b", text[:2000], re.M))
