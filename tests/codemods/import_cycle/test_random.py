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
}


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
            module = f".m{other}" if relative else f"pkg.m{other}"
            from_package = "." if relative else "pkg"
            if kind == "unused":
                head.append(f"from {module} import f{other}")
            elif kind == "annotation":
                head.append(f"from {module} import C{other}")
                body.append(f"def a{other}(x: C{other}, y: 'list[C{other}]' = None) -> None:\n    return x")
                parts.append(f"a{other}(1)")
            elif kind == "function":
                head.append(f"from {module} import f{other}, K{other}")
                body.append(f"def g{other}():\n    '''Doc.'''\n    return f{other}.__name__, K{other}")
                parts.append(f"g{other}()")
            elif kind == "module":
                head.append(f"from {from_package} import m{other}")
                body.append(
                    f"def h{other}():\n    def inner():\n        return [m{other}.K{other} for _ in '12']\n    return inner()"
                )
                parts.append(f"h{other}()")
            elif kind == "both":
                head.append(f"from {module} import (\n    C{other},\n    K{other},\n)")
                method = f"    def go(self, c: C{other}):\n        return C{other}().value, K{other}"
                body.append(f"class D{other}:\n    x: C{other} = None\n\n{method}")
                parts.append(f"D{other}().go(None)")
            elif kind == "constant":
                head.append(f"from {module} import K{other}")
                body.append(f"L{other} = (K{other}, 1)")
                parts.append(f"L{other}")
            elif kind == "base":
                head.append(f"from {module} import C{other}")
                body.append(f"class E{other}(C{other}):\n    pass")
                parts.append(f"E{other}().value")
            elif kind == "method":
                head.append(f"from {module} import C{other} as Other{other}  # of its own")
                body.append(f"class M{other}:\n    def go(self):\n        # looked up late\n        return Other{other}.__name__")
                parts.append(f"M{other}().go()")
            elif kind == "dotted" and not relative:
                head.append(f"import pkg.m{other}")
                body.append(f"def d{other}():\n    return pkg.m{other}.K{other}")
                parts.append(f"d{other}()")
            elif kind == "comment":
                head.append(f"from {module} import f{other} as kept{other}  # noqa: F401")
        own = f"K{number} = {number}\n\n\nclass C{number}:\n    value = {number}\n"
        last = f"def f():\n    return ({', '.join(parts)},)\n\n\ndef f{number}():\n    return f()"
        text = "\n".join(head) + "\n\n" + own + "\n\n" + "\n\n\n".join([*body, last]) + "\n"
        files[f"pkg/m{number}.py"] = text
    return files


@pytest.mark.parametrize("seed", range(25))
def test_what_worked_works_and_says_the_same(seed, tmp_path):
    files = package(seed)
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    names = [f"pkg.m{number}" for number in range(SIZE)]
    before = cycle_kit.cold_all(names, tmp_path)
    plan = kit.plan(tmp_path, [kit.bound("import-cycle")])
    assert not plan.of(kit.Failure), [item.message for item in plan.of(kit.Failure)]
    assert not plan.of(kit.Skip), [item.message for item in plan.of(kit.Skip)]
    for delta in plan.deltas:
        (tmp_path / delta.path).write_bytes(delta.after)
    after = cycle_kit.cold_all(names, tmp_path)
    for name in names:
        if before[name][0]:
            assert after[name] == before[name], (name, [change.message for change in plan.of(kit.Change)])
    now = cycle_kit.graph({path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*.py")})
    left = {tuple(item.data["component"]) for item in plan.of(kit.Finding)}
    assert set(now.components) == left
    if not left:
        assert all(works for works, _ in after.values()), after
    assert not kit.plan(tmp_path, [kit.bound("import-cycle")]).of(kit.Change)


def test_the_random_packages_have_cycles_that_are_broken():
    graphs = [cycle_kit.graph(package(seed)) for seed in range(25)]
    assert sum(bool(graph.components) for graph in graphs) >= 18
