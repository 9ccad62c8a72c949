"""The diffs of a `text` report: file by file, hunk by hunk, each hunk under its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.decisions.values import short
from engine.edits import apply_edits
from engine.model import Applicability, Change, Edit, Evidence, FileDelta, Plan
from engine.moves import joined
from engine.report import View
from engine.report.attribution import Diff, attribute, changes_by_path
from engine.report.hunks import Hunk, hunks, split_lines
from engine.report.screen import code, escape, flagged, paint, wrapped
from engine.words import plural

_HEAD = 8  # lines shown of a support module that the plan creates
_RESULTS = ("fail", "unknown", "pass")


def render_diffs(plan: Plan, view: View) -> Iterator[str]:
    """One chunk a file that the plan would write, then the manual proposals."""
    changes = changes_by_path(plan)
    for delta in joined(plan.deltas):
        own = changes.get(delta.origin or delta.path, [])
        if delta.before is None:
            yield "\n".join(_new_file(delta, own, plan, view)) + "\n\n"
        elif delta.after is None:
            yield "\n".join(_removed_file(delta, own, view)) + "\n\n"
        elif delta.before != delta.after or delta.origin:
            yield "\n".join(_changed_file(delta, own, plan, view)) + "\n\n"
    for change in plan.of(Change):
        if change.applicability is Applicability.MANUAL:
            yield "\n".join(_proposal(change, view)) + "\n\n"


def render_change(change: Change, plan: Plan, view: View) -> Iterator[str]:
    """One change by itself, as lines: file, reason, and what it alone makes of the file as its rule saw it; files it creates."""
    delta = next(one for one in joined(plan.deltas) if (one.origin or one.path) == change.site.path)
    before, after = _alone(change, delta, plan)
    yield _header(change.site.path, f"moves to {escape(change.moves_to)}" if change.moves_to else "", view).rstrip()
    yield from _reason(change, True, view)
    found = hunks(before, after, view.context)
    for hunk in found:
        yield from _hunk(hunk, _digits(found), _all_crlf(before) and _all_crlf(after), view)
    paths = {one.path for one in change.creates}
    for created in plan.deltas:
        if created.before is None and created.path in paths:
            yield ""
            yield from _new_file(created, [], plan, view)


def _alone(change: Change, delta: FileDelta, plan: Plan) -> tuple[str, str]:
    """The file as the change's rule saw it, and with this change; first and last text where the edits do not say."""
    before = _text(delta.before or b"", delta.encoding)
    batches: dict[int, list[Edit]] = {}
    for other in plan.of(Change):
        if other.batch < change.batch and other.site.path == change.site.path:
            batches.setdefault(other.batch, []).extend(other.edits)
    try:
        seen = before
        for batch in sorted(batches):
            seen = apply_edits(seen, batches[batch])
        return seen, apply_edits(seen, change.edits)
    except ValueError:
        return before, _text(delta.after or b"", delta.encoding)


def _changed_file(delta: FileDelta, changes: Sequence[Change], plan: Plan, view: View) -> Iterator[str]:
    before, after = _text(delta.before or b"", delta.encoding), _text(delta.after or b"", delta.encoding)
    found, path = hunks(before, after, view.context), delta.origin or delta.path
    made = attribute(Diff(path, before, after, found), changes, plan.rules)
    crlf = _all_crlf(before) and _all_crlf(after)
    added = sum(mark == "+" for hunk in found for mark, _ in hunk.lines)
    removed = sum(mark == "-" for hunk in found for mark, _ in hunk.lines)
    notes = ["moved"] * bool(delta.origin) + [f"+{added} -{removed}"] * bool(found)
    notes += [*(["CRLF"] if crlf else []), *([delta.encoding] if delta.encoding != "utf-8" else [])]
    yield _header(f"{path} -> {delta.path}" if delta.origin else path, ", ".join(notes), view)
    for change in changes:
        if change.moves_to:
            yield from _reason(change, True, view)
    digits = _digits(found)
    for hunk, reasons in zip(found, made, strict=True):
        yield ""
        own = range(hunk.old_start, hunk.old_start + max(hunk.old_count, 1))
        told = [(change, change.site.line in own and not change.moves_to) for change in reasons]
        shown = [line for change, here in told for line in _reason(change, here, view)]
        yield from shown or _no_reason(changes, path, view)
        yield from _hunk(hunk, digits, crlf, view)


def _digits(found: Sequence[Hunk[str]]) -> int:
    """The width of a gutter's line numbers."""
    return max([3, *(len(str(max(hunk.old_start + hunk.old_count, hunk.new_start + hunk.new_count))) for hunk in found[-1:])])


def _header(path: str, notes: str, view: View) -> str:
    return f"{paint(escape(path), 'path', view.color)}  {paint(notes, 'dim', view.color)}"


def _reason(change: Change, here: bool, view: View) -> Iterator[str]:
    """`safe broad-except line 42  1f0c8a2b`, the message, and what was checked. The digits name the site for `decide`.

    A hunk away from the site (`here` is false) is a part of the change, an import mostly: it gets one line.
    The gates, which every change has passed, are told once at the end of the report, and here with --verbose.
    """
    kind = change.applicability.value
    label = f"{paint(kind, kind, view.color)} {paint(escape(change.rule), 'rule', view.color)}"
    if not here:
        yield f"  {label} {paint(f'for the change at line {change.site.line}', 'dim', view.color)}"
        return
    name = f"  {short(change.fingerprint)}" if change.fingerprint else ""
    yield f"  {label} {paint(f'line {change.site.line}{name}', 'dim', view.color)}"
    yield from wrapped(change.message, "    ", view.width)
    told = [found for found in change.evidence if found.check != "gates" or view.verbose]
    for result in _RESULTS:
        checks = [_check(found) for found in told if found.result == result]
        style = "failure" if result == "fail" else "dim"
        if checks:
            yield from (paint(line, style, view.color) for line in wrapped(f"{result}: {', '.join(checks)}", "    ", view.width))


def _check(evidence: Evidence) -> str:
    return f"{evidence.check} ({evidence.detail})" if evidence.detail else evidence.check


def _no_reason(changes: Sequence[Change], path: str, view: View) -> Iterator[str]:
    """A hunk that no edit made: the engine wrote the imports that changes of this file need."""
    needs = {f"{need.module}.{need.name}".rstrip(".") for change in changes for need in change.imports if need.path == path}
    text = f"imports for the changes below: {', '.join(sorted(needs))}" if needs else "written by the engine"
    yield from wrapped(text, "  ", view.width)


def _hunk(hunk: Hunk[str], digits: int, crlf: bool, view: View) -> Iterator[str]:
    """Lines behind a gutter of old and new line numbers, 1-based."""
    color = view.color
    old, new = hunk.old_start, hunk.new_start
    blank = " " * digits
    odd: list[str] = []
    for mark, raw in hunk.lines:
        line = raw.removesuffix("\n")
        if crlf:
            line = line.removesuffix("\r")
        gutter = f"{blank if mark == '+' else str(old).rjust(digits)} {blank if mark == '-' else str(new).rjust(digits)} |"
        body = f"{mark}{code(line)}" if line else mark
        yield f"{paint(gutter, 'dim', color)}{body if mark == ' ' else paint(body, mark, color)}".rstrip()
        if names := flagged(line):
            odd.append(f"line {old if mark == '-' else new} holds {', '.join(names)}")
        if not raw.endswith("\n"):
            yield paint(f"{blank} {blank} |\\ No newline at end of file", "dim", color)
        old, new = old + (mark != "+"), new + (mark != "-")
    for note in odd:
        yield paint(f"  {note}: invisible or bidirectional characters", "unsafe", color)


def _new_file(delta: FileDelta, changes: Sequence[Change], plan: Plan, view: View) -> Iterator[str]:
    lines = [line.removesuffix("\n").removesuffix("\r") for line in split_lines(_text(delta.after or b"", delta.encoding))]
    support = next((name for name, path in plan.support.items() if path == delta.path), None)
    shown = len(lines) if view.verbose or support is None else min(_HEAD, len(lines))
    yield _header(delta.path, f"new file, {plural(len(lines), 'line') if lines else 'empty'}", view)
    if support is not None:
        users = sorted({change.rule for change in plan.of(Change) if support in change.support})
        yield from wrapped(f"support module {support}" + (f", needed by {', '.join(users)}" if users else ""), "  ", view.width)
    for change in changes:
        yield from _reason(change, True, view)
    if lines:
        yield ""
    digits = max(len(str(len(lines))), 3)
    for number, line in enumerate(lines[:shown], 1):
        gutter = paint(f"{' ' * digits} {number:>{digits}} |", "dim", view.color)
        yield f"{gutter}{paint('+' + code(line), '+', view.color)}"
    if shown < len(lines):
        yield paint(f"  ... {plural(len(lines) - shown, 'more line')}: --verbose shows them", "dim", view.color)


def _removed_file(delta: FileDelta, changes: Sequence[Change], view: View) -> Iterator[str]:
    lines = split_lines(_text(delta.before or b"", delta.encoding))
    yield _header(delta.path, f"removed, {plural(len(lines), 'line') if lines else 'empty'}", view)
    for change in changes:
        yield from _reason(change, True, view)


def _proposal(change: Change, view: View) -> Iterator[str]:
    """A manual change: never applied, so it stands in no delta; its new text is shown as it is."""
    yield _header(f"{change.site.path}:{change.site.line}:{change.site.column}", "proposed, never applied", view)
    yield ""
    yield from _reason(change, True, view)
    for edit in change.edits:
        if not edit.text:
            yield f"  (deletes {plural(edit.end - edit.start, 'character')})"
        for line in split_lines(edit.text):
            yield f"{paint('  |', 'dim', view.color)}{paint('+' + code(line.rstrip()), '+', view.color)}"


def _text(data: bytes, encoding: str) -> str:
    """A file's text for reading: never raises, the byte-order mark left out."""
    return data.decode(encoding, "surrogateescape").removeprefix("\ufeff")


def _all_crlf(text: str) -> bool:
    return "\r\n" in text and text.count("\r\n") == text.count("\n")
