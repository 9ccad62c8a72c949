"""The line differ: correct on anything, near-linear on bad input."""

import difflib
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.line_diff import changed_blocks
from engine.report.hunks import hunks, split_lines

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "d\r\n", "e\x0cf\u2028\n"]), max_size=40).map("".join)


@given(LINES, LINES, st.sampled_from(["", "tail"]), st.integers(0, 4))
def test_hunks_turn_before_into_after(before, after, tail, context):
    old, new = split_lines(before), split_lines(after + tail)
    at, rebuilt = 0, []
    for hunk in hunks(before, after + tail, context):
        start = hunk.old_start - bool(hunk.old_count)
        rebuilt += old[at:start]
        assert hunk.new_start - bool(hunk.new_count) == len(rebuilt)
        assert [line for mark, line in hunk.lines if mark != "+"] == old[start : start + hunk.old_count]
        rebuilt += [line for mark, line in hunk.lines if mark != "-"]
        assert hunk.new_count == sum(mark != "-" for mark, _ in hunk.lines)
        at = start + hunk.old_count
    assert rebuilt + old[at:] == new


def test_lines_end_at_newline_only():
    assert split_lines("a\rb\x0b\x0c\x1c\x85\u2028c\nd") == ["a\rb\x0b\x0c\x1c\x85\u2028c\n", "d"]
    assert split_lines(b"a\r\nb\r") == [b"a\r\n", b"b\r"]
    assert split_lines("") == []


def test_headers_are_those_of_difflib():
    old, new = [f"{n}\n" for n in range(50)], [f"{n}\n" for n in range(50) if n not in {0, 20, 21, 49}] + ["x\n"]
    ours = [hunk.header for hunk in hunks("".join(old), "".join(new))]
    assert ours == [line.strip() for line in difflib.unified_diff(old, new) if line.startswith("@@")]
    assert [hunk.header for hunk in hunks("", "a\n")] == ["@@ -0,0 +1 @@"]
    assert [hunk.header for hunk in hunks("a\n", "")] == ["@@ -1 +0,0 @@"]
    assert [hunk.header for hunk in hunks("a\nb\nc\n", "a\nc\n", 0)] == ["@@ -2 +1,0 @@"]


def test_neighbours_are_joined_when_their_context_meets():
    old = [f"{n}\n" for n in range(30)]
    for gap, expected in ((6, 1), (7, 2)):
        new = old[:5] + ["x\n"] + old[6 : 6 + gap] + ["y\n"] + old[7 + gap :]
        assert len(hunks("".join(old), "".join(new), 3)) == expected


def test_a_moved_function_is_not_smeared_over_its_neighbours():
    one, two = "def one():\n    a = 1\n    return a\n\n", "def two():\n    b = 2\n    return b\n\n"
    blocks = list(changed_blocks(split_lines(one + two), split_lines(two + one)))
    assert len(blocks) == 2 and sum(a2 - a1 for a1, a2, _, _ in blocks) == 4


@pytest.mark.parametrize("kind", ["repeats", "shuffled", "same line", "alternating"])
def test_bad_input_stays_fast(kind):
    rng, n = random.Random(1), 8_000
    if kind == "repeats":
        old, new = ([rng.choice("ab") + "\n" for _ in range(n)] for _ in range(2))
    elif kind == "shuffled":
        old = [f"{i}\n" for i in range(n)]
        new = rng.sample(old, n)
    elif kind == "same line":
        old, new = ["x\n"] * n, ["y\n", *["x\n"] * (n // 2), "z\n"]
    else:
        old, new = ["a\n", "b\n"] * (n // 2), ["b\n", "c\n"] * (n // 2)
    start = time.perf_counter()
    assert hunks("".join(old), "".join(new))
    assert time.perf_counter() - start < 2
