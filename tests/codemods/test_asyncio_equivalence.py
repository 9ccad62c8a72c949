"""get-event-loop, executed: every shape runs as it is and as rewritten, under each Python from 3.11 that is at hand.

The rewritten side runs with warnings as errors. `python -m bench.asyncio_shapes` runs every combination of parts.
"""

import sys
from functools import cache

import pytest
from asyncio_kit import HERE, both, differences, pythons, rewritten, run
from asyncio_programs import HEAD, PROGRAMS
from asyncio_programs_more import MORE_PROGRAMS
from asyncio_shapes import programs

WHOLE = {name: HEAD + text for name, text in (PROGRAMS | MORE_PROGRAMS).items()}


@cache
def results(version):
    after = rewritten(WHOLE, version, **{"task-groups": True})
    return after, both(pythons()[version], WHOLE, after)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("version", pythons(), ids=lambda version: ".".join(map(str, version)))
def test_same_output_in_the_same_order_and_no_warning(version, name):
    texts, (before, after) = results(version)
    assert "new_event_loop()" not in texts[name].replace("kept = asyncio.new_event_loop()", "")
    assert "run_until_complete" not in texts[name]
    assert before[name][0].strip() and "Traceback" not in before[name][0]
    assert after[name] == [before[name][0], []]


@pytest.mark.parametrize("target", [(3, 8), HERE], ids=str)
def test_every_twelfth_combination_of_parts_runs_as_before(target):
    texts = dict(list(programs().items())[::12])
    after = rewritten(texts, target)
    assert len(after) > len(texts) // 3
    before, found = both(sys.executable, {name: texts[name] for name in after}, after)
    assert differences(before, found) == []


def test_the_harness_sees_what_is_never_awaited_and_what_is_never_closed():
    lost = {
        "never-awaited": "async def work(): pass\nwork()\n",
        "never-closed": "import asyncio\nloop = asyncio.new_event_loop()\n",
        "in-a-thread": "import threading\none = threading.Thread(target=lambda: 1 / 0)\none.start()\none.join()\n",
        "other-output": "print('after')\n",
    }
    found = run(sys.executable, lost, "-Werror")
    assert [name for name, _, _ in differences({name: ["", []] for name in lost}, found)] == list(lost)
    assert "never awaited" in found["never-awaited"][1][0]
    assert "unclosed event loop" in found["never-closed"][1][0]
