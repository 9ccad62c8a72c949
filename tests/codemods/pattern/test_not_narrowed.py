"""A `not` with the pattern of `match` and something more excludes some of the matches; with nothing more it excludes all."""

import pytest
from pattern_kit import faults, found

CODE = "f('a')\nf(1)\nf(b)\n"
NARROWED = [
    {"match": "f($A)", "$A": {"is": "string"}},
    {"match": "f($A)", "where": {"$A": {"is": "string"}}},
    {"match": "f($A)", "not": {"match": "f($A)", "$A": {"not-is": "string"}}},
    {"match": "f($A)", "any": ["f('a')", "f('b')"]},
    {"match": "f($A)", "all": ["f('a')"]},
    [{"match": "f($A)", "$A": {"is": "string"}}, "f('c')"],
]


@pytest.mark.parametrize("unwanted", NARROWED, ids=str)
def test_what_narrows_a_not_counts(unwanted):
    assert found("f($A)", CODE, not_=unwanted) == ["f(1)", "f(b)"]
    assert found(None, CODE, all=[{"match": "f($A)", "not": unwanted}]) == ["f(1)", "f(b)"]


@pytest.mark.parametrize("unwanted", ["f($A)", {"match": "f($A)"}, ["f('c')", {"match": "f( $A )", "where": {}}]], ids=str)
def test_a_not_that_excludes_all_is_a_fault(unwanted):
    assert faults(match="f($A)", not_=unwanted) == ["match: could never match: `not` says what `match` says"]
