"""Packages made at random, full of cycles: what could be imported and called before can be after, with the same results."""

import random

import cycle_kit
import kit
import pytest

SIZE = 5
RESTS = {
    "unused": 1,
    "annotation": 3,
    "function": 5,
    "module": 3,
    "both": 3,
    "constant": 2,
    "base": 1,
    "method": 3,
    "dotted": 2,
    "comment": 1,
    "one-line": 1,
    "call": 2,
}
WRITTEN = ("shares-line", "not-an-event", "quoted-annotation", "name-taken")  # a plan says so, never the writing


def package(seed):
    """path to text; `f()` of each module says something of everything that the module uses."""
    chance = random.Random(seed)
    relative = chance.random() < 0.4
    files = {"pkg/__init__.py": "" if chance.random() < 0.6 else "from .m0 import C0\nfrom .m1 import f1 as first\n"}
    for number in range(SIZE):
        head, body, parts = ['"""Module."""', "import os"], [], [f"'m{number}'", "os.sep"]
        for other in range(SIZE):
            if other == number or chance.random() < 0.45:
                continue
            kind = chance.choices(list(RESTS), list(RESTS.values()))[0]
            given = chance.choice(["1", "x=2", "*[3]", "f'{os.sep}'"]) if kind == "call" else ""
            for to, lines in zip((head, body, parts), use(kind, other, relative, given), strict=True):
                to.extend(lines)
        own = f"SEEN = []\nK{number} = {number}\n\n\nclass C{number}:\n    value = {number}\n"
        last = f"def f():\n    return ({', '.join(parts)},)\n\n\ndef f{number}():\n    return f()"
        body.append(f"def k{number}(x=0):\n    SEEN.append(x)")
        text = "\n".join(head) + "\n\n" + own + "\n\n" + "\n\n\n".join([*body, last]) + "\n"
        files[f"pkg/m{number}.py"] = text
    return files


def use(kind, other, relative, given):
    """Imports, definitions and parts of the result of one module that uses another: three lists."""
    module = f".m{other}" if relative else f"pkg.m{other}"
    package = "." if relative else "pkg"
    if kind == "dotted" and relative:
        return [], [], []
    call = f"def c{other}():\n    k{other}({given})" + f"\n    return k{other}.__name__" * (given == "x=2")
    head, body, part = {
        "unused": (f"from {module} import f{other}", "", ""),
        "annotation": (
            f"from {module} import C{other}",
            f"def a{other}(x: C{other}, y: 'list[C{other}]' = None) -> None:\n    return x",
            f"a{other}(1)",
        ),
        "function": (
            f"from {module} import f{other}, K{other}",
            f"def g{other}():\n    '''Doc.'''\n    return f{other}.__name__, K{other}",
            f"g{other}()",
        ),
        "module": (
            f"from {package} import m{other}",
            f"def h{other}():\n    def inner():\n        return [m{other}.K{other} for _ in '12']\n    return inner()",
            f"h{other}()",
        ),
        "both": (
            f"from {module} import (\n    C{other},\n    K{other},\n)",
            f"class D{other}:\n    x: C{other} = None\n\n"
            f"    def go(self, c: C{other}):\n        return C{other}().value, K{other}",
            f"D{other}().go(None)",
        ),
        "constant": (f"from {module} import K{other}", f"L{other} = (K{other}, 1)", f"L{other}"),
        "base": (f"from {module} import C{other}", f"class E{other}(C{other}):\n    pass", f"E{other}().value"),
        "method": (
            f"from {module} import C{other} as Other{other}  # of its own",
            f"class M{other}:\n    def go(self):\n        # looked up late\n        return Other{other}.__name__",
            f"M{other}().go()",
        ),
        "dotted": (f"import pkg.m{other}", f"def d{other}():\n    return pkg.m{other}.K{other}", f"d{other}()"),
        "one-line": (f"from {module} import C{other} as One{other}", f"def o{other}(): return One{other}.value", f"o{other}()"),
        "call": (f"from {module} import k{other}  # told", call, f"c{other}()"),
        "comment": (f"from {module} import f{other} as kept{other}  # noqa: F401", "", ""),
    }[kind]
    return [head], [body] * bool(body), [part] * bool(part)


@pytest.mark.parametrize("seed", range(25))
def test_what_worked_works_and_says_the_same(seed, tmp_path):
    broken(package(seed), {}, tmp_path)


OTHERS = [{"costs": {"event": 1}}, {"ways": ["event", "type-checking"]}, {"lazy": True}]


@pytest.mark.parametrize("seed", range(30, 42))
@pytest.mark.parametrize("given", OTHERS, ids=str)
def test_so_it_does_whatever_ways_are_wanted(seed, given, tmp_path):
    broken(package(seed), given, tmp_path)


def broken(files, given, folder):
    """What is planned is written, whole; what is not planned says why; and nothing that worked stops working."""
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    names = [f"pkg.m{number}" for number in range(SIZE)]
    before = cycle_kit.cold_all(names, folder)
    plan = kit.plan(folder, [kit.bound("import-cycle", given)])
    assert not plan.of(kit.Failure), [item.message for item in plan.of(kit.Failure)]
    assert all(item.reason in WRITTEN and "cannot be written" in item.message for item in plan.of(kit.Skip))
    assert {item.reason for item in plan.of(kit.Finding)} <= {"no-cut"}
    for delta in plan.deltas:
        (folder / delta.path).parent.mkdir(exist_ok=True)
        (folder / delta.path).write_bytes(delta.after)
    after = cycle_kit.cold_all(names, folder)
    for name in names:
        if before[name][0]:
            assert after[name] == before[name], (name, [change.message for change in plan.of(kit.Change)])
    now = cycle_kit.graph({path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.py")})
    left = {tuple(item.data["component"]) for item in (*plan.of(kit.Finding), *plan.of(kit.Skip))}
    assert set(now.components) <= left
    if not left:
        assert all(works for works, _ in after.values()), after
    assert not kit.plan(folder, [kit.bound("import-cycle", given)]).of(kit.Change)


def test_the_random_packages_have_cycles_that_are_broken():
    graphs = [cycle_kit.graph(package(seed)) for seed in range(25)]
    assert sum(bool(graph.components) for graph in graphs) >= 18
