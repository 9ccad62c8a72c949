"""A line of a file with several sorts of line ends keeps its own, wherever the line goes; what ends the match stays there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pattern_kit import becomes

HEAD = "def a(*x): pass\nb = c = a\n"
SWAP = {
    "match": "if $X:\n    $$$A\nelse:\n    $$$B",
    "replace": "if not $X:\n    $$$B\nelse:\n    $$$A",
    "not_": "if not $_:\n    $$$\nelse:\n    $$$",
}


@pytest.mark.parametrize(
    ("code", "match", "replace", "expected"),
    [
        ("a()\r\nb(1)\r\nc()\n", "a()\n$$$B\nc()", "b()\n$$$B\nc(1)", "b()\r\nb(1)\r\nc(1)\n"),
        ("a(\n 1)\r\nb(1)\nc()\n", "a(1)\n$X\nc()", "b(2)\n$X\nc(1)", "b(\n 2)\r\nb(1)\nc(1)\n"),
        ("a()\r\nb(1)\r\nc()\n", "a()\n$X\nc()", "$X\na()", "b(1)\r\na()\n"),
        (
            "a()\r\nb(1)\r\nb(\n  2\r\n)\nc()\n",
            "a()\n$$$X\nc()",
            "while b:\n    $$$X",
            "while b:\n    b(1)\r\n    b(\n      2\r\n    )\n",
        ),
    ],
)
def test_line_ends(code, match, replace, expected):
    assert becomes(HEAD + code, match=match, replace=replace) == HEAD + expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["\n", "\r\n"]), min_size=8, max_size=8))
def test_every_line_that_moves_keeps_its_end(ends):
    lines = ["if a:", "    b(1)", "    b(2)", "    b(3)", "else:", "    c(4)", "    c(5)", "    c(6)"]
    code = "".join(map("".join, zip(lines, ends, strict=True)))
    after = becomes(HEAD + code, **SWAP)[len(HEAD) :].splitlines(keepends=True)
    found = {line.rstrip("\r\n"): line[len(line.rstrip("\r\n")) :] for line in after}
    assert list(found) == ["if not a:", *lines[5:], "else:", *lines[1:4]]
    for line, end in zip(lines, ends, strict=True):
        if line in ("    b(1)", "    b(2)", "    c(4)", "    c(5)"):  # behind the others a block or the match ends
            assert found[line] == end
    assert found["    b(3)"] == ends[-1]
