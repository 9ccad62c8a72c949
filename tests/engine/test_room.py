"""Where a move finds no room, or would leave something behind, nothing is planned, and a sentence says why."""

import os

import pytest
from badmods import rule, swap
from kit import plan
from move_kit import applied, bytes_of, moving, refused, target

from engine.cache import Cache
from engine.model import Applicability, Change, Creation, FileDelta, RewrightError
from engine.room import require_room


@pytest.mark.parametrize("kind", ["file", "folder", "link", "fifo"])
def test_the_destination_exists(tmp_path, kind):
    root = target(tmp_path)
    place = root / "shop/costs.py"
    if kind == "file":
        place.write_bytes(b"mine = 1\n")
    elif kind == "folder":
        place.mkdir()
    elif kind == "link":
        place.symlink_to("nowhere")
    else:
        os.mkfifo(place)
    refused(root, "'shop/costs.py' is there already; move it")


def test_a_file_stands_where_a_folder_is_needed(tmp_path):
    root = target(tmp_path, costs=b"no folder")
    refused(root, "'costs' is there already", moving(moves={"shop/prices.py": "costs/a/prices.py"}))


PACKAGE = {f"shop/{name}.py": f"costs/{name}.py" for name in ("__init__", "prices", "tills")}


def package(moves=PACKAGE):
    return moving(moves=moves, blind=("shop/tills.py", "shop/prices.py"), size=3)


@pytest.mark.parametrize("name", ["data.json", "py.typed", "native.so", "deep/notes.txt", "notes.PY"])
def test_a_package_does_not_leave_data_behind(tmp_path, name):
    refused(target(tmp_path, **{f"shop/{name}": b""}), f"'shop/{name}' would stay behind", package())


def test_what_came_since_the_plan_was_made_does_not_stay_behind_either(tmp_path):
    root = target(tmp_path / "target", {"shop/__init__.py": b"", "shop/prices.py": b"", "shop/tills.py": b""})
    cache = Cache(tmp_path / "cache")
    assert plan(root, [package()], cache=cache).deltas
    (root / "shop" / "data.json").write_bytes(b"{}")
    with pytest.raises(RewrightError, match="'shop/data.json' would stay behind"):
        plan(root, [package()], cache=cache)


def test_a_package_leaves_compiled_files_behind(tmp_path):
    files = {"shop/__init__.py": b"", "shop/prices.py": b"", "shop/tills.py": b"", "shop/__pycache__/prices.pyc": b"old"}
    root = target(tmp_path, files)
    applied(plan(root, [package()]))
    assert set(bytes_of(root)) == {*PACKAGE.values(), "shop/__pycache__/prices.pyc"}


def test_a_package_does_not_leave_a_submodule_behind(tmp_path):
    root = target(tmp_path, {"shop/__init__.py": b"", "shop/prices.py": b"", "shop/tills.py": b""})
    (root / "shop" / "vendor").mkdir()
    refused(root, "'shop/vendor/' would stay behind", package())


def test_a_package_is_not_moved_into_a_folder_that_is_there(tmp_path):
    root = target(tmp_path, {"shop/__init__.py": b"", "shop/prices.py": b"", "shop/tills.py": b"", "costs/readme.txt": b""})
    refused(root, "'shop' cannot be moved to 'costs': it is there already", package())
    (root / "costs/readme.txt").unlink()
    refused(root, "'shop' cannot be moved to 'costs': it is there already", package())
    target(root, {"costs/__pycache__/prices.pyc": b""})
    assert plan(root, [package()]).deltas


def test_nothing_is_created_in_a_package_that_goes(tmp_path):
    def creator(source, _, options):
        for one in swap(source, "old", "new"):
            text = (Creation("shop/made.py", ""),)
            yield Change(one.site, "m", Applicability.SAFE, one.edits, one.spans, creates=text, group="made")

    files = {"shop/__init__.py": b"", "shop/prices.py": b"", "shop/tills.py": b"", "x.py": b"old = 1\n"}
    refused(target(tmp_path, files), "another rule would create 'shop/made.py' in it", package(), rule(creator))


@pytest.mark.parametrize("link", ["shop", "shop/prices.py"])
def test_fault_61_a_symlink_is_not_moved(tmp_path, link):
    root = target(tmp_path)
    (root / link).rename(root / "real")
    (root / link).symlink_to(root / "real")
    deltas = (FileDelta("shop/prices.py", b"", None), FileDelta("shop/costs.py", None, b"", origin="shop/prices.py"))
    with pytest.raises(RewrightError, match=f"'shop/prices.py' cannot be moved: '{link}' is a symbolic link"):
        require_room(root, deltas)
