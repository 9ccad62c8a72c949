"""Laws of transforms, and rules of transforms that are refused."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pattern_kit import faults, run

from codemods.pattern.fstrings import literal, taken_apart
from codemods.pattern.shell import Shell, words_of

FORMAT = {
    "match": "$LOG.info($TEXT)",
    "where": {"$TEXT": {"is": "f-string"}},
    "transform": {"$$$ARGS": {"source": "$TEXT", "by": "percent-format"}},
    "replace": "$LOG.info($$$ARGS)",
}


@pytest.mark.parametrize("value", ["a", "it's", 'a "b"', 'it\'s "b"', "a\\b", "a\nb", "\\'", "é\x00", "''''"])
def test_a_literal_reads_as_its_value(value):
    for like in ("'x'", 'rb"x"', "x"):
        text = literal(value, like)
        assert eval(text) == value and "\n" not in text and text[0] == ("'" if "'" in like else '"')


def rule(transform, **more):
    return {"match": "f($X, $$$A)", "replace": "g($$$N)", "transform": transform, **more}


@pytest.mark.parametrize(
    "given, expected",
    [
        (rule({"$$$N": {"source": "$Y", "by": "percent-format"}}), "transform.$$$N.source: the pattern binds no $Y; known:"),
        (
            rule({"$$$N": {"source": "$X", "by": "percent-fromat"}}),
            "transform.$$$N.by: unknown transform 'percent-fromat'; did you",
        ),
        (rule({"$$$N": {"source": "$X"}}), "transform.$$$N: `by` is missing"),
        (rule({"$$$N": {"by": "percent-format"}}), "transform.$$$N: `source` is missing"),
        (rule({"$$$N": {"source": "$X", "by": "percent-format", "to": 1}}), "transform.$$$N.to: unknown key 'to'"),
        (rule({"$$$N": "percent-format"}), "transform.$$$N: expected a mapping, such as"),
        (rule(["$$$N"]), "transform: transform: expected a mapping"),
        (rule({"N": {"source": "$X", "by": "percent-format"}}), "transform.N: expected a metavariable"),
        (rule({"$$$N": {"source": 1, "by": "percent-format"}}), "transform.$$$N.source: expected a metavariable"),
        (rule({"$N": {"source": "$X", "by": "percent-format"}}), "transform.$N: percent-format makes many; write $$$N"),
        (rule({"$$$N": {"source": "$X", "by": "shell-words"}}), "transform.$$$N: shell-words makes one; write $N"),
        (rule({"$$$N": {"source": "$$$A", "by": "percent-format"}}), "transform.$$$N.source: percent-format is made of one"),
        (rule({"$$$N": {"source": "$X", "by": "percent-arguments"}}), "transform.$$$N.source: percent-arguments is made of many"),
        (rule({"$$$A": {"source": "$X", "by": "percent-format"}}), "transform.$$$A: the pattern binds $$$A itself"),
        (
            rule({"$$$N": {"source": "$X", "by": "percent-format"}}, replace="g($X)"),
            "transform.$$$N: the replacement does not say",
        ),
        (
            rule({"$$$N": {"source": "$X", "by": "percent-format"}}, replace=None),
            "transform: what is computed is for a replacement",
        ),
    ],
    ids=lambda case: str(case)[:80],
)
def test_faults(given, expected):
    assert any(message.startswith(expected) for message in faults(**given)), faults(**given)


# -- laws --------------------------------------------------------------------------------

SAID = [
    "%",
    "%%",
    "{{",
    "}}",
    "a",
    " ",
    "\\n",
    "\\\\",
    "\\'",
    "é",
    "%s",
    "{a}",
    "{b!r}",
    "{b!a}",
    "{ a }",
    "{a!s}",
    "{(a, b)}",
    "{[a][0]}",
]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(SAID), max_size=8),
    st.lists(st.sampled_from(["x", "%", "{", "\\t"]), max_size=3),
    st.sampled_from(["f", "F", "rf", "fR"]),
    st.sampled_from(["'", '"', "'''", '"""']),
)
def test_a_template_and_its_values_say_what_the_f_string_said(parts, plain, prefix, quote):
    written = f"{prefix}{quote}{''.join(parts)}{quote} '{''.join(plain)}'"
    names = {"a": "it's 1%", "b": {"é": "%d"}}
    items, after = run(f"def f(log, a, b):\n    log.info({written})\n", **FORMAT)
    told = []

    class Log:
        def info(self, template, *values):
            told.append(template % values if values else template)

    space = {}
    exec(after, space)
    space["f"](Log(), **names)
    assert told == [eval(written, dict(names))]


@settings(deadline=None)
@given(st.text(alphabet="ab -='\"$*|~%é.", max_size=12))
def test_a_shell_takes_a_command_apart_as_we_do(command):
    try:
        words = words_of(command)
    except Shell:
        return
    done = subprocess.run(["sh", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == words


@pytest.mark.parametrize(
    "text", ['f"{' + "f'{" * 90, 'f"' + "{" * 500 + "}" * 500 + '"', 'f"{' + "(" * 500, "f'{\"" * 90, "f'\\", "f'{a"]
)
def test_a_literal_that_nobody_closes_is_taken_apart_in_time(text):
    assert taken_apart(text)
