"""Expressions as chains: short strings that say how a value is reached, such as `zmq.Context().socket`.

`name`, `.attribute`, `()` for a call, `[]` for a subscript. Literals are the constructor call that gives their type.
`?` is anything else. Chains are what summaries store: small, and free of the tree.
"""

from __future__ import annotations

import ast

UNKNOWN = "?"
_LONGEST = 24  # links; what is longer is generated code
_LITERALS = {
    ast.JoinedStr: "str()",
    ast.List: "list()",
    ast.ListComp: "list()",
    ast.Dict: "dict()",
    ast.DictComp: "dict()",
    ast.Set: "set()",
    ast.SetComp: "set()",
    ast.Tuple: "tuple()",
    ast.GeneratorExp: "types.GeneratorType()",
}


def chain(node: ast.expr | None) -> str:
    """The chain of an expression. Iterative along attributes and calls: they may be thousands long."""
    tail: list[str] = []
    while node is not None and len(tail) < _LONGEST:
        if isinstance(node, ast.Attribute):
            tail.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            tail.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            tail.append("[]" if not isinstance(node.slice, ast.Slice) else "")
            node = node.value
        elif isinstance(node, (ast.Await, ast.NamedExpr, ast.Starred)):
            node = node.value
        elif isinstance(node, ast.Name):
            return node.id + "".join(reversed(tail))
        else:
            return _leaf(node) + "".join(reversed(tail))
    return UNKNOWN


def _leaf(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return "None" if node.value is None else f"{type(node.value).__name__}()"
    if isinstance(node, ast.BinOp):
        left = node.left
        if isinstance(left, (ast.Constant, ast.JoinedStr)) and isinstance(node.op, (ast.Mod, ast.Add)):
            return _leaf(left)
        if isinstance(node.op, ast.Div) and isinstance(left, (ast.Name, ast.Attribute, ast.Call)):
            return chain(left)  # pathlib: a path divided is a path
        return UNKNOWN
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return chain(node.values[0])
    return _LITERALS.get(type(node), UNKNOWN)


def annotated(node: ast.expr | None) -> str:
    """The chain of a value with this annotation: `zmq.Socket()` for `zmq.Socket`, `Optional[zmq.Socket]`, `"zmq.Socket"`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value.strip()
        return text + "()" if text.replace(".", "").isidentifier() else UNKNOWN
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [side for side in (node.left, node.right) if not (isinstance(side, ast.Constant) and side.value is None)]
        return annotated(sides[0]) if len(sides) == 1 else UNKNOWN
    if isinstance(node, ast.Subscript):
        outer = chain(node.value)
        if outer.rpartition(".")[2] == "Optional":
            return annotated(node.slice)
        return outer + "()" if outer.rpartition(".")[2] in _GENERIC else UNKNOWN
    if isinstance(node, (ast.Name, ast.Attribute)):
        text = chain(node)
        return UNKNOWN if text.startswith(UNKNOWN) or text in ("Any", "typing.Any", "object") else text + "()"
    return UNKNOWN


_GENERIC = frozenset({"dict", "list", "set", "tuple", "frozenset", "Queue", "deque", "defaultdict"})


def last_name(text: str) -> str:
    """`recv` of `self.sock.recv`, of `recv`; of `ctx.socket().recv` too."""
    return text.rpartition(".")[2].removesuffix("()").removesuffix("[]")


def tail(text: str) -> str:
    """`sock.recv` of `self.sock.recv`; a plain name as it is. What one call has in common with another of the same kind."""
    return ".".join(text.split(".")[-2:])


def receiver(text: str) -> str:
    """`self.sock` of `self.sock.recv`; empty for a plain name."""
    return text.rpartition(".")[0]


def is_decoding(node: ast.Call) -> bool:
    """`data.decode()`, `data.decode("utf-8")`: bytes to text, and strictly; `tokenizer.decode(ids)` is something else."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "decode" or len(node.args) > 2 or is_lenient(node):
        return False
    given = [*node.args, *(one.value for one in node.keywords)]
    plain = all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in given)
    return plain and all(one.arg in ("encoding", "errors") for one in node.keywords)


def is_lenient(node: ast.expr) -> bool:
    """Is this a call that says what to do with bytes that are no text, `errors="ignore"`? Then they are no error."""
    if not isinstance(node, ast.Call):
        return False
    said = [one.value for one in node.keywords if one.arg == "errors"]
    if isinstance(node.func, ast.Attribute) and node.func.attr == "decode":
        said += node.args[1:2]
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value != "strict" for one in said)
