"""What a pull request tells about a branch, as values; and how to get them out of a plan. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.model import Applicability, Change, Failure, Finding, Plan, Skip
from engine.moves import joined
from engine.report.attribution import Diff, attribute, changes_by_path
from engine.report.hunks import Hunk, hunks

_LOOKS = 40  # files looked at for examples before one is taken as it is
_SMALL = 16  # lines of an example that is taken at once
_LINES = 30  # lines of an example that are kept
_Rank = tuple[int, bool, int]  # hunks, whether other rules had a hand in them, lines (_SMALL at least)
_BEST: _Rank = (1, False, _SMALL)


@dataclass(frozen=True, slots=True)
class EvidenceCount:
    """How often one check came out how."""

    check: str
    passed: int = 0
    failed: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One change before and after: diff lines with their mark and without their newline."""

    path: str
    line: int  # 1-based, of the site
    diff: tuple[str, ...]
    message: str = ""  # of the change


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What one rule changed on the branch."""

    rule: str
    why: str  # the rule's message or its codemod's summary
    safe: int
    unsafe: int
    files: tuple[str, ...]  # paths, sorted
    evidence: tuple[EvidenceCount, ...] = ()  # sorted by check
    example: Example | None = None

    @property
    def changes(self) -> int:
        return self.safe + self.unsafe


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Sites that one rule left alone for one reason; or files that could not be processed."""

    rule: str
    reason: str
    sites: int
    message: str  # of the first of them


@dataclass(frozen=True, slots=True)
class SetAside:
    """A granule that did not land."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate's result on the branch's tip. `reason` is engine.verify's: "", "failed", "timeout" or "missing"."""

    name: str
    command: tuple[str, ...]
    passed: bool
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Review:
    """An unsafe change, which a person must read."""

    rule: str
    path: str
    line: int
    message: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Published:
    """All that the description of a pull request is made of."""

    sprint: str  # id
    name: str
    branch: str
    base: str
    generation: int = 1
    owner: str = ""
    rules: tuple[RuleRow, ...] = ()
    skipped: tuple[LeftAlone, ...] = ()
    failures: tuple[LeftAlone, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    gates: tuple[GateRow, ...] = ()
    review: tuple[Review, ...] = ()
    remaining: int | None = None  # changes of the sprint that later batches will hold; None: not known

    @property
    def changes(self) -> int:
        return sum(row.changes for row in self.rules)

    @property
    def unsafe(self) -> int:
        return sum(row.unsafe for row in self.rules)

    @property
    def files(self) -> int:
        return len({path for row in self.rules for path in row.files})


def with_plan(batch: Published, plan: Plan, why: Mapping[str, str]) -> Published:
    """The batch with the rules, skips, failures and the reviewer's list of a plan. `why`: rule id to a sentence."""
    landed = [change for change in plan.of(Change) if change.applicability is not Applicability.MANUAL]
    examples = _examples(plan)
    left = (item for item in plan.items if isinstance(item, (Skip, Finding)))
    unsafe = (change for change in landed if change.applicability is Applicability.UNSAFE)
    return replace(
        batch,
        rules=tuple(
            _row(rule, why.get(rule, ""), own, examples.get(rule))
            for rule in plan.rules
            if (own := [change for change in landed if change.rule == rule])
        ),
        skipped=_left_alone((item.rule, item.reason or "reported", item.message) for item in left),
        failures=_left_alone((item.rule, item.reason, item.message) for item in plan.of(Failure)),
        review=tuple(Review(c.rule, c.site.path, c.site.line, c.message, c.fingerprint) for c in unsafe),
    )


def merged(earlier: Published, later: Published) -> Published:
    """Two batches of one branch as one: changes and what was set aside add up; sites left alone and gates are the later's."""
    rows = {row.rule: row for row in earlier.rules}
    for row in later.rules:
        rows[row.rule] = _sum(rows[row.rule], row) if row.rule in rows else row
    aside = {item.name: item for item in (*earlier.set_aside, *later.set_aside)}
    review = {item.fingerprint or (item.path, item.line): item for item in (*earlier.review, *later.review)}
    return replace(later, rules=tuple(rows.values()), set_aside=tuple(aside.values()), review=tuple(review.values()))


def _row(rule: str, why: str, changes: Sequence[Change], example: Example | None) -> RuleRow:
    safe = sum(change.applicability is Applicability.SAFE for change in changes)
    files = {edit.path for change in changes for edit in change.edits} | {made.path for c in changes for made in c.creates}
    files |= {path for change in changes if change.moves_to for path in (change.site.path, change.moves_to)}
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for change in changes:
        for found in change.evidence:
            counts[found.check][found.result] += 1
    evidence = tuple(EvidenceCount(name, n["pass"], n["fail"], n["unknown"]) for name, n in sorted(counts.items()))
    return RuleRow(rule, why, safe, len(changes) - safe, tuple(sorted(files)), evidence, example)


def _sum(one: RuleRow, two: RuleRow) -> RuleRow:
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for found in (*one.evidence, *two.evidence):
        counts[found.check] = [
            a + b for a, b in zip(counts[found.check], (found.passed, found.failed, found.unknown), strict=True)
        ]
    return RuleRow(
        one.rule,
        two.why or one.why,
        one.safe + two.safe,
        one.unsafe + two.unsafe,
        tuple(sorted({*one.files, *two.files})),
        tuple(EvidenceCount(check, *n) for check, n in sorted(counts.items())),
        one.example or two.example,
    )


def _left_alone(items: Iterable[tuple[str, str, str]]) -> tuple[LeftAlone, ...]:
    """Counted by rule and reason, the most sites first."""
    counts: Counter[tuple[str, str]] = Counter()
    messages: dict[tuple[str, str], str] = {}
    for rule, reason, message in items:
        counts[rule, reason] += 1
        messages.setdefault((rule, reason), message)
    rows = (LeftAlone(rule, reason, sites, messages[rule, reason]) for (rule, reason), sites in counts.items())
    return tuple(sorted(rows, key=lambda row: (-row.sites, row.rule, row.reason)))


def _examples(plan: Plan) -> dict[str, Example]:
    """For each rule one change among the first files: of one hunk, made by no other rule, and small, if there is such a one."""
    best: dict[str, tuple[_Rank, Example]] = {}
    changes = changes_by_path(plan)
    looks: Counter[str] = Counter()
    for delta in joined(plan.deltas):
        path = delta.origin or delta.path
        own = changes.get(path, [])
        wanted = {c.rule for c in own if looks[c.rule] < _LOOKS and not (c.rule in best and best[c.rule][0] == _BEST)}
        if delta.before is None or delta.after is None or not wanted:
            continue
        looks.update(wanted)
        before, after = _text(delta.before, delta.encoding), _text(delta.after, delta.encoding)
        diff = Diff(path, before, after, hunks(before, after, 2))
        for change, rank, made in _candidates(diff, attribute(diff, own, plan.rules)):
            if change.rule in wanted and (change.rule not in best or rank < best[change.rule][0]):
                best[change.rule] = rank, Example(path, change.site.line, _shown(made), change.message)
    return {rule: example for rule, (_, example) in best.items()}


def _candidates(diff: Diff, made: Sequence[Sequence[Change]]) -> Iterator[tuple[Change, _Rank, list[Hunk[str]]]]:
    """Each change at a site of this file, how good an example it is, and its hunks."""
    for change in {id(change): change for changes in made for change in changes}.values():
        own = [index for index, changes in enumerate(made) if any(other is change for other in changes)]
        shared = any(other.rule != change.rule for index in own for other in made[index])
        lines = sum(len(diff.hunks[index].lines) for index in own)
        if change.site.path == diff.path:
            yield change, (len(own), shared, max(lines, _SMALL)), [diff.hunks[index] for index in own]


def _text(data: bytes, encoding: str) -> str:
    return data.decode(encoding, "surrogateescape").removeprefix("\ufeff")


def _shown(made: Sequence[Hunk[str]]) -> tuple[str, ...]:
    lines: list[str] = []
    for hunk in made:
        lines += [hunk.header] * (len(made) > 1)
        lines += [mark + text.removesuffix("\n").removesuffix("\r") for mark, text in hunk.lines]
    rest = len(lines) - _LINES
    return tuple(lines if rest <= 0 else [*lines[:_LINES], f"... {rest} more lines"])
