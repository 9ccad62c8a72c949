"""What a replacement computes: words of a command, templates of a logger."""

import pytest
from pattern_kit import run

from engine.model import Applicability, Change, Finding

SHELL = {
    "match": "subprocess.run($COMMAND, $$$REST, shell=True)",
    "transform": {"$WORDS": {"source": "$COMMAND", "by": "shell-words"}},
    "replace": "subprocess.run($WORDS, $$$REST)",
}
FORMAT = {
    "match": "$LOG.info($TEXT, $$$REST)",
    "where": {"$TEXT": {"is": "f-string"}},
    "transform": {"$$$ARGS": {"source": "$TEXT", "by": "percent-format"}},
    "replace": "$LOG.info($$$ARGS, $$$REST)",
}
ARGUMENTS = {
    "match": "print($$$ARGS)",
    "transform": {"$$$SAID": {"source": "$$$ARGS", "by": "percent-arguments"}},
    "replace": "log.info($$$SAID)",
}


def after(code, rule, names="import subprocess\nlog = a = b = c = object()\n"):
    items, text = run(names + code + "\n", **rule)
    assert [type(item) for item in items] == [Change], items
    return text.removeprefix(names).removesuffix("\n")


def why(code, rule, names="import subprocess\nlog = a = b = c = object()\n"):
    """Why a site is left to a person."""
    items, text = run(names + code + "\n", message="do better.", **rule)
    assert text == names + code + "\n"
    assert [(type(item), item.reason, item.applicability) for item in items] == [(Finding, "transform", Applicability.MANUAL)]
    assert items[0].message == f"do better; not rewritten: {items[0].data['because']}"
    return items[0].data["because"]


@pytest.mark.parametrize(
    "command, words",
    [
        ("'ls'", "['ls']"),
        ('"ls -l  /tmp"', '["ls", "-l", "/tmp"]'),
        ("'grep \"a b\" c'", "['grep', 'a b', 'c']"),
        ("\"grep 'a*|b' c\"", '["grep", "a*|b", "c"]'),
        ("'''git log --format=x'''", "['git', 'log', '--format=x']"),
        ("'git ' 'status'", "['git', 'status']"),
        ("'date +%s'", "['date', '+%s']"),
        ('"echo \\"it\'s\\""', '["echo", "it\'s"]'),
        ("'a \"\" b'", "['a', '', 'b']"),
        ("'./run.sh -x'", "['./run.sh', '-x']"),
        ("'caf\\xe9 é'", "['café', 'é']"),
    ],
)
def test_shell_words(command, words):
    assert after(f"subprocess.run({command}, shell=True, check=True)", SHELL) == f"subprocess.run({words}, check=True)"
    assert after(f"subprocess.run({command}, cwd=a, shell=True)", SHELL) == f"subprocess.run({words}, cwd=a)"
    assert after(f"subprocess.run({command}, shell=True)", SHELL) == f"subprocess.run({words})"


@pytest.mark.parametrize(
    "command",
    [
        "a|b",
        "a; b",
        "a && b",
        "a &",
        "a <b",
        "a >b",
        "a $B",
        'a "$B"',
        "a `b`",
        "a *",
        "a ?",
        "a [b]",
        "a ~/b",
        "a # b",
        "! a",
        "a {b,c}",
    ]
    + [
        "(a)",
        "a\\ b",
        "a\nb",
        "A=1 b",
        "cd b",
        "export A",
        "source b",
        ". b",
        "exit 1",
        "ulimit -n 1",
        "",
        " ",
        "a 'b",
        "dir",
        "a %B%",
    ]
    + ["exec a", "if a", "type a", "'' a", '"a!"', 'a "b\\nc"'],
)
def test_what_a_shell_reads(command):
    assert why(f"subprocess.run({command!r}, shell=True)", SHELL).startswith("the command holds ")


def test_a_command_that_is_no_literal():
    assert why("subprocess.run(a, shell=True)", SHELL) == "the command is no fixed text"
    assert why("subprocess.run(f'ls {a}', shell=True)", SHELL) == "the command is no fixed text"
    assert why("subprocess.run(b'ls', shell=True)", SHELL) == "the command is no fixed text"


def test_other_sites_go_on():
    code = "import subprocess\nsubprocess.run('a|b', shell=True)\nsubprocess.run('a b', shell=True)\n"
    items, text = run(code, **SHELL)
    assert text == code.replace("'a b', shell=True", "['a', 'b']")
    assert [item.reason for item in items if isinstance(item, Finding)] == ["transform"]


@pytest.mark.parametrize(
    "text, arguments",
    [
        ('f"{a} is ready"', '"%s is ready", a'),
        ("f'{a!r} {b!s} {c!a}'", "'%r %s %a', a, b, c"),
        ('f"{a} is 100%"', '"%s is 100%%", a'),
        ('f"100% ready"', '"100% ready"'),  # without a value nothing is formatted
        ('f"{{{a}}}"', '"{%s}", a'),
        ('f"{{a}}"', '"{a}"'),
        ('f"a\\t{a}\\n"', '"a\\t%s\\n", a'),
        ('rf"\\d{a}"', 'r"\\d%s", a'),
        ('F"{ a }"', '"%s", a'),
        ("f\"{a['b']} {a.b[0]:}\"", "\"%s %s\", a['b'], a.b[0]"),
        ("f\"{', '.join(str(x) for x in a)}\"", "\"%s\", ', '.join(str(x) for x in a)"),
        ('f"{(lambda: a)()}"', '"%s", (lambda: a)()'),
        ('f"{a, b}"', '"%s", (a, b)'),
        ('f"{*a, b}"', '"%s", (*a, b)'),
        ('f"{a if b else c}"', '"%s", a if b else c'),
        ('f"{ {1: a}[1] }"', '"%s", {1: a}[1]'),
        ('f"{a != b}"', '"%s", a != b'),
        ('f"{a=}"', '"a=%r", a'),
        ('f"\\N{BULLET} {a}"', '"\\N{BULLET} %s", a'),
        ('f"\\N{PERCENT SIGN} {a}"', '"%% %s", a'),
        ('"50% " f"{a}"', '"50%% " "%s", a'),
        ('f"""a\n{a}"""', '"""a\n%s""", a'),
        ('f"é {a} 日本"', '"é %s 日本", a'),
        ("f'{a}' f\"{b}\"", "'%s' \"%s\", a, b"),
        ("f\"{f'{a}'}\"", "\"%s\", f'{a}'"),
    ],
)
def test_percent_format(text, arguments):
    assert after(f"log.info({text})", FORMAT) == f"log.info({arguments})"
    assert after(f"log.info({text}, exc_info=True)", FORMAT) == f"log.info({arguments}, exc_info=True)"


def test_percent_format_keeps_lines_and_comments():
    code = 'log.info(\n    f"{a} "  # who\n    f"says {b}",\n    exc_info=True,\n)'
    assert after(code, FORMAT) == 'log.info(\n    "%s "  # who\n    "says %s",\n    a,\n    b,\n    exc_info=True,\n)'


def test_percent_format_of_awaits_yields_and_assignments():
    names = "log = a = b = object()\n"
    code = 'async def f():\n    log.info(f"{await a} {(x := b)} {(yield)}")\n    return x'
    rule = {**FORMAT, "match": "$LOG.info($TEXT)", "replace": "$LOG.info($$$ARGS)"}
    assert after(code.replace("return x", "x"), rule, names) == (
        'async def f():\n    log.info("%s %s %s", await a, (x := b), (yield))\n    x'
    )


def test_a_format_is_left_to_a_person():
    assert why('log.info(f"{a:.2f}")', FORMAT) == "a value in it has a format"


@pytest.mark.parametrize(
    "given, arguments",
    [
        ("a", "a"),
        ("'100%'", "'100%'"),
        ("f'{a}'", "f'{a}'"),
        ("a, b", '"%s %s", a, b'),
        ("'name:', a", "'name: %s', a"),
        ("'50%', a, \"b\"", "'50%% %s b', a"),
        ("'100%', 'done'", "'100% done'"),
        ("a, f'{b}'", "\"%s %s\", a, f'{b}'"),
        ("a, (b, c)", '"%s %s", a, (b, c)'),
        ("x for x in a", "x for x in a"),
        ("a, [x for x in b]", '"%s %s", a, [x for x in b]'),
        ("'it\\'s', a", "'it\\'s %s', a"),
    ],
)
def test_percent_arguments(given, arguments):
    assert after(f"print({given})", ARGUMENTS) == f"log.info({arguments})"


@pytest.mark.parametrize(
    "given, because",
    [
        ("", "there is nothing to say"),
        ("*a", "how many arguments there are is not known"),
        ("a, *b", "how many arguments there are is not known"),
        ("a, end=''", "it has named arguments"),
        ("a, **b", "it has named arguments"),
    ],
)
def test_what_a_logger_cannot_take(given, because):
    assert why(f"print({given})", ARGUMENTS) == because
