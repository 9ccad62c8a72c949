"""Taking statements out, and moving the rest by a level: text edits as (start, end, new text), 0-based offsets."""

import ast
import itertools
import re
from collections.abc import Iterable, Sequence

from codemods.get_event_loop.places import Parents
from engine import SliceError, Source, every_node

Cut = tuple[int, int, str]
_SPACE = r"[ \t\f]*"


def cuts(source: Source, gone: Sequence[ast.stmt], parents: Parents) -> list[Cut]:
    """The edits that take statements out. Suites never end up empty, and a `try` that is left with nothing but its
    body goes too. Raises SliceError `shares-line` when other code stands on a line of theirs."""
    found: list[Cut] = []
    rest = list(gone)
    for tried in {parents[one]: None for one in gone}:
        if isinstance(tried, ast.Try) and (whole := _unwrapped(source, tried, gone)):
            found += whole
            rest = [one for one in rest if one not in tried.finalbody]
    for suite in _whole_suites(rest, parents):
        found.append(_emptied(source, suite, parents[suite[0]]))
        rest = [one for one in rest if one not in suite]
    merged = {cut[:2]: cut for cut in [*found, *(_line(source, one) for one in rest)]}
    return sorted(merged.values())


def _whole_suites(gone: Sequence[ast.stmt], parents: Parents) -> list[list[ast.stmt]]:
    suites: list[list[ast.stmt]] = []
    for one in gone:
        for name in ("body", "orelse", "finalbody"):
            suite = getattr(parents[one], name, None)
            if isinstance(suite, list) and suite and suite[0] is one and all(part in gone for part in suite):
                suites.append(suite)
    return suites


def _own_lines(source: Source, statement: ast.stmt) -> tuple[int, int]:
    start, end = source.start(statement), source.end(statement)
    low, high = source.line_start(start), source.line_end(end)
    if source.text[low:start].strip(" \t\f") or not re.fullmatch(rf"{_SPACE}(#.*)?[\r\n]*", source.text[end:high]):
        raise SliceError("shares-line", "a statement to remove shares its line with other code")
    return low, high


def _line(source: Source, statement: ast.stmt) -> Cut:
    """Its line goes with a statement, unless a comment stands there."""
    low, high = _own_lines(source, statement)
    after = source.text[source.end(statement) : high]
    if after.lstrip(" \t\f").startswith("#"):
        return source.start(statement), source.end(statement) + len(after) - len(after.lstrip(" \t\f")), ""
    if not after.endswith(("\n", "\r")):  # the file ends here, and stays without a final newline
        low = _without_newline(source, low)
    return low, high, ""


def _without_newline(source: Source, offset: int) -> int:
    return len(source.text[:offset].removesuffix("\n").removesuffix("\r"))


def _emptied(source: Source, suite: Sequence[ast.stmt], parent: ast.AST) -> Cut:
    """A suite that goes as a whole leaves `pass`; a `finally:` goes with it where handlers keep the try a try."""
    for one in suite:
        _own_lines(source, one)
    start, end = source.start(suite[0]), source.end(suite[-1])
    if isinstance(parent, ast.Try) and parent.finalbody == suite and parent.handlers:
        last = [*parent.handlers[-1].body, *parent.orelse][-1]
        if re.fullmatch(r"\s*finally\s*:\s*", source.text[source.end(last) : start]) and "#" not in source.text[start:end]:
            return source.end(last), end, ""
    if "#" in "".join(source.text[source.end(a) : source.start(b)] for a, b in itertools.pairwise(suite)):
        raise SliceError("shares-line", "a comment stands between the statements to remove")
    return start, end, "pass"


def _unwrapped(source: Source, tried: ast.Try, gone: Sequence[ast.stmt]) -> list[Cut]:
    """`try: body` / `finally: <gone>` and no more: the edits that leave the body, a level further out."""
    if tried.handlers or tried.orelse or not tried.finalbody or not all(one in gone for one in tried.finalbody):
        return []
    first, last, end = tried.body[0], tried.body[-1], source.end(tried)
    head = source.line_start(source.start(first))
    tail = source.line_end(source.end(last))
    between = source.text[tail : source.start(tried.finalbody[0])]
    if source.start(tried) >= head or not re.fullmatch(r"try\s*:\s*", source.text[source.start(tried) : head]):
        return []
    if not re.fullmatch(r"\s*finally\s*:\s*", between) or "#" in source.text[tail : source.line_end(end)]:
        return []  # a comment stands there
    stop = source.line_end(end)
    if not source.text[tail:stop].endswith(("\n", "\r")):
        tail = _without_newline(source, tail)
    moved = dedented(source, tried, [one for one in tried.body if one not in gone])
    return [(source.line_start(source.start(tried)), head, ""), *moved, (tail, stop, "")]


def as_written(source: Source, node: ast.expr) -> None:
    """Raises SliceError `shares-line` where the text at a node's place is not the node: inside f-strings, before Python 3.12."""
    try:
        same = ast.dump(ast.parse(f"({source.segment(node)}\n)", mode="eval").body) == ast.dump(node)
    except SyntaxError:
        same = False
    if not same:
        raise SliceError("shares-line", "the call stands inside a string, where its place is not known for sure")


# -- a level in, a level out ---------------------------------------------------------------


def indent_of(source: Source, statement: ast.AST) -> str:
    """The blanks before a statement that begins its line."""
    return source.text[source.line_start(source.start(statement)) : source.start(statement)]


def dedented(source: Source, block: ast.stmt, body: Sequence[ast.stmt]) -> list[Cut]:
    """Move statements, and the comment lines between them, out to the column of the block that held them."""
    outer = indent_of(source, block)
    found: list[Cut] = []
    for line in _lines(source, block.body[0].lineno, block.body[-1].end_lineno or 0, body):  # type: ignore[attr-defined]
        inner = indent_of(source, block.body[0])  # type: ignore[attr-defined]
        if source.text.startswith(inner, line):
            found.append((line + len(outer), line + len(inner), ""))
    return found


def indented(source: Source, first: int, last: int, body: Sequence[ast.stmt], unit: str) -> list[Cut]:
    """Move the lines `first` to `last` (1-based) a level in."""
    return [(line, line, unit) for line in _lines(source, first, last, body)]


def _lines(source: Source, first: int, last: int, body: Sequence[ast.stmt]) -> Iterable[int]:
    """The offsets where lines begin that may be moved: not blank, not inside a string, not of a statement that goes."""
    fixed = {line for statement in body for line in _inside_strings(source, statement)}
    kept = {line for statement in body for line in range(statement.lineno, (statement.end_lineno or 0) + 1)}
    for number in range(first, last + 1):
        at = source.line_starts[number - 1]
        text = source.text[at : source.line_end(at)]
        comment = text.lstrip(" \t\f").startswith("#")
        if text.strip() and number not in fixed and (number in kept or comment):
            yield at


def _inside_strings(source: Source, statement: ast.stmt) -> Iterable[int]:
    for node in every_node(statement):
        text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)))
        if text and node.lineno < (node.end_lineno or 0):  # type: ignore[attr-defined]
            code = source.segment(node)
            if '"""' in code or "'''" in code or "\\\n" in code or "\\\r" in code:
                yield from range(node.lineno + 1, (node.end_lineno or 0) + 1)  # type: ignore[attr-defined]


def extent(statement: ast.stmt, parents: Parents) -> ast.AST:
    """The outermost block that ends where a statement ends: it ends elsewhere once the statement is gone."""
    block: ast.AST = statement
    while not isinstance(parent := parents[block], ast.Module) and _end(parent) == _end(statement):
        block = parent
    return block


def _end(node: ast.AST) -> tuple[int, int]:
    return node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
