"""What shadow mode taught reaches the rewrite; and the support module's own tests travel when asked, never over a stranger's."""

import kit
import pytest

from engine.model import Change, RewrightError

SOURCE = """\
import json
import logging

logger = logging.getLogger(__name__)


class Agent:
    def load(self, path):
        try:
            return open(path)
        except Exception:
            logger.error("no")
            return None


def load(path):
    try:
        return open(path)
    except Exception:
        logger.error("no")
        return None


def make():
    def load(path):
        try:
            return open(path)
        except Exception:
            logger.error("no")
            return None

    return load


try:
    kept = open("x")
except Exception:
    logger.error("no")
    kept = None


def mystery(call):
    try:
        return call()
    except Exception:
        logger.error("no")
        return None
"""


def taught(tmp_path, *entries, **options):
    """Function name to what its site recovers from, once these lines are learned."""
    (tmp_path / "a.py").write_text(SOURCE)
    (tmp_path / ".rewright").mkdir(exist_ok=True)
    lines = "".join(f"- {entry}\n" for entry in entries)
    (tmp_path / ".rewright" / "learned.yaml").write_text(f"version: 1\nsites:\n{lines}" if entries else "")
    plan = kit.plan(tmp_path, [kit.bound("broad-except", options)])
    assert not plan.of(kit.Failure)
    names = {11: "Agent.load", 19: "load", 28: "make.load", 37: "<module>", 45: "mystery"}
    return {names[change.site.line]: list(change.data["recoverable"]) for change in plan.of(Change)}


def test_nothing_learned(tmp_path):
    os_error = ["OSError"]
    assert taught(tmp_path) == {
        "Agent.load": os_error,
        "load": os_error,
        "make.load": os_error,
        "<module>": os_error,
        "mystery": ["Exception"],
    }


@pytest.mark.parametrize(
    ("function", "reached"),
    [
        ("Agent.load", {"Agent.load"}),
        ("make.<locals>.load", {"make.load"}),
        ("load", {"Agent.load", "load", "make.load"}),  # Python before 3.11 records no more than this
        ("<module>", {"<module>"}),
        ("make", set()),
        ("gone", set()),
    ],
)
def test_a_learned_exception_is_added_where_it_was_seen(tmp_path, function, reached):
    entry = f"{{path: a.py, function: '{function}', line: 3, exceptions: [json.decoder.JSONDecodeError]}}"
    found = taught(tmp_path, entry)
    assert {name for name, classes in found.items() if classes == ["OSError", "json.JSONDecodeError"]} == reached
    assert found["mystery"] == ["Exception"]


def test_what_is_not_added(tmp_path):
    before = taught(tmp_path)
    assert taught(tmp_path, "{path: b.py, function: load, exceptions: [KeyError]}") == before
    assert taught(tmp_path, "{path: a.py, function: load, bugs: [NameError]}") == before
    assert taught(tmp_path, "{path: a.py, function: load, exceptions: [FileNotFoundError]}") == before  # OSError absorbs it
    kept = taught(tmp_path, "{path: a.py, function: load, exceptions: [KeyError]}", preserve=True)
    assert {tuple(classes) for classes in kept.values()} == {("Exception",)}


def test_a_damaged_file_stops_the_run(tmp_path):
    with pytest.raises(RewrightError, match=r"\.rewright/learned\.yaml:3: expected"):
        taught(tmp_path, "{path: 1}")


# -- tests that travel -----------------------------------------------------------------


def made(tmp_path, **options):
    (tmp_path / "a.py").write_text(SOURCE)
    plan = kit.plan(tmp_path, [kit.bound("broad-except", options)])
    return {delta.path for delta in plan.deltas if delta.before is None}, plan


def test_tests_travel_only_when_asked(tmp_path):
    package = {"common_utils/__init__.py", "common_utils/error_handling.py"}
    assert made(tmp_path)[0] == package
    assert made(tmp_path, **{"support-tests": True})[0] == package | {"common_utils/test_error_handling.py"}
    assert made(tmp_path, **{"support-tests": True, "style": "narrow"})[0] == set()  # nothing needs the module: nothing to test


def test_a_strangers_files_are_never_overwritten(tmp_path):
    folder = tmp_path / "common_utils"
    folder.mkdir()
    strangers = {"error_handling.py": "class SafeExecutor:\n    pass\n", "test_error_handling.py": "def test(): ...\n"}
    for name, text in strangers.items():
        (folder / name).write_text(text)
    created, plan = made(tmp_path, **{"support-tests": True})
    assert created == {"common_utils/safe_executor.py", "common_utils/test_safe_executor.py"}
    assert all(
        "from common_utils.safe_executor import SafeExecutor" in delta.after.decode() for delta in plan.deltas if delta.before
    )
    assert {delta.path for delta in plan.deltas if delta.before is not None} == {"a.py"}

    (folder / "test_safe_executor.py").write_text("def test(): ...\n")
    assert made(tmp_path, **{"support-tests": True})[0] == {"common_utils/safe_executor.py"}  # no place: the module goes alone

    (folder / "safe_executor.py").write_text("class SafeExecutor: ...\n")
    created, plan = made(tmp_path, **{"support-tests": True})
    assert created == set()
    assert {skip.reason for skip in plan.of(kit.Skip)} == {"support-module-taken"}


def test_an_older_module_of_ours_stays_as_its_owner_left_it(tmp_path):
    file = tmp_path / "common_utils" / "error_handling.py"
    file.parent.mkdir()
    file.write_text("# rewright-support: error_handling 1\nclass SafeExecutor:\n    '''changed by its owner'''\n")
    assert made(tmp_path)[0] == set()
