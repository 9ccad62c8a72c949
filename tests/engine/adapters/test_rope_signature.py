"""rope changes a signature: the header says what was asked for and keeps what was there, and each call gives what it gave."""

import subprocess
import sys

import pytest
import tools_kit as kit

from engine.apply import apply
from engine.model import Change, RewrightError

HEADER = "def price(a: Union[int, None], b: int = 1, *rest) -> int:\n"
FILES = {
    "svc/__init__.py": "",
    "svc/models.py": f"from typing import Union\n\n\n{HEADER}    return a * 10 + b\n\n\n"
    "class Till:\n    def __init__(self, size=1):\n        self.size = size\n\n"
    "    def add(self, x, y=2):\n        return x * 10 + y\n\n    @staticmethod\n    def fee(x, y):\n        return x - y\n",
    "svc/cli.py": "from svc import models\nfrom svc.models import Till, price\n\n\n"
    "def main():\n    till = Till(3)\n    made = price(3, b=price(4)), models.price(5, 6)\n"
    "    return made, till.add(1, 2), Till.add(till, 3), till.size\n",
    "main.py": "from svc.cli import main\nfrom svc.models import Till\n\nprint(main(), Till.fee(5, 3), Till().add(y=1, x=2))\n",
}


def target(folder, rope, **more):
    rules = f"version: 1\nrules:\n- id: it\n  rope: {{change_signature: {rope}}}\n"
    return kit.target(folder, {**FILES, **{path.replace("__", "/"): text for path, text in more.items()}, "rules.yaml": rules})


def run(root):
    done = subprocess.run([sys.executable, "-m", "main"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("rope", "header"),
    [
        (
            "svc.models.price, parameters: [a, b, 'c: str = \"x\"']",
            '(a: Union[int, None], b: int = 1, c: str = "x", *rest) -> int:',
        ),
        ("svc.models.price, parameters: [b, 'a: int = 0']", "(b: int = 1, a: int = 0, *rest) -> int:"),
        (
            "svc.models.price, parameters: [a, c, b, '*rest'], values: {c: '[1]'}",
            "(a: Union[int, None], c, b: int = 1, *rest) -> int:",
        ),
        ("svc.models.price, parameters: ['a: float', b]", "price(a: float, b: int = 1, *rest) -> int:"),
        ("svc.models.Till.add, parameters: [self, y, x=None]", "def add(self, y=2, x=None):"),
        ("svc.models.Till.fee, parameters: [y, x]", "def fee(y, x):"),
        ("svc.models.Till, parameters: [self, size, 'kind=None'], values: {kind: '7'}", "def __init__(self, size=1, kind=None):"),
    ],
)
def test_the_header_is_as_asked_and_the_calls_give_what_they_gave(tmp_path, rope, header):
    root = target(tmp_path, rope)
    said = run(root)
    assert not apply(kit.plan(root)).failures
    assert header in (root / "svc/models.py").read_text()
    assert run(root) == said
    assert kit.plan(root).deltas == ()


def test_a_header_on_several_lines_keeps_them(tmp_path):
    header = 'def price(\n    a: int = (1),\n    b=")",\n):\n'
    root = target(
        tmp_path,
        "svc.models.price, parameters: [a, b, c=None]",
        **{"svc__models.py": f"{header}    return a\n", "svc__cli.py": ""},
    )
    [delta] = kit.plan(root).deltas
    assert delta.after.decode().startswith('def price(\n    a: int = 1,\n    b=")",\n    c=None,\n):\n')


@pytest.mark.parametrize(
    ("rope", "more", "sentence"),
    [
        (
            "svc.models.price, parameters: [b, a]",
            {},
            "price: a has no default and would stand behind b, which has one; put it first",
        ),
        (
            "svc.models.Till.add, parameters: [self, y=2, x=1]",
            {"svc__use.py": "from svc.models import Till\n\n\nclass Big(Till):\n    def go(self):\n        super().add(3)\n"},
            "svc/use.py line 6 would not give add what it is to get: rope does not see this call",
        ),
        (
            "svc.models.price, parameters: [a, b, c], values: {c: '1'}",
            {},
            "price: c has no default and would stand behind b",
        ),
        ("svc.models.price, parameters: [c, a, b]", {}, "svc/cli.py line 7 would not give price what it is to get"),
        (
            "svc.models.price, parameters: [b, a=None]",
            {"svc__use.py": "from svc.models import price\n\n\ndef f(*all):\n    return price(*all)\n"},
            r"svc/use.py line 5 calls price with \* or \*\*",
        ),
        ("svc.models.price, parameters: [a, b, '*all']", {}, r"price has no \*all, and rope gives it none"),
        ("svc.models.Till.add, parameters: [x, y=2]", {}, "add is a method: its first parameter stays the first"),
        ("svc.models.keyed, parameters: [a]", {}, "the parameters of keyed cannot be changed: it has some that are positional"),
        (
            "svc.models.Till.add, parameters: [self, x]",
            {"svc__use.py": "from svc.models import Till\n\n\nclass Big(Till):\n    def add(self, x, y=3):\n        return x\n"},
            "svc.models.Till.add cannot be changed alone: Big.add of svc/use.py stands in for it",
        ),
    ],
)
def test_what_would_go_wrong_is_refused(tmp_path, rope, more, sentence):
    models = FILES["svc/models.py"] + "\n\ndef keyed(a, *, b):\n    pass\n"
    with pytest.raises(RewrightError, match=f"^rule it: rope: {sentence}"):
        kit.plan(target(tmp_path, rope, **{"svc__models.py": models, **more}))


def test_calls_by_an_alias_and_within_one_another_follow(tmp_path):
    text = (
        "from svc.models import price as cost  # dear\n\nprint(cost(cost(1, 2), b=cost(3)), [cost(\n    4, 5,\n), cost(a=6)])\n"
    )
    made = kit.plan(target(tmp_path, "svc.models.price, parameters: [b, a=None]", **{"svc__use.py": text}))
    after = {delta.path: delta.after.decode() for delta in made.deltas}
    said = "print(cost(b=cost(a=3), a=cost(2, 1)), [cost(5, 4), cost(a=6)])\n"
    assert after["svc/use.py"] == "from svc.models import price as cost  # dear\n\n" + said


def test_calls_that_need_no_change_may_be_of_any_kind(tmp_path):
    text = "from svc.models import price as cost\n\n\ndef f(*all, **more):\n    return cost(1), cost(*all), cost(**more)\n"
    made = kit.plan(target(tmp_path, "svc.models.price, parameters: [a, b, c=None]", **{"svc__use.py": text}))
    assert [delta.path for delta in made.deltas] == ["svc/models.py"]


def test_who_passes_it_on_is_named(tmp_path):
    text = "from svc import models\n\nprint(list(map(models.price, [1])))\n"
    made = kit.plan(target(tmp_path, "svc.models.price, parameters: [a, b, c=None]", **{"svc__use.py": text}))
    evidence = {one.check: one.detail for one in made.of(Change)[0].evidence}
    assert evidence["passed-on"] == "it is passed on, and called from who knows where, in: svc/use.py:3"


@pytest.mark.parametrize("text", ["a b", "a, b", "a: int = ", "", "*, a", "a, /", "1"])
def test_what_is_no_parameter_is_told_with_its_place(tmp_path, text):
    with pytest.raises(RewrightError, match="rope: parameters: expected a list such as"):
        kit.load(target(tmp_path, f"svc.models.price, parameters: ['{text}']"))


@pytest.mark.parametrize(
    "body", ["return b", "return [b for _ in ()]", "return lambda: b", "def inner():\n        return b\n\n    return inner"]
)
def test_a_parameter_that_its_function_uses_stays(tmp_path, body):
    models = f"b = 1\n\n\ndef price(a, b=1):\n    {body}\n"
    root = target(tmp_path, "svc.models.price, parameters: [a]", **{"svc__models.py": models, "svc__cli.py": "", "main.py": ""})
    with pytest.raises(RewrightError, match=r"rope: svc/models.py line \d: price uses its parameter b, which is to go"):
        kit.plan(root)


@pytest.mark.parametrize("body", ["return [b for b in ()]", "return lambda b: b", "return 'b'"])
def test_a_parameter_that_its_function_does_not_use_goes(tmp_path, body):
    models = f"def price(a, b=1):\n    {body}\n"
    root = target(tmp_path, "svc.models.price, parameters: [a]", **{"svc__models.py": models, "svc__cli.py": "", "main.py": ""})
    assert kit.applied(root, kit.plan(root))["svc/models.py"] == f"def price(a):\n    {body}\n"
