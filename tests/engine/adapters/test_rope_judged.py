"""Renames and moves that rope gets wrong: each is mended, or refused with a sentence, and nothing is changed then."""

import subprocess
import sys

import pytest
import tools_kit as kit

from engine.adapters.rope_judge import Case, finished
from engine.adapters.rope_world import World
from engine.apply import apply
from engine.model import Change, RewrightError

FILES = {
    "svc/__init__.py": "",
    "svc/models.py": "RATE = 2\n\n\nclass Order:\n    id = 1\n\n\ndef price(a, b=1):\n    return a * b\n",
    "svc/util.py": '"""Util."""\nimport os\n',
    "svc/report.py": "from .models import price as cost  # dear\nfrom svc.models import Order, price\n\n\n"
    "def report(o):\n    return cost(o.id, b=2), price(2), late()\n\n\n"
    "def late():\n    from svc.late import value\n\n    return value()\n",
    "svc/late.py": "def value():\n    from svc import models as m\n\n    return m.price(3)\n",
    "svc/cli.py": "from svc.models import Order, price\n\nassert price\n\n\ndef main():\n    return price(3)\n",
    "svc/client.py": "DEFAULTS = {1: 2}\n__all__ = ['DEFAULTS', 'Client', 'env']\n\n\ndef env():\n    return DEFAULTS\n\n\n"
    "class Client:\n    def __init__(self, base):\n        self.base = base\n        self.session = None\n\n"
    "    def get(self, path):\n        return self.base, path\n\n\n"
    "class Fast(Client):\n    async def close(self):\n        pass\n\n"
    "    def get(self, path):\n        return super().get(path)\n",
    "main.py": "from svc.cli import Order, main\nfrom svc.client import *\nfrom svc.report import report\n\n"
    "print(main(), report(Order()), Client(1).get(2), env(), DEFAULTS)\n",
}


def target(folder, rope, **more):
    rules = f"version: 1\nrules:\n- id: it\n  rope: {rope}\n"
    return kit.target(folder, {**FILES, **{path.replace("__", "/"): text for path, text in more.items()}, "rules.yaml": rules})


def run(root):
    done = subprocess.run([sys.executable, "-m", "main"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(root, sentence):
    with pytest.raises(RewrightError, match=f"^rule it: rope: {sentence}"):
        kit.plan(root)


def told(made):
    """The evidence of the first change, by its name."""
    return {one.check: one.detail for one in made.of(Change)[0].evidence}


@pytest.mark.parametrize(
    ("rope", "holds"),
    [
        (
            "{move: svc.models.price, to: svc.util}",
            {
                "svc/report.py": "from svc.util import price as cost  # dear\nfrom svc.util import price\n",
                "svc/cli.py": "from svc.util import price\nfrom svc.models import Order\n\nassert price\n",
                "svc/util.py": "import os\n",
                "svc/models.py": "RATE = 2\n",
            },
        ),
        (
            "{rename: svc.models.price, to: total}",
            {"svc/report.py": "from .models import total as cost  # dear\n", "svc/cli.py": "import Order, total\n"},
        ),
        ("{rename: svc.client.DEFAULTS, to: PLAIN}", {"svc/client.py": "['PLAIN', 'Client', 'env']", "main.py": "env(), PLAIN)"}),
        (
            "{rename: svc.client.Client.get, to: fetch}",
            {
                "svc/client.py": "    def fetch(self, path):\n        return super().fetch(path)\n",
                "main.py": "Client(1).fetch(2)",
            },
        ),
        ("{rename: svc.client.Client.base, to: root}", {"svc/client.py": "self.root = base"}),
        ("{rename: svc.models.Order, to: Deal}", {"main.py": "from svc.cli import Deal, main\n"}),
    ],
)
def test_the_program_runs_as_before(tmp_path, rope, holds):
    root = target(tmp_path, rope)
    said = run(root)
    assert not apply(kit.plan(root)).failures
    assert run(root) == said
    for path, text in holds.items():
        assert text in (root / path).read_text()
    assert kit.plan(root).deltas == ()


@pytest.mark.parametrize(
    ("rope", "sentence"),
    [
        (
            "{rename: svc.models.price, to: Order}",
            "price cannot be called Order: svc/models.py line 4 has something called Order",
        ),
        (
            "{rename: svc.client.DEFAULTS, to: env}",
            "DEFAULTS cannot be called env: svc/client.py line 5 has something called env",
        ),
        (
            "{rename: svc.client.Client.base, to: session}",
            "base cannot be called session: the class Client of svc/client.py has something called session",
        ),
        ("{rename: svc.client.Client.get, to: close}", "get cannot be called close: the class Fast of svc/client.py has"),
        ("{rename: svc.models.price, to: report}", "main.py line 3: report should mean report of svc/report.py once"),
        ("{rename: svc.models.price, to: main}", "main.py line 1: main should mean main of svc/cli.py once svc.models.price is"),
        (
            "{rename: svc.models.price, to: value}",
            "svc/use.py line 5: price should mean value of svc/models.py once .* use.value of svc/use.py",
        ),
        ("{rename: svc.cli.price, to: cost}", "svc/cli.py only imports price; name it where it is defined"),
        (
            "{move: svc.client.Client.get, to: svc.util}",
            "Client.get of svc/client.py cannot be moved: only what stands at the top",
        ),
        ("{move: svc.client.env, to: svc.util}", "env cannot be moved: svc/client.py line 2 names it in __all__"),
        ("{inline: svc.models.RATE}", "svc/use.py line 1 would import RATE, which is not there any more"),
    ],
)
def test_what_would_mean_something_else_is_refused(tmp_path, rope, sentence):
    use = "from svc.models import RATE as R, price\n\n\ndef use(value):\n    return price(value) + R\n"
    refused(target(tmp_path, rope, **{"svc__use.py": use}), sentence)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"svc__util.py": "def price():\n    pass\n"}, "price cannot be moved to svc/util.py: line 1 has a price already"),
        (
            {"svc__models.py": "def price(a):\n    return RATE\n\n\nRATE = price\n"},
            "to move svc.models.price, svc/.*.py would import svc/.*.py which imports svc/.*.py: a circle that was not there",
        ),
        (
            {"svc__models.py": "RATE = 1\n\n\ndef price(a):\n    return RATE\n\n\ndef put(x):\n    global RATE\n    RATE = x\n"},
            "svc.models.price needs RATE of svc/models.py, which line 10 sets",
        ),
        (
            {
                "svc__models.py": "RATE = 1\n\n\ndef price(a):\n    return RATE\n",
                "svc__set.py": "from svc import models\n\nmodels.RATE = 3\n",
            },
            "svc.models.price needs RATE of svc/models.py, which svc/set.py line 3 sets",
        ),
        (
            {"svc__models.py": "if len:\n    def price(a):\n        return a\n"},
            "price cannot be moved: svc/models.py binds it more",
        ),
        (
            {"svc__models.py": "COUNT = 0\n\n\ndef price(a):\n    global COUNT\n    COUNT = COUNT + 1\n    return COUNT\n"},
            "svc/models.py line .*: COUNT should mean COUNT of svc/models.py once svc.models.price is moved, and would not",
        ),
        (
            {"svc__models.py": "from svc.util import STEP\n\n\ndef price(a=STEP):\n    return a\n", "svc__util.py": "STEP = 1\n"},
            "price cannot be moved to svc/util.py: it needs STEP at once, and that comes later",
        ),
        (
            {"svc__models.py": "from __future__ import annotations\n\n\ndef price(a: B):\n    return a\n\n\nB = int\n"},
            "price cannot be moved: svc/models.py says `from __future__ import annotations`, and svc/util.py does not",
        ),
        (
            {
                "svc__star.py": "from svc.util import *\nfrom svc.client import *\n\nprint(price)\n",
                "svc__client.py": "price = 1\n",
            },
            "svc/star.py line 4: price should mean price of svc/client.py once svc.models.price is moved, and would not",
        ),
    ],
)
def test_a_move_that_would_not_run_is_refused(tmp_path, files, sentence):
    files = {"svc__report.py": "", "svc__cli.py": "", "main.py": "", **files}
    refused(target(tmp_path, "{move: svc.models.price, to: svc.util}", **files), sentence)


@pytest.mark.parametrize("kind", ["rename", "move", "change_signature", "inline"])
def test_what_our_tables_do_not_find_is_not_believed(kind):
    with pytest.raises(RewrightError, match="nobody but rope sees where svc.models.prize is"):
        finished(Case(kind, "svc.models.prize", "svc.util", World({})), {})


def test_what_the_old_module_imported_for_others_stays(tmp_path):
    text = "import math\nimport svc.util  # it registers itself\nimport os\n\n\ndef price(a, b=1):\n    return math.sqrt(a * b)\n"
    more = {"svc__models.py": text + "\n\nclass Order:\n    id = 1\n", "svc__util.py": "from os import path\n"}
    more |= {"svc__tax.py": "", "svc__use.py": "from svc.models import os\n"}
    root = target(tmp_path, "{move: svc.models.price, to: svc.tax}", **more)
    after = kit.applied(root, kit.plan(root))
    assert (
        after["svc/models.py"].startswith("import svc.util  # it registers itself\nimport os\n") and "math" in after["svc/tax.py"]
    )
    assert "math" not in after["svc/models.py"]


def test_what_a_comprehension_first_loops_over_is_around_it(tmp_path):
    text = "def len(a):\n    return [a]\n\n\ndef f():\n    return [len for len in len(1)], [b for b in [len for b in len(2)]]\n"
    root = target(tmp_path, "{rename: svc.models.len, to: size}", **{"svc__models.py": text, "main.py": ""})
    after = kit.applied(root, kit.plan(root))["svc/models.py"]
    assert after == text.replace("len(", "size(").replace("[len for b", "[size for b")


def test_a_comprehension_does_not_see_the_names_of_the_class_around_it(tmp_path):
    text = "from svc.models import price\n\n\nclass A:\n    price = [4]\n    said = [price(1) for _ in price]\n"
    root = target(tmp_path, "{rename: svc.models.price, to: total}", **{"svc__use.py": text})
    refused(root, "svc/use.py line 6: price should mean total of svc/models.py once")


def test_texts_that_name_it_are_named(tmp_path):
    text = "from unittest import mock\nimport svc.models\n\n# svc.models.price\nmock.patch('svc.models.price')\n"
    text += "getattr(svc.models, 'price')\nmock.patch.object(svc.models, 'price')\nprint('price', 'svc.models.prices')\n"
    files = {"svc__texts.py": text, "svc__broken.py": "x = 'svc.models.price'\ndef (:\n"}
    said = (
        "svc.models.price stands on in texts, in: svc/broken.py:1, svc/texts.py:4, svc/texts.py:5, svc/texts.py:6, svc/texts.py:7"
    )
    for rope in ("{rename: svc.models.price, to: total}", "{move: svc.models.price, to: svc.util}"):
        assert told(kit.plan(target(tmp_path, rope, **files)))["old-name"] == said


def test_attributes_of_who_knows_what_are_named(tmp_path):
    root = target(tmp_path, "{rename: svc.client.Client.get, to: fetch}", **{"svc__any.py": "def f(c):\n    c.get(1)\n"})
    assert told(kit.plan(root))["unsure"] == "nobody can tell whether get is it, in: svc/any.py:2"


@pytest.mark.parametrize("rope", ["{rename: svc.models.price, to: total}", "{move: svc.models.price, to: svc.util}"])
def test_who_lies_beside_a_copy_means_the_copy(tmp_path, rope):
    copy = {f"old__{path.replace('/', '__')}": text for path, text in FILES.items() if "__" not in path and path != "main.py"}
    root = target(tmp_path, rope, **copy, **{"old__svc____init__.py": ""})
    (root / "old/svc/__init__.py").write_text("")
    (root / "old/use.py").write_text("from svc.models import price\n\nprint(price(1))\n")
    made = kit.plan(root)
    assert made.deltas and not [one.path for one in made.deltas if one.path.startswith("old/")]
