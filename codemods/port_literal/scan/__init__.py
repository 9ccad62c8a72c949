"""One file's ports: where numbers are born, where they are used, and how they get there. Knows no other file."""

from zlib import crc32

from codemods.port_literal.scan.terms import FilePorts
from codemods.port_literal.scan.walk import Walker
from engine import Source


def scan(source: Source) -> FilePorts | None:
    """What this file says about ports; None when it says nothing. Raises RefusedFile for what does not parse."""
    walker = Walker(source)
    walker.run(source.tree)
    looker, builder = walker.looker, walker.builder
    parts = (
        walker.variables,
        walker.functions,
        walker.classes,
        looker.uses,
        builder.literals.found,
        builder.imports,
        walker.stars,
    )
    if not any(parts):
        return None
    return FilePorts(
        dict(builder.imports),
        {name: tuple(terms) for name, terms in walker.variables.items()},
        walker.functions,
        walker.classes,
        {name: tuple(terms) for name, terms in looker.flags.items()},
        tuple(looker.calls),
        tuple(looker.uses),
        tuple(sorted(builder.literals.found.values())),
        tuple(walker.stars),
        crc32(source.data),
    )
