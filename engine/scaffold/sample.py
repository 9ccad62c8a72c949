"""Code that a pattern matches: the pattern itself, its metavariables filled with names. Pure."""

from __future__ import annotations

import ast
import builtins
import itertools
import keyword
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Sequence

from engine.model import RewrightError

_META = re.compile(r"(\$\$\$|\$)([A-Za-z_]\w*)?")
_MOST = 5  # `$$$` in a pattern, of which every combination is tried
_ASYNC = (ast.Await, ast.AsyncFor, ast.AsyncWith)


def sample(pattern: str) -> str:
    """A small module that holds what the pattern describes. Raises RewrightError where the pattern is not Python."""
    plain = textwrap.dedent(pattern).strip("\n").rstrip()
    failure: SyntaxError | None = None
    for stars in _stars(plain):
        filled, names = _filled(plain, stars)
        for code in _placed(filled):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    tree = ast.parse(code)
                    return _module(code, tree, names)
            except SyntaxError as error:
                failure = failure or error
    told = failure.msg if failure else "it is empty"
    raise RewrightError(f"the pattern {plain!r} is not Python ({told}); $X stands for one thing and $$$X for several")


def _stars(plain: str) -> Iterable[tuple[str, ...]]:
    """What may stand before each `$$$X`, the fewest stars first: behind a keyword argument it can only be `*x` or `**x`."""
    kinds = ("", "*", "**")
    count = sum(len(match[1]) == 3 for match in _META.finditer(plain))
    if count > _MOST:
        return ((kind,) * count for kind in kinds)
    return sorted(itertools.product(kinds, repeat=count), key=lambda stars: len("".join(stars)))


def _filled(plain: str, stars: Sequence[str]) -> tuple[str, set[str]]:
    """The pattern with names in place of metavariables, and these names. `stars`: before each `$$$X`, in order."""
    taken = set(re.findall(r"\b[A-Za-z_]\w*", _META.sub(" ", plain)))
    names: dict[str, str] = {}
    left = iter(stars)

    def name(match: re.Match[str]) -> str:
        key = match[2] or ""
        if match[0] not in names:
            word = key.lower().strip("_") or ("rest" if len(match[1]) == 3 else "anything")
            while keyword.iskeyword(word) or word in taken:
                word += "_"
            taken.add(word)
            names[match[0]] = word
        word = names[match[0]]
        return next(left) + word if len(match[1]) == 3 else word

    return _META.sub(name, plain), set(names.values())


def _placed(filled: str) -> Iterator[str]:
    """The code as a statement, or within the statement that it is a part of."""
    inner = textwrap.indent(filled, "    ")
    if re.match(r"except\b", filled):
        yield f"try:\n    work()\n{filled}"
    elif re.match(r"case\b", filled):
        yield f"match subject:\n{inner}"
    yield filled
    if filled.startswith("@"):
        yield f"{filled}\ndef work():\n    pass"


def _module(code: str, tree: ast.Module, names: set[str]) -> str:
    """The code in a function whose parameters are the names it needs, with the imports above. Imports stay at the top."""
    if any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(tree)):
        return code + "\n"
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    roots = {node.value.id for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)}
    imports = sorted(roots - names - bound - set(dir(builtins)) - {"self", "cls"})
    first = (match.start() for name in sorted(names & loaded) if (match := re.search(rf"\b{name}\b", code)))
    order = dict(zip(sorted(names & loaded), first, strict=False))
    parameters = sorted(order, key=lambda name: order[name])
    is_async = any(isinstance(node, _ASYNC) for node in ast.walk(tree))
    head = "".join(f"import {name}\n" for name in imports)
    head += "\n\n" if head else ""
    define = "async def" if is_async else "def"
    failure: SyntaxError | None = None
    for body in _bodies(code, tree, define, parameters):
        whole = f"{head}{define} example({', '.join(parameters)}):\n{textwrap.indent(body, '    ')}\n"
        try:
            compile(whole, "before.py", "exec", dont_inherit=True)
        except SyntaxError as error:
            failure = failure or error
        else:
            return whole
    raise failure or SyntaxError("it is empty")


def _bodies(code: str, tree: ast.Module, define: str, parameters: Sequence[str]) -> Iterator[str]:
    """The code; in a loop, where `break` and `continue` may stand; in a function within, where `nonlocal` may."""
    looped = f"while True:\n{textwrap.indent(code, '    ')}"
    outer = {name: None for node in ast.walk(tree) if isinstance(node, ast.Nonlocal) for name in node.names}
    if not outer:
        yield from (code, looped)
        return
    first = "".join(f"{name} = None\n" for name in outer if name not in parameters)
    for inner in (code, looped):
        yield f"{first}\n{define} inner():\n{textwrap.indent(inner, '    ')}".lstrip("\n")
