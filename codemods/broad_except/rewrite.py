"""The two rewrites: `except (A, B)` in place, and the with-form. LibCST on the try's own header lines only."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import libcst as cst

from codemods.broad_except.obligations import Look
from codemods.broad_except.sites import BroadSite, Try
from engine import Rewrite, SliceError, Source, Statement, every_node, replace_expression, rewrite_statement


@dataclass(frozen=True, slots=True)
class WithForm:
    """The names and expressions of one with-form. `attempt` is empty when nothing asks how the block ended."""

    executor: str  # the call, as code
    attempt: str
    error_name: str  # the name that `attempt.error` is given; empty for none


def narrow(source: Source, site: BroadSite, clause: str) -> Rewrite:
    """`except Exception as e:` to `except NAME as e:` or `except (A, B) as e:`, in place. Raises SliceError."""
    index = site.tried.handlers.index(site.handler)

    def transform(tree: Statement) -> Statement:
        handlers = list(tree.handlers)  # type: ignore[union-attr]
        handlers[index] = handlers[index].with_changes(
            type=cst.parse_expression(clause),
            whitespace_after_except=cst.SimpleWhitespace(" "),
            name=_spaced(handlers[index].name),
        )
        return tree.with_changes(handlers=handlers)

    return rewrite_statement(source, site.tried, transform, _suites(site.tried))


def _spaced(name: cst.AsName | None) -> cst.AsName | None:
    """`as e` with a blank before it: `except (Exception)as e` loses its parentheses."""
    return None if name is None else name.with_changes(whitespace_before_as=cst.SimpleWhitespace(" "))


def with_form(source: Source, site: BroadSite, form: WithForm) -> Rewrite:
    """`try: ... except ...: ...` to `with ... as attempt: ...` and `if attempt.failed: ...`. Raises SliceError."""

    def transform(tree: Statement) -> list[Statement]:
        handler, otherwise = tree.handlers[0], tree.orelse  # type: ignore[union-attr]
        name = cst.AsName(name=cst.Name(form.attempt)) if form.attempt else None
        item = cst.WithItem(item=cst.parse_expression(form.executor), asname=name)
        body: cst.BaseSuite = tree.body  # type: ignore[assignment]
        block = cst.With(items=[item], body=body, leading_lines=tree.leading_lines)
        if not form.attempt:
            return [block]
        test = cst.Attribute(value=cst.Name(form.attempt), attr=cst.Name("failed"))
        return [
            block,
            cst.If(test=test, body=_with_error(handler.body, form), orelse=otherwise, leading_lines=handler.leading_lines),
        ]

    return rewrite_statement(source, site.tried, transform, _suites(site.tried))


def _with_error(body: cst.BaseSuite, form: WithForm) -> cst.BaseSuite:
    if not form.error_name:
        return body
    error = cst.Attribute(value=cst.Name(form.attempt), attr=cst.Name("error"))
    assign = cst.Assign(targets=[cst.AssignTarget(target=cst.Name(form.error_name))], value=error)
    if isinstance(body, cst.IndentedBlock):
        first: cst.BaseStatement | cst.BaseSmallStatement = cst.SimpleStatementLine(body=[assign])
    else:
        first = assign.with_changes(semicolon=cst.Semicolon(whitespace_after=cst.SimpleWhitespace(" ")))
    return body.with_changes(body=[first, *body.body])


def _suites(tried: Try) -> list[list[ast.stmt]]:
    return [suite for suite in [tried.body, *(h.body for h in tried.handlers), tried.orelse, tried.finalbody] if suite]


def is_bare_pass(source: Source, site: BroadSite) -> bool:
    """Is there nothing in the handler that the with-form would have to keep: `pass`, no comment, no else?"""
    if site.tried.orelse or not all(isinstance(statement, ast.Pass) for statement in site.handler.body):
        return False
    end = source.line_end(source.end(site.tried))
    before = source.text[source.end(site.tried.body[-1]) : source.start(site.handler)]
    return "#" not in before + source.text[source.start(site.handler) : end] and not _comment_below(source, site, end)


def _comment_below(source: Source, site: BroadSite, at: int) -> bool:
    """Does a comment behind the handler's last line stand deeper than the try, and so belong to the handler?"""
    indent = site.tried.col_offset
    while at < len(source.text):
        line = source.text[at : source.line_end(at)]
        if line.strip() and not re.match(r"\s*#", line):
            return False
        if line.strip() and len(line) - len(line.lstrip()) > indent:
            return True
        at = source.line_end(at)
    return False


def answer(source: Source, site: BroadSite, look: Look, error: str) -> Rewrite:
    """Give one look at the current exception the exception itself. Raises SliceError."""
    statement = _statement_of(source, site, look.node)
    if look.kind == "exc-info":
        return replace_expression(source, statement, look.node, error)
    if look.kind in ("format-exc", "print-exc"):
        module = source.segment(look.node.func.value)  # type: ignore[attr-defined]
        details = f"type({error}), {error}, {error}.__traceback__"  # the form that Python before 3.10 takes, too
        printed = f"{module}.print_exception({details})"
        code = printed if look.kind == "print-exc" else f'"".join({module}.format_exception({details}))'
        return replace_expression(source, statement, look.node, code)
    return _as_error_call(source, statement, look.node, error)  # type: ignore[arg-type]


def _as_error_call(source: Source, statement: ast.stmt, call: ast.Call, error: str) -> Rewrite:
    """`logger.exception(m, a)` to `logger.error(m, a, exc_info=attempt.error)`: what Logger.exception itself does."""
    if any(keyword.arg in (None, "exc_info") for keyword in call.keywords) or any(
        isinstance(argument, (ast.GeneratorExp, ast.Starred)) for argument in call.args
    ):
        raise SliceError("needs-current-exception", "the arguments of logger.exception are not plain")
    last = max(
        [*call.args, *(keyword.value for keyword in call.keywords)], key=lambda part: (part.end_lineno, part.end_col_offset)
    )
    at, end = source.start(call), source.end(call)
    method = source.end(call.func) - len("exception")
    tail = source.text[source.end(last) : end - 1]
    if "#" in tail:
        raise SliceError("needs-current-exception", "a comment stands behind the last argument of logger.exception")
    behind = source.end(last) + tail.rfind(")") + 1  # past parentheses around the last argument
    added = f", exc_info={error}"
    text = source.text[at:method] + "error" + source.text[method + 9 : behind] + added + source.text[behind:end]
    proved = replace_expression(source, statement, call, text)
    return Rewrite((source.edit(method, method + 9, "error"), source.edit(behind, behind, added)), proved.span)


def _statement_of(source: Source, site: BroadSite, node: ast.expr) -> ast.stmt:
    """The innermost statement of the handler that holds an expression."""
    place = (node.lineno, node.col_offset)
    around = [
        inner
        for inner in every_node(site.handler)
        if isinstance(inner, ast.stmt)
        and (inner.lineno, inner.col_offset) <= place < (inner.end_lineno or 0, inner.end_col_offset or 0)
    ]
    return max(around, key=lambda inner: (inner.lineno, inner.col_offset))
