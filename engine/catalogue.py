"""What rules there are and what they do, and why a site gets what it gets, as text: `rewright rules`, `rewright explain`."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine import config as configuration
from engine.adapters.light import lacking, missing
from engine.codemod import Codemod, Option
from engine.model import Change, Failure, Finding, Item, Plan, RewrightError
from engine.rule_text import is_made_here, kind_of, said, summary
from engine.words import near_miss


def schema(codemods: Mapping[str, Codemod]) -> str:
    """The JSON Schema of rules.yaml, for editors and checks."""
    return json.dumps(configuration.json_schema(codemods), indent=2)


def listing(config: configuration.Config, codemods: Mapping[str, Codemod], output_format: str) -> str:
    """The rules in force, and the codemods that no rule uses; as a table, or as JSON with all that the rule file says."""
    codemods = config.over(codemods)
    unused = sorted(set(codemods) - {rule.codemod for rule in config.rules})
    if output_format == "json":
        rows = [_row(rule, codemods[rule.codemod]) for rule in config.rules]
        return json.dumps({"rules_file": config.path, "rules": rows, "unused_codemods": unused}, indent=2)
    width = max([len(rule.id) for rule in config.rules], default=0)
    lines = [f"{rule.id:<{width}}  {rule.mode:<8}  {_listed(rule, codemods[rule.codemod])}" for rule in config.rules]
    lines += [f"\nNot used by any rule: {', '.join(unused)}"] if unused else []
    return "\n".join([f"Rules of {config.path}", "", *lines])


def _listed(rule: configuration.Rule, codemod: Codemod) -> str:
    absent = lacking(codemod)
    return f"{summary(rule, codemod)} (needs {' and '.join(absent)})" if absent else summary(rule, codemod)


def _row(rule: configuration.Rule, codemod: Codemod) -> dict[str, Any]:
    from engine.reference import applicability

    options = {
        option.name: {
            "value": rule.options.get(option.name, option.default),
            "default": option.default,
            "type": option.type,
            "choices": list(option.choices),
            "help": option.help,
        }
        for option in codemod.options
    }
    return {
        "id": rule.id,
        "codemod": rule.codemod,
        "mode": rule.mode,
        "severity": rule.severity,
        "summary": codemod.summary,
        "message": rule.message,
        "note": rule.note,
        "url": rule.url,
        "owner": rule.owner,
        "include": list(rule.include),
        "exclude": list(rule.exclude),
        "applicability": rule.options.get("applicability") or applicability(codemod),
        "options": options,
        "max_files_percent": rule.max_files_percent,
        "metadata": dict(rule.metadata),
        "lacks": list(lacking(codemod)),
    }


def explanation(name: str, config: configuration.Config, codemods: Mapping[str, Codemod]) -> str:
    """A rule or codemod in full: its documentation, its options with what this rule file sets them to, and an example.

    Of a rule of a pattern or a tool, what it says takes the place of its codemod's documentation.
    The example of a codemod of ours is the one on its page, that of another rule one of the cases beside the rule file; where
    the shipped file has no cases beside it, that on the rule's page.
    """
    from engine.report.screen import escape

    codemods = config.over(codemods)
    rule = next((rule for rule in config.rules if rule.id == name), None)
    codemod = codemods.get(rule.codemod if rule else name)
    if codemod is None:
        names = sorted({*codemods, *(rule.id for rule in config.rules)})
        raise RewrightError(f"no rule or codemod is called {name!r}{near_miss(name, names)}")
    head = [f"{name}: {summary(rule, codemod) if rule else codemod.summary}"]
    if rule:
        head += [text for text in (rule.message, rule.note, rule.url) if text and text not in head[0]]
        mode = f"off (--select {rule.id} runs it)" if rule.mode == "off" else rule.mode
        head.append(f"Mode {mode}, severity {rule.severity}, from {config.path}")
    head += [complaint] if (complaint := missing(codemod)) else []
    if rule and is_made_here(rule) and rule.id != kind_of(rule):
        body = [escape(line) for line in said(rule, codemod)]
    else:
        options = [
            _option(option, rule.options.get(option.name, option.default) if rule else option.default)
            for option in codemod.options
        ]
        body = [codemod.doc.strip(), "", "Options in force:", *(options or ["  none"])]
    return "\n".join([*head, "", *body, *_example(name, codemod, Path(config.path))])


def _example(name: str, codemod: Codemod, rules: Path) -> Iterator[str]:
    """An example in lines that a terminal shows as they read."""
    from engine.reference import example_of, shipped_example
    from engine.report.screen import escape
    from engine.target import HOUSE

    shipped = shipped_example(name) if codemod.name == name else ""
    text = shipped or example_of(rules.parent / "fixtures", name)
    if not text and rules.resolve() == HOUSE / "rules.yaml":
        text = shipped_example(name)
    if text:
        yield from ("", "Example:")
        yield from (f"  {escape(line)}".rstrip() for line in text.split("\n") if not line.startswith("```"))


def _option(option: Option, value: object) -> str:
    kind = " | ".join(option.choices) if option.choices else option.type
    return f"  {option.name} = {json.dumps(value)}  ({kind}; default {json.dumps(option.default)})\n      {option.help}"


# -- a site ----------------------------------------------------------------------------


def place_in(subject: str) -> tuple[Path, int] | None:
    """The file and the 1-based line that `path:12` names; None for the name of a rule. Raises RewrightError for no such file."""
    found = re.fullmatch(r"(.+):(\d+)", subject)
    if found is None:
        return None
    file = Path(found[1])
    if not file.is_file():
        raise RewrightError(f"{file}: no such file; explain takes a rule, or FILE:LINE with FILE relative to the current folder")
    return file, int(found[2])


def root_of(file: Path) -> Path:
    """The target of a file: the git repository around it, else the current folder when the file is below, else its own folder."""
    real = file.resolve()
    for folder in real.parents:
        if (folder / ".git").exists():
            return folder
    return Path.cwd() if Path.cwd().resolve() in real.parents else real.parent


def site_explanation(plan: Plan, path: str, line: int) -> str:
    """What the plan says of the sites at or around a line (1-based), with the derivation that their data hold.

    Raises RewrightError when there is none, naming the nearest.
    """
    items = [item for item in plan.items if item.site.path == path]
    found = _around(plan, path, line, items)
    if not found:
        near = sorted({item.site.line for item in items}, key=lambda other: (abs(other - line), other))[:3]
        hint = (
            f"; the nearest sites are at lines {', '.join(map(str, sorted(near)))}" if near else "; the file has no site at all"
        )
        raise RewrightError(f"{path}:{line}: no rule has anything to say here{hint}")
    return "\n\n".join("\n".join(_told(item)) for item in found)


def _around(plan: Plan, path: str, line: int, items: Sequence[Item]) -> list[Item]:
    """The items on a line; else of the innermost construct that holds it; else of the handlers of the try whose body holds it."""
    found = [item for item in items if item.site.line == line]
    if found:
        return found
    holding = [item for item in items if item.site.line <= line <= max(item.site.end_line, item.site.line)]
    handlers = _handlers(plan, path, line)
    if holding and (not handlers or max(item.site.line for item in holding) >= handlers[0]):
        start = max(item.site.line for item in holding)
        return [item for item in holding if item.site.line == start]
    return [item for item in items if item.site.line in handlers[1:]]


def _handlers(plan: Plan, path: str, line: int) -> list[int]:
    """The line of the innermost try whose own body holds a line, and the lines of its handlers; empty when there is none."""
    try:
        tree = ast.parse((Path(plan.root) / path).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []
    tries = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.Try, ast.TryStar)) and node.lineno <= line <= (node.body[-1].end_lineno or 0)
    ]
    inner = max(tries, key=lambda node: node.lineno, default=None)
    return [] if inner is None else [inner.lineno, *(handler.lineno for handler in inner.handlers)]


def _told(item: Item) -> Iterator[str]:
    data: Mapping[str, Any] = {} if isinstance(item, Failure) else item.data
    yield f"{item.site.path}:{item.site.line}: {item.rule or 'rewright'}"
    for name in ("kind", "because"):
        if data.get(name):
            yield f"  {name + ':':<13}{data[name]}"
    if isinstance(item, Change):
        yield f"  {'rewrite:':<13}{item.message} [{item.applicability}]"
    else:
        kind = "stays" if isinstance(item, Finding) else "fails" if isinstance(item, Failure) else "skipped"
        yield f"  {kind + ':':<13}{item.reason}: {item.message}"
    for name in ("recoverable", "inferred"):
        if name in data:
            yield f"  {name + ':':<13}{', '.join(data[name]) or 'nothing'}"
    yield from (f"    {step}" for step in data.get("steps", ()))
    if data.get("unknown"):
        yield f"  {'unknown:':<13}{'; '.join(data['unknown'])}"
    if isinstance(item, Change):
        yield from (
            f"  {'evidence:':<13}{one.check} {one.result}{': ' + one.detail if one.detail else ''}" for one in item.evidence
        )
