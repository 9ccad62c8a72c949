"""`asyncio.run` and `asyncio.Runner` in place of a loop: the edits, and where the tree may differ for them."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from codemods.get_event_loop.awaitables import Coroutine
from codemods.get_event_loop.cuts import Cut, as_written, cuts, extent, indent_of, indented
from codemods.get_event_loop.places import Parents, contains, place_of
from codemods.get_event_loop.runs import Runs
from engine import SliceError, Source


@dataclass(slots=True)
class _Draft:
    """Edits in the making: `moves` change indentation only, and give way to a cut of the same text."""

    edits: list[Cut] = field(default_factory=list)
    moves: list[Cut] = field(default_factory=list)
    extents: list[ast.AST] = field(default_factory=list)
    gone: list[ast.stmt] = field(default_factory=list)

    def merged(self) -> list[Cut]:
        """One list without overlaps; an insertion at the start of a moved line comes before the move."""
        at = {start: text for start, end, text in self.edits if start == end}
        found = [cut for cut in self.edits if cut[0] != cut[1]]
        for start, end, text in self.moves:
            inside = any(start < high and (low < end or low == start) for low, high, _ in found if low != high)
            if start == end and start in at:
                found.append((start, start, at.pop(start) + text))
            elif not inside:
                found.append((start, end, text))
        return sorted([*found, *((start, start, text) for start, text in at.items())])


def edits_of(source: Source, found: Runs, asyncio: str, parents: Parents) -> tuple[list[Cut], list[ast.AST]]:
    """The edits, and nodes that extend over all that may differ in the tree. `asyncio`: the module's local name.

    Raises SliceError where other code shares a line that must go.
    """
    draft = _Draft(gone=[*found.gone, *([found.made] if found.made is not None else [])])
    if found.form == "run":
        _run(source, found, asyncio, parents, draft)
    else:
        _runner(source, found, asyncio, parents, draft)
    return draft.merged(), draft.extents


def _run(source: Source, found: Runs, asyncio: str, parents: Parents, draft: _Draft) -> None:
    _take(source, draft.gone, parents, draft)
    for one in draft.gone:
        draft.extents.append(extent(one, parents))
        if isinstance(parents[one], ast.Try):
            draft.extents.append(extent(parents[one], parents))  # type: ignore[arg-type]
    call, coroutine = found.runs[0], found.coroutines[0]
    statement = place_of(call, parents).statement
    out = _outwards(source, statement, draft)
    draft.extents.append(statement)
    factory = f", loop_factory={asyncio}.new_event_loop" if found.factory else ""
    _call(source, call, coroutine, f"{asyncio}.run", factory, parents, draft, indent=out)


def _take(source: Source, gone: Sequence[ast.stmt], parents: Parents, draft: _Draft) -> None:
    for cut in cuts(source, gone, parents):
        (draft.moves if _is_move(source, cut) else draft.edits).append(cut)


def _is_move(source: Source, cut: Cut) -> bool:
    """Does it only take blanks away from the beginning of a line?"""
    start, end, text = cut
    return (
        not text
        and start < end
        and not source.text[source.line_start(start) : end].strip()
        and "\n" not in source.text[start:end]
    )


def _outwards(source: Source, statement: ast.stmt, draft: _Draft) -> str:
    """The indentation that a statement will have."""
    indent = indent_of(source, statement)
    line = source.line_start(source.start(statement))
    for start, end, text in sorted(draft.moves, reverse=True):
        if source.line_start(start) == line:
            indent = indent[: start - line] + text + indent[end - line :]
    return indent


def _extent(source: Source, node: ast.AST) -> tuple[int, int]:
    return source.start(node), source.end(node)


def _call(
    source: Source, call: ast.Call, coroutine: Coroutine, function: str, extra: str, parents: Parents, draft: _Draft, indent: str
) -> None:
    """`loop.run_until_complete(x)` to `function(x, extra)`, and above it the coroutine that awaits what is no coroutine."""
    as_written(source, call)
    draft.edits.append((*_extent(source, call.func), function))
    given, meant = call.args[0], coroutine.argument
    start, end = _extent(source, given)
    statement = place_of(call, parents).statement
    code = _shifted(source.segment(meant), indent_of(source, statement), indent)
    if coroutine.wrapped:
        line = source.line_start(source.start(statement))
        if indent_of(source, statement).strip() or isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            raise SliceError("shares-line", "the run shares its line with other code, so that no coroutine can stand above it")
        newline, unit = source.newline, "\t" if "\t" in indent else "    "
        lines = [f"async def {coroutine.wrapped}():", f"{unit}return await {_expression(code)}", ""]
        gap = newline if _follows_closely(source, statement, draft, parents) else ""
        draft.edits.append((line, line, gap + "".join(f"{indent if text else ''}{text}{newline}" for text in lines)))
        draft.edits.append((start, end, f"{coroutine.wrapped}(){extra}"))
    elif meant is not given:
        draft.edits.append((start, end, code + extra))
    elif extra:
        if source.text[end : source.end(call)].strip(" \t\r\n,") != ")":
            raise SliceError("shares-line", "the argument of run_until_complete is written in a way that leaves no room")
        draft.edits.append((end, end, extra))


def _shifted(code: str, old: str, new: str) -> str:
    """Lines behind the first move with the statement; those of strings stay, so that code with such strings does too."""
    if old == new or '"""' in code or "'''" in code:
        return code
    return code.replace("\n" + old, "\n" + new)


def _follows_closely(source: Source, statement: ast.stmt, draft: _Draft, parents: Parents) -> bool:
    """Will a statement that stays stand right above, with no blank line between?"""
    parent = parents[statement]
    suite = [one for one in _suite(parent, statement) if one not in draft.gone]
    if suite[0] is not statement:
        above = suite[suite.index(statement) - 1]
        lines = source.text[source.line_end(source.end(above)) : source.line_start(source.start(statement))].split("\n")
        return all(line.strip() for line in lines[:-1]) and not any(line.lstrip().startswith("#") for line in lines)
    moved = isinstance(parent, ast.Try) and any(start > 0 for start, _, _ in draft.moves) and parent.finalbody
    out = moved and all(one in draft.gone for one in parent.finalbody)  # type: ignore[attr-defined]
    return bool(out) and _follows_closely(source, parent, draft, parents)  # type: ignore[arg-type]


def _expression(code: str) -> str:
    try:
        ast.parse(code)
    except SyntaxError:
        return f"({code})"
    return code


def _runner(source: Source, found: Runs, asyncio: str, parents: Parents, draft: _Draft) -> None:
    made = found.made
    if made is None:
        raise SliceError("several-runs", "the loop has no name that a runner could take")
    suite = _suite(parents[made], made)
    last = max(i for i, one in enumerate(suite) if any(contains(one, part) for part in (*found.runs, *found.gone)))
    block = suite[suite.index(made) + 1 : last + 1]
    name = source.names.fresh("runner")
    header = f"with {asyncio}.Runner({f'loop_factory={asyncio}.new_event_loop' if found.factory else ''}) as {name}"
    tried = _only_try(source, block, found)
    indent = indent_of(source, made)
    unit = "\t" if "\t" in indent else (indent[len(indent_of(source, parents[made])) :] or "    ")
    if tried is not None:
        head = source.start(tried)
        draft.edits += [(head, head + len("try"), header), *_finally(source, tried)]
        _take(source, [made, *(one for one in found.gone if one not in tried.finalbody)], parents, draft)
    else:
        draft.edits.append((*_extent(source, made), f"{header}:"))
        _take(source, found.gone, parents, draft)
        kept = [one for one in block if one not in found.gone]
        draft.moves += indented(source, made.lineno + 1, block[-1].end_lineno or 0, kept, unit)
    draft.extents.append(_stretch(made, extent(block[-1], parents)))
    for call, coroutine in zip(found.runs, found.coroutines, strict=True):
        statement = place_of(call, parents).statement
        _call(source, call, coroutine, f"{name}.run", "", parents, draft, indent=_outwards(source, statement, draft))


def _stretch(first: ast.stmt, last: ast.AST) -> ast.stmt:
    """A statement that extends from the start of one to the end of another."""
    end = {"end_lineno": last.end_lineno, "end_col_offset": last.end_col_offset}  # type: ignore[attr-defined]
    return ast.Pass(lineno=first.lineno, col_offset=first.col_offset, **end)


def _suite(parent: ast.AST, statement: ast.stmt) -> list[ast.stmt]:
    suites = [getattr(parent, name, None) for name in ("body", "orelse", "finalbody")]
    return next(suite for suite in suites if isinstance(suite, list) and statement in suite)


def _only_try(source: Source, block: Sequence[ast.stmt], found: Runs) -> ast.Try | None:
    """The `try` that holds every run and whose `finally` only ends the loop: it becomes the `with` itself."""
    tried = block[-1]
    if not isinstance(tried, ast.Try) or tried.handlers or tried.orelse or not tried.finalbody:
        return None
    if not all(one in found.gone for one in tried.finalbody) or not all(contains(tried, run) for run in found.runs):
        return None
    tail, stop = source.line_end(source.end(tried.body[-1])), source.line_end(source.end(tried))
    return None if "#" in source.text[tail:stop] else tried  # a comment stands there


def _finally(source: Source, tried: ast.Try) -> list[Cut]:
    """Takes a `finally:` whose statements all go."""
    tail, stop = source.line_end(source.end(tried.body[-1])), source.line_end(source.end(tried))
    if not source.text[tail:stop].endswith(("\n", "\r")):
        tail = len(source.text[:tail].removesuffix("\n").removesuffix("\r"))
    return [(tail, stop, "")]
