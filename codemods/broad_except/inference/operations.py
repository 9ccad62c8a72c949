"""Operations of the language that may fail because of the data at hand."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from codemods.broad_except.inference.chains import UNKNOWN, chain, is_decoding, last_name, receiver
from codemods.broad_except.inference.place import Place

_NUMBERS = frozenset({"int", "float", "complex", "long"})
_GETS = ("get", "getenv")  # with a second argument they do not give None
_POSITIONS = frozenset({"i", "j", "k", "n", "idx", "index", "pos", "position", "row", "col", "row_idx", "col_idx"})
_STRING_METHODS = frozenset(
    {"split", "rsplit", "group", "strip", "lstrip", "rstrip", "replace", "read", "readline", "text", "lower"}
)
_SPLITS = ("split", "rsplit")
_ENDS = ("0", "-1")
_ARITHMETIC = (ast.Sub, ast.Mult, ast.Pow, ast.Div, ast.FloorDiv, ast.Mod)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `kind`: convert, optional, group, lookup, operation or aside. `base`: what is looked into."""

    kind: str
    exceptions: tuple[str, ...]
    line: int
    what: str
    base: ast.expr | None = None


def conversion(place: Place, node: ast.Call) -> Operation | None:
    """`int(s)`: ValueError; TypeError too where the argument may be None or anything else; TypeError alone for a number."""
    meaning = place.meaning(chain(node.func))
    if meaning is None or meaning.value or meaning.name not in _NUMBERS or not node.args:
        return None
    argument = node.args[0]
    what = f"{meaning.name}({_short(argument)})"
    if isinstance(argument, ast.Constant):
        return None if isinstance(argument.value, (int, float)) else Operation("convert", ("ValueError",), node.lineno, what)
    if isinstance(argument, ast.BinOp) and isinstance(argument.op, _ARITHMETIC) and not _is_text(place, argument.left):
        return Operation("convert", ("TypeError",), node.lineno, what)
    if _is_number(place, argument):
        return None
    if _is_group(place, argument):
        return Operation("group", ("ValueError",), node.lineno, what)
    wide = not _is_text(place, argument) and (may_be_none(place, argument) or isinstance(argument, ast.Call))
    return Operation("convert", ("TypeError", "ValueError") if wide else ("ValueError",), node.lineno, what)


def _is_number(place: Place, node: ast.expr) -> bool:
    """Is this surely a number already?"""
    meaning = place.meaning(chain(node))
    if meaning is not None and meaning.value and meaning.name in ("int", "float", "bool"):
        return True
    called = place.meaning(chain(node.func)) if isinstance(node, ast.Call) else None
    return called is not None and called.name in (
        "len",
        "round",
        "time.time",
        "abs",
        "sum",
        "min",
        "max",
        "math.ceil",
        "math.floor",
    )


def _is_text(place: Place, node: ast.expr) -> bool:
    """Is this surely a string?"""
    text = chain(node)
    meaning = place.meaning(text)
    if meaning is not None and meaning.value:
        return meaning.name in ("str", "bytes") and not meaning.optional
    while isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _STRING_METHODS


def _is_group(place: Place, node: ast.expr) -> bool:
    """Is this what a regular expression has matched?"""
    while isinstance(node, ast.Subscript):
        node = node.value
    text = chain(node)
    if text.isidentifier():
        text = place.scan.values.get(text, "")
    return text.endswith((".group()", ".groups()", ".groupdict()"))


def may_be_none(place: Place, node: ast.expr) -> bool:
    """Is this a look-up that gives None where it finds nothing?"""
    if not isinstance(node, ast.Call):
        meaning = place.meaning(chain(node)) if isinstance(node, ast.Name) else None
        return meaning is not None and meaning.value and meaning.optional
    text = chain(node.func)
    if last_name(text) in _GETS and "." in text:
        return len(node.args) == 1 and not node.keywords
    meaning = place.meaning(text + "()")
    return meaning is not None and meaning.value and meaning.optional


def lookup_call(place: Place, node: ast.Call) -> Operation | None:
    """`next(it)`, `xs.index(x)`, `xs.remove(x)`, `d.pop("k")` on receivers that no library is known to give."""
    text = chain(node.func)
    name, plain = last_name(text), not node.keywords and not any(isinstance(one, ast.Starred) for one in node.args)
    if text == "next" and plain and len(node.args) == 1:
        return Operation("lookup", ("StopIteration",), node.lineno, f"next({_short(node.args[0])})", node.args[0])
    if not plain or not receiver(text) or name not in ("index", "remove", "pop"):
        return None
    meaning = place.meaning(text)
    container = place.meaning(receiver(text))
    if meaning is not None and (container is None or not container.value or container.name not in ("list", "dict", "str", "set")):
        return None
    found = _container_method(node, name, "" if container is None else container.name)
    return replace(found, base=node.func.value) if found is not None and isinstance(node.func, ast.Attribute) else found


def _container_method(node: ast.Call, name: str, container: str) -> Operation | None:
    what = f".{name}({', '.join(map(_short, node.args))})"
    if name == "pop":
        if not node.args:
            return Operation("lookup", ("KeyError" if container == "set" else "IndexError",), node.lineno, what)
        key = node.args[0]
        textual = isinstance(key, ast.Constant) and isinstance(key.value, str)
        if len(node.args) == 1 and (textual or container == "dict"):
            return Operation("lookup", ("KeyError",), node.lineno, what)
        return None
    if len(node.args) != 1:
        return None
    return Operation("lookup", ("KeyError" if container == "set" else "ValueError",), node.lineno, what)


def _subscript(place: Place, node: ast.AST) -> Operation | None:
    """`d[k]`: KeyError; `xs[0]`: IndexError; slices and stores raise neither."""
    if not isinstance(node, ast.Subscript) or isinstance(node.ctx, ast.Store) or isinstance(node.slice, (ast.Slice, ast.Tuple)):
        return None
    index = node.slice.operand if isinstance(node.slice, ast.UnaryOp) else node.slice
    if ast.unparse(node.slice) in _ENDS and _is_split(node.value):
        return None
    meaning = place.meaning(chain(node.value))
    container = meaning.name if meaning is not None and (meaning.value or meaning.name == "os.environ") else ""
    if container in ("dict", "os.environ"):
        kind = "KeyError"
    elif container in ("list", "str", "tuple", "bytes") or _is_text(place, node.value):
        kind = "IndexError"
    elif container:
        return None
    elif isinstance(index, ast.Constant):
        kind = "IndexError" if isinstance(index.value, int) else "KeyError"
    else:
        kind = "IndexError" if isinstance(index, ast.BinOp) or last_name(chain(index)) in _POSITIONS else "KeyError"
    what = f"{_short(node.value)}[{_short(node.slice)}]"
    # A variable key tells of the code around it, and so does the length of a tuple; a literal one of what the data should be.
    literal = container == "os.environ" or (isinstance(index, ast.Constant) and container != "tuple")
    return Operation("lookup", (kind,), node.lineno, what, node.value if literal else None)


def _is_split(node: ast.expr) -> bool:
    """`s.split(":")`: with a separator it gives at least one part."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _SPLITS and bool(node.args)


def _unpacking(place: Place, node: ast.AST) -> Operation | None:
    """`a, b = s.split(":")`: ValueError."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], (ast.Tuple, ast.List)):
        return None
    value = node.value
    if (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr in ("split", "rsplit", "splitlines")
    ):
        return Operation("lookup", ("ValueError",), node.lineno, f"unpacking of .{value.func.attr}(...)", value)
    if isinstance(value, (ast.Name, ast.Attribute)) and chain(value) != UNKNOWN:
        return Operation("operation", ("TypeError", "ValueError"), node.lineno, f"unpacking of {_short(value)}")
    return None


def _decoding(place: Place, node: ast.AST) -> Operation | None:
    """UnicodeDecodeError, where the knowledge base does not know better."""
    if not isinstance(node, ast.Call) or not is_decoding(node) or place.meaning(chain(node.func)) is not None:
        return None
    return Operation("aside", ("UnicodeDecodeError",), node.lineno, f"{chain(node.func)}()")


def _iteration(place: Place, node: ast.AST) -> Operation | None:
    """`for line in stream`: what the knowledge base says of iterating over it."""
    if not isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
        return None
    meaning = place.meaning(chain(node.iter))
    if meaning is None or not meaning.value or meaning.own:
        return None
    entry = place.world.knowledge.entry(f"{meaning.name}.__iter__")
    if entry is None or not entry.raises or not entry.name.endswith("__iter__"):
        return None
    return Operation("aside", entry.raises, node.iter.lineno, f"iterating over {_short(node.iter)}")


def _optional_attribute(place: Place, node: ast.AST) -> Operation | None:
    """`re.match(...).group()`: AttributeError, because the look-up may give None."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
        meaning = place.meaning(chain(node.value))
        defaulted = last_name(chain(node.value.func)) in _GETS and len(node.value.args) + len(node.value.keywords) > 1
        if meaning is not None and meaning.value and meaning.optional and not defaulted:
            return Operation("optional", ("AttributeError",), node.lineno, f"{_short(node.value)}.{node.attr}")
    return None


def _short(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return repr(node.value) if len(repr(node.value)) < 20 else "..."
    text = chain(node)
    return "..." if UNKNOWN in text or len(text) > 40 else text.replace("()", "(...)")


OPERATIONS: tuple[Callable[[Place, ast.AST], Operation | None], ...] = (
    _subscript,
    _unpacking,
    _optional_attribute,
    _decoding,
    _iteration,
)
