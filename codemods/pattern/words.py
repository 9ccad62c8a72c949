"""The words that every match must hold: hints for the prefilter, and lines that are worth a look."""

from __future__ import annotations

import ast
import re

from codemods.pattern.captures import File
from codemods.pattern.language import meta_of
from codemods.pattern.rules import Pattern, Rule
from engine import BUILTINS

_KEYWORDS: dict[type[ast.AST], str] = {
    ast.ExceptHandler: "except",
    ast.Try: "try",
    ast.TryStar: "try",
    ast.With: "with",
    ast.AsyncWith: "async",
    ast.For: "for",
    ast.AsyncFor: "async",
    ast.AsyncFunctionDef: "async",
    ast.FunctionDef: "def",
    ast.ClassDef: "class",
    ast.While: "while",
    ast.Lambda: "lambda",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.Return: "return",
    ast.Raise: "raise",
    ast.Assert: "assert",
    ast.Delete: "del",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
    ast.Import: "import",
    ast.ImportFrom: "import",
    ast.Match: "match",
    ast.match_case: "case",
    ast.Break: "break",
    ast.Continue: "continue",
    ast.Pass: "pass",
    ast.Is: "is",
    ast.IsNot: "is",
    ast.In: "in",
    ast.NotIn: "in",
    ast.Not: "not",
    ast.And: "and",
    ast.Or: "or",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.FloorDiv: "//",
    ast.NamedExpr: ":=",
}
_IDENTIFIERS = ("id", "attr", "name", "arg", "asname", "module")


def needed(rule: Rule) -> tuple[str, ...]:
    """Words of which every match holds at least one, as few and as rare as can be; empty where nothing is certain."""
    choices: list[tuple[str, ...]] = [(_best(rule.match),)] if rule.match is not None and _best(rule.match) else []
    if rule.any:
        inner = [needed(one) for one in rule.any]
        if all(inner):
            choices.append(tuple(dict.fromkeys(word for words in inner for word in words)))
    choices += [words for one in rule.all if (words := needed(one))]
    return max(choices, key=lambda words: min(map(_worth, words)), default=())


def _best(pattern: Pattern) -> str:
    found: list[str] = []
    for node in pattern.parsed.nodes:
        for inner in ast.walk(node):
            if type(inner) in _KEYWORDS:
                found.append(_KEYWORDS[type(inner)])
            for name in _IDENTIFIERS:
                value = getattr(inner, name, None)
                if isinstance(value, str):
                    found += [part for part in value.split(".") if part and meta_of(part) is None]
            found += [one for one in getattr(inner, "names", ()) if isinstance(one, str) and meta_of(one) is None]
    for root in _roots(pattern):
        found.remove(root)  # an alias may say it otherwise
    return max(found, key=_worth, default="")


def _roots(pattern: Pattern) -> list[str]:
    """The first names of dotted ones: `asyncio` in `asyncio.run`, which `from asyncio import run` leaves unsaid."""
    found = []
    for node in pattern.parsed.nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Attribute):
                if isinstance(inner.value, ast.Name) and meta_of(inner.value.id) is None:
                    found.append(inner.value.id)
                elif isinstance(inner.value, ast.Attribute) and meta_of(inner.value.attr) is None:
                    found.append(inner.value.attr)
    return found


def _worth(word: str) -> int:
    """How rare a word is, at a guess."""
    if not word[0].isalpha() and word[0] != "_":
        return len(word)
    if word in _KEYWORDS.values():
        return 2 + len(word)
    return (5 if word in BUILTINS or word == "self" else 20) + len(word)


def expression(word: str) -> str:
    """A regular expression that finds the word; it begins with a literal, which is searched far faster."""
    escaped = re.escape(word)
    return rf"{escaped}(?<!\w{escaped})(?!\w)" if re.match(r"\w", word) else escaped


def lines_of(words: tuple[str, ...], file: File) -> list[int] | None:
    """The 1-based lines, in order, on which a match may stand in part; None: any."""
    if not words:
        return None
    found: set[int] = set()
    for word in words:
        for spelled in (word, *(file.aliases(word) if word.isidentifier() else ())):
            found.update(match.start() for match in re.finditer(expression(spelled), file.source.text))
    return sorted({file.source.position(offset)[0] for offset in found})
