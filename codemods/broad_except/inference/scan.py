"""One file as a FileScan: what each function raises and calls, what its inner handlers stop, where values come from.

Walks the tree once, with an explicit stack. Functions inside functions are scanned on their own: what they
hold does not run where they stand.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from codemods.broad_except.inference.chains import UNKNOWN, annotated, chain, is_decoding, last_name
from codemods.broad_except.inference.drafts import Draft, Drafts, finished
from codemods.broad_except.inference.handlers import stopped, suppressed
from codemods.broad_except.inference.model import Caught, FileScan
from engine import children

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LEAVES = frozenset({ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.Global, ast.Nonlocal})
BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})
PROPERTY = "property"  # an attribute whose value is what the method of its name returns
LAZY = "import "  # an import inside a function is kept among what the function raises
_NEAR = 3  # a handler is a precedent for the calls of a body of at most this many statements


def scan_tree(tree: ast.Module) -> FileScan:
    """The scan of one module. Pure; the tree is not changed."""
    drafts = Drafts()
    module = Draft("", 1, "")
    drafts.functions[""] = module
    pending: list[tuple[Draft, str, Sequence[ast.AST]]] = [(module, "", tree.body)]
    while pending:
        draft, owner, body = pending.pop()
        _body(drafts, draft, owner, body, pending)
    return finished(drafts)


def _body(
    drafts: Drafts, draft: Draft, owner: str, body: Sequence[ast.AST], pending: list[tuple[Draft, str, Sequence[ast.AST]]]
) -> None:
    """Scan code of one function (or module, or class body). `owner` is the class whose body this is, or ""."""
    stack: list[tuple[ast.AST, Caught, str]] = [(node, (), "") for node in reversed(body)]
    while stack:
        node, caught, active = stack.pop()
        kind = type(node)
        if kind is ast.Call:
            text = chain(node.func)  # type: ignore[attr-defined]
            draft.calls.setdefault((text, caught), node.lineno)  # type: ignore[attr-defined]
            if is_decoding(node):  # type: ignore[arg-type]
                draft.raises.append(("UnicodeDecodeError", node.lineno, caught))  # type: ignore[attr-defined]
        elif kind in (ast.FunctionDef, ast.AsyncFunctionDef):
            _function(drafts, draft, owner, node, pending)  # type: ignore[arg-type]
            stack.extend((part, caught, active) for part in _outside(node))
            continue
        elif kind is ast.ClassDef:
            _class(drafts, draft, owner, node, pending)  # type: ignore[arg-type]
            continue
        elif kind is ast.Lambda:
            continue
        elif kind is ast.Import or kind is ast.ImportFrom:
            _import(drafts, draft, node, caught)  # type: ignore[arg-type]
            continue
        elif kind is ast.Raise:
            _raise(draft, node, caught, active)  # type: ignore[arg-type]
        elif kind is ast.Assert:
            draft.raises.append(("AssertionError", node.lineno, caught))  # type: ignore[attr-defined]
        elif kind is ast.Try or kind.__name__ == "TryStar":
            _try(drafts, node, caught, active, stack)  # type: ignore[arg-type]
            continue
        elif kind is ast.With or kind is ast.AsyncWith:
            _with(draft, node, caught, active, stack)  # type: ignore[arg-type]
            continue
        else:
            _bind(drafts, draft, owner, node)
        stack += [(child, caught, active) for child in reversed(children(node)) if type(child) not in _LEAVES]


def _outside(node: ast.AST) -> list[ast.AST]:
    """What of a function runs where it is defined: decorators and defaults."""
    arguments: ast.arguments = node.args  # type: ignore[attr-defined]
    return [*node.decorator_list, *arguments.defaults, *(part for part in arguments.kw_defaults if part)]  # type: ignore[attr-defined]


def _function(
    drafts: Drafts,
    outer: Draft,
    owner: str,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    pending: list[tuple[Draft, str, Sequence[ast.AST]]],
) -> None:
    prefix = owner or outer.name
    name = f"{prefix}.{node.name}" if prefix else node.name
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    draft = Draft(name, node.lineno, owner, tuple(argument.arg for argument in every))
    draft.values = {argument.arg: annotated(argument.annotation) for argument in every}
    draft.values |= {one.arg: text for one, text in ((given.vararg, "tuple()"), (given.kwarg, "dict()")) if one}
    draft.annotated = annotated(node.returns)
    decorators = {last_name(chain(one)) for one in node.decorator_list}
    if owner and node.args.args and "staticmethod" not in decorators:
        draft.values[every[0].arg] = f"{owner}()" if "classmethod" not in decorators else owner
    code = [one for one in node.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    draft.abstract = "abstractmethod" in decorators or (
        len(code) == 1
        and isinstance(code[0], ast.Raise)
        and chain(code[0].exc).removesuffix("()") == "NotImplementedError"
        and (bool(owner) or len(every) == 0)
    )
    if owner and decorators & {"property", "cached_property"}:
        drafts.classes[owner][2].setdefault(node.name, []).append((name, PROPERTY))
    drafts.functions[name] = draft
    if name not in outer.values and not owner:
        outer.values.setdefault(node.name, "")
    pending.append((draft, "", node.body))


def _class(
    drafts: Drafts, outer: Draft, owner: str, node: ast.ClassDef, pending: list[tuple[Draft, str, Sequence[ast.AST]]]
) -> None:
    prefix = owner or outer.name
    name = f"{prefix}.{node.name}" if prefix else node.name
    drafts.classes[name] = (node.lineno, tuple(chain(base) for base in node.bases), {})
    pending.append((Draft(outer.name, node.lineno, outer.owner, values=outer.values), name, node.body))


def _import(drafts: Drafts, draft: Draft, node: ast.Import | ast.ImportFrom, caught: Caught) -> None:
    if draft.name:
        first = node.names[0].name if isinstance(node, ast.Import) else "." * node.level + (node.module or "")
        draft.raises.append((LAZY + first, node.lineno, caught))
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if alias.name == "*":
                drafts.stars.append(module)
                continue
            local, target = alias.asname or alias.name, module + ("" if module.endswith(".") else ".") + alias.name
        elif alias.asname:
            local, target = alias.asname, alias.name
        else:
            local = target = alias.name.partition(".")[0]
        drafts.imports.setdefault(local, target)  # the first of several spellings: later ones are fallbacks


def _raise(draft: Draft, node: ast.Raise, caught: Caught, active: str) -> None:
    text = chain(node.exc) if node.exc else ""
    if text and text != active:
        draft.raises.append((text.removesuffix("()"), node.lineno, caught))


def _try(drafts: Drafts, node: ast.Try, caught: Caught, active: str, stack: list[tuple[ast.AST, Caught, str]]) -> None:
    for part in (*node.finalbody, *node.orelse):
        stack.append((part, caught, active))
    for handler in node.handlers:
        for part in handler.body:
            stack.append((part, caught, handler.name or ""))
    inside = stopped(node.handlers)
    frame = (*caught, *(text for text in inside if text not in caught))
    for part in reversed(node.body):
        stack.append((part, frame, active))
    narrow = tuple(text for text in inside if text.rpartition(".")[2] not in BROAD and not text.startswith(UNKNOWN))
    if narrow and len(node.body) <= _NEAR and not any(isinstance(part, (ast.Import, ast.ImportFrom)) for part in node.body):
        for part in node.body:
            drafts.precedents += [(text, line, narrow) for text, line in _called(part)]


def _called(node: ast.AST) -> Iterable[tuple[str, int]]:
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ast.Call):
            yield chain(part.func), part.lineno
        if not isinstance(part, (*_FUNCTIONS, ast.ClassDef, ast.Lambda, ast.Try)):
            stack.extend(reversed(children(part)))


def _with(
    draft: Draft, node: ast.With | ast.AsyncWith, caught: Caught, active: str, stack: list[tuple[ast.AST, Caught, str]]
) -> None:
    frame = caught
    for item in node.items:
        stack.append((item.context_expr, caught, active))
        if isinstance(item.optional_vars, ast.Name):
            _value(draft, item.optional_vars.id, chain(item.context_expr))
        frame = (*frame, *(text for text in suppressed(item.context_expr) if text not in frame))
    for part in reversed(node.body):
        stack.append((part, frame, active))


def _bind(drafts: Drafts, draft: Draft, owner: str, node: ast.AST) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _target(drafts, draft, owner, target, chain(node.value))
    elif isinstance(node, ast.AnnAssign):
        text = annotated(node.annotation)
        _target(drafts, draft, owner, node.target, text if text != UNKNOWN else chain(node.value))
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        _target(drafts, draft, owner, node.target, UNKNOWN)
    elif isinstance(node, ast.NamedExpr):
        _value(draft, node.target.id, chain(node.value))
    elif isinstance(node, ast.Return):
        draft.returns.add(chain(node.value) if node.value else "None")
    elif isinstance(node, (ast.Yield, ast.YieldFrom)):
        draft.generator = True


def _target(drafts: Drafts, draft: Draft, owner: str, target: ast.expr, text: str) -> None:
    if isinstance(target, ast.Name):
        if owner:
            drafts.classes[owner][2].setdefault(target.id, []).append(("", text))
        else:
            _value(draft, target.id, text)
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        if draft.owner and draft.parameters[:1] == (target.value.id,) and text != "None":
            found = drafts.classes[draft.owner][2].setdefault(target.attr, [])
            if (draft.name, text) not in found:
                found.append((draft.name, text))
    elif isinstance(target, (ast.Tuple, ast.List)):
        for part in target.elts:
            _target(drafts, draft, owner, part, UNKNOWN)


def _value(draft: Draft, name: str, text: str) -> None:
    before = draft.values.get(name)
    if text == "None" and before is not None:
        return
    draft.values[name] = text if before in (None, text, "None") else UNKNOWN
