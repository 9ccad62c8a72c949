"""Laws of layout, on calls laid out at random: an argument more means what it says, and leaves every other line as it was."""

import ast
import io
import tokenize
from collections import Counter

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pattern_kit import becomes, run

from codemods.pattern.layout import relaid
from codemods.pattern.text import comments

ATOMS = ["a", "'b'", "0x1", "(c)", "lambda x, y: 1", "[1,\n  2]", "f(a,\n      b)"]
ATOMS += ["'''s\n  t'''", "('a'\n     'b')", "{1: a, # d\n}"]
NAMED = [*ATOMS, "k=a", "l=(b)", "*a", "m={\n    'n': 1,  # n\n}"]
COMMENTS = st.sampled_from(["", "", "", "  # one", " # type: ignore", "  # two, three)", "  # noqa: E501"])
BREAKS = st.sampled_from(["", "", " ", "  ", "\n", "\n    ", "\n        ", "\n\n    ", " \\\n  "])


@st.composite
def gaps(draw):
    """White space between two words in brackets, perhaps with comments."""
    note, line = draw(COMMENTS), draw(BREAKS)
    if note and "\n" not in line.replace("\\\n", ""):
        line = "\n  "
    own = f"\n    # {draw(st.sampled_from(['above', 'old, code)', 'x']))}" if note and draw(st.booleans()) else ""
    return note + own + line


@st.composite
def calls(draw):
    """A call of f laid out in any way that Python reads."""
    values = draw(st.lists(st.sampled_from(NAMED), max_size=4, unique=True))
    values.sort(key=lambda value: value[1:2] == "=")
    text = "f(" + draw(gaps())
    for number, value in enumerate(values):
        last = number == len(values) - 1
        comma = "," if not last or draw(st.booleans()) else ""
        text += value + draw(gaps()) + (comma + draw(gaps()) if comma else "")
    return text + ")"


BEFORE = "a = b = c = 0\ndef f(*x, **k): return 0\n"
ADD = {"match": "f($$$A)", "replace": "f($$$A, zz=9)", "not_": "f($$$, zz=$_)"}
PLACES = st.sampled_from(["{}\n", "x = {}\n", "if a:\n    y = {}  # end\n", "with {}: pass\n", "x = [{}, {}]\n", "x = {}.y\n"])


def words(text):
    """The tokens that are code, and the comments, in order."""
    found = list(tokenize.generate_tokens(io.StringIO(text).readline))
    quiet = (tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.COMMENT)
    return [one.string for one in found if one.type not in quiet], [one.string for one in found if one.type == tokenize.COMMENT]


class _Added(ast.NodeTransformer):
    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "f":
            node.keywords.append(ast.keyword("zz", ast.Constant(9)))
        return node


@settings(max_examples=300, deadline=None)
@given(PLACES, calls())
@example("{}\n", "f(a  # one\n  , k=a  # two, three)\n  # x\n    ,)")
def test_an_argument_more(place, call):
    code = BEFORE + place.replace("{}", call)
    after = becomes(code, **ADD)
    # the tree that is meant
    assert ast.dump(ast.parse(after)) == ast.dump(_Added().visit(ast.parse(code)))
    # every comment, in order
    old, new = words(code), words(after)
    assert old[1] == new[1]
    # no word is lost, and none is new but the argument, its comma, and parentheses
    more = Counter(new[0]) - Counter(old[0])
    assert not Counter(old[0]) - Counter(new[0]) and set(more) <= {"zz", "=", "9", ","}


@settings(max_examples=300, deadline=None)
@given(calls())
def test_other_lines_stay(call):
    """One line at most is changed: the one that gets a comma, or the argument itself."""
    inner = call.count("f(") > 1
    assume(not inner)
    code = BEFORE + f"x = {call}\n"
    after = becomes(code, **ADD)
    kept = Counter(after.split("\n"))
    changed = [line for line in code.split("\n") if not kept[line]]
    assert len(changed) <= 1, (code, after)


@settings(max_examples=300, deadline=None)
@given(calls(), calls())
def test_one_layout_for_another(one, other):
    """`relaid` changes nothing but white space, comments and commas before a bracket, and once is enough."""
    found = relaid(one, other)
    assert relaid(one, one) == one
    try:
        ast.parse(f"x = {found}\n")
    except SyntaxError:
        return  # the caller looks, and keeps the other
    plain = [[word.replace("0x1", "1") for word in words(f"({text}\n)\n")[0] if word not in ",()"] for text in (found, other)]
    assert plain[0] == plain[1]
    assert relaid(one, found) == found or comments(f"({found}\n)") != comments(f"({one}\n)")


@settings(max_examples=200, deadline=None)
@given(PLACES, calls())
def test_another_name(place, call):
    """A name as long as the old one is all that is exchanged."""
    code = BEFORE.replace("def f(", "g = 0\ndef f(") + place.replace("{}", call)
    assert becomes(code, match="f($$$A)", replace="g($$$A)") == code.replace("f(", "g(").replace("def g(", "def f(")


@settings(max_examples=100, deadline=None)
@given(PLACES, calls())
def test_itself(place, call):
    code = BEFORE + place.replace("{}", call)
    assert run(code, match="f($$$A)", replace="f($$$A)") == ((), code)
