"""Pattern text to trees: metavariables become reserved identifiers, so that Python's own parser reads the pattern."""

from __future__ import annotations

import ast
import itertools
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

_ONE, _MANY = "_rw1_", "_rwn_"
_RESERVED = re.compile(r"_rw([1n])_([A-Z_][A-Z0-9_]*)")
_LEXED = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<prefix>\b[A-Za-z]{1,2})?(?P<quote>\"\"\"|'''|\"|')|(?P<meta>\$\$\$|\$)(?P<name>[A-Za-z_]\w*)?"
)
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
_CLAUSES = {"elif": "an `if` in the else branch", "else": "part of its statement", "finally": "part of its `try`"}
_MOST_FORMS = 4  # many-variables of one pattern that are tried in other spellings


class PatternError(Exception):
    """Text that is no pattern. `line` is 1-based, in the pattern."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message if line == 1 else f"{message} (line {line} of it)")


@dataclass(frozen=True, slots=True)
class Meta:
    """A metavariable: `$X` one node, `$$$X` many. The name `_` binds nothing."""

    name: str
    many: bool

    def __str__(self) -> str:
        return f"{'$$$' if self.many else '$'}{'' if self.many and self.name == '_' else self.name}"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A pattern or template. `code` is what was parsed, `nodes` what came of it, `metas` its metavariables in order."""

    kind: str  # "expression", "statements", "handler", "handler*", "case", "decorator", "nothing"
    nodes: tuple[ast.AST, ...]
    code: str
    metas: tuple[Meta, ...]
    first: int = 0  # 0-based offset in `code` of the pattern's own text


def meta_of(identifier: str) -> Meta | None:
    """The metavariable that a reserved identifier stands for."""
    found = _RESERVED.fullmatch(identifier)
    return Meta(found[2], found[1] == "n") if found else None


def metavariable_text(text: str) -> Meta | None:
    """The metavariable that this text is, and nothing else: `$X`, `$$$ARGS`."""
    found = re.fullmatch(r"(\$\$\$|\$)([A-Z_][A-Z0-9_]*)", text)
    return Meta(found[2], found[1] == "$$$") if found else None


def spelled(text: str) -> Iterator[Meta]:
    """The metavariables in the text of a pattern that may be no Python."""
    for found in re.finditer(r"(\$\$\$|\$)([A-Z_][A-Z0-9_]*)", text):
        yield Meta(found[2], found[1] == "$$$")


def reserved(code: str) -> Iterator[tuple[int, int, Meta]]:
    """Start, end and meaning of each reserved identifier of parsed code."""
    for found in _RESERVED.finditer(code):
        yield found.start(), found.end(), Meta(found[2], found[1] == "n")


def parse(text: str) -> Parsed:
    """The pattern in `text`. Raises PatternError."""
    if not text.strip():
        return Parsed("nothing", (), "", ())
    for number, line in enumerate(text.split("\n"), start=1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise PatternError("a tab indents a line; indent with spaces", number)
    plain = _dedented(text.strip("\n").rstrip())
    if "_rw" in plain:
        raise PatternError("names that begin with _rw are reserved")
    code = _mangled(plain)
    word = re.match(r"\w*", plain)
    if word and word[0] in _CLAUSES:
        raise PatternError(f"`{word[0]}` begins no pattern: it is {_CLAUSES[word[0]]}; write the whole statement")
    failure: SyntaxError | None = None
    for form in _forms(code):
        try:
            return _parsed(form)
        except SyntaxError as error:
            failure = failure or error
    assert failure is not None
    remedy = "; `...` is Python's Ellipsis, `$$$` is any number of arguments" if "..." in plain else ""
    if "was never closed" in failure.msg:
        remedy += "; in a YAML list in brackets, a comma ends the item: write the pattern in quotes, or the list as lines"
    raise PatternError(f"not Python: {_shown(failure.msg)}{remedy}", max((failure.lineno or 1) - _lines_before(plain), 1))


def _parsed(code: str) -> Parsed:
    metas = tuple(meta for _, _, meta in reserved(code))
    if re.match(r"except\b", code):
        whole = f"try:\n    pass\n{code}\n"
        clauses = _tree(whole).body[0]
        assert isinstance(clauses, (ast.Try, ast.TryStar))
        if len(clauses.handlers) != 1 or clauses.orelse or clauses.finalbody:
            raise SyntaxError("one clause is a pattern; for several write the whole try")
        kind = "handler*" if isinstance(clauses, ast.TryStar) else "handler"
        return Parsed(kind, (clauses.handlers[0],), whole, metas, whole.index("except"))
    if re.match(r"case\b", code) and (cases := _cases(code)) is not None:
        return cases
    if code.startswith("@"):
        try:
            tree = _tree(code)
        except SyntaxError:
            decorated = _tree(f"{code}\ndef f(): pass\n").body[0]
            assert isinstance(decorated, ast.FunctionDef)
            if len(decorated.decorator_list) != 1:
                raise SyntaxError("one decorator is a pattern; for several write the definition below them") from None
            return Parsed("decorator", (decorated.decorator_list[0],), code, metas, 1)
        return Parsed("statements", tuple(tree.body), code, metas)
    tree = _tree(code)
    if not tree.body:
        raise SyntaxError("it holds nothing but a comment")
    only = tree.body[0]
    if len(tree.body) == 1 and isinstance(only, ast.Expr):
        return Parsed("expression", (only.value,), code, metas)
    return Parsed("statements", tuple(tree.body), code, metas)


def _cases(code: str) -> Parsed | None:
    whole = "match _:\n" + "".join(f" {line}" for line in code.splitlines(keepends=True)) + "\n"
    try:
        found = _tree(whole).body[0]
    except SyntaxError:
        return None
    assert isinstance(found, ast.Match)
    if len(found.cases) != 1:
        raise SyntaxError("one clause is a pattern; for several write the whole match")
    return Parsed("case", (found.cases[0],), whole, tuple(meta for _, _, meta in reserved(code)), whole.index("case"))


def _tree(code: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error)) from error


def _forms(code: str) -> Iterator[str]:
    """The code, then with `$$$X` spelled as a keyword or as `**X`: Python allows no plain argument behind a keyword."""
    yield code
    places = [(start, end) for start, end, meta in reserved(code) if meta.many and _between_commas(code, start, end)]
    if len(places) > _MOST_FORMS:
        places = places[-_MOST_FORMS:]
    for choice in sorted(itertools.product(range(3), repeat=len(places)), key=lambda one: sum(map(bool, one)))[1:]:
        out, at = [], 0
        for (start, end), form in zip(places, choice, strict=True):
            out += [code[at:start], "**" if form == 2 else "", code[start:end], "=0" if form == 1 else ""]
            at = end
        yield "".join([*out, code[at:]])


def _between_commas(code: str, start: int, end: int) -> bool:
    """Is this one of several, in brackets or among the parameters of a lambda?"""
    before = code[:start].rstrip()
    return (before[-1:] in (",", "(", "{") or before.endswith("lambda")) and code[end:].lstrip()[:1] in (",", ")", "}", ":")


def _mangled(text: str) -> str:
    out, at = [], 0
    while found := _LEXED.search(text, at):
        out.append(text[at : found.start()])
        at = found.end()
        if found["comment"]:
            out.append(found[0])
        elif found["quote"]:
            end = _string_end(text, found.end(), found["quote"])
            inside = text[found.start() : end]
            out.append(_mangled_fstring(inside) if "f" in (found["prefix"] or "").lower() else inside)
            at = end
        else:
            out.append(_spelled(found, text))
    return "".join([*out, text[at:]])


def _spelled(found: re.Match[str], text: str) -> str:
    name, line = found["name"] or "", text.count("\n", 0, found.start()) + 1
    if found["meta"] == "$" and not name:
        raise PatternError("a `$` stands alone; a metavariable is $X, $$$ARGS or $_", line)
    if found.start() and re.match(r"\w", text[found.start() - 1]):
        raise PatternError("a metavariable is a whole name, not part of one; ask for a part by `where: $X: matches`", line)
    if name and not _NAME.fullmatch(name):
        raise PatternError(f"a metavariable is written in capitals: {found['meta']}{name.upper()}", line)
    return f"{_MANY if found['meta'] == '$$$' else _ONE}{'_' if not name or name.startswith('_') else name}"


def _string_end(text: str, start: int, quote: str) -> int:
    while start < len(text):
        if text[start] == "\\":
            start += 2
        elif text.startswith(quote, start):
            return start + len(quote)
        else:
            start += 1
    return len(text)


def _mangled_fstring(text: str) -> str:
    """Metavariables count inside the braces of an f-string only."""
    out, depth, at = [], 0, 0
    while at < len(text):
        if depth == 0 and text[at : at + 2] in ("{{", "}}"):
            out.append(text[at : at + 2])
            at += 2
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        found = _LEXED.match(text, at) if depth > 0 and text[at] == "$" else None
        out.append(_spelled(found, text) if found else text[at])
        at = found.end() if found else at + 1
    return "".join(out)


def _dedented(text: str) -> str:
    lines = text.split("\n")
    depth = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    return "\n".join(line[depth:] if line.strip() else "" for line in lines)


def _shown(message: str) -> str:
    return _RESERVED.sub(lambda found: str(Meta(found[2], found[1] == "n")), message)


def _lines_before(plain: str) -> int:
    """Lines that stand above the pattern's own text in what was parsed."""
    return 2 if plain.startswith("except") else 0
