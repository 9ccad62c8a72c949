"""Refactorings of rope: several files change together or not at all, once, and the target is not written."""

import pytest
import tools_kit as kit

from engine.model import Change, RewrightError
from engine.parallel import Limits, Pool

PRICES = """\
RATE = 2


def price(amount, rate=RATE):
    return amount * rate


class Till:
    def add(self, x):
        return price(x)
"""
MAIN = """\
from shop.prices import price, Till
import shop.prices

print(price(3, rate=4), shop.prices.price(1))  # both
Till().add(1)
"""
FILES = {
    "shop/__init__.py": "",
    "shop/prices.py": PRICES,
    "shop/taxes.py": '"""Taxes."""\nimport os\n',
    "main.py": MAIN.replace("\n", "\r\n").encode(),
    "broken.py": "def (:\n",
}
UNPARSED = ("Failure", "broken.py", 1, "syntax-error")


def target(folder, text, files=FILES):
    return kit.target(folder, {**files, "rules.yaml": f"version: 1\nrules:\n- id: it\n  rope: {text}\n"})


def test_a_rename_reaches_every_file_and_keeps_newlines(tmp_path):
    root = target(tmp_path, "{rename: shop.prices.price, to: cost}")
    before = {path: path.read_bytes() for path in root.rglob("*.py")}
    made = kit.plan(root)
    assert {path: path.read_bytes() for path in before} == before
    changes = made.of(Change)
    assert [one.site.path for one in changes] == ["main.py", "shop/prices.py"] and len({one.group for one in changes}) == 1
    assert "not read, so not changed: broken.py" in changes[0].evidence[0].detail
    after = kit.applied(root, made)
    assert after["main.py"] == FILES["main.py"].decode().replace("price,", "cost,").replace("price(", "cost(")
    assert kit.said(kit.plan(root)) == [UNPARSED]


def test_a_method_is_renamed_by_its_class(tmp_path):
    root = target(tmp_path, "{rename: shop.prices.Till.add, to: put}")
    after = kit.applied(root, kit.plan(root))
    assert "    def put(self, x):\n" in after["shop/prices.py"] and "Till().put(1)\r\n" in after["main.py"]


def test_a_move_updates_the_imports(tmp_path):
    files = {
        **FILES,
        "shop/prices.py": PRICES.partition("\n\n\nclass")[0] + "\n",
        "main.py": MAIN.partition("Till()")[0].replace(", Till", ""),
    }
    root = target(tmp_path, "{move: shop.prices.price, to: shop.taxes}", files)
    after = kit.applied(root, kit.plan(root))
    assert "def price(amount, rate=RATE):" in after["shop/taxes.py"] and "def price" not in after["shop/prices.py"]
    assert "print(price(3, rate=4), price(1))  # both" in after["main.py"]
    assert kit.said(kit.plan(root)) == [UNPARSED]


def test_a_move_that_closes_a_circle_is_refused(tmp_path):
    with pytest.raises(RewrightError, match="shop/prices.py would import shop/taxes.py which imports shop/prices.py: a circle"):
        kit.plan(target(tmp_path, "{move: shop.prices.price, to: shop.taxes}"))


def test_inline_and_signature(tmp_path):
    root = target(tmp_path, "{inline: shop.prices.RATE}")
    assert "rate=2):" in kit.applied(root, kit.plan(root))["shop/prices.py"]
    assert kit.said(kit.plan(root)) == [UNPARSED]
    target(
        root, "{change_signature: shop.prices.price, parameters: [amount, rate, 'currency=None'], values: {currency: '\"EUR\"'}}"
    )
    after = kit.applied(root, kit.plan(root))
    assert "def price(amount, rate=RATE, currency=None):" in after["shop/prices.py"]
    assert 'price(3, 4, "EUR")' in after["main.py"] or 'price(3, rate=4, currency="EUR")' in after["main.py"]
    assert kit.said(kit.plan(root)) == [UNPARSED]


def test_a_part_that_does_not_hold_keeps_every_file(tmp_path):
    prices = "def price(amount):  # dear\n    return amount\n"
    files = {**FILES, "shop/prices.py": prices, "main.py": "import shop.prices\n\nprint(shop.prices.price(1))\n"}
    made = kit.plan(target(tmp_path, "{inline: shop.prices.price}", files))
    assert made.deltas == ()
    told = [("Finding", "main.py", 3, "incomplete"), ("Failure", "shop/prices.py", 1, "gate:comments")]
    assert kit.said(made) == [UNPARSED, *told]


def test_an_earlier_rule_may_change_other_lines_and_not_the_same(tmp_path):
    first = (
        "version: 1\nrules:\n- id: one\n  match: {0}\n  replace: {1}\n- id: it\n  rope: {{rename: shop.prices.price, to: cost}}\n"
    )
    root = kit.target(tmp_path, {**FILES, "rules.yaml": first.format("Till().add(1)", "Till().add(2)")})
    after = {delta.path: delta.after for delta in kit.plan(root).deltas}
    assert b"Till().add(2)" in after["main.py"] and b"cost(3, rate=4)" in after["main.py"]
    kit.target(root, {"rules.yaml": first.format("price(3, rate=4)", "price(3, rate=5)")})
    made = kit.plan(root)
    assert ("Skip", "main.py", 1, "changed-before") in kit.said(made) or ("Skip", "main.py", 4, "changed-before") in kit.said(
        made
    )
    assert [one.path for one in made.deltas] == ["main.py"] and b"rate=5" in made.deltas[0].after


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{rename: shop.prices.prize, to: cost}", "nothing is called shop.prices.prize"),
        ("{rename: shop.prices.price, to: lambda}", "rope cannot rename shop.prices.price: .*keyword"),
        ("{rename: store.prices.price, to: cost}", "the target has no module store"),
        ("{inline: shop.prices}", "shop.prices is a module"),
        ("{move: shop.prices.price, to: shop.nowhere}", "there is no module shop.nowhere"),
        ("{change_signature: shop.prices.Till, parameters: [a]}", "rope cannot change signature shop.prices.Till"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_with_the_rule(text, sentence, tmp_path):
    with pytest.raises(RewrightError, match=f"rule it: .*{sentence}"):
        kit.plan(target(tmp_path, text))


def test_it_runs_in_a_worker_and_says_the_same(tmp_path):
    root = target(tmp_path, "{rename: shop.prices.price, to: cost}")
    with Pool(2, Limits()) as pool:
        assert kit.plan(root, runner=pool) == kit.plan(root)
