"""A new rule's texts: where its entry goes in rules.yaml, and the code that is made from a pattern."""

import ast

import pytest
import yaml

from engine.model import RewrightError
from engine.scaffold.entry import module_of, pattern_entry, require_name
from engine.scaffold.insert import pair, with_entry
from engine.scaffold.sample import sample

FILES = {
    "empty": "",
    "plain": "version: 1\nrules:\n  - id: a\n",
    "no newline at the end": "version: 1\nrules:\n  - id: a",
    "no list yet": "version: 1\nrules:\n",
    "no key yet": "# head\nversion: 1\n",
    "not indented, blank lines between": "version: 1\nrules:\n- id: a\n\n- id: b\n  note: >-\n    long\n\n",
    "a section behind": "rules:\n  - id: a  # said\n    options:\n#|      x: 1\n\n# ---\n# Sprints.\nsprints: []\nversion: 1\n",
    "a comment that touches both": "rules:\n  - id: a\n# whose?\nversion: 1\n",
    "crlf": "version: 1\r\nrules:\r\n  - id: a\r\n",
    "bom": "\ufeffversion: 1\nrules:\n    - id: a\n",
    "block scalar last": "version: 1\nrules:\n  - id: a\n    note: |\n      one\n\n      two\n\n\n",
}


@pytest.mark.parametrize("name", FILES)
def test_an_entry_goes_to_the_end_of_its_list_and_every_other_byte_stays(name):
    old = FILES[name]
    made = with_entry(old, "rules", "id: new\nmatch: |-\n  one\n\n  two", "rules.yaml")
    known = yaml.safe_load(old.removeprefix("\ufeff")) or {"version": 1, "target": {"exclude": ["/fixtures/"]}}
    wanted = known | {"rules": [*(known.get("rules") or []), {"id": "new", "match": "one\n\ntwo"}]}
    assert yaml.safe_load(made.removeprefix("\ufeff")) == wanted
    left = made
    for line in old.splitlines(keepends=True):
        before, found, left = left.partition(line)
        assert found, line
    assert made.startswith("\ufeff") == old.startswith("\ufeff") and ("\r\n" in made) == ("\r\n" in old)
    assert "\r\r" not in made and made.count("\r") in (0, made.count("\n"))


def test_an_entry_stands_above_the_heading_of_the_next_section():
    made = with_entry(FILES["a section behind"], "rules", "id: new", "rules.yaml")
    assert "#|      x: 1\n  - id: new\n\n# ---\n# Sprints.\n" in made


@pytest.mark.parametrize("text", ["rules: [{id: a}]\n", "{rules: []}\n", "- a\n", "rules: [\n", "rules:\n  - a\n...\n"])
def test_a_file_that_cannot_be_added_to_is_told(text):
    with pytest.raises(RewrightError, match=r"rules\.yaml"):
        with_entry(text, "rules", "id: new", "rules.yaml")


@pytest.mark.parametrize(
    "value", ["a.b()", "a: b", "f(x)  # y", "'", '"$X"', "*x", "yes", "", "$X[0]", "a\n  b\n\nc", "a\nb\n", "é", "{a}"]
)
def test_a_text_in_yaml_gives_itself_back(value):
    assert yaml.safe_load(pair("match", value) + "\n") == {"match": value}


def test_the_entry_of_a_pattern():
    known = yaml.safe_load(pattern_entry("no-loop", "a.get()", "a.run()"))
    assert known == {"id": "no-loop", "message": "Write a.run() instead.", "match": "a.get()", "replace": "a.run()"}
    assert yaml.safe_load(pattern_entry("no-loop", "a:\n  b", None)) == {
        "id": "no-loop",
        "message": "a: b is not wanted here.",
        "match": "a:\n  b",
    }
    assert yaml.safe_load(pattern_entry("no-loop", "a.get()", ""))["message"] == "Leave this out."


@pytest.mark.parametrize("name", ["A", "a_b", "-a", "a-", "a--b", "../a", "a/b", "", "1a", "a" * 61, "é", "class", "a.b"])
def test_a_bad_name_is_refused(name):
    with pytest.raises(RewrightError, match="is no name for a rule"):
        require_name(name)


def test_a_good_name():
    require_name("no-event-loop2")
    assert module_of("no-event-loop2") == "no_event_loop2"


PATTERNS = {
    "asyncio.get_event_loop()": "import asyncio\n\n\ndef example():\n    asyncio.get_event_loop()\n",
    "yaml.load($X)": "import yaml\n\n\ndef example(x):\n    yaml.load(x)\n",
    "yaml.load($YAML)": "import yaml\n\n\ndef example(yaml_):\n    yaml.load(yaml_)\n",
    "f($B, a=$A, $$$REST)": "def example(b, a_, rest):\n    f(b, a=a_, *rest)\n",
    "except $E as $N: $$$BODY": "def example(e, body):\n    try:\n        work()\n    except e as n: body\n",
    "case $P: $$$B": "def example(b):\n    match subject:\n        case p: b\n",
    "@app.route($$$)": "import app\n\n\ndef example(rest):\n    @app.route(rest)\n    def work():\n        pass\n",
    "await $X": "async def example(x):\n    await x\n",
    "from $M import $N": "from m import n\n",
    "$X = $_": "def example(anything):\n    x = anything\n",
    "class $C: $$$BODY": "def example(body):\n    class c: body\n",
    "def $F($$$A):\n    return $X": "def example(x):\n    def f(a):\n        return x\n",
    "def $F($$$A, $X={}, $$$B): $$$C": "def example(c):\n    def f(a, x={}, *b): c\n",
    "f($$$A, k=$X, $$$B)": "def example(a, x, b):\n    f(a, k=x, *b)\n",
    "f($$$A, **$K, $$$B)": "def example(a, k, b):\n    f(a, **k, **b)\n",
    "print($IF)": "def example(if_):\n    print(if_)\n",
    "len($X) == 0 and $X": "def example(x):\n    len(x) == 0 and x\n",
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_code_for_a_pattern(pattern):
    assert sample(pattern) == PATTERNS[pattern]
    ast.parse(sample(pattern))


@pytest.mark.parametrize("pattern", ["f(", "", "  ", "yield from from", "else: $X"])
def test_a_pattern_that_is_not_python_is_told(pattern):
    with pytest.raises(RewrightError, match="is not Python"):
        sample(pattern)
