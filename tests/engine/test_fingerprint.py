"""Fingerprints: the same site after moves and reformatting, another after a change of meaning."""

import ast

import pytest

from engine import Source
from engine.fingerprint import canonical, fingerprint
from engine.model import Site

HANDLER = """\
class Agent:
    def step(self):
        try:
            self.work()
        except Exception as e:
            self.log("lost", e, [1, 2])
            return {'a': "b"}
"""


def of_handler(text, rule="r", path="a.py"):
    """The fingerprint of the file's last handler."""
    source = Source(path, text if isinstance(text, bytes) else text.encode())
    return fingerprint(rule, source.site(source.statements(ast.ExceptHandler)[-1]), source)


def of_call(text):
    """The fingerprint of the file's first call: an expression inside a statement."""
    source = Source("a.py", text.encode())
    return fingerprint("r", source.site(source.calls[0]), source)


@pytest.mark.parametrize(
    "text",
    [
        "import os\n\n\n# more\n" + HANDLER,
        HANDLER.replace("    ", "  "),
        HANDLER.replace("    ", "\t"),
        HANDLER.replace("\n", "\r\n"),
        "\ufeff" + HANDLER,
        HANDLER.replace("'", '"'),
        HANDLER.replace("Exception as e:", "(Exception) as e:  # anything"),
        HANDLER.replace(
            'self.log("lost", e, [1, 2])',
            'self.log(\n                "lost",\n                e,\n                [1, 2,],\n            )',
        ),
        HANDLER.replace('"lost"', '"lo" "st"'),
        HANDLER.replace('"lost"', 'u"lost"'),
        HANDLER.replace("[1, 2]", "[0x1, (2)]"),
        HANDLER.replace("            return", "\n            # because\n            return"),
        "if True:\n    " + HANDLER.replace("\n", "\n    ").rstrip() + "\n",
        HANDLER.rstrip("\n"),
    ],
)
def test_moves_and_reformatting_keep_it(text):
    assert of_handler(text) == of_handler(HANDLER)


@pytest.mark.parametrize(
    "text",
    [
        HANDLER.replace("Exception", "BaseException"),
        HANDLER.replace(" as e", " as f"),
        HANDLER.replace('"lost"', '"found"'),
        HANDLER.replace('"lost"', 'b"lost"'),
        HANDLER.replace('"lost", e', 'e, "lost"'),
        HANDLER.replace("[1, 2]", "[1], 2"),
        HANDLER.replace("[1, 2]", "[1, 2.0]"),
        HANDLER.replace("[1, 2]", "[1, True]"),
        HANDLER.replace("[1, 2]", "(1, 2)"),
        HANDLER.replace("return ", "x = "),
        HANDLER + "            raise\n",
    ],
)
def test_another_meaning_is_another_site(text):
    assert of_handler(text) != of_handler(HANDLER)


def test_rule_and_path_count():
    prints = {of_handler(HANDLER), of_handler(HANDLER, rule="s"), of_handler(HANDLER, path="b.py")}
    assert len(prints) == 3 and all(len(one) == 16 for one in prints)


def test_what_stands_around_a_site_does_not_count():
    assert of_handler(HANDLER.replace("self.work()", "self.rest()").replace("step", "go")) == of_handler(HANDLER)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n\ny = g((f( 'a',1 )))\n",
        "if f('a', 1):\n    pass\n",
        "@f('a', 1)\ndef g(): pass\n",
        "@h\n@f('a', 1)\nclass C: pass\n",
        "match x:\n    case 1 if f('a', 1):\n        pass\n",
        "match x:\n    case 1:\n        f('a', 1)\n",
        "def g(a=f('a', 1)): pass\n",
        "x = 'é'; f('a',\n  1)\n",
    ],
)
def test_expressions_are_found_wherever_they_stand(text):
    source = Source("a.py", text.encode())
    (call,) = [call for call in source.calls if getattr(call.func, "id", "") == "f"]
    assert fingerprint("r", source.site(call), source) == of_call('f("a", 1)\n')


def test_a_site_that_is_no_node_is_its_text_without_white_space():
    def of(text, line, column=1, end_column=0):
        end = line if end_column else 0
        return fingerprint("r", Site("a.py", line, column, end, end_column), Source("a.py", text.encode()))

    assert of("x = 1  # a comment\n", 1, 8) == of("\nx = 1\n#   a   comment\n", 3)
    assert of("a = b + c\n", 1, 3, 6) == of("a =b + c\n", 1, 3, 5)
    assert of("a = b + c\n", 1, 3, 6) != of("a = c + b\n", 1, 3, 6)


def test_equal_trees_of_other_shapes_differ():
    texts = [
        "f(a, b)",
        "f(a)(b)",
        "f([a], b)",
        "f([a, b])",
        "f(a, k=b)",
        "f(k=a, b=b)",
        "f('a', b)",
        "f(None)",
        "f('')",
        "f()",
        "f(0)",
        "f(False)",
    ]
    assert len({canonical(ast.parse(text)) for text in texts}) == len(texts)


def test_depth_and_size_are_no_limit():
    deep = ast.parse("x = " + " + ".join(["1"] * 900))
    for _ in range(3):
        deep.body = [ast.If(ast.Name("a", ast.Load()), deep.body, [])]
    node = ast.Name("a", ast.Load())
    for _ in range(50_000):
        node = ast.Attribute(node, "b", ast.Load())
    assert canonical(deep).count("BinOp") == 899 and canonical(node).count("Attribute") == 50_000
    assert "0x" + "f" * 6_000 in canonical(ast.parse("x = 0x" + "f" * 6_000))


def test_no_python_version_shows():
    assert canonical(ast.parse("def f(a: int = 1): return f'{a!r:>3}'")) == (
        "=Module( body=[ =FunctionDef( name='f' args=arguments( args=[ =arg( arg='a' annotation=Name( id='int' ) ) ] "
        "defaults=[ =Constant( value=0x1 ) ] ) body=[ =Return( value=JoinedStr( values=[ =FormattedValue( value=Name( id='a' ) "
        "conversion=0x72 format_spec=JoinedStr( values=[ =Constant( value='>3' ) ] ) ) ] ) ) ] ) ] )"
    )
