"""Patterns over a text: what they find, and what they make of it, through the engine with every gate."""

from codemods.pattern import CODEMOD, check
from engine.model import Change, Failure, Finding, Skip
from engine.process import BoundRule, process
from engine.project import Project
from engine.source import Source


def options(**given):
    return {option.name: option.default for option in CODEMOD.options} | {
        name.rstrip("_"): value for name, value in given.items()
    }


def faults(**given):
    """What is wrong with the options, as `path: message`."""
    return [f"{'.'.join(map(str, path))}: {message}" for path, message in check(options(**given))]


def run(code, unsafe=True, python=(3, 8), **given):
    """Every item, and the text afterwards."""
    assert faults(**given) == []
    rule = BoundRule("r", CODEMOD, options(**given))
    result = process("a.py", code.encode(), [rule], Project(frozenset(), python, {}, {}), unsafe)
    items = tuple(sorted(result.items, key=lambda item: (item.site.line, item.site.column)))
    return items, code if result.after is None else result.after.decode()


def found(match=None, code="", **given):
    """The text of every match."""
    items, _ = run(code, match=match, **given)
    assert all(isinstance(item, Finding) for item in items), items
    source = Source("a.py", code.encode())
    out = []
    for item in items:
        start = source.line_starts[item.site.line - 1] + item.site.column - 1
        out.append(source.text[start : source.line_starts[item.site.end_line - 1] + item.site.end_column - 1])
    return out


def captures(match, code, **given):
    """What the metavariables of the first match hold."""
    items, _ = run(code, match=match, **given)
    return items[0].data["captures"]


def becomes(code, match=None, replace="", **given):
    """The text afterwards; nothing may have failed or been skipped."""
    items, after = run(code, match=match, replace=replace, **given)
    assert all(isinstance(item, Change) for item in items), items
    return after


def reasons(code, match=None, replace="", **given):
    """Why each match is not rewritten: a finding, but a skip where it may be something else, or a failure of a gate."""
    items, after = run(code, match=match, replace=replace, **given)
    for item in items:
        gate, doubt = item.reason.startswith("gate:"), item.reason == "ambiguous-name"
        assert isinstance(item, Failure if gate else Skip if doubt else Finding), items
    assert after == code
    return [item.reason for item in items]
