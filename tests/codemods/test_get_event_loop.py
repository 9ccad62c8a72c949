"""get-event-loop, executed: each shape runs before and after in a fresh interpreter and prints the same."""

import subprocess
import sys
import textwrap

import kit
import pytest

from codemods.get_event_loop.places import place_of
from engine import every_node, parents_of
from engine.model import Applicability, Change, Finding, Skip
from engine.source import Source

HELLO = """
import asyncio


async def main(name="you"):
    await asyncio.sleep(0)
    print("hello", name)
    return 3

"""
RUNS = {
    "one-line": HELLO
    + """
if __name__ == "__main__":
    print(asyncio.get_event_loop().run_until_complete(main()))
""",
    "variable": HELLO
    + """
if __name__ == "__main__":
    loop = asyncio.get_event_loop()
    code = loop.run_until_complete(main("all"))
    loop.close()
    print(code)
""",
    "function": HELLO
    + """
def run():
    loop = asyncio.get_event_loop()
    try:
        return loop.run_until_complete(main())
    finally:
        loop.close()

if __name__ == "__main__":
    raise SystemExit(run())
""",
    "raises": """
import asyncio

async def main():
    raise ValueError("no")

if __name__ == "__main__":
    loop = asyncio.get_event_loop()
    try:
        loop.run_until_complete(main())
    except ValueError as error:
        print("failed", error)
    finally:
        loop.close()
    print("end")
""",
    "finally-comment": """
import asyncio

async def main():
    print(1)

if __name__ == "__main__":
    loop = asyncio.get_event_loop()
    try:
        loop.run_until_complete(main())
    finally:  # always
        loop.close()
""",
    "imported-by-name": """
from asyncio import get_event_loop, sleep

async def main():
    loop = get_event_loop()
    print(await loop.run_in_executor(None, sum, [1, 2]))
    print(type(loop) is type(get_event_loop()), loop is get_event_loop())
    await sleep(0)

if __name__ == "__main__":
    get_event_loop().run_until_complete(main())
""",
    "coroutine-shapes": """
import asyncio as aio

class Agent:
    async def go(self):
        self.loop = aio.get_event_loop()
        done = self.loop.create_future()
        aio.get_event_loop().call_soon(done.set_result, 7)
        print(await done, [self.loop is aio.get_event_loop() for _ in range(2)])

        class Inner:
            loop = aio.get_event_loop()

        print(Inner.loop is self.loop)
        async def inner(loop=aio.get_event_loop()):
            return loop is self.loop
        print(await inner())

async def main():
    await Agent().go()

if __name__ == "__main__":
    aio.get_event_loop().run_until_complete(main())
""",
}


def run(file, *flags):
    done = subprocess.run([sys.executable, *flags, file], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", RUNS)
def test_runs_as_before_without_a_warning(name, tmp_path):
    file = tmp_path / "a.py"
    file.write_text(RUNS[name])
    plan = kit.plan(tmp_path, [kit.bound("get-event-loop")])
    assert plan.of(Change) and not plan.of(Skip)
    before = run(file, "-W", "ignore")  # later Pythons warn here, which is why the codemod exists
    (delta,) = plan.deltas
    assert b"get_event_loop()" not in delta.after
    file.write_bytes(delta.after)
    code, out, errors = run(file, "-W", "error")
    assert (code, out) == before[:2]
    assert out or code
    assert not errors


CASES = [case for case in kit.cases() if case.codemod == "get-event-loop"]


def planned(case, unsafe=True):
    python = tuple(case.spec.get("python", (3, 8)))
    return kit.plan(case.folder / "before", [kit.bound("get-event-loop", case.spec.get("options"))], unsafe, python=python)


def running_loops_outside_coroutines(file):
    source = Source(file.name, file.read_bytes())
    parents = parents_of(every_node(source.tree))
    calls = [call for call in source.calls if (source.names.qualified(call.func) or "").endswith(".get_running_loop")]
    return sum(place_of(call, parents).context != "coroutine" for call in calls)


@pytest.mark.parametrize("case", [case for case in CASES if case.spec["expect"].get("changes")], ids=lambda case: case.id)
def test_no_plain_function_gets_a_running_loop(case, tmp_path):
    deltas = planned(case).deltas
    assert deltas
    for delta in deltas:
        (tmp_path / "after.py").write_bytes(delta.after)
        before = case.folder / "before" / delta.path
        assert running_loops_outside_coroutines(tmp_path / "after.py") <= running_loops_outside_coroutines(before)


@pytest.mark.parametrize("case", [case for case in CASES if case.folder.name != "no-site"], ids=lambda case: case.id)
def test_every_call_gets_exactly_one_item(case):
    found = [item.site for item in planned(case).items]
    assert len(found) == len(set(found))
    source = Source("a.py", (case.folder / "before" / "a.py").read_bytes())
    for call in source.calls:
        if (source.names.qualified(call.func) or "") in ("asyncio.get_event_loop", "asyncio.new_event_loop"):
            place = source.site(call)
            around = [
                one
                for one in found
                if one.line == place.line and one.column <= place.column and one.end_column >= place.end_column
            ]
            assert len(around) == 1, place


def test_without_unsafe_every_unsafe_change_is_a_finding():
    seen = 0
    for case in CASES:
        plan = planned(case, unsafe=False)
        bold = [one for one in planned(case).of(Change) if one.applicability is not Applicability.SAFE]
        told = {item.site for item in plan.of(Finding) if item.reason == "needs-unsafe"}
        assert all(change.applicability is Applicability.SAFE for change in plan.of(Change))
        assert {change.site for change in bold} <= told
        seen += len(bold)
    assert seen > 40


def test_a_coroutine_is_safe_and_a_script_is_not(tmp_path):
    (tmp_path / "a.py").write_text(RUNS["imported-by-name"])
    changes = kit.plan(tmp_path, [kit.bound("get-event-loop")]).of(Change)
    by_context = {change.data["context"]: change.applicability for change in changes}
    assert by_context == {"coroutine": Applicability.SAFE, "script": Applicability.UNSAFE}


def test_python_36_has_neither(tmp_path):
    (tmp_path / "a.py").write_text(RUNS["imported-by-name"])
    plan = kit.plan(tmp_path, [kit.bound("get-event-loop")], python=(3, 6))
    assert {skip.reason for skip in plan.of(Skip)} == {"python-too-old"}
    assert not plan.of(Change)


def test_a_queue_outside_a_coroutine_is_no_obstacle_from_python_310(tmp_path):
    text = """
    import asyncio

    QUEUE = asyncio.Queue()

    async def main():
        pass

    if __name__ == "__main__":
        asyncio.get_event_loop().run_until_complete(main())
    """
    (tmp_path / "a.py").write_text(textwrap.dedent(text))
    assert [skip.reason for skip in kit.plan(tmp_path, [kit.bound("get-event-loop")], python=(3, 9)).of(Skip)] == [
        "loop-bound-object"
    ]
    assert len(kit.plan(tmp_path, [kit.bound("get-event-loop")], python=(3, 10)).of(Change)) == 1


def test_fault_35_no_await_or_running_loop_in_a_plain_function(tmp_path):
    text = (
        "import asyncio\n\n\ndef poll(agent):\n    loop = asyncio.get_event_loop()\n    return loop.run_until_complete(agent())\n"
    )
    (tmp_path / "a.py").write_text(text)
    plan = kit.plan(tmp_path, [kit.bound("get-event-loop")])
    assert [skip.reason for skip in plan.of(Skip)] == ["sync-function"]
    assert not plan.deltas
