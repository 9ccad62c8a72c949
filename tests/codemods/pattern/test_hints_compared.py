"""What a file must hold to be looked at for a comparison of a call: every way to write one, and little else."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pattern_kit import found
from test_hints_dotted import hinted

PATTERN = "len($X) == 0"
SAID = [
    "len(a) == 0\n",
    "len(a)==0\n",
    "len (a) == 0\n",
    "(len)(a) == 0\n",
    "(len(a)) == 0\n",
    "len((a)) == 0\n",
    "len(f(a)) == 0\n",
    "len(f(g(a[0]))) == 0\n",
    "len(f(g(h[{1: (2,)}]))) == 0\n",
    "len([b for b in a if len(b) > 1]) == 0\n",
    "len('(') == 0\n",
    'len(")") == 0\n',
    "len(a[')']) == 0\n",
    "len(\n    a  # of (these\n) == 0\n",
    "(len(a)  # of these)\n == 0)\n",
    "(len(a)\r\n  # so\r\n == 0)\r\n",
    "len(a) \\\n    == 0\n",
    "len \\\n    (a) == 0\n",
    "(len\n # which\n (a)\n == 0)\n",
    "if x and not len(a) == 0: pass\n",
    "len(a) > 1 or len(a) == 0\n",
    "len(len(a) == 0)\n",
    "from builtins import len as size\nsize(a) == 0\n",
    "from builtins import len \\\n  as size\nsize(a) == 0\n",
    "from builtins import (\n    len  # of a list\n    as size,\n)\nsize(a) == 0\n",
]
OTHERWISE = [
    "len(a) > 0\n",
    "len(a)\nb == 0\n",
    "n = len(a[0]); n == 0\n",
    "wavelen(a) == 0\n",
    "length(a) == 0\n",
    "len(a), b == 0\n",
]


@pytest.mark.parametrize("text", SAID)
def test_every_way_to_write_it_is_looked_at(text):
    assert len(found(PATTERN, text)) == 1
    assert hinted(PATTERN, text)


@pytest.mark.parametrize("text", OTHERWISE)
def test_other_files_are_left_unread(text):
    assert found(PATTERN, text) == []
    assert not hinted(PATTERN, text)


GAPS = st.text(alphabet=" \t\f\n", max_size=2) | st.sampled_from(["\n# a ( comment '\n", ' # "so\n', "\\\n", " \\\r\n", "\r"])
INNER = st.recursive(
    st.sampled_from(["a", "'('", '")"', "0", "b'['", "f'{a}'"]),
    lambda inner: st.tuples(GAPS, inner, GAPS, st.sampled_from(["()", "[]", "f()", "a[]"])).map(
        lambda parts: parts[3][:-1] + "".join(parts[:3]) + parts[3][-1]
    ),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None)
@given(
    INNER, GAPS, GAPS, GAPS, st.sampled_from(["len", "(len)", "( len )"]), st.sampled_from(["", "len(b) > 1, ", "f(len(c)), "])
)
def test_no_layout_hides_one(inner, before, behind, last, name, other):
    text = f"({other}{name}{before}({inner}{last}){behind}== 0)\n"
    assert len(found(PATTERN, text)) == 1, text
    assert hinted(PATTERN, text), text


@pytest.mark.parametrize(
    "text", ["len(a" + "(" * 40_000, "len(a)\n" + "#" * 40_000 + "\n" + " #" * 40_000, "len(" * 20_000, "len" + ")" * 40_000]
)
def test_odd_files_are_looked_through_at_once(text):
    before = time.process_time()
    hinted(PATTERN, text)
    assert time.process_time() - before < 2
