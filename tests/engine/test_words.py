"""engine/words.py and engine/stdlib.py: near misses, what may be quoted, dotted names."""

import sys

import pytest

from engine.stdlib import EVERYWHERE, STDLIB
from engine.words import beginnings, near_miss, plural, some, visible


@pytest.mark.parametrize(
    ("word", "known", "told"),
    [
        ("brod-except", ["broad-except", "port-literal"], "; did you mean 'broad-except'?"),
        ("MAIN_PC", ["pc2", "main_pc"], "; did you mean 'main_pc'?"),
        ("main_pc", ["Main_PC"], "; did you mean 'Main_PC'?"),
        ("zzz", ["b", "a", "b"], "; known: a, b"),
        ("zzz", [], ""),
    ],
)
def test_the_word_that_was_meant(word, known, told):
    assert near_miss(word, iter(known)) == told


def test_as_a_registry_tells_it():
    many = [f"n{number:02}" for number in range(20)]
    assert near_miss("zz", many, str, 3) == "; known: n00, n01, n02"
    assert near_miss("N05x", many, str, 3) == "; did you mean n05?"


def test_control_characters_are_shown_and_nothing_else_is():
    assert visible("a\x1b[31m\u2028ä\t") == "a\\x1b[31m\\u2028ä\\t"


def test_a_dotted_name_from_its_longest_beginning():
    assert list(beginnings("a.b.c")) == [("a.b.c", ""), ("a.b", "c"), ("a", "b.c")]
    assert list(beginnings("")) == []


def test_the_standard_library_is_that_of_python_3_11():
    assert EVERYWHERE < STDLIB and {"json", "os"} <= EVERYWHERE and {"tomllib", "fcntl"} <= STDLIB - EVERYWHERE
    here = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    assert EVERYWHERE <= here
    assert sys.version_info[:2] != (3, 11) or here == STDLIB


def test_some_of_many():
    assert some(["a", "b"], 2) == "a, b"
    assert some(["a", "b", "c"], 2) == "a, b and 1 more"
    assert some(["a", "b", "c"], 1, "; ") == "a; and 2 more"
    assert some([str(n) for n in range(1_300)], 1) == "0 and 1,299 more"
    assert some([], 3) == ""


def test_plurals():
    assert [plural(n, "file") for n in (0, 1, 2_000)] == ["0 files", "1 file", "2,000 files"]
