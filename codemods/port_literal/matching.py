"""Which registry entry a number means here. The same number is not the same service."""

import ast
from collections.abc import Mapping

from codemods.port_literal.registry import Entry, Registry
from codemods.port_literal.sites import PortSite
from engine import Source

Refusal = tuple[str, str]
_LOCAL = ("*", "localhost", "127.0.0.1", "0.0.0.0", "[::]", "[::1]")


def entry_for(source: Source, site: PortSite, registry: Registry, machines: Mapping[str, str]) -> Entry | Refusal:
    """The one entry that the site means, or a skip's reason and message.

    Of several entries with the number, those of the enclosing class or module are meant, then
    those of this machine. A connect goes to the peer, so who owns the code says nothing there.
    """
    entries = [entry for entry in registry if entry.port == site.port]
    if not entries:
        return ("not-in-registry", f"no entry of the registry has port {site.port}; add one")
    folder = source.path.partition("/")[0] if "/" in source.path else ""
    chosen = entries
    if len(chosen) > 1 and site.direction != "connect":
        owners = _owners(source, site.node)
        chosen = [entry for entry in chosen if entry.owner in owners] or chosen
    here = site.direction != "connect" or site.host in _LOCAL
    if len(chosen) > 1 and here and folder:
        machine = machines.get(folder, folder)
        chosen = [entry for entry in chosen if entry.machine == machine] or chosen
    if len(chosen) > 1:
        names = ", ".join(entry.name for entry in chosen)
        return ("ambiguous-port", f"port {site.port} may be {names}; nothing here says which")
    machine = machines.get(folder, "")
    if site.direction == "bind" and machine and chosen[0].machine not in ("", machine):
        return ("other-machine", f"port {site.port} is {chosen[0].name} of {chosen[0].machine}, and this code runs on {machine}")
    return chosen[0]


def _owners(source: Source, node: ast.expr) -> set[str]:
    """What a registry may call the code around an expression: its classes, its module, its path."""
    stem = source.path.rpartition("/")[2].removesuffix(".py")
    inside = [
        definition.name
        for definition in source.statements(ast.ClassDef)
        if source.start(definition) <= source.start(node) < source.end(definition)
    ]
    return {stem, source.path, source.path.removesuffix(".py").replace("/", "."), *inside}
