"""A law of rope's renames and moves: what is planned computes as before, whichever module is imported first; or it is refused."""

import subprocess
import sys
import tempfile
from pathlib import Path

import tools_kit as kit
from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine.apply import apply
from engine.model import Failure, RewrightError

POOL = ["price", "cost", "order", "total", "len", "b"]
MODULES = ["a", "b", "c", "d"]
RUN = """
import importlib, sys
names = sys.argv[1:]
for name in names:
    importlib.import_module(name)
    if name == names[0]:
        print(sys.modules[name].main())
    for one in [one for one in sys.modules if one.partition(".")[0] in ("p", "q", "main")]:
        del sys.modules[one]
"""


@st.composite
def packages(draw):
    """Path to text: modules that import from those before them, and a main module that calls what it imports."""
    files, defined = {"p/__init__.py": "", "q/__init__.py": ""}, {}
    for number, module in enumerate([*MODULES[: draw(st.integers(2, 4))], "main"]):
        lines, bound, inner = _imports(draw, defined, module)
        own = []
        for name in draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=2, unique=True)) if module != "main" else []:
            if name not in bound and name not in (
                calls.partition("(")[0].partition(".")[0] for calls in [*bound.values(), *inner]
            ):
                parts = draw(st.lists(st.sampled_from([str(number + 2), "x", *bound.values()]), min_size=1, max_size=3))
                argument = draw(st.sampled_from(["x", "x=1", f"x, y={parts[0] if 'x' != parts[0] else 3}"]))
                early = f"    from p.{_of(draw, defined)} as z\n" if defined and draw(st.booleans()) else ""
                total = " + ".join([*parts, *(["z(1)"] if early else [])])
                lines.append(f"\n\ndef {name}({argument}):\n{early}    return {total}")
                bound[name] = f"{name}(2)"
                own.append(name)
        if bound and draw(st.booleans()):
            lines.append(
                f"\n\nSAID = {' + '.join(draw(st.lists(st.sampled_from(sorted(bound.values())), min_size=1, max_size=2)))}"
            )
        if module == "main":
            lines.append(f"\n\ndef main():\n    return [{', '.join(bound.values())}]")
        files["main.py" if module == "main" else f"p/{module}.py"] = "\n".join(lines).strip("\n") + "\n"
        defined[module] = own
    return files, defined


def _of(draw, defined):
    module = draw(st.sampled_from([one for one in defined if defined[one]] or ["a"]))
    return f"{module} import {draw(st.sampled_from(defined[module] or ['SAID']))}"


def _imports(draw, defined, module):
    """Lines, and local name to a call through it."""
    lines, bound = [], {}
    for other in [one for one in defined if defined[one]]:
        for kind in draw(st.lists(st.sampled_from(["from", "as", "dot", "module", "module as", "package", "star"]), max_size=2)):
            name, alias = draw(st.sampled_from(defined[other])), draw(st.sampled_from(POOL))
            dot = kind == "dot" and module != "main"
            local, line, call = {
                "from": (name, f"from p.{other} import {name}", f"{name}(3)"),
                "dot": (name, f"from {'.' if dot else 'p.'}{other} import {name}  # {name}", f"{name}(3)"),
                "as": (alias, f"from p.{other} import {name} as {alias}", f"{alias}(4)"),
                "module": ("p", f"import p.{other}", f"p.{other}.{name}(5)"),
                "module as": (alias, f"import p.{other} as {alias}", f"{alias}.{name}(6)"),
                "package": (other, f"from p import {other}", f"{other}.{name}(7)"),
                "star": (name, f"from p.{other} import *", f"{name}(8)"),
            }[kind]
            star = kind == "star" and any(one in bound for one in defined[other])
            if (local == "p" or local not in bound) and not star:
                lines.append(line)
                bound.update({one: f"{one}(8)" for one in defined[other]} if kind == "star" else {})
                bound[local if local != "p" else f"p {other} {name}"] = call
    return lines, bound, []


@st.composite
def cases(draw):
    """A package, and a rename or move of a function in it, or of a module."""
    files, defined = draw(packages())
    module = draw(st.sampled_from([one for one in defined if one != "main"]))
    if draw(st.integers(0, 4)) == 0:
        return files, draw(st.sampled_from([f"{{rename: p.{module}, to: e}}", f"{{move: p.{module}, to: q}}"]))
    name = f"p.{_of(draw, defined).replace(' import ', '.')}"
    to = draw(st.sampled_from([*POOL, "fresh"])) if draw(st.booleans()) else None
    if to:
        return files, f"{{rename: {name}, to: {to}}}"
    others = [one for one in defined if one != "main" and not name.startswith(f"p.{one}.")]
    return files, f"{{move: {name}, to: p.{draw(st.sampled_from(others))}}}"


def run(root):
    """What main() gives, when each module is imported first."""
    names = ["main", *sorted(f"{path.parent.name}.{path.stem}" for path in root.glob("[pq]/[a-e].py"))]
    argv = [sys.executable, "-S", "-c", RUN, *names]
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@settings(max_examples=80, deadline=None)
@given(cases())
def test_what_is_planned_computes_the_same(drawn):
    files, rope = drawn
    with tempfile.TemporaryDirectory() as folder:
        root = kit.target(Path(folder), {**files, "rules.yaml": f"version: 1\nrules:\n- id: it\n  rope: {rope}\n"})
        before = run(root)
        if before[0]:
            event("the package does not run")
            return
        try:
            made = kit.plan(root)
        except RewrightError as error:
            event(f"refused: {str(error)[:40]}")
            return
        if not made.deltas:
            event(f"nothing: {[one.reason for one in made.of(Failure)]}")
            return
        event(f"planned: {rope[:5]}")
        assert not apply(made).failures
        assert run(root) == before, rope
        assert kit.plan(root).deltas == ()
