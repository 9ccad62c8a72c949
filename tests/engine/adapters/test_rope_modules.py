"""rope moves and renames modules and packages: the program runs as before, from the new place, and a second run finds nothing."""

import subprocess
import sys

import pytest
import tools_kit as kit

from engine.apply import apply, undo
from engine.model import Change, Finding, RewrightError
from engine.parallel import Limits, Pool

FILES = {
    "shop/__init__.py": '"""A shop."""\n',
    "shop/prices.py": "from . import taxes\nfrom .taxes import VAT\nimport os\n\ndef price(a):\n    return a * VAT * taxes.VAT\n",
    "shop/taxes.py": "VAT = 2\n",
    "shop/till.py": "from .prices import price\nfrom . import prices\nfrom . import (\n    prices as p,\n    taxes,\n)\n\n"
    "TOTAL = price(1), prices.price(2), p.price(3), taxes.VAT\n",
    "shop/sub/__init__.py": "from ..prices import price\n",
    "shop/sub/x.py": "from ..taxes import VAT\nfrom . import y\nfrom .. import prices, taxes  # both\n"
    "from ..sub.y import NAME\n\nSAID = VAT, y.NAME, prices.price(4), taxes.VAT, NAME\n",
    "shop/sub/y.py": "NAME = __name__.rpartition('.')[2]\n",
    "shop/sub/z.py": "import shop.sub.x\nfrom shop.sub import x as again\n\nSAID = shop.sub.x.SAID, again.SAID\n",
    "other/__init__.py": "",
    "other/user.py": "import shop.prices\nimport shop.prices as sp\nfrom shop import prices, taxes\n"
    "from shop.prices import price as q\nimport shop\n\n\ndef f():\n    from shop.prices import price\n    import shop.sub.x\n\n"
    "    return price(5), shop.prices.price(6), sp.price(7), prices.price(8), taxes.VAT, q(9), shop.sub.x.SAID\n\n\n"
    "try:\n    import shop.prices\nexcept ImportError:\n    shop = None\nNAME = 'shop.prices'  # not an import\n",
    "main.py": "import shop.sub.x as x\nfrom shop.sub import x as xx\nfrom shop import sub, till\nimport shop.sub\n"
    "import shop.sub.z\nfrom shop.sub import *\nfrom other.user import f\n\n"
    "print(x.SAID, xx.SAID, sub.x.SAID, shop.sub.x.SAID, price(10), f(), till.TOTAL, shop.sub.z.SAID)\n",
    "broken.py": "def (:\n",
}


def target(folder, rope, **more):
    return kit.target(folder, {**FILES, **more, "rules.yaml": f"version: 1\nrules:\n- id: it\n  rope: {rope}\n"})


def run(root, name="main"):
    done = subprocess.run([sys.executable, "-m", name], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def texts(root):
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.py")}


@pytest.mark.parametrize(
    ("rope", "moved"),
    [
        ("{rename: shop.prices, to: costs}", {"shop/prices.py": "shop/costs.py"}),
        ("{rename: shop.taxes, to: rates}", {"shop/taxes.py": "shop/rates.py"}),
        (
            "{rename: shop.sub, to: below}",
            {f"shop/sub/{name}.py": f"shop/below/{name}.py" for name in ("__init__", "x", "y", "z")},
        ),
        ("{rename: shop, to: store}", {path: path.replace("shop/", "store/") for path in FILES if path.startswith("shop/")}),
        ("{rename: other.user, to: client}", {"other/user.py": "other/client.py"}),
        ("{move: shop.prices, to: other}", {"shop/prices.py": "other/prices.py"}),
        ("{move: shop.prices, to: shop.sub}", {"shop/prices.py": "shop/sub/prices.py"}),
        ("{move: shop.sub.y, to: shop}", {"shop/sub/y.py": "shop/y.py"}),
        ("{move: shop.taxes, to: other}", {"shop/taxes.py": "other/taxes.py"}),
        ("{move: shop.sub, to: other}", {f"shop/sub/{name}.py": f"other/sub/{name}.py" for name in ("__init__", "x", "y", "z")}),
        ("{move: other.user, to: shop.sub}", {"other/user.py": "shop/sub/user.py"}),
    ],
)
def test_the_program_runs_as_before(tmp_path, rope, moved):
    root = target(tmp_path, rope)
    before, said = texts(root), run(root)
    made = kit.plan(root)
    assert texts(root) == before
    changes = made.of(Change)
    assert {one.site.path: one.moves_to for one in changes if one.moves_to} == moved and len({one.group for one in changes}) == 1
    assert not apply(made).failures
    assert run(root) == said and not moved.keys() & texts(root).keys()
    assert kit.plan(root).deltas == ()
    undo(root)
    assert texts(root) == before


def test_the_evidence_names_what_rope_does_not_see(tmp_path):
    files = {"broken.py": "from shop.prices import price\ndef (:\n"}
    made = kit.plan(target(tmp_path, "{rename: shop.prices, to: costs}", **files))
    evidence = {one.check: one.detail for one in made.of(Change)[0].evidence}
    said = "its old name stands on, in strings, comments or files that were not read, in: broken.py, other/user.py"
    assert evidence["old-name"] == said
    assert "not read, so not changed: broken.py" in evidence["rope"]


def test_the_evidence_says_what_a_module_knows_of_its_place(tmp_path):
    files = {"shop/taxes.py": "import os\n\nVAT = 2\nHERE = os.path.dirname(__file__), __package__\n"}
    changes = kit.plan(target(tmp_path, "{rename: shop.taxes, to: rates}", **files)).of(Change)
    told = {one.site.path: found.detail for one in changes for found in one.evidence if found.check == "place"}
    assert told == {"shop/taxes.py": "it looks at where it is: __file__, __package__"}


@pytest.mark.parametrize("kind", ["rename", "move"])
def test_who_lies_beside_a_copy_means_the_copy(tmp_path, kind):
    copy = {f"backup/{path}": text for path, text in FILES.items() if path.startswith(("shop/", "other/user"))}
    to = {"rename": "costs", "move": "other"}[kind]
    root = target(tmp_path, f"{{{kind}: shop.taxes, to: {to}}}", **copy, **{"backup/use.py": "from shop.taxes import VAT\n"})
    made = kit.plan(root)
    assert made.deltas and not [one.path for one in made.deltas if one.path == "backup/use.py"]


def test_a_module_of_no_package_and_nobody_who_imports_it(tmp_path):
    root = kit.target(
        tmp_path, {"tool.py": "print(1)\n", "rules.yaml": "version: 1\nrules:\n- id: it\n  rope: {rename: tool, to: kit}\n"}
    )
    made = kit.plan(root)
    assert [one.path for one in made.deltas] == ["kit.py", "tool.py"] and made.of(Change)[0].group_size == 1
    apply(made)
    assert run(root, "kit") == "1\n" and kit.plan(root).items == ()


def test_a_module_that_its_old_package_imports_is_moved_once(tmp_path):
    root = target(
        tmp_path, "{move: shop.taxes, to: other}", **{"shop/__init__.py": "from . import taxes\nfrom .taxes import VAT\n"}
    )
    apply(kit.plan(root))
    assert (root / "shop/__init__.py").read_text() == "from other import taxes\nfrom other.taxes import VAT\n"
    assert kit.plan(root).deltas == ()


def test_a_name_is_renamed_to_one_that_a_module_beside_it_has(tmp_path):
    rope, init = "{rename: shop.vat, to: taxes}", {"shop/__init__.py": "def vat():\n    return 1\n"}
    with pytest.raises(RewrightError, match="other/user.py line 3: taxes should mean shop/taxes.py once shop.vat is renamed"):
        kit.plan(target(tmp_path, rope, **init))
    root = target(tmp_path, rope, **init, **{"other/user.py": "", "shop/prices.py": "", "shop/till.py": "", "shop/sub/x.py": ""})
    assert {delta.path: delta.after for delta in kit.plan(root).deltas} == {"shop/__init__.py": b"def taxes():\n    return 1\n"}


def test_encoding_newlines_and_mode_are_kept(tmp_path):
    data = "# -*- coding: latin-1 -*-\r\nfrom .taxes import VAT  # caf\xe9\r\nprice = VAT".encode("latin-1")
    root = target(
        tmp_path, "{move: shop.prices, to: other}", **{"shop/prices.py": data, "shop/till.py": b"from .prices import price\r\n"}
    )
    (root / "shop/prices.py").chmod(0o755)
    apply(kit.plan(root))
    assert (root / "other/prices.py").read_bytes() == data.replace(b".taxes", b"shop.taxes")
    assert (root / "other/prices.py").stat().st_mode & 0o777 == 0o755
    assert (root / "shop/till.py").read_bytes() == b"from other.prices import price\r\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from shop import prices\n", "from other import prices\n"),
        ("from shop import prices, taxes  # both\n", "from other import prices\nfrom shop import taxes  # both\n"),
        ("from shop import taxes, prices\n", "from other import prices\nfrom shop import taxes\n"),
        (
            "from shop import prices, taxes, prices as p\n",
            "from other import prices\nfrom other import prices as p\nfrom shop import taxes\n",
        ),
        (
            "from shop import taxes, prices as p, prices\n",
            "from other import prices\nfrom other import prices as p\nfrom shop import taxes\n",
        ),
        ("from shop import (\n    prices,  # a\n    taxes,\n)\n", None),
        ("from shop import (\n    taxes,  # a\n    prices,\n)\n", None),
        (
            "from shop import (\n    prices,\n    taxes,  # b\n)\n",
            "from other import prices\nfrom shop import (\n    taxes,  # b\n)\n",
        ),
        ("from shop import (taxes,\n    prices,)\n", "from other import prices\nfrom shop import (taxes,)\n"),
        (
            "import os; from shop import taxes, prices; x = 1\n",
            "import os; from other import prices; from shop import taxes; x = 1\n",
        ),
        (
            "def f():\n    from shop import taxes, prices\n",
            "def f():\n    from other import prices\n    from shop import taxes\n",
        ),
        ("from shop . prices import price as q  # said\n", "from other.prices import price as q  # said\n"),
        ("from shop.prices import (\n    price,  # a\n    os,\n)\n", "from other.prices import (\n    price,  # a\n    os,\n)\n"),
        ("from shop.prices import *\n", "from other.prices import *\n"),
        ("import shop.prices as prices  # a\n", "import other.prices as prices  # a\n"),
        ("import os, shop.prices as p, re\n", "import os, other.prices as p, re\n"),
    ],
)
def test_imports_keep_their_comments_and_layout(tmp_path, before, after):
    files = {path: FILES[path] for path in ("shop/__init__.py", "shop/prices.py", "shop/taxes.py", "other/__init__.py")}
    rules = "version: 1\nrules:\n- id: it\n  rope: {move: shop.prices, to: other}\n"
    root = kit.target(tmp_path, {**files, "user.py": before, "rules.yaml": rules})
    made = kit.plan(root)
    found = {delta.path: delta.after.decode() for delta in made.deltas if delta.after is not None}
    if after is None:  # a comment would be lost
        assert found == {} and {one.reason for one in made.items} == {"gate:comments", "incomplete"}
    else:
        assert found["user.py"] == after


def test_a_stub_goes_along(tmp_path):
    stubs = {"shop/taxes.pyi": "VAT: int\n", "shop/prices.pyi": "from .taxes import VAT\n"}
    root = target(tmp_path, "{rename: shop.taxes, to: rates}", **stubs)
    apply(kit.plan(root))
    assert (root / "shop/prices.pyi").read_text() == "from .rates import VAT\n"
    assert (root / "shop/rates.pyi").read_text() == "VAT: int\n" and not (root / "shop/taxes.pyi").exists()


@pytest.mark.parametrize("first", [True, False])
def test_another_rule_changes_the_file_that_moves(tmp_path, first):
    one, move = "- id: one\n  match: VAT = 2\n  replace: VAT = 3\n", "- id: it\n  rope: {rename: shop.taxes, to: rates}\n"
    root = target(tmp_path, "{}")
    (root / "rules.yaml").write_text("version: 1\nrules:\n" + (one + move if first else move + one))
    after = {delta.path: delta.after for delta in kit.plan(root).deltas}
    assert after["shop/rates.py"] == b"VAT = 3\n" and after["shop/taxes.py"] is None


@pytest.mark.parametrize(
    ("rope", "more", "sentence"),
    [
        ("{rename: shop.prices, to: taxes}", {}, "shop.prices would become shop.taxes, and shop/taxes.py is there already"),
        ("{rename: shop.prices, to: sub}", {}, "would become shop.sub, and shop/sub is there already"),
        ("{rename: shop.prices, to: class}", {}, "rope cannot rename shop.prices: .*keyword"),
        ("{rename: shop.prizes, to: costs}", {}, "nothing is called shop.prizes"),
        ("{rename: store, to: costs}", {}, "the target has no module store"),
        (
            "{move: shop.prices, to: nowhere}",
            {},
            "there is no package nowhere to move shop.prices to; make its __init__.py first",
        ),
        ("{move: shop.prices, to: other.user}", {}, "there is no package other.user"),
        ("{move: shop.sub, to: shop.sub}", {}, "shop.sub cannot be moved into itself"),
        ("{move: shop, to: shop.sub}", {}, "shop cannot be moved into itself"),
        ("{move: shop.prices, to: other}", {"other/prices.py": ""}, "other/prices.py is there already"),
        ("{rename: shop.sub, to: below}", {"shop/sub/bad.py": "def (:\n"}, "shop/sub/bad.py cannot be read or does not parse"),
        ("{rename: shop.sub, to: below}", {"shop/sub/data.json": "{}"}, "'shop/sub/data.json' would stay behind"),
        ("{rename: shop.sub, to: below}", {"shop/below/notes.txt": ""}, "'shop/below': it is there already"),
        ("{rename: shop.prices, to: costs}", {"shop/costs.py/x.txt": ""}, "'shop/costs.py' is there already"),
        (
            "{rename: shop.taxes, to: rates}",
            {"outer.py": "from ..shop.taxes import VAT\n"},
            "outer.py line 1 imports from outside of the target, and rope would change that",
        ),
        (
            "{rename: shop.prices, to: costs}",
            {"shop/till.pyi": "import shop.prices\n"},
            "shop/till.pyi line 1 would still import",
        ),
    ],
)
def test_what_cannot_be_is_a_sentence(tmp_path, rope, more, sentence):
    root = target(tmp_path, rope, **more)
    before = texts(root) if "shop/costs.py/x.txt" not in more else None
    with pytest.raises(RewrightError, match=sentence):
        kit.plan(root)
    assert before is None or texts(root) == before


def test_a_part_that_is_left_out_keeps_every_file(tmp_path):
    root = target(
        tmp_path, "{rename: shop.taxes, to: rates}", **{"shop/till.py": "from . import taxes  # rewright: ignore[it] later\n"}
    )
    made = kit.plan(root)
    assert made.deltas == () and {one.reason for one in made.of(Finding)} == {"incomplete"}


def test_it_runs_in_workers_and_says_the_same(tmp_path):
    root = target(tmp_path, "{move: shop.prices, to: other}")
    with Pool(2, Limits()) as pool:
        assert kit.plan(root, runner=pool) == kit.plan(root)
