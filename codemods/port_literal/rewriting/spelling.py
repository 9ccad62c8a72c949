"""The text that stands where a literal port stood, with the value that stood there. Text and tree in, text out."""

import ast
import re

_LITERAL = re.compile(r"""(?P<prefix>[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|")(?P<body>.*)(?P=quote)""", re.S)


def call(local: str, name: str, fallback: int = 0, quote: str = '"') -> str:
    """`get_port("NAME")`; with a fallback, which is for code that runs while a module is imported."""
    more = f", fallback={fallback}" if fallback else ""
    return f"{local}({quote}{name}{quote}{more})"


def with_call(segment: str, node: ast.expr, port: int, local: str, name: str, fallback: int = 0) -> str | None:
    """`"tcp://*:5555"` becomes `f"tcp://*:{get_port('NAME')}"`; an f-string stays one. Same quotes, valid before 3.12.

    `segment` is the string as written, `node` its tree. None when it is not one plain literal that holds
    `:port` once (adjacent strings), or when the new text would not parse to exactly the string that is meant.
    """
    match = _LITERAL.fullmatch(segment)
    if match is None or (isinstance(node, ast.Constant) and not isinstance(node.value, str)):
        return None
    prefix, quote, body = match["prefix"], match["quote"], match["body"]
    if isinstance(node, ast.Constant):
        prefix = "f" + prefix.replace("u", "").replace("U", "")
        body = body.replace("{", "{{").replace("}", "}}")
    pieces = re.split(rf":{port}(?!\d)", body)
    inner = call(local, name, fallback, "'" if quote[0] == '"' else '"')
    code = f"{prefix}{quote}{pieces[0]}:{{{inner}}}{pieces[-1]}{quote}"
    return code if len(pieces) == 2 and _is_meant(code, node, port, inner) else None


def _is_meant(code: str, node: ast.expr, port: int, inner: str) -> bool:
    """Is `code` the string `node` with the port computed by `inner`?"""
    try:
        got = ast.parse(code, mode="eval").body
    except SyntaxError:
        return False
    if not isinstance(got, ast.JoinedStr):
        return False
    meant = ast.dump(ast.FormattedValue(ast.parse(inner, mode="eval").body, -1))
    there = [str(port) if ast.dump(part) == meant else part for part in got.values]
    return there != list(got.values) and _joined(there) == _joined(node.values if isinstance(node, ast.JoinedStr) else [node])


def _joined(parts: list[ast.expr] | list[str | ast.expr]) -> list[str]:
    """The parts of a string, compared by what they are: neighbouring texts are one."""
    out: list[str] = [""]
    for part in parts:
        text = part if isinstance(part, str) else part.value if isinstance(part, ast.Constant) else None
        if isinstance(text, str):
            out[-1] += text
        else:
            out += [ast.dump(part), ""]  # type: ignore[arg-type]
    return out
