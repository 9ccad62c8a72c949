"""One file between the rules: its text now, and the places of its sites in the file on disk."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.edits import Shift
from engine.fingerprint import fingerprint
from engine.model import Change, Edit, Failure, Item, Site
from engine.source import Source
from engine.suppress import Place


@dataclass(slots=True)
class Overlay:
    """The file as the rules so far have left it, what they said of it, and the edits that led here."""

    original: Source
    source: Source
    batches: list[Shift] = field(default_factory=list)
    items: dict[Place, Item] = field(default_factory=dict)
    further: list[Item] = field(default_factory=list)  # what a rule did, or failed to do, at a place that it had changed before
    banned: set[Place] = field(default_factory=set)  # sites whose rewrite did not hold, or is done and leaves no trace here
    moved: set[str] = field(default_factory=set)  # rules that move the file
    quiet: dict[str, bytes] = field(default_factory=dict)  # rule id to the bytes of which it wants no more

    def advance(self, source: Source, edits: tuple[Edit, ...]) -> None:
        """The next version of the file, and the edits that made it; none where it only moves."""
        self.source = source if edits else self.source
        self.batches.append(Shift(edits))

    def place(self, rule: str, site: Site) -> Place:
        """A site of the present text as a place in the file on disk."""
        original = self.original_site(site)
        return rule, original.line, original.column

    def record(self, item: Item) -> None:
        """Keep an item under its place on disk; a change or failure there outranks what was said before."""
        place = self.place(item.rule, item.site)
        if isinstance(item, Change) and item.moves_to:  # its rule cannot see here that the file goes, and would say so again
            self.banned.add(place)
            if item.rule in self.moved and not item.edits:
                return
            self.moved.add(item.rule)
        known = self.items.get(place)
        done = isinstance(item, (Change, Failure))
        if known is None or (done and not isinstance(known, (Change, Failure))):
            self.items[place] = self._told(item)
        elif done and (isinstance(item, Change) or isinstance(known, Change)) and (told := self._told(item)) not in self.further:
            self.further.append(told)

    def _told(self, item: Item) -> Item:
        site = self.original_site(item.site)
        return replace(item, site=site, fingerprint=fingerprint(item.rule, site, self.original))

    def original_site(self, site: Site) -> Site:
        """A site of the present text as a site of the file on disk."""
        if not self.batches:
            return site
        line, column = self._original_position(site.line, site.column)
        end = self._original_position(site.end_line, site.end_column) if site.end_line else (0, 0)
        return Site(site.path, line, column, *end)

    def _original_position(self, line: int, column: int) -> tuple[int, int]:
        starts = self.source.line_starts
        offset = starts[min(line, len(starts)) - 1] + column - 1
        for shift in reversed(self.batches):
            offset = shift.backward(offset)
        return self.original.position(min(offset, len(self.original.text)))
