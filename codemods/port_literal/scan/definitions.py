"""Functions and classes: their parameters, defaults, bases."""

from __future__ import annotations

import ast

from codemods.port_literal.scan.build import Builder
from codemods.port_literal.scan.scope import At, Scope, Slot
from codemods.port_literal.scan.terms import FunctionPorts, Term, Unknown

Function = ast.FunctionDef | ast.AsyncFunctionDef


def new_scope(around: Scope, node: Function) -> Scope:
    """The scope of a function's body."""
    is_method = around.is_class
    arguments = node.args
    names = [one.arg for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    rest = [one.arg for one in (arguments.vararg, arguments.kwarg) if one is not None]
    first = names[0] if is_method and names and not _is_static(node) else ""
    return Scope(
        name=f"{around.name}.{node.name}" if around.name else node.name,
        owner=around.owner,
        parent=around,
        this=first,
        parameters=frozenset([*names, *rest]),
    )


def new_class_scope(around: Scope, node: ast.ClassDef) -> Scope:
    """The scope of a class body."""
    name = f"{around.name}.{node.name}" if around.name else node.name
    return Scope(name=name, owner=name, parent=around, is_class=True)


def function_ports(
    builder: Builder, node: Function, scope: Scope, at: At, returns: list[Term], options: dict[str, Term], extends: bool
) -> FunctionPorts:
    """The function as a value. `options`: defaults that decorators give."""
    arguments = node.args
    positional = [one.arg for one in [*arguments.posonlyargs, *arguments.args]]
    defaults: dict[str, Term] = dict(options)
    pairs = list(zip(positional[::-1], arguments.defaults[::-1], strict=False))
    named_only = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    pairs += [(one.arg, value) for one, value in named_only if value is not None]
    for name, value in pairs:
        defaults[name] = builder.term(value, at, Slot("default-argument", name))
    return FunctionPorts(
        scope.name,
        scope.owner,
        tuple(positional[1:] if scope.this else positional),
        tuple(one.arg for one in arguments.kwonlyargs),
        arguments.kwarg.arg if arguments.kwarg else "",
        defaults,
        tuple(returns),
        extends,
    )


def decorator_options(builder: Builder, node: Function, at: At) -> dict[str, Term]:
    """Parameters that `@click.option("--port", default=5601)` gives a default."""
    found: dict[str, Term] = {}
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and builder.chain(decorator.func).rpartition(".")[2] == "option":
            flag = option_of(builder, decorator, at)
            if flag is not None:
                found[flag[0]] = flag[1]
    return found


def option_of(builder: Builder, node: ast.Call, at: At) -> tuple[str, Term] | None:
    """(attribute, default) of `add_argument("--port", default=5601)` or `click.option`; None when it names no flag."""
    names = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    long = next((name for name in names if name.startswith("--")), names[0] if names else "")
    target = next((name for name in names if not name.startswith("-")), long.lstrip("-").replace("-", "_"))
    default: Term | None = None
    for keyword in node.keywords:
        if keyword.arg == "dest" and isinstance(keyword.value, ast.Constant):
            target = str(keyword.value.value)
        if keyword.arg == "default":
            default = builder.term(keyword.value, at, Slot("argparse-default", long))
    if not target:
        return None
    is_none = isinstance(default, Unknown) and default.text == "None"
    if default is None or is_none:
        default = Unknown(long, f"the port is given on the command line: {long} has no default")
    return target, default


def _is_static(node: Function) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
