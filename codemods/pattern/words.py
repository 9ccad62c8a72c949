"""The words that every match must hold: hints for the prefilter, and lines that are worth a look."""

from __future__ import annotations

import ast
import re

from codemods.pattern.captures import File
from codemods.pattern.language import meta_of
from codemods.pattern.rules import Pattern, Rule
from codemods.pattern.shapes import holed
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


def needed(rule: Rule, first: bool = False) -> tuple[str, ...]:
    """Words of which every match holds at least one, as few and as rare as can be; empty where nothing is certain.

    `first`: words that the first statement of a match holds.
    """
    best = _best(rule.match, first) if rule.match is not None else ""
    choices: list[tuple[str, ...]] = [(best,)] if best else []
    if rule.any:
        inner = [needed(one, first) for one in rule.any]
        if all(inner):
            choices.append(tuple(dict.fromkeys(word for words in inner for word in words)))
    choices += [words for one in rule.all if (words := needed(one, first))]
    if not first:
        asked = [one.rule for one in rule.where if one.kind == "file-has" and not one.negated and one.rule is not None]
        choices += [words for one in asked if (words := needed(one))]
    return max(choices, key=lambda words: min(map(_worth, words)), default=())


def _best(pattern: Pattern, first: bool) -> str:
    found: list[str] = []
    for node in pattern.parsed.nodes[:1] if first else pattern.parsed.nodes:
        for inner in ast.walk(node):
            if type(inner) in _KEYWORDS:
                found.append(_KEYWORDS[type(inner)])
            for name in _IDENTIFIERS:
                value = getattr(inner, name, None)
                if isinstance(value, str):
                    found += [part for part in value.split(".") if part and meta_of(part) is None]
            found += [one for one in getattr(inner, "names", ()) if isinstance(one, str) and meta_of(one) is None]
    for root in _roots(pattern, first):
        found.remove(root)  # an alias may say it otherwise
    if not first:
        found += [root for root in _modules(pattern) if root != "builtins"]  # a file says it where it imports from it
    return max(found, key=_worth, default="")


def _roots(pattern: Pattern, first: bool) -> list[str]:
    """The first names of dotted ones: `asyncio` in `asyncio.run`, which `from asyncio import run` leaves unsaid."""
    found = []
    for node in pattern.parsed.nodes[:1] if first else pattern.parsed.nodes:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Attribute):
                if isinstance(inner.value, ast.Name) and meta_of(inner.value.id) is None:
                    found.append(inner.value.id)
                elif isinstance(inner.value, ast.Attribute) and meta_of(inner.value.attr) is None:
                    found.append(inner.value.attr)
    return found


def _modules(pattern: Pattern) -> list[str]:
    """The first parts of dotted names with metavariables: `subprocess` in `subprocess.$F`."""
    nodes = [inner for node in pattern.parsed.nodes for inner in ast.walk(node)]
    parts = [holed(node) for node in nodes if isinstance(node, ast.Attribute) and meta_of(node.attr) is not None]
    return [names[0] for names in parts if names]


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


_COMMENT = r"(?>#[^\r\n]*)"
_AS = rf"(?:[\s\\]|{_COMMENT})+as(?!\w)"
# What stands in brackets, with two more pairs of brackets inside, up to a text, a comment or what is nested deeper; never taken
# back once it is read.
_PLAIN = r"""[^()\[\]{}"'#]"""
_PAIR = rf"[(\[{{](?>{_PLAIN}*)[)\]}}]"
_HELD = rf"(?>(?:{_PLAIN}|[(\[{{](?>(?:{_PLAIN}|{_PAIR})*)[)\]}}])*)"


def hints_of(rule: Rule, words: tuple[str, ...]) -> tuple[bytes, ...]:
    """The prefilter: the words, and what must stand beside one that ends a dotted name, or is common."""
    owner = _owner(rule, words[0]) if len(words) == 1 else ""
    if owner:
        return _dotted(owner, words[0])
    pair = _call_and_operator(rule) if len(words) == 1 and _worth(words[0]) < 20 else None
    if pair is None:
        return tuple(expression(word).encode() for word in words) or (b"",)
    return _compared(*pair)


def _owner(rule: Rule, word: str) -> str:
    """`path` where every match holds `os.path.join`, and the word is `join`; empty where it stands behind no name."""
    for node in rule.match.parsed.nodes if rule.match is not None else ():
        for inner in ast.walk(node):
            if isinstance(inner, ast.Attribute) and inner.attr == word:
                names = holed(inner)
                if len(names) > 1 and meta_of(names[-2]) is None and names[0] != "builtins":  # a builtin needs no import
                    return names[-2]
    return ""


def _dotted(owner: str, word: str) -> tuple[bytes, ...]:
    """How a file can say `owner.word`: so, by a name that an import gives to `owner`, or by importing the word itself."""
    first, last = expression(owner), re.escape(word)
    between = rf"(?:[\s\\]|{_COMMENT})*"
    ways = (
        rf"{first}(?:[\s\\)]|{_COMMENT})*\.{between}{last}(?!\w)",  # brackets may close behind the first
        rf"{first}(?:{_AS}|[\s\\]+import[\s\\]*\*)",
        rf"{last}(?<![\w.]{last})(?!\w)[ \t\f\\]*(?:[,;)#\r\n]|as(?!\w)|\Z)",
    )
    return tuple(way.encode() for way in ways)


def _compared(name: str, operator: str) -> tuple[bytes, ...]:
    """How a file can say `name(...) operator`, or the name by another that an import gives."""
    between = rf"(?:[\s\\)]|{_COMMENT})*"  # brackets may close between the name, the call and the operator
    # What a bracket holds that a regular expression cannot follow may hide the end of the call: then the file is looked at.
    ways = (
        rf"{expression(name)}{between}\({_HELD}(?:\){between}{re.escape(operator)}|[\"'#(\[{{])",
        rf"{name}(?<!\w{name}){_AS}",
    )
    return tuple(way.encode() for way in ways)


def _call_and_operator(rule: Rule) -> tuple[str, str] | None:
    """`len` and `==` where the rule's one pattern is `len(...) == ...`."""
    pattern = rule.match
    node = pattern.parsed.nodes[0] if pattern is not None and pattern.parsed.kind == "expression" else None
    if not isinstance(node, ast.Compare) or rule.any or rule.all:
        return None
    operator = _KEYWORDS.get(type(node.ops[0]), "")
    function = node.left.func if isinstance(node.left, ast.Call) else None
    if not isinstance(function, ast.Name) or meta_of(function.id) is not None or operator not in ("==", "!=", "<=", ">="):
        return None
    return function.id, operator


def lines_of(words: tuple[str, ...], file: File) -> list[int] | None:
    """The 1-based lines, in order, on which a match may stand in part; None: any."""
    if not words:
        return None
    found: set[int] = set()
    for word in words:
        for spelled in (word, *(file.aliases(word) if word.isidentifier() else ())):
            found.update(match.start() for match in re.finditer(expression(spelled), file.source.text))
    return sorted({file.source.position(offset)[0] for offset in found})
