"""An import that would point to where a module no longer is stops the plan, and is named."""

import pytest
from kit import plan
from move_kit import moving, refused, target


@pytest.mark.parametrize(
    ("path", "text", "named"),
    [
        ("app.py", "import shop.prices\n", "shop.prices"),
        ("app.py", "import shop.prices as p\n", "shop.prices"),
        ("app.py", "from shop.prices import VAT\n", "shop.prices"),
        ("app.py", "from shop import prices\n", "shop.prices"),
        ("app.py", "def f():\n    from shop import prices\n", "shop.prices"),
        ("shop/tills.py", "from .prices import VAT\n", ".prices"),
        ("shop/tills.py", "from . import prices\n", ".prices"),
        ("shop/deep/x.py", "from .. import prices\n", "..prices"),
        ("shop/stub.pyi", "from .prices import VAT\n", ".prices"),
        ("src/x.py", "from shop.prices import VAT\n", "shop.prices"),
    ],
)
def test_an_import_that_stays_is_refused(tmp_path, path, text, named):
    files = {"shop/__init__.py": b"", "shop/prices.py": b"", path: text.encode()}
    words = (
        f"{path} line {text.count('def') + 1} would still import {named}, and its file 'shop/prices.py' moves to 'shop/costs.py'"
    )
    refused(target(tmp_path, files), words, moving(blind=(path,), size=1))


@pytest.mark.parametrize(
    "text",
    [
        "import prices\n",
        "from other import prices\n",
        "from shop import VAT\n",
        "NAME = 'shop.prices'\n",
        "from . import tills\n",
        "from ...shop.prices import VAT\n",
    ],
)
def test_an_import_of_something_else_is_not(tmp_path, text):
    files = {"shop/__init__.py": b"VAT = 1\n", "shop/prices.py": b"", "shop/tills.py": b"", "shop/x.py": text.encode()}
    assert plan(target(tmp_path, files), [moving(blind=("shop/x.py",), size=1)]).deltas


@pytest.mark.parametrize(
    ("importer", "moves"),
    [("app.py", False), ("tests/t.py", False), ("backup/app.py", True), ("backup/shop/x.py", True)],
)
def test_of_two_modules_with_one_name_the_nearer_one_is_meant(tmp_path, importer, moves):
    names = ("shop/__init__.py", "shop/prices.py", "backup/shop/__init__.py", "backup/shop/prices.py")
    root = target(tmp_path, {**dict.fromkeys(names, b""), importer: b"from shop.prices import VAT\n"})
    move = moving(blind=(importer,), size=1)
    if moves:
        assert plan(root, [move]).deltas
    else:
        refused(root, f"{importer} line 1 would still import shop.prices", move)


def test_where_neither_copy_is_around_nobody_knows_which_is_meant(tmp_path):
    names = ("one/shop/__init__.py", "one/shop/prices.py", "two/shop/__init__.py", "two/shop/prices.py")
    root = target(tmp_path, {**dict.fromkeys(names, b""), "app.py": b"from shop.prices import VAT\n"})
    assert plan(root, [moving(moves={"one/shop/prices.py": "one/shop/costs.py"}, blind=("app.py",), size=1)]).deltas


def test_a_name_that_the_package_binds_is_not_the_module(tmp_path):
    files = {
        "shop/__init__.py": b"from .costs import VAT as prices\n",
        "shop/prices.py": b"",
        "app.py": b"from shop import prices\n",
    }
    assert plan(target(tmp_path, files), [moving(blind=tuple(files), size=1)]).deltas


def test_a_name_that_the_package_binds_is_not_the_module_to_its_neighbours_either(tmp_path):
    files = {
        "shop/__init__.py": b"prices = 1\n",
        "shop/prices.py": b"",
        "shop/till.py": b"from . import prices\n",
    }
    assert plan(target(tmp_path, files), [moving(blind=tuple(files), size=1)]).deltas


def test_what_a_moved_file_imports_must_be_within_its_reach(tmp_path):
    files = {
        "shop/__init__.py": b"",
        "shop/prices.py": b"from .rates import R\n",
        "shop/rates.py": b"R = 1\n",
        "other/__init__.py": b"",
    }
    away = moving(moves={"shop/prices.py": "other/prices.py"}, blind=tuple(files), size=1)
    refused(target(tmp_path, files), r"other/prices.py line 1 would still import \.rates", away)
