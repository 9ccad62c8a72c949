"""Rules that are refused: each fault with its place, and what to do about it."""

import pytest
from pattern_kit import faults

from codemods import load
from engine.config import load as load_config
from engine.config.errors import ConfigError

FAULTS = [
    ({"match": "f("}, "match: the pattern is not Python: '(' was never closed"),
    # Keys of other tools.
    ({"all": ["f()", {"pattern": "a"}]}, "all.1.pattern: unknown key 'pattern'; the code to look for is 'match' here"),
    ({"any": [{"match": "a", "fix": "b"}]}, "any.0.fix: unknown key 'fix'; what takes the place of the code is 'replace' here"),
    (
        {"match": "f()", "not": {"pattern-inside": "a"}},
        "not.pattern-inside: unknown key 'pattern-inside'; what the code must stand",
    ),
    (
        {"match": "f()", "where": {"pattern-inside": "a"}},
        "where.pattern-inside: unknown condition 'pattern-inside'; what the code",
    ),
    (
        {"match": "f($X)", "where": {"$X": {"regex": "a"}}},
        "where.$X.regex: unknown condition 'regex'; write a pattern under 'match'",
    ),
    ({"match": "f($X)", "where": {"$X": {"inside": "a"}}}, "where.$X.inside: unknown condition 'inside'; known: has, is"),
    (
        {"match": "f(a=1, ...)"},
        "match: the pattern is not Python: positional argument follows keyword argument; `...` is Python's Ellipsis, `$$$` is",
    ),
    ({"match": "def $F(...): $$$"}, "match: the pattern is not Python: invalid syntax; `...` is Python's Ellipsis, `$$$` is any"),
    ({"match": "f($x)"}, "match: the pattern: a metavariable is written in capitals: $X"),
    ({"match": "f($)"}, "match: the pattern: a `$` stands alone"),
    ({"match": "$X$Y"}, "match: the pattern: a metavariable is a whole name, not part of one"),
    ({"match": "def test_$X(): $$$"}, "match: the pattern: a metavariable is a whole name, not part of one"),
    ({"match": "f($X)", "replace": "old_$X"}, "replace: replace: a metavariable is a whole name, not part of one"),
    ({"match": "f(a"}, "match: the pattern is not Python: '(' was never closed; in a YAML list in brackets, a comma"),
    ({"match": "$X"}, "match: the pattern: `$X` alone matches everything"),
    ({"match": "$$$A"}, "match: the pattern: `$$$A` alone matches everything"),
    ({"match": "$$$A\nf()"}, "match: the pattern: `$$$A` at the beginning says nothing"),
    ({"match": "$A\n$B"}, "match: the pattern: it holds only metavariables"),
    ({"match": "return $$$A"}, "match: the pattern: `$$$A` stands where only one thing may; write $A"),
    ({"match": ""}, "match: the pattern is empty"),
    ({"match": "# no"}, "match: the pattern is not Python: it holds nothing but a comment"),
    ({"match": "else: $$$"}, "match: the pattern: `else` begins no pattern"),
    ({"match": "f($A, $$$A)"}, "match: $A and $$$A are the same name"),
    ({"match": "if a:\n\tb"}, "match: the pattern: a tab indents a line; indent with spaces (line 2 of it)"),
    ({"match": {"a": 1}}, "match: expected a pattern as text, and YAML reads this as a mapping; quote it"),
    ({"match": ["a"]}, "match: expected a pattern as text, and YAML reads this as a list"),
    ({"match": True}, "match: expected a pattern as text, and YAML reads this as true or false"),
    ({}, ": a pattern rule needs `match`, `any` or `all`"),
    (
        {"match": "f($X)", "replace": "g($Y)"},
        "replace: the pattern binds no $Y; did you mean $X?|replace: the pattern binds no $Y; known: X",
    ),
    ({"match": "f($X)", "replace": "g($$$X)"}, "replace: $X and $$$X are the same name"),
    ({"match": "f($_)", "replace": "g($_)"}, "replace: `$_` binds nothing"),
    ({"match": "f($X)", "replace": "g("}, "replace: the replacement is not Python"),
    ({"match": "f($X)", "replace": "f(f($X))"}, "replace: the pattern matches its own replacement"),
    ({"match": "@d($$$A)", "replace": "@d($$$A, z=1)"}, "replace: the pattern matches its own replacement"),
    (
        {"match": "except A: $$$B", "replace": "except A:\n    $$$B\n    log()"},
        "replace: the pattern matches its own replacement",
    ),
    ({"match": "case 1: $$$B", "replace": "case 1:\n    $$$B\n    log()"}, "replace: the pattern matches its own replacement"),
    (
        {"match": "except A: $$$B", "replace": "f()"},
        "replace: an `except` clause cannot be replaced by a statement or an expression",
    ),
    ({"match": "f($X)", "where": {"$Y": {"is": "name"}}}, "where.$Y: no pattern binds $Y"),
    ({"any": [{"match": "f($X)", "$Y": {"is": "name"}}]}, "any.0.$Y: no pattern binds $Y"),
    ({"all": [{"match": "f($X)", "where": {"$Y": {"is": "name"}}}]}, "all.0.where.$Y: no pattern binds $Y"),
    ({"match": "f($X)", "not": {"match": "f(1)", "$XX": {"is": "name"}}}, "not.$XX: no pattern binds $XX; did you mean $X?"),
    ({"match": "f($X)", "where": {"inside": {"match": "g($A)", "$Y": {"is": "name"}}}}, "where.inside.$Y: no pattern binds $Y"),
    ({"match": "f($X)", "where": {"$X": {"is": "nmae"}}}, "where.$X.is: nothing is 'nmae'; did you mean 'name'?"),
    ({"match": "f($X)", "where": {"$X": {"iz": "name"}}}, "where.$X.iz: unknown condition 'iz'"),
    ({"match": "f($X)", "where": {"$X": {"matches": "("}}}, "where.$X.matches: not a regular expression"),
    ({"match": "f($X)", "where": {"insid": "loop"}}, "where.insid: unknown condition 'insid'; did you mean 'inside'?"),
    (
        {"match": "f($X)", "where": {"inside": "lop"}},
        "where.inside: could never match: nothing stands inside a name or a literal; did you mean 'loop'?",
    ),
    ({"match": "f($X)", "where": {"inside": "a\nb"}}, "where.inside: `inside` takes one statement"),
    (
        {"match": "f($X)", "where": {"inside": "loop", "not-inside": "loop"}},
        "where: could never match: inside and not-inside ask for the same",
    ),
    (
        {"match": "f($X)", "where": {"inside": ["module", "function"]}},
        "where: could never match: nothing is inside module and inside function",
    ),
    (
        {"match": "f($X)", "where": {"$X": {"is": "call", "not-is": ["call", "name"]}}},
        "where: could never match: $X: is and not-is",
    ),
    ({"match": "f($X)", "where": "loop"}, "where: where: expected a mapping"),
    ({"match": "f($X)", "not": "f($X)"}, "match: could never match: `not` says what `match` says"),
    ({"all": ["f($X)", "return $Y"]}, "all: could never match: its patterns are of different kinds"),
    ({"any": []}, ": a pattern rule needs"),
    ({"any": ["f($X)", "g($Y)"], "replace": "h($X)"}, "replace: the pattern binds no $X"),
    ({"any": ["f(", "g()"]}, "any.0: the pattern is not Python"),
    ({"any": [{"macth": "f()"}]}, "any.0.macth: unknown key 'macth'; did you mean 'match'?"),
    ({"match": "f()", "replace": "g()", "imports": ["from a import *"]}, "imports.0: 'from a import *' is no import"),
    ({"match": "f()", "replace": "g()", "imports": ["from .a import b"]}, "imports.0: 'from .a import b' is no import"),
    (
        {"match": "f($X)", "message": "no $Y"},
        "message: the pattern binds no $Y; did you mean $X?|message: the pattern binds no $Y; known: X;",
    ),
    (
        {"match": "f()", "message": "set $HOME"},
        "message: the pattern binds no $HOME; leave out the `$` where it is text",
    ),
    ({"match": "f($_)", "message": "no $_."}, "message: `$_` binds nothing"),
    ({"match": "f($X)", "message": "no {X}"}, "message: {X} is text in a message; write $X for what it holds"),
    ({"match": "f($X)", "message": "no ${X}"}, "message: ${X} is text in a message; write $X"),
    ({"any": ["f($X)", "g($Y)"], "message": "no $X"}, "message: the pattern binds no $X"),
    ({"match": "f()", "imports": ["json"]}, "imports: imports are planned for a replacement"),
]


@pytest.mark.parametrize("given, expected", FAULTS, ids=lambda case: str(case)[:60])
def test_faults(given, expected):
    given = {"not_" if name == "not" else name: value for name, value in given.items()}
    found = faults(**given)
    assert any(message.startswith(way) for message in found for way in expected.split("|")), found


UNREAD = [
    {"match": "print $X", "message": "no $X", "where": {"$X": {"is": "name"}}},
    {"match": "print $X", "replace": "f($X)"},
    {"match": "else: $$$B", "replace": {"$$$B": "f()\ng()"}},
    {"match": "f($X", "transform": {"$$$Y": {"source": "$X", "by": "percent-format"}}, "replace": "f($$$Y)"},
]


@pytest.mark.parametrize("given", UNREAD, ids=str)
def test_a_pattern_that_is_no_python_is_one_fault(given):
    """What speaks of its metavariables is not wrong for that."""
    (fault,) = faults(**given)
    assert fault.startswith("match: the pattern")


def test_a_metavariable_that_no_pattern_spells_is_told_beside_one_that_is_no_python():
    assert faults(match="print $X", message="no $Z")[1].startswith("message: the pattern binds no $Z; known: X; leave out")


@pytest.mark.parametrize(
    "match, replacement",
    [
        ("@d($$$A)", "@e($$$A, z=1)"),
        ("@d($A)", "@d($A, z=1)"),
        ("@d($$$A)", "@d($$$A)"),
        ("except A: $$$B", "except A as e: $$$B"),
        ("except A: $$$B", "except A: $$$B"),
        ("case 1: $$$B", "case 1 | 2: $$$B"),
        ("pass", ""),
    ],
)
def test_replacements_that_come_to_an_end(match, replacement):
    assert faults(match=match, replace=replacement) == []


@pytest.mark.parametrize(
    "message",
    ["no $X, $$$A", "$5 or 5$, $x", "US$", "$$$", "{x} {Y} ${HOME}", "many $Xs", "$Http", "$_x", "f($X)", "{$X}", "$X$X"],
)
def test_messages_that_are_right(message):
    assert faults(match="f($X, $$$A)", message=message) == []


RULE = "version: 1\nrules:\n  - id: mine\n"
PLACES = [
    ("    match: f(\n", "4:12: the pattern is not Python"),
    ("    match: f($X)\n    replace: g($Y)\n", "5:14: the pattern binds no $Y"),
    ("    match: f($X)\n    where:\n      inside: loop\n      $X: {is: nmae}\n", "7:16: nothing is 'nmae'"),
    ("    match: f($X)\n    message: no $Y\n", "5:14: the pattern binds no $Y"),
    ("    match: f($X)\n    applicability: maybe\n", "5:20: applicability: expected one of safe, unsafe, manual, got 'maybe'"),
    (
        "    match: {$X: 1}\n",
        "4:12: expected a pattern as text, and YAML reads this as a mapping; quote it, or write it below a `|`",
    ),
    ("    match: [$X for $X in $Y]\n", "4:12: expected a pattern as text, and YAML reads this as a list"),
    ("    match: yes\n", "4:12: expected a pattern as text, and YAML reads this as true or false"),
    ("    match: *x\n", "4:12: aliases are not read; write the value out, or quote it: '*x'"),
    (
        "    match: @app.route\n",
        "4:12: not YAML: found character that cannot start any token; a value that begins with @ is reserved",
    ),
    ("    match: except $E: $$$B\n", "quote a text that holds ': '"),
    ("    match: - f()\n", "quote a text that begins with '- '"),
    ("    match: |\n      if a:\n      \tb\n", "4:12: the pattern"),
    ("    replace: f()\n", "4:5: 'replace' belongs to a pattern rule; say the code to look for under 'match'"),
    ("    codemod: broad-except\n    match: f()\n", "5:5: 'match' is a key of pattern rules, and this one runs 'broad-except'"),
    ("    match: f()\n    options: {replace: g()}\n", "5:5: a pattern rule's options stand beside its id"),
    ("    macth: f()\n", "4:5: unknown key 'macth'; did you mean 'match'?"),
    ("    codemod: pattern\n    options: {match: f(}\n", "5:22: the pattern is not Python"),
    ("    any:\n      - match: f($X)\n        replace: g($Y)\n", "6:18: the pattern binds no $Y"),
    ("    any:\n      - {match: f($X), imports: [json]}\n", "5:33: 'imports' is for a replacement"),
    ("    any:\n      - {match: f($X), repalce: g()}\n", "5:33: unknown key 'repalce'; did you mean 'replace'?"),
    ("    match: f($X)\n    replace: {$X: g(}\n", "5:19: the replacement is not Python"),
    (
        "    match: f($X)\n    replace: g($W)\n    transform: {$W: {source: $X, by: shel-words}}\n",
        "6:38: unknown transform 'shel-words'",
    ),
    (
        "    match: f($X)\n    replace: g($W)\n    transform: {$W: {source: $Y, by: shell-words}}\n",
        "6:30: the pattern binds no $Y",
    ),
    ("    match: f($X)\n    where: {file-hsa: g()}\n", "5:23: unknown condition 'file-hsa'; did you mean 'file-has'?"),
    ("    transform: {$W: {source: $X, by: shell-words}}\n", "4:5: 'transform' belongs to a pattern rule"),
    ("    codemod: broad-except\n    transform: {}\n", "5:5: 'transform' is a key of pattern rules, and this one runs"),
]


def problems(text, tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text(text)
    try:
        load_config(file, load())
    except ConfigError as error:
        return [str(problem).removeprefix(f"{file}:") for problem in error.problems]
    return []


@pytest.mark.parametrize("text, expected", PLACES, ids=lambda text: text[:40])
def test_places_in_rules_yaml(text, expected, tmp_path):
    found = problems(RULE + text, tmp_path)
    assert any(expected in problem for problem in found), found


def test_a_pattern_rule_needs_no_codemod(tmp_path):
    file = tmp_path / "rules.yaml"
    file.write_text(
        RULE
        + "    match: f($X)\n    replace: g($X)\n    where: {$X: {is: literal}}\n    message: no f\n    applicability: safe\n"
        "  - id: search\n    any: [f(), g()]\n  - {id: other, codemod: pattern, options: {match: h()}}\n"
        "sprints:\n  - {id: s, rules: [mine], branch: a/b, options: {mine: {applicability: unsafe}}}\n"
    )
    config = load_config(file, load())
    assert [rule.codemod for rule in config.rules] == ["pattern"] * 3
    assert config.rules[0].options["message"] == config.rules[0].message == "no f"
    assert config.rules[0].options["applicability"] == "safe" and config.rules[1].options["any"] == ["f()", "g()"]
    assert config.sprints[0].options == {"mine": {"applicability": "unsafe"}}


def test_the_schema_knows_pattern_rules():
    import jsonschema

    from engine.config import json_schema

    schema = json_schema(load())
    good = [
        {
            "id": "mine",
            "match": "f($X)",
            "replace": "g($X)",
            "where": {"inside": "loop"},
            "applicability": "safe",
            "imports": ["a"],
        },
        {"id": "mine", "any": ["f()", {"match": "g()", "replace": "h()"}], "not": ["h()"]},
        {"id": "mine", "match": "f($X)", "replace": {"$X": "1"}, "transform": {"$Y": {"source": "$X", "by": "shell-words"}}},
        {"id": "mine", "codemod": "pattern", "options": {"match": "f()"}},
        {"id": "broad-except"},
    ]
    bad = [
        {"id": "mine"},
        {"id": "mine", "match": "f()", "applicability": "x"},
        {"id": "mine", "any": []},
        {"id": "mine", "match": 3},
        {"id": "mine", "match": "f()", "replace": ["g()"]},
        {"id": "mine", "match": "f()", "transform": "shell-words"},
    ]
    for rules, valid in [(good, True), *(([one], False) for one in bad)]:
        found = list(jsonschema.Draft202012Validator(schema).iter_errors({"version": 1, "rules": rules}))
        assert (not found) == valid, (rules, found)
