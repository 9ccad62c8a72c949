"""Replace literal port numbers by `get_port("NAME")`, looked up in the port registry.

What it does
    Two kinds of number: a module constant that is a port (`AGENT_PORT = 5555`: its name ends in PORT, or a
    socket call or a `port=` argument uses it), and a literal endpoint in `bind`, `connect`, `unbind` or
    `disconnect` (`"tcp://*:5555"`, also as an f-string). Where exactly one registry entry is meant, the number
    becomes `get_port("NAME")`. Of several entries with one number, the one whose owner is the enclosing class or
    module, or whose machine is this folder's, is meant. The support module `port_registry.py` is created when missing.

Why
    A number that two files repeat drifts apart, and nobody can see who owns it.

When it skips
    `no-registry`: the target has none (literal endpoints only). `registry-unreadable`: it has one that is not valid.
    `not-in-registry`: no entry has this number. `ambiguous-port`: several have, and nothing says which is meant.
    `other-machine`: this folder's machine binds a port that the registry gives to another machine.
    `env-default`: the number is the default of an environment variable. `computed-endpoint`: the address is put
    together by `+`, `%` or `format`, or is bytes. `split-literal`: the address is several adjacent strings.
    `no-support-place`: no free place for the support module. Time-outs, sizes and rates are no sites at all.

Applicability
    Always unsafe: the number is read when the code runs, and for a constant when it is imported. The evidence
    says that the value is the same today.

Options
    `registry-file`: the port registry, from the root of the target.
    `machines`: which machine each top folder runs on, `{main_pc_code: main_pc}`.
    `support-folder`: where the support module goes.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from codemods.port_literal.matching import entry_for
from codemods.port_literal.registry import DEFAULT_PATH, REGISTRIES, Entry, Registry
from codemods.port_literal.sites import PortSite, port_sites
from codemods.port_literal.spelling import with_call
from engine import (
    Applicability,
    Change,
    Codemod,
    Evidence,
    Option,
    Project,
    Skip,
    SliceError,
    Source,
    SupportModule,
    need_import,
    replace_expression,
)

_MARK = "# rewright-support: port_registry"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def run_file(source: Source, project: Project, options: Mapping[str, Any]) -> Iterator[Change | Skip]:
    """One item for each literal port of this file."""
    registries: Mapping[str, Registry | str] = project.facts[REGISTRIES.name]
    registry = registries.get(options["registry-file"])
    if source.text.startswith(_MARK) or (registry is None and "://" not in source.text):
        return
    for site in port_sites(source):
        if registry is None:
            if site.kind in ("endpoint", "computed"):
                message = f"the target has no {options['registry-file']}; write one to give ports names"
                yield _skip(source, site, "no-registry", message)
        elif isinstance(registry, str):
            yield _skip(source, site, "registry-unreadable", f"{options['registry-file']}: {registry}")
        elif site.kind != "env-default" or any(entry.port == site.port for entry in registry):
            yield _item(source, project, site, registry, options)


def _skip(source: Source, site: PortSite, reason: str, message: str) -> Skip:
    return Skip(source.site(site.node), reason, message, {"kind": site.kind, "port": site.port})


def _item(source: Source, project: Project, site: PortSite, registry: Registry, options: Mapping[str, Any]) -> Change | Skip:
    if site.kind == "env-default":
        return _skip(source, site, "env-default", f"{site.port} is the default of an environment variable; that stays first")
    entry = entry_for(source, site, registry, options["machines"])
    if not isinstance(entry, Entry):
        return _skip(source, site, *entry)
    if site.kind == "computed":
        return _skip(source, site, "computed-endpoint", f"the address of {entry.name} is put together; write one f-string")
    module = project.support_import("port_registry")
    if module is None:
        return _skip(source, site, "no-support-place", "there is no free place for port_registry.py; set support-folder")
    try:
        return _change(source, site, entry, module, options["registry-file"])
    except SliceError as error:
        return _skip(source, site, error.reason, str(error))


def _change(source: Source, site: PortSite, entry: Entry, module: str, path: str) -> Change | Skip:
    statement, at_import = _place(source, site.node)
    local, imports = need_import(source, module, "get_port", source.start(site.node) if at_import else None)
    meanings = source.names.lookup(local, source.names.scope_at(site.node)) or []
    if any(meaning.target != f"{module}.get_port" for meaning in meanings):
        return _skip(source, site, "shadowed", f"{local} means something else here")
    if site.kind == "constant":
        code: str | None = f'{local}("{entry.name}")'
    else:
        code = with_call(source.segment(site.node), site.node, local, entry.name)
    if code is None:
        return _skip(source, site, "split-literal", f"the address of {entry.name} is not one plain string; write it as one")
    rewrite = replace_expression(source, statement, site.node, code)
    return Change(
        source.site(site.node),
        f"port {site.port} is {entry.name} in {path}",
        Applicability.UNSAFE,
        rewrite.edits,
        (rewrite.span,),
        imports,
        support=("port_registry",),
        evidence=(Evidence("port-value", "pass", f"get_port({entry.name!r}) == {site.port} in {path}"),),
        data={"kind": site.kind, "port": site.port, "name": entry.name},
    )


def _place(source: Source, node: ast.expr) -> tuple[ast.stmt, bool]:
    """The innermost statement that holds an expression, and whether it runs while the module is imported."""
    start, found = source.start(node), None
    for statement in source.statements(ast.stmt):
        if source.start(statement) <= start < source.end(statement):
            found = statement
    if found is None:
        raise SliceError("not-found", "no statement holds this expression")
    return found, not any(isinstance(part, _FUNCTIONS) for part in source.ancestors(found))


CODEMOD = Codemod(
    name="port-literal",
    summary="Replace literal ports by names from the port registry.",
    version=1,
    run_file=run_file,
    hints=(rb"PORT\b", rb"[pP]ort\b(?<![a-z]port)", rb"bind\s*\(", rb"connect\w*\s*\(", rb"create_(?:connection|server)\s*\("),
    options=(
        Option("registry-file", "str", DEFAULT_PATH, "the port registry, from the root of the target"),
        Option("machines", "map", {}, "top folder to the machine it runs on, as the registry spells it"),
        Option("support-folder", "str", "common_utils", "where the support module port_registry.py goes"),
    ),
    globs=("*.py",),
    facts=(REGISTRIES,),
    support=(SupportModule("port_registry", "{folder}/port_registry.py", "{folder}/port_lookup.py", "port_registry.py"),),
    doc=__doc__ or "",
)
