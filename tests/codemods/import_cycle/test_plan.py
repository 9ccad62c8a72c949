"""The cheapest cuts: exact for small components, never needless for large ones, the same every time."""

import itertools
import random
from dataclasses import replace

import cycle_kit
import kit
import pytest

from codemods.import_cycle import plan as planning
from codemods.import_cycle import settings_of
from codemods.import_cycle.graph.components import acyclic
from codemods.import_cycle.plan import components_after, plans
from codemods.import_cycle.search import EXACT, Problem, Unit, _after, cheapest, cost
from engine.model import Change, RewrightError
from engine.project import Project


def problem(edges, prices, fixed=()):
    """`edges`: (source, target) pairs; `prices`: one for each; `fixed`: edges that cannot be cut."""
    nodes = tuple(sorted({node for edge in [*edges, *fixed] for node in edge}))
    units = tuple(Unit(a, b, (((a, b), price),)) for (a, b), price in zip(edges, prices, strict=True))
    return Problem(nodes, {edge: frozenset([edge]) for edge in [*edges, *fixed]}, units)


def brute(given):
    sets = (units for size in range(len(given.units) + 1) for units in itertools.combinations(given.units, size))
    return min((cost(units) for units in sets if acyclic(_after(given, units))), default=None)


@pytest.mark.parametrize("seed", range(40))
def test_small_components_get_the_minimum(seed):
    chance = random.Random(seed)
    pairs = list(itertools.permutations("abcde", 2))
    edges = chance.sample(pairs, chance.randint(2, 10))
    given = problem(edges, [chance.randint(1, 9) for _ in edges], [])
    assert cost(cheapest(given)) == brute(given)


@pytest.mark.parametrize("seed", range(20))
def test_large_components_get_no_needless_cut(seed):
    chance = random.Random(seed)
    pairs = list(itertools.permutations("abcdefgh", 2))
    edges = chance.sample(pairs, EXACT + 8)
    given = problem(edges, [chance.randint(1, 9) for _ in edges])
    found = cheapest(given)
    assert acyclic(_after(given, found))
    for unit in found:
        assert not acyclic(_after(given, [other for other in found if other is not unit]))
    assert cheapest(given) == found


def test_what_cannot_be_cut_stays():
    assert cheapest(problem([("a", "b")], [1], [("b", "a")])) is not None
    assert cheapest(problem([("a", "c")], [1], [("b", "a"), ("a", "b")])) is None


def test_an_edge_that_is_added_instead_counts():
    edges = {("a", "p"): frozenset(["x"]), ("p", "a"): frozenset(["y"]), ("b", "a"): frozenset(["z"])}
    units = (Unit("a", "p", (("x", 1),), ("b",)), Unit("b", "a", (("z", 5),)), Unit("p", "a", (("y", 3),)))
    found = cheapest(Problem(("a", "b", "p"), edges, units))
    assert [(unit.source, unit.target) for unit in found] == [("p", "a")]


FILES = {
    "shop/__init__.py": "",
    "shop/a.py": "from shop.b import run\n\n\ndef go():\n    run(1)\n",
    "shop/b.py": "from shop.a import go\n\nALL = [go]\n\n\ndef run(x):\n    print(x)\n",
}


def test_costs_choose_the_way():
    assert cycle_kit.cuts(FILES) == (["shop/a.py -> shop/b.py function-level"], ())
    assert cycle_kit.cuts(FILES, event=1) == (["shop/a.py -> shop/b.py event"], ())


def test_the_cheaper_edge_goes():
    files = {**FILES, "shop/b.py": "from shop.a import go\n\n\ndef run(x: go):\n    print(x)\n"}
    assert cycle_kit.cuts(files) == (["shop/b.py -> shop/a.py type-checking"], ())
    assert cycle_kit.cuts(files, **{"type-checking": 9}) == (["shop/a.py -> shop/b.py function-level"], ())


def test_a_sibling_that_would_close_another_cycle_is_no_way():
    files = {
        "p/__init__.py": "from .a import A\nfrom .b import B\n",
        "p/a.py": "from p import B\n\n\nclass A(B):\n    pass\n",
        "p/b.py": "from p import A\n\n\nclass B(A):\n    pass\n",
    }
    found, left = cycle_kit.cuts(files)
    assert found == [] and left == (("p/__init__.py", "p/a.py", "p/b.py"),)


def test_every_cycle_of_a_component_ends():
    files = {
        f"m{i}.py": "".join(f"import m{j}\n" for j in range(6) if j != i)
        + "".join(f"\n\ndef f{j}():\n    return m{j}.f0\n" for j in range(6) if j != i)
        for i in range(6)
    }
    found, left = cycle_kit.cuts(files)
    assert left == () and len(found) == 15  # the least for six modules that all import one another


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"ways": ["function-levl"]}, "no way is called 'function-levl'"),
        ({"costs": {"events": 1}}, "no way is called 'events'"),
        ({"costs": {"event": 0}}, "the cost of event is 0"),
        ({"costs": {"event": "cheap"}}, "the cost of event is 'cheap'"),
    ],
)
def test_options_that_mean_nothing_are_refused(given, message):
    with pytest.raises(RewrightError, match=message):
        settings_of(kit.options("import-cycle", given), Project(python=(3, 8)))


def test_only_allowed_ways_are_planned():
    chosen = settings_of(
        kit.options("import-cycle", {"ways": ["unused", "event"]}), Project(support={"event_bus": "events/bus.py"})
    )
    assert dict(chosen.costs) == {"unused": 1, "event": 8} and chosen.bus == "events.bus"


ONE_LINE = {
    "shop/__init__.py": "",
    "shop/a.py": "from shop import b\n\n\ndef go(): return b.run(1)\n",
    "shop/b.py": FILES["shop/b.py"],
}


def test_a_way_that_cannot_be_written_is_not_planned():
    assert cycle_kit.cuts(ONE_LINE)[0] == []
    plan = plans(cycle_kit.graph(ONE_LINE), cycle_kit.settings())[0]
    assert (plan.reason, plan.where) == ("shares-line", ("shop/a.py", 1))
    assert "shop/a.py:4: the body of a function stands on the line of its header" in plan.message
    assert "shop/b.py needs shop/a.py (used-at-import)" in plan.message


def test_another_edge_is_cut_where_the_first_cannot_be():
    files = {**ONE_LINE, "shop/b.py": "from shop.a import go\n\n\ndef run(x):\n    return go\n"}
    assert cycle_kit.cuts(files) == (["shop/b.py -> shop/a.py function-level"], ())


@pytest.mark.parametrize(
    ("call", "fits"),
    [
        ("b.run(1)", True),
        ("b.run(x=1)", True),
        ("b.run()", False),
        ("b.run(1, x=2)", False),
        ("b.run(1, 2)", False),
        ("b.run(*[1])", False),
        ("b.run(**{'x': 1})", False),
        ("b.other(1)", False),
        ("b.run(b)", False),
        ("b.run(1) + 1", False),
        ("[\n        b.run(1)]", False),
        ("b.run(1); b.run(2)", False),
        ("await b.run(1)", False),
    ],
)
def test_only_calls_that_can_be_events_are_planned_as_such(call, fits):
    head = "async def" if "await" in call else "def"
    files = {**FILES, "shop/a.py": f"from shop import b\n\n\n{head} go():\n    {call}\n"}
    way = "event" if fits else "function-level"
    assert cycle_kit.cuts(files, event=1) == ([f"shop/a.py -> shop/b.py {way}"], ())


LAZY = {**FILES, "shop/a.py": "def go():\n    from shop.b import run\n\n    run(1)\n"}


def test_lazy_cycles_end_only_when_asked_for():
    graph = cycle_kit.graph(LAZY)
    assert plans(graph, cycle_kit.settings()) == ()
    lazy = replace(cycle_kit.settings(), lazy=True)
    (plan,) = plans(graph, lazy)
    assert [(cut.source, cut.kind) for cut in plan.cuts] == [("shop/a.py", "event")]
    assert components_after(graph, lazy, lazy=True) == ()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("    from shop.b import run\n    return run(1)", "result-used"),
        ("    from shop import b", "side-effects"),
        ("    if 1:\n        from shop.b import run\n        run(1)", "conditional-import"),
        ("    import os; from shop.b import run\n    run(1)", "shares-line"),
        ("    from shop.b import (  # late\n        run,\n    )\n    run(1)", "commented-import"),
    ],
)
def test_an_import_inside_a_function_stays_for_a_reason(body, why):
    files = {**LAZY, "shop/a.py": f"def go():\n{body}\n"}
    (plan,) = plans(cycle_kit.graph(files), replace(cycle_kit.settings(), lazy=True))
    assert plan.reason == "no-cut" and f"shop/a.py needs shop/b.py ({why})" in plan.message


def test_plans_are_made_once_in_a_process(tmp_path, monkeypatch):
    made = []
    real = planning.plan_component
    monkeypatch.setattr(planning, "plan_component", lambda *given: made.append(given[1]) or real(*given))
    size = 9  # a ring
    for number in range(size):
        text = f"import m{(number + 1) % size}\n\n\ndef f():\n    return m{(number + 1) % size}.f\n"
        (tmp_path / f"m{number}.py").write_text(text)
    plan = kit.plan(tmp_path, [kit.bound("import-cycle")])
    assert len(plan.of(Change)) == 1 and len(made) == 1
