"""A second matcher, slow and plain, written from docs/patterns.md and not from the first: the tests compare the two.

It knows what is compared by spelling: patterns whose names are no builtins and no modules; and dotted names that begin with a
module which the code imports, at its top and not conditionally. A pattern is tried at every node of a tree by brute force:
every way to cut a list, every order of keywords.
"""

import ast
import itertools
import re

META = re.compile(r"\$\$\$[A-Z_0-9]*|\$[A-Z_][A-Z_0-9]*")


def parse(text):
    """A pattern's node, its metavariables as names like MV1_X and MVn_X."""

    def name(found):
        word = found[0]
        return f"MVn_{word[3:] or '_'}" if word.startswith("$$$") else f"MV1_{word[1:]}"

    tree = ast.parse(META.sub(name, text))
    only = tree.body[0]
    assert len(tree.body) == 1
    return only.value if isinstance(only, ast.Expr) else only


def meta(node):
    """(name, many) of a metavariable, else None."""
    if isinstance(node, ast.Expr):
        return meta(node.value)
    word = (
        node.id
        if isinstance(node, ast.Name)
        else node.arg
        if isinstance(node, ast.arg)
        else node
        if isinstance(node, str)
        else None
    )
    found = re.fullmatch(r"MV([1n])_(\w+)", word) if isinstance(word, str) else None
    return (found[2], found[1] == "n") if found else None


def key(value):
    """What two captures must share: the code without its layout. A bare name is its word."""
    if isinstance(value, ast.Expr):
        return key(value.value)
    if isinstance(value, ast.Name):
        return f"word {value.id}"
    if isinstance(value, ast.arg):
        return f"word {value.arg}" if value.annotation is None else ast.dump(value)
    if isinstance(value, str):
        return f"word {value}"
    if isinstance(value, list):
        return tuple(map(key, value))
    return re.sub(r"ctx=\w+\(\)|, kind='u'", "", ast.dump(value))


def bind(held, name, value):
    if name == "_":
        return [held]
    if name in held:
        return [held] if held[name] == key(value) else []
    return [{**held, name: key(value)}]


def match(pattern, node, held):
    """Every dictionary of captures with which the node matches."""
    found = meta(pattern) if isinstance(pattern, (ast.AST, str)) else None
    if found is not None and not found[1]:
        return bind(held, found[0], node) if node is not None else []
    if isinstance(pattern, ast.AST) and hasattr(pattern, "said"):
        return members(pattern.said, getattr(node, "meaning", None), held)
    if isinstance(pattern, list):
        return rows(pattern, node, held) if isinstance(node, list) else []
    if not isinstance(pattern, ast.AST):
        return [held] if type(pattern) is type(node) and pattern == node else []
    if type(pattern) is not type(node):
        return []
    if isinstance(pattern, ast.Call):
        return calls(pattern, node, held)
    ways = [held]
    for name in pattern._fields:
        if name in ("ctx", "kind", "type_comment", "type_params"):
            continue
        want, got = getattr(pattern, name, None), getattr(node, name, None)
        if (want is None and name in ("returns", "annotation")) or (name == "decorator_list" and not want):
            continue
        if name in ("body", "orelse", "finalbody") and isinstance(want, list) and bool(want) != bool(got):
            return []
        ways = [after for way in ways for after in match(want, got, way)]
    return ways


def members(said, meaning, held):
    """A dotted name of a module, part by part."""
    if meaning is None or len(said) != len(meaning):
        return []
    ways = [held]
    for want, got in zip(said, meaning, strict=True):
        ways = [after for way in ways for after in match(want, got, way)]
    return ways


def chain(node):
    """A dotted name as its parts; None for anything else."""
    if isinstance(node, ast.Attribute):
        before = chain(node.value)
        return None if before is None else [*before, node.attr]
    return [node.id] if isinstance(node, ast.Name) else None


def understand(tree, pattern):
    """Notes what each dotted name of the code means, and which of the pattern's are those of modules."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                top = one.name.split(".")[0]
                known.setdefault(one.asname or top, set()).add(one.name if one.asname else top)
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                known.setdefault(one.asname or one.name, set()).add(f"{node.module}.{one.name}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            known.setdefault(node.id, set()).add(f"<here>.{node.id}")
    modules = {target.split(".")[0] for targets in known.values() for target in targets}
    for node in ast.walk(tree):
        parts = chain(node)
        if parts and len(targets := known.get(parts[0], ())) == 1:
            node.meaning = [*next(iter(targets)).split("."), *parts[1:]]
    for node in ast.walk(pattern):
        parts = chain(node) if isinstance(node, ast.Attribute) else None
        if parts and parts[0] in modules:
            node.said = parts


def rows(patterns, nodes, held):
    """Every way to give each pattern its share of the nodes, in order."""
    if not patterns:
        return [held] if not nodes else []
    found = meta(patterns[0]) if isinstance(patterns[0], (ast.AST, str)) else None
    out = []
    if found is not None and found[1]:
        for count in range(len(nodes) + 1):
            for way in bind(held, found[0], nodes[:count]):
                out += rows(patterns[1:], nodes[count:], way)
    elif nodes:
        for way in match(patterns[0], nodes[0], held):
            out += rows(patterns[1:], nodes[1:], way)
    return out


def calls(pattern, node, held):
    """Positional arguments in order, keywords in any; the last many-variable takes what is left over."""
    many = [index for index, part in enumerate(pattern.args) if (meta(part) or ("", False))[1]]
    out = []
    for order in itertools.permutations(range(len(node.keywords)), len(pattern.keywords)):
        left = [one for index, one in enumerate(node.keywords) if index not in order]
        if left and not many:
            continue
        for way in match(pattern.func, node.func, held):
            ways = [way]
            for want, index in zip(pattern.keywords, order, strict=True):
                got = node.keywords[index]
                ways = [
                    after
                    for one in ways
                    for some in match(want.arg, got.arg, one)
                    for after in match(want.value, got.value, some)
                ]
            for one in ways:
                if not many:
                    out += rows(pattern.args, node.args, one)
                    continue
                before, rest, behind = pattern.args[: many[-1]], meta(pattern.args[many[-1]])[0], pattern.args[many[-1] + 1 :]
                for low in range(len(node.args) + 1):
                    for high in range(low, len(node.args) + 1):
                        for some in rows(before, node.args[:low], one):
                            for more in rows(behind, node.args[high:], some):
                                taken = sorted([*node.args[low:high], *left], key=lambda part: (part.lineno, part.col_offset))
                                out += bind(more, rest, taken)
    return out


def places(pattern, code):
    """(line, column, end line, end column) of every node that matches; columns in characters, 1-based as in reports."""
    wanted, tree = parse(pattern), ast.parse(code)
    understand(tree, wanted)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and not isinstance(wanted, ast.stmt):
            continue
        if hasattr(node, "lineno") and match(wanted, node, {}):
            found.add((node.lineno, node.col_offset + 1, node.end_lineno, node.end_col_offset + 1))
    return found
