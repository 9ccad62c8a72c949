"""docs/patterns.md: its examples load as rules, and do what the page says of them."""

import re
from pathlib import Path

import pytest
import yaml
from pattern_kit import becomes, found, options, run

import codemods
from engine import config

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "patterns.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S)


def rule_file(example):
    """A part of a rule as a whole file; without a replacement of its own, where it says how something is computed."""
    return example if example.startswith("version:") else f"version: 1\nrules:\n  - id: example\n    message: it is\n{example}"


def example(word):
    """What the one example that holds a word says of a rule."""
    (text,) = [text for text in EXAMPLES if word in text]
    (rule,) = yaml.safe_load(rule_file(text))["rules"]
    return {("not_" if key == "not" else key): value for key, value in rule.items() if key in options()}


def test_there_are_examples():
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_loads(tmp_path, text):
    (tmp_path / "rules.yaml").write_text(rule_file(text), "utf-8")
    (rule,) = config.load(tmp_path / "rules.yaml", codemods.load()).rules
    assert rule.codemod == "pattern"


MUTABLE = """\
def f(a, b=[]):
    # add to it
    b.append(a)
    return b


@cached
def g(a: list = [], *, k=1) -> list:
    '''Doc.'''
    return a


def h(a: dict[str, int] = {"x": 1}, c=3):
    return a
"""


def test_mutable_defaults():
    assert (
        becomes(f"def cached(x): return x\n\n\n{MUTABLE}", **example("$NAME is None"))
        == f"""def cached(x): return x


{MUTABLE}""".replace("b=[]", "b=None")
        .replace("    # add", "    if b is None:\n        b = []\n    # add")
        .replace("a: list = []", "a: list = None")
        .replace("    '''Doc.'''\n", "    '''Doc.'''\n    if a is None:\n        a = []\n")
        .replace('a: dict[str, int] = {"x": 1}', "a: dict[str, int] = None")
        .replace("c=3):\n", 'c=3):\n    if a is None:\n        a = {"x": 1}\n')
    )


def test_what_the_name_holds():
    (told,), _ = run("def m(b: list = []):\n    return b\n", match="def $_($$$, $NAME=$VALUE, $$$): $$$")
    assert told.data["captures"]["NAME"] == "b: list"
    (told,), _ = run("def m(b: list = []):\n    return b\n", match="def $_($$$, $NAME: $_ = $VALUE, $$$): $$$")
    assert told.data["captures"]["NAME"] == "b"


def test_the_others():
    code = "import asyncio\nasync def f():\n    asyncio.get_event_loop()\nasyncio.get_event_loop()\n"
    assert becomes(code, **example("running-loop")) == code.replace("get_event", "get_running", 1)
    code = "import typing\ndef f(x: typing.List[int], y: typing.Dict) -> typing.TypedDict: ...\n"
    _, after = run(code, **example("typing.List"))
    assert after == "import typing\ndef f(x: list[int], y: dict) -> typing.TypedDict: ...\n"
    code = 'import subprocess\nsubprocess.run("ls -l", shell=True)\n'
    assert becomes(code, **example("shell-words")) == 'import subprocess\nsubprocess.run(["ls", "-l"])\n'
    assert becomes("try:\n    f()\nexcept A as e:\n    g()\nfinally:\n    h()\n", **example("except $E as $N"))


def test_a_plain_name_is_dotted_too():
    code = "f(x)\nf(x.y)\nf(x())\n"
    assert found("f($X)", code, where={"$X": {"is": "dotted"}}) == ["f(x)", "f(x.y)"]
    assert found("f($X)", code, where={"$X": {"is": "dotted", "not-is": "name"}}) == ["f(x.y)"]
