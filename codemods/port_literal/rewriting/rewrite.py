"""One birth becomes one change: the number, or the address that holds it, is looked up by name."""

import ast

from codemods.port_literal.nouns import Birth, Entry
from codemods.port_literal.rewriting.births import Place
from codemods.port_literal.rewriting.matching import Refusal
from codemods.port_literal.rewriting.spelling import call, with_call
from engine import (
    Applicability,
    Change,
    Evidence,
    Source,
    SupportModule,
    need_import,
    replace_expression,
)

SUPPORT = SupportModule("port_registry", "{folder}/port_registry.py", "{folder}/port_lookup.py", "port_registry.py")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def data_of(birth: Birth) -> dict[str, str | int]:
    """What reports say of a site. `kind` is "constant" for a module constant, else the shape."""
    return {"kind": "constant" if birth.shape == "module-constant" else birth.shape, "shape": birth.shape, "port": birth.port}


def change(source: Source, place: Place, birth: Birth, entry: Entry, module: str, path: str) -> Change | Refusal:
    """The change for one birth. `module` holds get_port, `path` is the registry's. Raises SliceError."""
    node, early = place.node, runs_at_import(place)
    local, imports = need_import(source, module, "get_port", source.start(node) if early else None)
    scope = source.names.scope_at(node)
    if any(meaning.target != f"{module}.get_port" for meaning in source.names.lookup(local, scope) or []):
        return Refusal("shadowed", f"{local} means something else here")
    code = _code(source, place, birth, local, entry.name, birth.port if early else 0)
    if code is None:
        return Refusal("split-literal", f"the address of {entry.name} is not one plain string; write it as one")
    if code.startswith("str(") and source.names.lookup("str", scope):
        return Refusal("shadowed", "str means something else here")
    statement = _statement(place)
    if statement is None:
        return Refusal("decorator", "the port stands in a decorator's arguments; rewrite it by hand")
    rewrite = replace_expression(source, statement, node, code)
    return Change(
        source.site(node),
        f"port {birth.port} is {entry.name} in {path}",
        Applicability.UNSAFE,
        rewrite.edits,
        (rewrite.span,),
        imports,
        support=(SUPPORT.name,),
        evidence=(Evidence("port-value", "pass", f"get_port({entry.name!r}) == {birth.port} in {path}"),),
        data={**data_of(birth), "name": entry.name},
    )


def runs_at_import(place: Place) -> bool:
    """Is this evaluated while the module is imported? A default argument and a decorator are, once."""
    child: ast.AST = place.node
    for parent in place.around:
        if isinstance(parent, ast.Lambda) and child is parent.body:
            return False
        if isinstance(parent, _FUNCTIONS) and isinstance(child, ast.stmt):
            return False
        child = parent
    return True


def is_looked_up(source: Source, place: Place) -> bool:
    """Does the number stand in a call of get_port already, as its fallback?"""
    calls = (parent for parent in place.around if isinstance(parent, ast.Call))
    return any((source.names.qualified(call.func) or "").endswith("get_port") for call in calls)


def _code(source: Source, place: Place, birth: Birth, local: str, name: str, fallback: int) -> str | None:
    """What to write for the literal; None when it cannot be rebuilt."""
    node = place.node
    segment = source.segment(node)
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and not isinstance(node.value, int) and ":" in segment):
        return with_call(segment, node, birth.port, local, name, fallback)
    around = next((one for one in place.around if isinstance(one, ast.JoinedStr)), None)
    quote = '"' if around is None or '"' not in source.segment(around)[:3] else "'"
    code = call(local, name, fallback, quote)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return f"str({code})" if is_text and not _becomes_int(source, place) else code


def _becomes_int(source: Source, place: Place) -> bool:
    """Is this text the default in `int(os.environ.get("X", "5601"))`? There a number serves as well."""
    get, outer = place.around[:2]
    return (
        isinstance(get, ast.Call)
        and place.node in get.args[1:]
        and isinstance(outer, ast.Call)
        and outer.args == [get]
        and not outer.keywords
        and source.names.qualified(outer.func) in ("int", "builtins.int")
    )


def _statement(place: Place) -> ast.stmt | None:
    """The innermost statement that holds the expression; None where that is a decorator of it."""
    child: ast.AST = place.node
    for parent in place.around:
        if isinstance(parent, ast.stmt):
            return None if child in getattr(parent, "decorator_list", ()) else parent
        child = parent
    return None
