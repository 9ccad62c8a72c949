"""Code for patterns of statements that may stand in some places only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model import RewrightError
from engine.scaffold.sample import sample

PLACES = {
    "break": "def example():\n    while True:\n        break\n",
    "if $X: continue": "def example(x):\n    while True:\n        if x: continue\n",
    "while $X: break": "def example(x):\n    while x: break\n",
    "nonlocal $X": "def example():\n    x = None\n\n    def inner():\n        nonlocal x\n",
    "nonlocal $X, total\ntotal = 1": (
        "def example():\n    x = None\n    total = None\n\n    def inner():\n        nonlocal x, total\n        total = 1\n"
    ),
    "nonlocal $X\nprint($X)": "def example(x):\n    def inner():\n        nonlocal x\n        print(x)\n",
    "nonlocal $X\nawait $X\nbreak": (
        "async def example(x):\n    async def inner():\n        while True:\n            nonlocal x\n"
        "            await x\n            break\n"
    ),
    "global $X": "def example():\n    global x\n",
}


@pytest.mark.parametrize("pattern", PLACES)
def test_code_for_a_statement_that_needs_a_place(pattern):
    assert sample(pattern) == PLACES[pattern]


@given(st.sampled_from(["break", "continue", "nonlocal $X", "x = $X", "return", "if $X:\n    break"]))
def test_code_that_has_been_made_can_be_compiled(pattern):
    compile(sample(pattern), "before.py", "exec")


@pytest.mark.parametrize("pattern", ["break $X", "nonlocal $X.y"])
def test_what_is_not_python_in_any_place_is_told(pattern):
    with pytest.raises(RewrightError, match="is not Python"):
        sample(pattern)
