"""`rewright burndown`: a history of real commits as table, chart and CSV; sprints and their budgets; what it says and writes."""

import csv
import json
import os
import subprocess
from xml.etree import ElementTree

import pytest
from test_cli import BROAD, rewright, tree

DAY = 86_400
START = 1_735_689_600  # 2025-01-01, a Wednesday
RULES = """version: 1
target: {exclude: ["attic/"]}
rules:
  - {id: broad-except, exclude: ["tests/"]}
  - {id: get-event-loop}
  - {id: import-cycle}
sprints:
  - {id: narrow, name: Narrow, rules: [broad-except], branch: refactor/narrow, paths: ["src/"], budget: {files: 1}}
  - {id: cycles, rules: [import-cycle], branch: refactor/cycles}
"""
CLEAN = "def one(path):\n    return open(path)\n"


def git(folder, *arguments, when=START):
    env = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_COMMITTER_DATE": f"{when} +0000"}
    identity = ("-c", "user.name=A", "-c", "user.email=a@b", "-c", "commit.gpgSign=false")
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=os.environ | env, check=True, capture_output=True
    ).stdout


@pytest.fixture
def target(tmp_path):
    """Four weeks: 4 files with a site in src, one of them mended each week; others in tests and the attic; a broken one."""
    folder = tmp_path / "target"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    files = {f"src/f{number}.py": BROAD for number in range(4)} | {"tests/t.py": BROAD, "attic/a.py": BROAD, "x.py": "def f(:\n"}
    for week in range(4):
        if week:
            files[f"src/f{week}.py"] = CLEAN
        for path, text in {**files, "rules.yaml": RULES}.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text)
        git(folder, "add", "-A")
        message = "mend\n\nRewright-Sprint: narrow\n" if week == 1 else "work"
        git(folder, "commit", "-q", "-m", message, when=START + week * 7 * DAY)
    return folder


def test_the_table_and_the_files(target):
    before = tree(target)
    out = target.parent
    done = rewright(target, "burndown", "--svg", out / "b.svg", "--csv", out / "b.csv")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[0] == ["date", "commit", "files", "broad-except", "get-event-loop", "unparsable"]
    assert [row[0] for row in rows[1:5]] == ["2025-01-01", "2025-01-08", "2025-01-15", "2025-01-22"]
    assert [row[3:5] for row in rows[1:5]] == [["4", "0"], ["3", "-1"], ["2", "-1"], ["1", "-1"]]
    assert "broad-except: done by 2025-01-29 (-0.9 a week)" in done.stdout
    assert "import-cycle: not counted" in done.stderr
    assert tree(target) == before
    with (out / "b.csv").open(newline="") as stream:
        known = [
            (row["date"], row["folder"], row["files"], row["unparsable"], row["broad-except"]) for row in csv.DictReader(stream)
        ]
    assert known[:3] == [
        ("2025-01-01", ".", "1", "1", "0"),
        ("2025-01-01", "src", "4", "0", "4"),
        ("2025-01-01", "tests", "1", "0", "0"),
    ]
    assert ElementTree.parse(out / "b.svg").getroot().get("width") == "800"


def test_at_head_it_is_what_scan_says_where_no_other_file_matters(target):
    known = json.loads(rewright(target, "burndown", "--output-format", "json").stdout)
    scanned = rewright(target, "scan", "--select", "broad-except", "--output-format", "jsonl", expect=1).stdout
    items = [json.loads(line) for line in scanned.splitlines()]
    sites = sum(item["type"] in ("change", "finding") for item in items)
    assert known["samples"][-1]["findings"]["broad-except"] == {"src": sites} == {"src": 1}


def test_a_sprint_has_its_paths_and_a_budget_from_where_it_landed_first(target):
    known = json.loads(rewright(target, "burndown", "--sprint", "narrow", "--every", "commit", "--output-format", "json").stdout)
    assert known["rules"] == ["broad-except"]
    assert known["budget"][0] == {"date": "2025-01-08", "sites": 3}
    assert known["budget"][-1]["date"] == "2025-01-11"  # one file a weekday: Wednesday, Thursday, Friday
    assert "budget: done by 2025-01-10" in rewright(target, "burndown", "--sprint", "narrow").stdout


def test_a_window_and_a_choice_of_rules(target):
    arguments = ("--since", "2025-01-08", "--until", "2025-01-15", "--select", "broad-except", "--by", "folder")
    rows = [line.split() for line in rewright(target, "burndown", *arguments).stdout.splitlines()]
    assert rows[0] == ["date", "commit", "files", "src", "unparsable"]
    assert [row[0] for row in rows[1:3]] == ["2025-01-08", "2025-01-15"]


def test_what_is_edited_or_not_committed_does_not_count(target):
    (target / "src" / "new.py").write_text(BROAD)
    (target / "src" / "f1.py").write_text(BROAD)
    known = json.loads(rewright(target, "burndown", "--output-format", "json").stdout)
    assert known["samples"][-1]["findings"]["broad-except"] == {"src": 1}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "yesterday"), "'yesterday' is no date; write it as 2025-06-30"),
        (("--since", "2030-01-01"), "no commit lies between 2030-01-01 and now"),
        (("--select", "import-cycle"), "choose other rules with --select"),
        (("--sprint", "cycles"), "choose other rules with --select"),
        (("--sprint", "narow"), "no sprint is called 'narow'"),
        (("--svg", "no/such/b.svg"), "name a file in a folder that is there"),
    ],
)
def test_errors_that_a_person_can_mend(target, arguments, said):
    assert said in rewright(target, "burndown", *arguments, expect=2).stderr


def test_without_a_repository(tmp_path):
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.py").write_text(BROAD)
    assert "is in no git repository" in rewright(tmp_path / "plain", "burndown", expect=2).stderr


def test_the_help_says_what_is_counted(tmp_path):
    told = " ".join(rewright(tmp_path, "burndown", "--help").stdout.split())
    assert "Each blob is counted once and alone" in told and "import-cycle" in told and "rules of today" in told
