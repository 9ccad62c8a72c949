"""The text of an endpoint with its literal port replaced by a call: same quotes, valid before Python 3.12."""

import ast
import re

_LITERAL = re.compile(r"""(?P<prefix>[A-Za-z]{0,2})(?P<quote>'''|\"\"\"|'|")(?P<body>.*):(?P<port>\d{1,5})(?P=quote)""", re.S)


def with_call(segment: str, node: ast.expr, local: str, name: str) -> str | None:
    """`"tcp://*:5555"` becomes `f"tcp://*:{get_port('NAME')}"`; an f-string stays one.

    `segment` is the string as written, `node` its tree. None when it is not one plain literal
    (adjacent strings), or when the new text would not parse to exactly the string that is meant.
    """
    match = _LITERAL.fullmatch(segment)
    if match is None:
        return None
    prefix, quote, body = match["prefix"], match["quote"], match["body"]
    if isinstance(node, ast.Constant):
        prefix = "f" + prefix.replace("u", "").replace("U", "")
        body = body.replace("{", "{{").replace("}", "}}")
    inner = "'" if quote[0] == '"' else '"'
    code = f"{prefix}{quote}{body}:{{{local}({inner}{name}{inner})}}{quote}"
    return code if _is_meant(code, node, match["port"], local, name) else None


def _is_meant(code: str, node: ast.expr, port: str, local: str, name: str) -> bool:
    try:
        got = ast.parse(code, mode="eval").body
    except SyntaxError:
        return False
    parts = list(node.values) if isinstance(node, ast.JoinedStr) else [node]
    last = parts[-1]
    if not isinstance(last, ast.Constant) or not isinstance(last.value, str):
        return False
    call = ast.Call(ast.Name(local, ast.Load()), [ast.Constant(name)], [])
    values = [*parts[:-1], ast.Constant(last.value.removesuffix(port)), ast.FormattedValue(call, -1)]
    return ast.dump(got) == ast.dump(ast.JoinedStr(values))
