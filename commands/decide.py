"""`rewright decide`: accept or decline single sites, so that the next plan heeds it. Like `cli`, it may print.

Decisions are lines in .rewright/decisions.yaml of the target. Exit codes: 0 recorded or listed, 2 an error.
"""

from __future__ import annotations

import contextlib
import functools
import getpass
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.screen import say
from engine.model import Item, Plan, RewrightError

if TYPE_CHECKING:
    from engine.decisions.deciding import Note, Record
    from engine.session import Session

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_FEW = 8  # sites told of by name
_TARGET = (
    click.option("--root", type=_FOLDER, help="The target. Default: here."),
    click.option("--rules", "rules_file", type=click.Path(path_type=Path), help="Rule file. Default: upward from the target."),
    click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Worker processes. Default: one a core."),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
    click.option("--verbose", "-v", is_flag=True, help="Name every site, and show tracebacks."),
)
_DECIDING = (
    click.argument("fingerprints", metavar="FINGERPRINT...", nargs=-1),
    click.option("--why", default="", help="The reason, in one line. Needed to decline."),
    click.option("--until", default="", metavar="DATE", help="The last day on which it counts, as YYYY-MM-DD."),
    click.option("--all-in", type=click.Path(path_type=Path, exists=True), help="Every site of --rule in this file or folder."),
    click.option("--rule", metavar="RULE", help="The rule that --all-in means."),
    *_TARGET,
)


@click.group()
def decide() -> None:
    """Accept or decline single sites; see docs/site-decisions.md.

    FINGERPRINT is what a report shows: `rewright scan --verbose`, or any diff. Its first digits do.
    """


def _with(options: Sequence[Callable[..., Any]]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return lambda command: functools.reduce(lambda wrapped, option: option(wrapped), reversed(options), command)


@decide.command()
@_with(_DECIDING)
def accept(**given: Any) -> None:
    """Admit changes that you have read, unsafe ones without --unsafe."""
    _decide("accept", given)


@decide.command()
@_with(_DECIDING)
def decline(**given: Any) -> None:
    """Leave sites alone, and say why."""
    if not given["why"].strip():
        raise click.UsageError('--why "..." is needed: whoever meets the site next wants to know')
    _decide("decline", given)


@decide.command(name="list")
@click.option("--output-format", type=click.Choice(("text", "json")), default="text", show_default=True)
@_with(_TARGET)
def list_(output_format: str, **given: Any) -> None:
    """List the decisions, and whether they still mean something.

    `in force`; `expired`; `done`: accepted, and the site is gone, as it is once applied; `dangling`: declined, and the site is
    gone; `unsure`: one of several equal sites, whose number changed.
    """
    from engine.decisions import store
    from engine.decisions.state import told
    from engine.decisions.values import short
    from engine.words import plural

    with _session(given) as session:
        found = session.states(session.plan()) if session.decisions else ()
        file = store.place(session.request.root)
    if output_format == "json":
        rows = [{**asdict(one.decision), "state": one.state, "line": one.line or None} for one in found]
        say(json.dumps({"version": 1, "file": str(file), "decisions": rows}, indent=2))
        return
    for one in found:
        say(f"{short(one.decision.fingerprint)} {told(one)}")
    say(f"{plural(len(found), 'decision')} in {file}" if found else f"{file}: no decisions yet", err=True)


@decide.command()
@click.argument("fingerprints", metavar="FINGERPRINT...", nargs=-1)
@click.option("--stale", is_flag=True, help="Those that have expired, and those whose site is gone.")
@_with(_TARGET)
def forget(fingerprints: tuple[str, ...], stale: bool, **given: Any) -> None:
    """Take decisions out of the file."""
    from engine.decisions import state, store
    from engine.decisions.deciding import meant
    from engine.words import plural

    if stale == bool(fingerprints):
        raise click.UsageError("name the FINGERPRINT of a decision, or --stale")
    with _session(given) as session:
        root = session.request.root
        if stale:
            drop = {one.decision.fingerprint for one in session.states(session.plan()) if one.state in state.STALE}
        else:
            known = {one.fingerprint: f"{one.path} {one.rule}" for one in session.decisions}
            drop = {meant(typed, known, "decision") for typed in fingerprints}
    store.record(root, (), drop)
    say(f"{plural(len(drop), 'decision')} taken out of {store.place(root)}", err=True)


# -- deciding --------------------------------------------------------------------------------


def _decide(word: Any, given: dict[str, Any]) -> None:
    from engine.decisions import deciding, store
    from engine.words import plural

    if bool(given["fingerprints"]) == bool(given["all_in"]) or bool(given["all_in"]) != bool(given["rule"]):
        raise click.UsageError("name FINGERPRINTs, or --all-in PATH with --rule RULE")
    with _session(given) as session:
        said = note(session, word, given["why"], given["until"])
        plan, items = _items(session, given)
        record = deciding.decide(plan, items, said, session.decisions)
    store.record(session.request.root, record.add, record.drop)
    tell(record, said, given["verbose"])
    say(f"{plural(len(record.add), 'decision')} recorded in {store.place(session.request.root)}; commit it", err=True)


def _items(session: Session, given: dict[str, Any]) -> tuple[Plan, list[Item]]:
    """The sites that are meant. A plan with --unsafe may know some that the plain one does not."""
    from engine.decisions import deciding

    plan = session.plan()
    if given["all_in"]:
        inside = os.path.relpath(os.path.realpath(given["all_in"]), session.request.root).replace(os.sep, "/")
        rule = given["rule"]
        if rule not in plan.rules:
            raise RewrightError(f"no rule {rule!r} ran{_near(rule, plan.rules)}")
        items = deciding.choose(plan, rule, lambda path: inside in (".", path) or path.startswith(f"{inside}/"))
        if not items:
            raise RewrightError(f"{rule} has no site to decide in {given['all_in']}")
        return plan, items
    try:
        return plan, _named(plan, given["fingerprints"])
    except RewrightError as error:
        wider = replace(session, request=replace(session.request, unsafe=True)).plan()
        with contextlib.suppress(RewrightError):
            return wider, _named(wider, given["fingerprints"])
        raise error from None


def _named(plan: Plan, fingerprints: Sequence[str]) -> list[Item]:
    from engine.decisions.deciding import meant, places

    known = places(plan)
    by_name = {one.fingerprint: one for one in plan.items}
    return [by_name[name] for name in dict.fromkeys(meant(typed, known, "site") for typed in fingerprints)]


def note(session: Session, word: Any, why: str, until: str = "") -> Note:
    """What a person says, with their name and today's date. RewrightError for a date that is none, or over."""
    from engine.decisions.deciding import Note
    from engine.decisions.reading import is_date

    if until and not is_date(until):
        raise RewrightError(f"--until {until}: is no date; write it as YYYY-MM-DD")
    if until and until < session.today:
        raise RewrightError(f"--until {until}: is over; name today or a later day")
    return Note(word, why, until, _who(session.request.root), session.today)


def tell(record: Record, said: Note, verbose: bool) -> None:
    """What was recorded, a line a site, and remarks."""
    from engine.decisions.values import short

    shown = record.add if verbose or len(record.add) <= _FEW else record.add[:_FEW]
    for one in shown:
        say(f"{one.decision} {short(one.fingerprint)} {one.path} {one.rule}")
    if len(shown) < len(record.add):
        say(f"... and {len(record.add) - len(shown)} more; --verbose names them")
    for remark in record.remarks:
        say(remark, err=True)


@contextlib.contextmanager
def _session(given: dict[str, Any]) -> Iterator[Session]:
    import codemods
    from engine.session import Choice, open_session

    choice = Choice((), given["root"], given["rules_file"], jobs=given["jobs"], cache=not given["no_cache"])
    with open_session(choice, codemods.known, codemods.templates) as session:
        yield session


def _who(root: Path) -> str:
    """Who decides: git's user.name, else the name of the user's account."""
    from engine.vcs.git import Git, GitError

    with contextlib.suppress(GitError):
        if name := Git(root).text("config", "user.name", ok=(0, 1)).strip():
            return name
    with contextlib.suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""


def _near(word: str, known: Sequence[str]) -> str:
    from engine.words import near_miss

    return near_miss(word, known)
