"""engine/walk.py: the quick ways through a tree find what those of `ast` find."""

import ast
import sys
import sysconfig
from pathlib import Path

import pytest

from engine.walk import children, every_node, parents_of

LIBRARY = Path(sysconfig.get_path("stdlib"))
LEAVES = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
EVERYTHING = """
from . import a as b, c
@d(1, *e, k=2, **f)
class C(B, metaclass=M):
    x: int = 1
    def m(self, p, /, q=1, *r, s, t=2, **u) -> None:
        global g
        nonlocal_ = lambda v=1: v
        with a as b, c: pass
        async def n(): await o; return [z async for z in y if z]
        try: raise E from F
        except (A, B) as e: pass
        else: del w[1:2, ...]
        finally: assert i, j
        return {**h, 1: 2}, {3, *k}, f"{l!r:>{m}}", -n ** +o, not p, q if r else s, (t := u), a < b <= c, d and e or f
match x:
    case {"a": 1, **rest} | [*star] | C(0, kw=None) if y: pass
    case None: pass
    case str() as named: pass
for i in j: continue
else: x += 1
while k: break
"""


def wanted(tree):
    return [node for node in ast.walk(tree) if not isinstance(node, LEAVES)]


@pytest.mark.parametrize("name", ["argparse.py", "ast.py", "typing.py", "enum.py", "dataclasses.py", "asyncio/tasks.py"])
def test_every_node_of_real_files(name):
    tree = ast.parse((LIBRARY / name).read_text("utf-8"))
    found = list(every_node(tree))
    assert {id(node) for node in found} == {id(node) for node in wanted(tree)}
    assert len(found) == len(wanted(tree))


def test_every_kind_of_node():
    text = EVERYTHING + ("type A[T] = int\ndef g[T: int](): pass\n" if sys.version_info >= (3, 12) else "")
    tree = ast.parse(text)
    assert {id(node) for node in every_node(tree)} == {id(node) for node in wanted(tree)}
    for node in wanted(tree):
        assert children(node) == [child for child in ast.iter_child_nodes(node) if not isinstance(child, LEAVES)]


def test_depth_is_no_limit():
    tree = ast.parse("x = " + "a + " * 900 + "b")
    assert sum(isinstance(node, ast.Name) for node in every_node(tree)) == 902


def test_parents_are_those_of_the_nodes_that_are_given():
    tree = ast.parse(EVERYTHING)
    parents = parents_of(every_node(tree))
    assert set(parents) == set(every_node(tree)) - {tree}
    assert all(node in children(parent) for node, parent in parents.items())
    assert parents_of([tree]) == dict.fromkeys(tree.body, tree)
