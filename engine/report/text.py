"""`text`: for people. Diffs with their reasons, or sites; then what was left alone, what failed, and totals.

Everything of the target passes engine.report.screen first: escaped and redacted. The report
streams: a file's diff is made when its chunk is asked for.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator

from engine.decisions.values import short
from engine.model import Applicability, Change, Failure, Finding, Item, Plan, Skip
from engine.report import View
from engine.report.screen import escape, paint, prose, redact
from engine.report.summary import TYPES, WITHHELD, Summary, applicability_of, reason_of, sentence, summarise, type_of
from engine.report.text_diffs import render_diffs
from engine.words import plural

_SITES = 10  # sites listed under one rule and reason without --verbose


def render(plan: Plan, view: View) -> Iterator[str]:
    """The report: with `view.diffs` every diff, else a line a site; then sections, warnings, totals and what to do next."""
    summary = summarise(plan)
    if view.diffs:
        yield from render_diffs(plan, view)
        yield from _sections(plan, view)
    else:
        yield from _sites(plan, view)
    for warning in plan.warnings:
        yield f"{paint('warning', 'unsafe', view.color)}: {prose(warning)}\n"
    if plan.warnings:
        yield "\n"
    yield from _totals(plan, summary, view)
    yield from _closing(plan, summary, view)


def _sites(plan: Plan, view: View) -> Iterator[str]:
    """`path:line:column rule message [kind]`, in the plan's order."""
    for item in plan.items:
        rule = paint(escape(item.rule) + " ", "rule", view.color) if item.rule else ""
        yield f"{_place(item, view)} {rule}{prose(item.message)} {_kind(item, view)}{_name(item, view)}\n"
        yield from _traceback(item, view)
    if plan.items:
        yield "\n"


def _place(item: Item, view: View) -> str:
    position = paint(f":{item.site.line}:{item.site.column}", "dim", view.color)
    return f"{paint(escape(item.site.path), 'path', view.color)}{position}"


def _kind(item: Item, view: View) -> str:
    """`[safe]`, `[finding: re-raise]`, `[unsafe: needs-unsafe]`, `[skip: reason]`, `[failure: reason]`."""
    kind, reason = applicability_of(item) or type_of(item), escape(reason_of(item))
    text = f"[{kind}: {reason}]" if reason else f"[{kind}]"
    return paint(text, kind if kind in (*Applicability, "failure") else "dim", view.color)


def _name(item: Item, view: View) -> str:
    """What `rewright decide` takes, with --verbose."""
    return paint(f"  {short(item.fingerprint)}", "dim", view.color) if view.verbose and item.fingerprint else ""


def _sections(plan: Plan, view: View) -> Iterator[str]:
    findings: tuple[Finding, ...] = plan.of(Finding)
    withheld = [item for item in findings if item.reason == WITHHELD]
    yield from _section("Withheld: their meaning may change, so they wait for --unsafe", withheld, plan, view)
    yield from _section("Findings without a rewrite", [item for item in findings if item.reason != WITHHELD], plan, view)
    yield from _section("Left alone", plan.of(Skip), plan, view)
    yield from _section("Failed: these could not be processed", plan.of(Failure), plan, view)


def _section(title: str, items: Iterable[Item], plan: Plan, view: View) -> Iterator[str]:
    """Items under one title, grouped by rule in the plan's order, then by reason, the most frequent first."""
    groups: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        groups[item.rule, reason_of(item)].append(item)
    if not groups:
        return
    yield f"{paint(title, 'title', view.color)}\n"
    order = {rule: index for index, rule in enumerate(plan.rules)}
    ranked = sorted(groups.items(), key=lambda group: (order.get(group[0][0], len(order)), -len(group[1]), group[0]))
    for (rule, reason), members in ranked:
        yield from _group(rule, reason, members, view)
    yield "\n"


def _group(rule: str, reason: str, members: list[Item], view: View) -> Iterator[str]:
    """A head with the count, then sites. A message that all share is said once, in the head."""
    messages = {item.message for item in members}
    common = len(members) > 1 and len(messages) == 1
    label = " ".join(part for part in (paint(escape(rule), "rule", view.color), escape(reason)) if part)
    said = f": {prose(members[0].message)}" if common else ""
    yield f"  {label} {paint(f'({len(members):,})', 'dim', view.color)}{said}\n"
    shown = members if view.verbose else members[:_SITES]
    for item in shown:
        yield f"    {_place(item, view)}{'' if common else '  ' + prose(item.message)}{_name(item, view)}\n"
        yield from _traceback(item, view)
    if len(shown) < len(members):
        yield paint(f"    ... and {len(members) - len(shown):,} more: --verbose lists them", "dim", view.color) + "\n"


def _traceback(item: Item, view: View) -> Iterator[str]:
    if view.verbose and isinstance(item, Failure) and item.detail:
        for line in item.detail.rstrip().split("\n"):
            yield paint(f"      {escape(redact(line))}".rstrip(), "dim", view.color) + "\n"


def _totals(plan: Plan, summary: Summary, view: View) -> Iterator[str]:
    """Two tables: rules by type, and reasons."""
    if not plan.items:
        return
    counts = summary.by(lambda cell: cell.rule)
    names = [*(rule for rule in plan.rules if rule in counts), *(rule for rule in counts if rule not in plan.rules)]
    rows = [[escape(name), *(_number(summary.count(type=type_, rule=name)) for type_ in TYPES)] for name in names]
    if summary.count(rule=""):
        rows.append(["no rule", *(_number(summary.count(type=type_, rule="")) for type_ in TYPES)])
    yield _table(["rule", "changes", "findings", "skips", "failures"], rows, view) + "\n"
    reasons = summary.by(lambda cell: f"{cell.type}\0{cell.reason}" if cell.reason else "")
    ranked = sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0]))
    if ranked:
        rows = [[escape(key.partition("\0")[2]), f"{n:,}", key.partition("\0")[0]] for key, n in ranked]
        yield _table(["reason", "sites", "type"], rows, view) + "\n"


def _number(n: int) -> str:
    return f"{n:,}" if n else "-"


def _table(heads: list[str], rows: list[list[str]], view: View) -> str:
    """A table without lines: words to the left, numbers to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for index, head in enumerate(heads):
        numeric = all(row[index].replace(",", "").strip("-").isdigit() or row[index] == "-" for row in rows)
        table.add_column(head, justify="right" if numeric else "left", no_wrap=True, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style="bold" if index == 0 and heads[0] == "rule" else "") for index, cell in enumerate(row)))
    out = io.StringIO()
    width = max(view.width, sum(max(len(row[i]) for row in [heads, *rows]) + 2 for i in range(len(heads))))
    console = Console(
        file=out,
        width=width,
        color_system="standard" if view.color else None,
        force_terminal=view.color,
        legacy_windows=False,
        _environ={},  # not the environment but the view decides
    )
    console.print(table)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().split("\n")[:-1])


def _closing(plan: Plan, summary: Summary, view: View) -> Iterator[str]:
    """The summary in a sentence, and what to do next."""
    yield paint(sentence(summary), "path", view.color) + ".\n"
    changes = summary.count(type="change")
    if changes:
        kinds = [(kind, summary.count(type="change", applicability=kind)) for kind in Applicability]
        split = ", ".join(paint(f"{n:,} {kind}", kind, view.color) for kind, n in kinds if n)
        yield f"{plural(changes, 'change')}: {split}.\n"
        gates = sorted({found.detail for change in plan.of(Change) for found in change.evidence if found.check == "gates"})
        yield from (f"Every change passed: {detail}.\n" for detail in gates)
    withheld = summary.count(type="finding", reason=WITHHELD)
    if withheld:
        yield f"{plural(withheld, 'unsafe change')} withheld: --unsafe shows {'it' if withheld == 1 else 'them'}.\n"
    if view.diffs and summary.written:
        yield f"Nothing was written. `{view.apply}` writes these changes, `{view.undo}` takes them back.\n"
