"""The command line: exit codes, what a person is told, and what a command leaves behind. Each run is a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from engine import outcome
from engine.model import Applicability, Change, Failure, Finding, Plan, RewrightError, Site, Skip

REPO = Path(__file__).parent.parent
START = "from cli import main; main()"
BROAD = "def one(path):\n    try:\n        return open(path)\n    except Exception:\n        return None\n"
GUARD = "try:\n    import torch\nexcept Exception:\n    torch = None\n"
RULES = "version: 1\nrules:\n  - {id: broad-except}\n"
RAISES = '''"""A codemod that raises."""
from engine import Codemod


def run_file(source, project, options):
    raise ZeroDivisionError("from the codemod")
    yield


CODEMOD = Codemod("raises", "Raises.", 1, run_file, b"")
'''


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "target"
    folder.mkdir()
    (folder / "rules.yaml").write_text(RULES)
    (folder / "a.py").write_text(BROAD)
    return folder


def rewright(cwd, *arguments, expect=0, house=REPO, **more):
    """`rewright` in a folder, without a terminal; the finished process."""
    argv = [sys.executable, "-P", "-c", START, *map(str, arguments)]
    env = os.environ | {"XDG_CACHE_HOME": str(cwd.parent / "cache"), "PYTHONPATH": str(house), "COLUMNS": "130"}
    for name in ("FORCE_COLOR", "NO_COLOR"):
        env.pop(name, None)
    given = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 120} | more
    done = subprocess.run(argv, cwd=cwd, env=env, check=False, **given)
    assert done.returncode == expect, (done.stdout, done.stderr)
    return done


def tree(folder):
    """Every file by its path; .rewright, where the journal lives, left out."""
    files = [path for path in folder.rglob("*") if path.is_file() and ".rewright" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_rule_is_told_with_its_near_miss(target, option):
    told = rewright(target, "diff", option, "broad-exept", expect=2)
    assert "no rule is called 'broad-exept'" in told.stderr and "broad-except" in told.stderr.split("rules.yaml")[1]
    assert told.stdout == "" and "Traceback" not in told.stderr


def test_nothing_to_look_at_says_what_to_do(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    told = rewright(empty, "scan", expect=2)
    assert (
        told.stderr.startswith("rewright: no Python file to look at in ")
        and "name the folder that holds your code" in told.stderr
    )
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["scan", "diff", "apply"])
def test_a_rule_file_that_fails_validation_runs_nothing(target, command):
    (target / "rules.yaml").write_text("version: 1\nrules:\n  - {id: broad-except, colour: red}\n  - {id: broad-exept}\n")
    before = tree(target)
    told = rewright(target, command, "--unsafe", expect=2)
    assert told.stdout == ""
    assert "rules.yaml:3:" in told.stderr and "rules.yaml:4:" in told.stderr and "Traceback" not in told.stderr
    assert tree(target) == before


def test_a_wrong_option_is_a_usage_error(target):
    assert "No such option" in rewright(target, "scan", "--unsave", expect=2).stderr


def test_a_traceback_of_an_error_needs_verbose(target):
    assert "Traceback" not in rewright(target, "scan", "--select", "nothing", expect=2).stderr
    told = rewright(target, "scan", "--select", "nothing", "--verbose", expect=2).stderr
    assert "Traceback (most recent call last)" in told and "RewrightError" in told


# -- what goes wrong in the run ----------------------------------------------------------------


@pytest.fixture
def house(tmp_path):
    """A house of its own, with a codemod that raises."""
    folder = tmp_path / "house"
    for name in ("engine", "codemods", "commands", "rewright"):
        shutil.copytree(REPO / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(REPO / "cli.py", folder)
    (folder / "codemods" / "raises.py").write_text(RAISES)
    return folder


def test_a_codemod_that_raises_is_a_failure_and_the_others_go_on(target, house):
    (target / "rules.yaml").write_text("version: 1\nrules:\n  - {id: raises}\n  - {id: broad-except}\n")
    quiet = rewright(target, "diff", "--unsafe", "--jobs", "1", house=house, expect=1)
    assert "ZeroDivisionError" in quiet.stdout and "Traceback" not in quiet.stdout + quiet.stderr
    assert "-    except Exception:" in quiet.stdout
    loud = rewright(target, "diff", "--unsafe", "--jobs", "1", "--verbose", house=house, expect=1)
    assert "Traceback (most recent call last)" in loud.stdout and "in run_file" in loud.stdout
    rewright(target, "diff", "--unsafe", "--jobs", "1", "--strict", house=house, expect=2)


def test_strict_exits_with_2_for_a_file_that_does_not_parse(target):
    (target / "a.py").write_text("def broken(:\n")
    assert "a.py" in rewright(target, "scan").stdout
    rewright(target, "scan", "--strict", expect=2)
    rewright(target, "apply", "--strict", expect=2)


# -- exit codes --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["scan", "diff"])
def test_exit_codes_of_what_only_looks(target, command):
    before = tree(target)
    rewright(target, command, "--unsafe", expect=1)
    assert tree(target) == before
    (target / "a.py").write_text("x = 1\n")
    rewright(target, command, "--unsafe")


SITE = Site("a.py", 1)
CHANGE = Change(SITE, "m", Applicability.SAFE, (), ())
FINDING, SKIP, FAILURE = Finding(SITE, "m"), Skip(SITE, "r", "m"), Failure(SITE, "r", "m")


@pytest.mark.parametrize(
    "items, seen, strict, applied",
    [
        ((), 0, 0, 0),
        ((SKIP,), 0, 0, 0),
        ((FAILURE,), 0, 2, 0),
        ((CHANGE,), 1, 1, 0),
        ((FINDING,), 1, 1, 1),
        ((CHANGE, FAILURE), 1, 2, 0),
        ((FINDING, FAILURE), 1, 2, 1),
    ],
)
def test_the_exit_code_of_a_plan(items, seen, strict, applied):
    plan = Plan("/", (), items, (), 1)
    assert outcome.exit_code(plan, strict=False) == seen
    assert outcome.exit_code(plan, strict=True) == strict
    assert outcome.exit_code(plan, strict=False, applied=True) == applied


def test_only_what_nobody_can_mend_is_called_our_fault():
    assert outcome.sentence(RewrightError("name a folder")) == "name a folder"
    assert "disk" in outcome.sentence(OSError(28, "no room on disk"))
    assert outcome.sentence(KeyError("x")).startswith("a fault of Rewright itself: KeyError: 'x'; ")


# -- what the commands give --------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["diff", "--help"], ["apply", "-h"]])
def test_version_and_help_load_nothing_heavy(arguments):
    heavy = ("git", "libcst", "pathspec", "pebble", "pydantic", "pyflakes", "rich", "yaml")
    code = f"""
import atexit, sys
sys.path.insert(0, {str(REPO)!r})
atexit.register(lambda: print([name for name in {heavy} if name in sys.modules], file=sys.stderr))
from cli import main
main()
"""
    done = subprocess.run([sys.executable, "-P", "-c", code, *arguments], capture_output=True, check=True, text=True, timeout=60)
    assert done.stdout and done.stderr.strip() == "[]"


def test_apply_and_undo_on_the_agents_restore_every_byte(tmp_path):
    folder = tmp_path / "agents"
    shutil.copytree(REPO / "fixtures" / "agents", folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = tree(folder)
    arguments = ["--unsafe", "--rules", REPO / "rules.yaml", "--jobs", "2", "."]
    told = rewright(folder, "apply", *arguments, expect=1).stderr
    assert "files written; `rewright undo` takes them back." in told
    after = tree(folder)
    changed = {name for name in before if after[name] != before[name]}
    assert len(changed) > 5 and set(after) > set(before)
    again = rewright(folder, "diff", "--output-format", "jsonl", *arguments, expect=1).stdout
    assert "change" not in {json.loads(line)["type"] for line in again.splitlines()}
    assert f"{len(changed)} files restored, {len(after) - len(before)} removed." in rewright(folder, "undo").stderr
    assert tree(folder) == before


def test_apply_exits_with_0_when_nothing_is_left(target):
    (target / "a.py").write_text(GUARD)
    rewright(target, "diff", "--unsafe", expect=1)
    rewright(target, "apply", "--unsafe")
    rewright(target, "diff", "--unsafe")
    assert "except ImportError:" in (target / "a.py").read_text()


def test_undo_and_resume_with_nothing_to_do_say_so(target):
    for command in ("undo", "resume"):
        told = rewright(target, command, expect=2).stderr
        assert told.startswith("rewright: ") and "Traceback" not in told


def test_rules_prints_a_json_schema_that_takes_our_rules(tmp_path):
    schema = json.loads(rewright(tmp_path, "rules", "--schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(yaml.safe_load((REPO / "rules.yaml").read_text("utf-8")))
    assert not validator.is_valid({"version": 1, "rules": [{"id": "broad-exept"}]})


def test_rules_lists_what_is_in_force(target):
    listed = json.loads(rewright(target, "rules", "--output-format", "json").stdout)
    assert listed["rules_file"] == str(target / "rules.yaml")
    assert [row["id"] for row in listed["rules"]] == ["broad-except"] and "port-literal" in listed["unused_codemods"]


def test_explain_prints_the_headings_and_the_options(target):
    told = rewright(target, "explain", "broad-except").stdout
    for heading in ("What it does", "Why", "When it skips", "Applicability", "Options", "Options in force:"):
        assert any(line.startswith(heading) for line in told.splitlines()), heading
    assert "broad-except" in rewright(target, "explain", "broad-exept", expect=2).stderr


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "patch"])
def test_output_goes_to_the_file_and_is_the_same(target, form):
    arguments = ["diff", "--unsafe", "--output-format", form]
    shown = rewright(target, *arguments, expect=1, text=False).stdout
    silent = rewright(target, *arguments, "--output", target.parent / "report", expect=1, text=False).stdout
    assert shown and silent == b""
    assert (target.parent / "report").read_bytes() == shown


def test_several_rules_may_stand_in_one_option(target):
    (target / "rules.yaml").write_text(RULES + "  - {id: get-event-loop}\n")
    out = rewright(target, "scan", "--ignore", "broad-except, get-event-loop", expect=2).stderr
    assert "no rule is left to run" in out
    rewright(target, "scan", "--unsafe", "--select", " get-event-loop ,broad-except", expect=1)


@pytest.mark.parametrize("command", ["scan", "diff", "apply"])
def test_never_asks_without_a_terminal(target, command):
    """Standard input holds an answer that nobody may read."""
    with (target.parent / "answers").open("w+b") as stdin:
        stdin.write(b"yes\n")
        stdin.seek(0)
        rewright(target, command, "--unsafe", expect=0 if command == "apply" else 1, stdin=stdin)
        assert os.lseek(stdin.fileno(), 0, os.SEEK_CUR) == 0


def test_no_escape_codes_without_a_terminal(target):
    done = rewright(target, "diff", "--unsafe", expect=1)
    assert "\x1b" not in done.stdout + done.stderr
