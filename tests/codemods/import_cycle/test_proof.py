"""What is promised of a broken cycle, by running it: every module imports first in a fresh interpreter, and events arrive."""

import shutil
import subprocess
import sys

import cycle_kit
import kit
import pytest

from engine.model import Change

CASES = [case for case in kit.cases() if case.codemod == "import-cycle" and (case.folder / "after").is_dir()]
ROOTS = {"two-roots": ("tools", "src")}
HIDES = ("unused", "function-level", "type-checking", "event")  # ways that take the name out of the importing module


def modules(folder, roots):
    """The dotted names of every module below the roots."""
    for root in roots:
        for path in sorted((folder / root).rglob("*.py")):
            name = path.relative_to(folder / root).as_posix().removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            if not name.startswith("tests."):
                yield name


def applied(case, folder):
    """The fixture with its plan carried out, support modules included."""
    shutil.copytree(case.folder / "before", folder)
    plan = kit.plan(folder, [kit.bound("import-cycle", case.spec.get("options"))])
    for delta in plan.deltas:
        (folder / delta.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / delta.path).write_bytes(delta.after)
    return folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_module_imports_cold_and_first_with_its_names(case, tmp_path):
    roots = ROOTS.get(case.folder.name, ("",))
    before, after = case.folder / "before", applied(case, tmp_path / "after")
    cut = names_cut(case)
    for module in modules(before, roots):
        was = cycle_kit.cold(module, [before / root for root in roots])
        now = cycle_kit.cold(module, [after / root for root in roots])
        assert isinstance(now, set), (module, now)
        assert not isinstance(was, set) or was - now <= cut, (module, was - now)


def names_cut(case):
    """The names that the plan takes out of some module's namespace: what the cut statements bind."""
    plan = kit.plan(case.folder / "before", [kit.bound("import-cycle", case.spec.get("options"))])
    statements = [what for change in plan.of(Change) for kind, what in change.data["cuts"] if kind in HIDES and "import " in what]
    return {what.rpartition(" ")[2].partition(".")[0] for what in statements}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_no_component_is_left_in_what_was_broken(case):
    texts = {
        path.relative_to(case.folder / "after").as_posix(): path.read_text("utf-8")
        for path in sorted((case.folder / "after").rglob("*.py"))
    }
    assert cycle_kit.graph(texts).components == ()


def run(folder, code):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_a_package_for_bus_and_events_is_made_once():
    plan = kit.plan(case_named("event").folder / "before", [kit.bound("import-cycle", {"ways": ["event"]})])
    paths = [delta.path for delta in plan.deltas]
    assert sorted(set(paths)) == paths and {"events/__init__.py", "events/bus.py", "events/mail_events.py"} < set(paths)


def case_named(name):
    return next(case for case in CASES if case.folder.name == name)


USE = """
import asyncio
from shop.orders import Order
order = Order()
order.close(); order.close(again=True)
asyncio.run(order.ship())
from shop.mail import SENT
print([(one[0] is order, *one[1:]) for one in SENT])
"""


def test_events_do_what_the_calls_did(tmp_path):
    case = case_named("event")
    after = applied(case, tmp_path / "after")
    before = tmp_path / "before"
    shutil.copytree(case.folder / "before", before)
    # Before, orders can only be imported behind mail: that is the cycle.
    assert run(before, USE)[0] != 0
    was = run(before, "import shop.mail\n" + USE)
    now = run(after, USE)
    assert was[0] == 0 and now[0] == 0, (was, now)
    assert was[1] == now[1] and "shipped" in now[1]


def test_nobody_has_to_import_the_subscriber(tmp_path):
    after = applied(case_named("event-function"), tmp_path / "after")
    assert run(after, "from shop.orders import close\nclose('tea')") == (0, "tea 1\n", "")


AGENTS = kit.FIXTURES / "agents"


def test_the_agents_cycle_ends(tmp_path):
    plan = kit.plan(AGENTS, [kit.bound("import-cycle")])
    changes = [change for change in plan.of(Change) if change.rule == "import-cycle"]
    assert [change.site.path for change in changes] == ["main_pc/model_manager.py"]
    assert changes[0].evidence[0].result == "pass"
