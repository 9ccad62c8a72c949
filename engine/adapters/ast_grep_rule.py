"""`ast-grep:` a rule file of ast-grep, through ast-grep-py. Each match is a change, or a finding where the rule has no `fix`."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.adapters.load import Code
from engine.adapters.tool import Item
from engine.hunks import lines_of
from engine.model import Applicability, Change, Edit, Evidence, Finding, RewrightError, Site, Skip, Span
from engine.project import Project
from engine.source import Source

_VARIABLE = re.compile(r"\$\$\$([A-Z_][A-Z0-9_]*)|\$([A-Z_][A-Z0-9_]*)")
_SHOWN = 80  # characters of what a variable holds, in a message
_MATCHING = ("rule", "constraints", "utils", "transform")
_TOLD = ("id", "language", "message", "note", "severity", "fix", "url", "metadata", "files", "ignores", "labels")


@dataclass(frozen=True, slots=True)
class _Rule:
    """One document of the file."""

    config: Mapping[str, Any]
    message: str
    fix: str | None
    transformed: frozenset[str] = field(default_factory=frozenset)


def prepare() -> None:
    """Import the tool, before anything is refused to it."""
    import ast_grep_py  # noqa: F401


def probe(options: Mapping[str, Any], code: Code | None) -> None:
    """Raises RewrightError for a file that is no rule for Python, or that ast-grep does not take."""
    for rule in _rules(code):
        try:
            _matches("x", rule)
        except (RuntimeError, ValueError, TypeError) as error:
            raise RewrightError(f"ast-grep does not take this rule: {_plain(error)}") from error


def run(source: Source, project: Project, options: Mapping[str, Any], code: Code | None) -> list[Item]:
    """An item for each match, outermost first: what lies inside a change is matched when that was made."""
    found: list[Item] = []
    for rule in _rules(code):
        end = 0
        for node in _matches(source.text, rule):
            low, high = node.range().start.index, node.range().end.index
            if low >= end:
                item = _item(source, node, rule, options)
                end = high if isinstance(item, Change) else end
                found += [item] if item else []
    return found


def _matches(text: str, rule: _Rule) -> Any:
    import ast_grep_py

    root: Any = ast_grep_py.SgRoot(text, "python").root()
    return root.find_all(dict(rule.config))


def _item(source: Source, node: Any, rule: _Rule, options: Mapping[str, Any]) -> Item | None:
    low, high = node.range().start.index, node.range().end.index
    site = Site(source.path, *source.position(low), *source.position(high))
    message = _VARIABLE.sub(functools.partial(_named, source, node, rule), rule.message)
    if rule.fix is None:
        return Finding(site, message, "no-fix")
    try:
        text = _filled(source, node, rule)
    except _StringMoves:
        return Skip(site, "string-would-move", "a string of several lines stands in the match, and would be indented otherwise")
    if text == source.text[low:high]:
        return None
    return Change(
        site,
        message,
        Applicability(options["applicability"]),
        (Edit(source.path, low, high, text),),
        (Span(source.path, low, high),),
        evidence=(Evidence("meaning", "unknown", "another tool made this change, and says nothing of its meaning"),),
    )


def _named(source: Source, node: Any, rule: _Rule, match: re.Match[str]) -> str:
    """What a variable holds, as one line of a message."""
    if match[2] in rule.transformed:
        text = node.get_transformed(match[2]) or ""
    else:
        low, high = _held(node, match)
        text = source.text[low:high]
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "..."


class _StringMoves(Exception):
    """New indentation would alter a string."""


def _filled(source: Source, node: Any, rule: _Rule) -> str:
    """The fix with its variables in place, indented as the match is."""
    template = (rule.fix or "").removesuffix("\n")
    start = node.range().start.index
    base = re.match(r"[ \t]*", source.text[source.line_start(start) :])
    indent = base.group() if base else ""
    out = []
    for number, line in enumerate(template.split("\n")):
        lead = line[: len(line) - len(line.lstrip())]
        captured = functools.partial(_captured, source, node, rule, indent + lead)
        filled = _VARIABLE.sub(captured, line)
        out.append((indent if number and filled.strip() else "") + filled)
    return "\n".join(out).replace("\n", source.newline)


def _captured(source: Source, node: Any, rule: _Rule, indent: str, match: re.Match[str]) -> str:
    """What a variable holds, its further lines moved from where they stood to `indent`."""
    if match[2] in rule.transformed:
        return node.get_transformed(match[2]) or ""
    low, high = _held(node, match)
    text = source.text[low:high].replace("\r\n", "\n")
    was = re.match(r"[ \t]*", source.text[source.line_start(low) :])
    old = was.group() if was else ""
    if "\n" not in text or old == indent:
        return text
    if re.search(r"\"\"\"|'''|\\\n", text):
        raise _StringMoves
    first, *rest = lines_of(text)
    return first + "".join(indent + line.removeprefix(old) if line.strip() else line for line in rest)


def _held(node: Any, match: re.Match[str]) -> tuple[int, int]:
    """The 0-based range of what a variable holds; (0, 0) for one that holds nothing, which ast-grep writes as nothing."""
    nodes = node.get_multiple_matches(match[1]) if match[1] else [node.get_match(match[2])]
    nodes = [each for each in nodes if each is not None]
    return (nodes[0].range().start.index, nodes[-1].range().end.index) if nodes else (0, 0)


@functools.lru_cache(maxsize=8)
def _rules(code: Code | None) -> tuple[_Rule, ...]:
    """The documents of the file, which every file of the target asks for."""
    import yaml

    if code is None:
        raise RewrightError("the rule was not loaded; name its file in the rule file")
    try:
        documents = [one for one in yaml.safe_load_all(code.files[0][2]) if one is not None]
    except yaml.YAMLError as error:
        raise RewrightError(f"is no YAML: {_plain(error)}") from error
    if not documents:
        raise RewrightError("holds no rule")
    return tuple(map(_rule, documents))


def _rule(document: Any) -> _Rule:
    if not isinstance(document, dict) or not isinstance(document.get("rule"), dict):
        raise RewrightError("is no ast-grep rule: it has no mapping under 'rule'")
    if str(document.get("language", "python")).lower() not in ("python", "py"):
        raise RewrightError(f"is a rule for {document['language']}; only Python is looked at")
    if unknown := [key for key in document if key not in (*_MATCHING, *_TOLD)]:
        raise RewrightError(f"uses {unknown[0]!r}, which cannot be done through ast-grep-py")
    fix = document.get("fix")
    if fix is not None and not isinstance(fix, str):
        raise RewrightError("has a 'fix' that is no text; only a template is understood")
    message = str(document.get("message") or document.get("note") or f"ast-grep: {document.get('id', 'matches')}")
    config = {key: document[key] for key in _MATCHING if document.get(key) is not None}
    return _Rule(config, " ".join(message.split()), fix, frozenset(document.get("transform") or ()))


def _plain(error: BaseException) -> str:
    parts = []
    while error is not None:
        parts += [" ".join(str(error).split())]
        error = error.__cause__  # type: ignore[assignment]
    return ": ".join(dict.fromkeys(parts))[:300]
