"""Which files stand or fall together when one of them is refused."""

import pytest
from apply_kit import ONE, TWO, Probe, change, make, plan_of, reasons
from hypothesis import given
from hypothesis import strategies as st

from engine.apply import apply
from engine.apply.ties import Ties, restrict, spread
from engine.model import Applicability


def refused_after(tmp_path, items, support, spoiled, created=("s/m.py", "s/__init__.py")):
    """Reasons when `spoiled` was edited meanwhile; a.py, b.py, c.py are edited, `created` are created."""
    root = make(tmp_path / "r", dict.fromkeys(("a.py", "b.py", "c.py"), (0o644, ONE)))
    deltas = dict.fromkeys(("a.py", "b.py", "c.py"), (ONE, TWO)) | dict.fromkeys(created, (None, TWO))
    make(root, dict.fromkeys(spoiled, (0o644, b"mine\n")))
    result = apply(plan_of(root, deltas, items, support))
    for path in deltas:
        assert ((root / path).exists() and (root / path).read_bytes() == TWO) == (path in result.written)
    return reasons(result)


SUPPORT = {"m": "s/m.py"}
DEPENDS = "depends-on-refused"


def test_a_refused_file_drops_its_companions_transitively(tmp_path):
    items = [change("a.py", "b.py"), change("b.py", "c.py")]
    assert refused_after(tmp_path, items, {}, ["a.py"], ()) == {"a.py": "edited-meanwhile", "b.py": DEPENDS, "c.py": DEPENDS}


def test_a_manual_change_ties_nothing(tmp_path):
    items = [change("a.py", "b.py", applicability=Applicability.MANUAL)]
    assert refused_after(tmp_path, items, {}, ["a.py"], ()) == {"a.py": "edited-meanwhile"}


def test_a_support_module_that_somebody_still_needs_is_created(tmp_path):
    items = [change("a.py", support=("m",)), change("b.py", support=("m",))]
    assert refused_after(tmp_path, items, SUPPORT, ["a.py"]) == {"a.py": "edited-meanwhile"}


def test_a_support_module_that_nobody_needs_any_more_is_not_created(tmp_path):
    items = [change("a.py", support=("m",)), change("b.py", support=("m",)), change("c.py")]
    found = refused_after(tmp_path, items, SUPPORT, ["a.py", "b.py"])
    assert found == {"a.py": "edited-meanwhile", "b.py": "edited-meanwhile", "s/m.py": DEPENDS, "s/__init__.py": DEPENDS}
    assert not (tmp_path / "r/s").exists()


@pytest.mark.parametrize("spoiled", ["s/m.py", "s/__init__.py"])
def test_a_refused_support_module_drops_its_users(tmp_path, spoiled):
    items = [change("a.py", support=("m",)), change("b.py")]
    found = refused_after(tmp_path, items, SUPPORT, [spoiled])
    assert found == {"a.py": DEPENDS, "s/m.py": DEPENDS, "s/__init__.py": DEPENDS} | {spoiled: "exists"}


PATHS = st.sampled_from([f"f{n}" for n in range(9)])
TIES = st.builds(
    Ties,
    st.lists(st.lists(PATHS, min_size=2, max_size=3, unique=True).map(tuple), max_size=5).map(tuple),
    st.dictionaries(st.sampled_from(["m0", "m1"]), st.lists(PATHS, min_size=1, max_size=4, unique=True).map(tuple)),
)


@given(TIES, st.sets(PATHS | st.sampled_from(["m0", "m1"])))
def test_spread_is_closed_and_minimal(ties, refused):
    dropped = spread(refused, ties)
    assert refused <= dropped.keys()
    assert set(dropped.values()) <= refused
    for group in ties.groups:
        assert len({path in dropped for path in group}) == 1
    for module, users in ties.support.items():
        if module in dropped:
            assert dropped.keys() >= set(users)
        assert module in dropped or not dropped.keys() >= set(users)
    kept = {f"f{n}" for n in range(9)} | {"m0", "m1"} - dropped.keys()
    assert spread((), restrict(ties, kept - dropped.keys())) == {}
    if not refused:
        assert not dropped


def test_a_support_module_loses_its_last_user_late(tmp_path):
    """a.py is refused by the first check; b.py is edited when the record has been written already."""
    root = make(tmp_path / "r", {"a.py": (0o644, b"mine\n"), "b.py": (0o644, ONE), "c.py": (0o644, ONE)})
    deltas = dict.fromkeys(("a.py", "b.py", "c.py"), (ONE, TWO)) | {"s/m.py": (None, TWO)}
    items = [change("a.py", support=("m",)), change("b.py", support=("m",))]

    def meddle(_, name, args):
        if name == "replace" and args[1] == "record":
            (root / "b.py").write_bytes(b"mine\n")

    result = apply(plan_of(root, deltas, items, SUPPORT), layer=Probe(meddle))
    assert reasons(result) == {"a.py": "edited-meanwhile", "b.py": "edited-meanwhile", "s/m.py": DEPENDS}
    assert result.written == ("c.py",)
    assert not (root / "s").exists()
