"""Where support modules go, and what the plan creates for them."""

import pytest

from engine import support
from engine.codemod import SupportModule

MODULE = SupportModule("error_handling", "{folder}/error_handling.py", "{folder}/safe_executor.py", "error_handling.py")
OURS = b"# rewright-support: error_handling 1\n"


def placed(root, known=frozenset(), **options):
    return support.place(root, [(MODULE, options)], known).get("error_handling")


def write(root, path, data=b""):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


def test_first_place_when_nothing_stands_there(tmp_path):
    assert placed(tmp_path) == "common_utils/error_handling.py"
    assert placed(tmp_path, **{"support-folder": "lib/shared"}) == "lib/shared/error_handling.py"


@pytest.mark.parametrize(("first", "place"), [(OURS, "error_handling"), (b"class SafeExecutor: ...\n", "safe_executor")])
def test_fallback_only_when_somebody_else_is_there(tmp_path, first, place):
    write(tmp_path, "common_utils/error_handling.py", first)
    assert placed(tmp_path) == f"common_utils/{place}.py"


def test_no_place_when_both_are_taken_or_the_folder_is_a_file(tmp_path):
    write(tmp_path, "common_utils/error_handling.py", b"x = 1\n")
    write(tmp_path, "common_utils/safe_executor.py", b"x = 1\n")
    write(tmp_path, "taken", b"no folder\n")
    assert placed(tmp_path) is None
    assert placed(tmp_path, **{"support-folder": "taken"}) is None


@pytest.mark.parametrize(
    ("init", "free"),
    [(b"", True), (b"import logging\n", True), (b"from agents import core\n", False), (b"from .env import load\n", False)],
)
def test_fault_42_package_that_imports_the_target_is_no_place(tmp_path, init, free):
    write(tmp_path, "common_utils/__init__.py", init)
    assert (placed(tmp_path, {"agents/core.py", "common_utils/__init__.py"}) is not None) == free


def test_new_folder_becomes_a_package_and_what_is_there_stays(tmp_path):
    made = support.deltas(tmp_path, {"common_utils/error_handling.py": OURS})
    assert [delta.path for delta in made] == ["common_utils/__init__.py", "common_utils/error_handling.py"]
    assert all(delta.before is None for delta in made)
    write(tmp_path, "common_utils/error_handling.py", OURS + b"# changed by its owner\n")
    assert support.deltas(tmp_path, {"common_utils/error_handling.py": OURS}) == []
