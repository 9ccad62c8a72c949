"""What tests of plans that move files share: a rule that moves and rewrites, and a target for it."""

import pytest
from badmods import rule, swap
from kit import plan

from engine.apply import apply
from engine.model import Applicability, Change, RewrightError, Site

FILES = {
    "app.py": b"import shop.prices\r\nprint(shop.prices.VAT)\r\n",
    "shop/__init__.py": b"",
    "shop/prices.py": "# -*- coding: latin-1 -*-\n# pr\xefx\nVAT = 1\n".encode("latin-1"),
    "shop/tills.py": b"from .prices import VAT\n",
}
AFTER = {
    "app.py": FILES["app.py"].replace(b"prices", b"costs"),
    "shop/__init__.py": b"",
    "shop/costs.py": FILES["shop/prices.py"],
    "shop/tills.py": b"from .costs import VAT\n",
}
MOVES = {"shop/prices.py": "shop/costs.py"}


def mover(source, _, options):
    """Rename the module `prices` to `costs`: its importers are rewritten, and its file moves, as one group."""
    moves = options.get("moves", MOVES)
    found = list(swap(source, r"\bprices\b", "costs")) if source.path not in options.get("blind", ()) else []
    if source.path not in moves and not found:
        return
    yield Change(
        Site(source.path, 1),
        "prices becomes costs",
        options.get("applicability", Applicability.SAFE),
        tuple(edit for one in found for edit in one.edits),
        tuple(span for one in found for span in one.spans),
        group=options.get("group", "costs"),
        group_size=options.get("size", 3),
        moves_to=moves.get(source.path, ""),
    )


def moving(**options):
    return rule(mover, "mover", options=options)


def target(root, files=FILES, **more):
    for path, data in {**files, **more}.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return root


def bytes_of(root):
    """Path to bytes of every file but our own."""
    places = (place for place in sorted(root.rglob("*")) if place.is_file())
    names = ((place, place.relative_to(root).as_posix()) for place in places)
    return {name: place.read_bytes() for place, name in names if name.split("/")[0] not in (".rewright", ".git")}


def applied(made):
    result = apply(made)
    assert not result.failures
    return result


def refused(root, words, *rules):
    """The plan is refused with these words (a pattern), and nothing is written."""
    before = bytes_of(root)
    with pytest.raises(RewrightError, match=words):
        plan(root, rules or [moving()])
    assert bytes_of(root) == before
