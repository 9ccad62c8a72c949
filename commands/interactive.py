"""`rewright diff -i`: the changes one by one in the terminal, each accepted or declined with a key. Like `cli`, it may print.

Every decision is written when it is made, so that quitting, or a terminal that goes away, loses none.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import click

from commands.decide import note
from commands.screen import say
from engine import outcome
from engine.model import Change, Plan, RewrightError

if TYPE_CHECKING:
    from engine.report import View
    from engine.session import Session

_HELP = """\
y - accept this change: it is in the plan from now on, unsafe or not
n - decline this change, and say why in one line
a - accept this change and all later ones like it: the same rule and kind
d - decline this change and all later ones like it
j - leave this change undecided, and see the next
s - leave this file undecided, and see the next file
q - quit; what was decided is kept
? - print help"""
_KEYS = "y,n,a,d,j,s,q,?"


@dataclass(slots=True)
class _Walk:
    """Where somebody is in the changes of a target."""

    session: Session
    plan: Plan
    view: View
    seen: set[str] = field(default_factory=set)  # fingerprints that were asked about
    skipped: set[str] = field(default_factory=set)  # files
    counts: dict[str, int] = field(default_factory=lambda: {"accept": 0, "decline": 0})

    def left(self) -> list[Change]:
        """What is still to be asked, in the plan's order: one change of each rewrite of several files."""
        groups: set[str] = set()
        out = []
        for one in self.plan.of(Change):
            known = one.fingerprint in self.seen or one.fingerprint in self.session.request.accepted
            if known or one.site.path in self.skipped or (one.group and one.group in groups):
                continue
            groups |= {one.group} - {""}
            out.append(one)
        return out


def walk(given: dict[str, Any], planned: Callable[[Session, dict[str, Any]], Plan]) -> NoReturn:
    """Ask about every change, and exit: with 0 when nothing is left undecided, else with 1. RewrightError without a terminal."""
    import codemods
    from engine.report import View
    from engine.session import choice_of, open_session

    if given["output_format"] != "text" or given["output"]:
        raise click.UsageError("-i asks in the terminal: leave --output and --output-format out")
    if given.get("cold_import"):
        raise click.UsageError("-i shows changes before they are tried: leave --cold-import out")
    if not terminal():
        raise RewrightError(
            "diff -i asks about each change, and there is no terminal to ask in; run it in one, or read `rewright diff` and "
            "record what you think with `rewright decide accept|decline FINGERPRINT --why TEXT`"
        )
    color = bool(os.environ.get("FORCE_COLOR") or not os.environ.get("NO_COLOR"))
    view = View(given["verbose"], color, shutil.get_terminal_size((120, 40)).columns)
    with open_session(choice_of(given), codemods.known, codemods.templates) as session:
        state = _Walk(session, planned(session, given), view)
        for warning in state.plan.warnings:
            say(f"warning: {warning}", err=True)
        while (left := state.left()) and _ask(state, left):
            pass
        sys.exit(_end(state))


def terminal() -> bool:
    """Is there somebody to ask?"""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ask(state: _Walk, left: Sequence[Change]) -> bool:
    """Show the first change, and do what the person says. False to quit."""
    from engine.report.text_diffs import render_change

    change = left[0]
    group = [one for one in state.plan.of(Change) if one.group == change.group] if change.group else [change]
    click.echo()
    for one in group:
        for line in render_change(one, state.plan, state.view):
            click.echo(line)
    alike = [one for one in left if _kind(one) == _kind(change)]
    asked = f"({len(state.seen) + 1}/{len(state.seen) + len(left)}) Accept this change"
    asked += f" of {len(group)} files" if len(group) > 1 else ""
    while True:
        key = _key(f"{asked} [{_KEYS}]? ")
        if key in ("q", "\x04"):
            return False
        if key == "j":
            _see(state, [change])
            return True
        if key == "s":
            state.skipped.add(change.site.path)
            state.seen |= {one.fingerprint for one in left if one.site.path == change.site.path}
            return True
        if key in ("y", "a") and _decided(state, "accept", alike if key == "a" else [change]):
            return True
        if key in ("n", "d") and _decided(state, "decline", alike if key == "d" else [change]):
            return True
        if key not in ("y", "a", "n", "d"):
            click.echo(_HELP)


def _decided(state: _Walk, word: Any, changes: Sequence[Change]) -> bool:
    """Ask for the reason of a decline, and decide. False when none is given, or nothing could be written."""
    why = ""
    if word == "decline":
        why = click.prompt("why, in one line (empty: ask again)", default="", show_default=False).strip()
        if not why:
            return False
    try:
        _decide(state, word, changes, why)
    except RewrightError as error:
        say(str(error), err=True)
        return False
    return True


def _key(question: str) -> str:
    click.echo(click.style(question, fg="blue", bold=True) if not os.environ.get("NO_COLOR") else question, nl=False)
    try:
        key = click.getchar()
    except EOFError:
        key = "q"
    click.echo(key if key.isprintable() else "")
    return key


def _kind(change: Change) -> tuple[str, str, str]:
    """What makes two changes alike: rule, applicability, and the kind that the rule gives them, else their message."""
    kind = change.data.get("kind") or change.data.get("context")
    return change.rule, change.applicability, kind if isinstance(kind, str) else change.message


def _see(state: _Walk, changes: Sequence[Change]) -> None:
    groups = {one.group for one in changes} - {""}
    state.seen |= {one.fingerprint for one in changes}
    state.seen |= {one.fingerprint for one in state.plan.of(Change) if one.group in groups}


def _decide(state: _Walk, word: Any, changes: Sequence[Change], why: str) -> None:
    """Write the decision down, and plan again where later changes may depend on what was declined."""
    from engine.decisions import deciding, store

    session = state.session
    record = deciding.decide(state.plan, changes, note(session, word, why), session.decisions)
    store.record(session.request.root, record.add, record.drop)
    state.counts[word] += len(changes)
    _see(state, changes)
    gone = {*record.drop, *(one.fingerprint for one in record.add)}
    kept = [one for one in session.decisions if one.fingerprint not in gone]
    state.session = session.deciding([*kept, *record.add])
    if len(changes) > 1:
        say(f"{word}: {len(changes)} changes of {changes[0].rule}")
    if word == "decline" and _others_depend(state, changes):
        state.plan = state.session.plan()


def _others_depend(state: _Walk, changes: Sequence[Change]) -> bool:
    """Is something left to ask in the same files, or is a rewrite of several files to fall?"""
    paths = {one.site.path for one in changes}
    return any(one.group for one in changes) or any(one.site.path in paths for one in state.left())


def _end(state: _Walk) -> int:
    """Say what came of it; the exit code."""
    from engine.decisions import store

    undecided = [one for one in state.plan.of(Change) if one.fingerprint not in state.session.request.accepted]
    undecided = [one for one in undecided if one.fingerprint not in state.session.request.declined]
    counts = f"{state.counts['accept']} accepted, {state.counts['decline']} declined, {len(undecided)} left undecided"
    click.echo()
    say(f"{counts}.")
    if any(state.counts.values()):
        say(f"The decisions are in {store.place(state.session.request.root)}; commit it.")
        say("`rewright apply` writes every change that was not declined: accepted ones, unsafe too, and safe ones.")
    return outcome.PENDING if undecided else outcome.CLEAN
