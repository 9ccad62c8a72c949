"""Text edits as values; the laws are in test_laws.py."""

import pytest

from engine.edits import Shift, apply_edits, overlap
from engine.model import Edit


def edit(start, end, text=""):
    return Edit("m.py", start, end, text)


def test_edits_are_applied_in_any_order():
    edits = [edit(4, 5, "E"), edit(0, 1, ""), edit(2, 2, "++")]
    assert apply_edits("abcdef", edits) == apply_edits("abcdef", edits[::-1]) == "b++cdEf"


@pytest.mark.parametrize("edits", [[edit(0, 3), edit(2, 4)], [edit(4, 2)], [edit(-1, 2)], [edit(3, 9)]])
def test_what_cannot_be_applied_is_refused(edits):
    with pytest.raises(ValueError, match="edit"):
        apply_edits("abcdef", edits)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (edit(0, 2), edit(2, 4), False),
        (edit(0, 3), edit(2, 4), True),
        (edit(2, 2), edit(2, 2), True),
        (edit(2, 2), edit(2, 4), True),
        (edit(4, 4), edit(2, 4), False),
        (edit(3, 3), edit(2, 4), True),
        (edit(0, 9), edit(2, 4), True),
    ],
)
def test_overlap(one, other, expected):
    assert overlap([one], [other]) is overlap([other], [one]) is expected


def test_shift():
    shift = Shift([edit(2, 4, "XYZ"), edit(6, 6, "++"), edit(8, 9, "")])
    assert [shift.forward(offset) for offset in range(11)] == [0, 1, 2, 2, 5, 6, 7, 10, 11, 11, 12]
    assert shift.forward(6, after=True) == 9
    assert [shift.backward(offset) for offset in range(12)] == [0, 1, 2, 2, 2, 4, 5, 6, 6, 6, 7, 9]
