"""Learning from shadow mode: what gets into learned.yaml, what is said of the rest, and that it is never half-written."""

import itertools
import json
import os

import pytest
from click.testing import CliRunner

import cli
from engine.learn import FILE, learn
from engine.learned import Learned, fold, parse_learned, render
from engine.model import RewrightError

RECORD = {
    "time": "2026-11-23T01:02:03.456789+00:00",
    "path": "/srv/app/agents/load.py",
    "line": 12,
    "function": "Agent.load",
    "type": "builtins.UnicodeDecodeError",
    "bases": ["builtins.UnicodeError", "builtins.ValueError", "builtins.Exception"],
    "recoverable": ["builtins.OSError"],
    "count": 1,
}


def log(root, *records):
    file = root.parent / "shadow.jsonl"
    lines = [one if isinstance(one, bytes) else json.dumps({**RECORD, **one}).encode() for one in records]
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return file


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "target"
    (root / "agents").mkdir(parents=True)
    (root / "agents" / "load.py").write_text("class Broken(Exception): ...\n")
    (root / "main.py").write_text("")
    return root


def written(root):
    return (root / FILE).read_text("utf-8") if (root / FILE).exists() else ""


def rows(root):
    return [line for line in written(root).splitlines() if line.startswith("- ")]


# -- what is learned -------------------------------------------------------------------


def test_one_line_a_function(root):
    others = (
        {"function": "zap"},
        {"count": 2, "time": "2026-11-24T00:00:00+02:00", "line": 14},
        {"type": "zmq.error.Again", "bases": []},
    )
    lesson = learn(log(root, {}, *others), root)
    assert rows(root) == [
        "- {path: agents/load.py, function: Agent.load, line: 14, exceptions: [UnicodeDecodeError, zmq.error.Again],"
        " count: 3, last: '2026-11-23T22:00:00Z'}",
        "- {path: agents/load.py, function: zap, line: 12, exceptions: [UnicodeDecodeError],"
        " count: 1, last: '2026-11-23T01:02:03Z'}",
    ]
    assert (lesson.records, len(lesson.sites), lesson.complaints, lesson.changed) == (4, 2, (), True)


def test_learning_twice_changes_nothing(root):
    file = log(root, {}, {"count": 2})
    learn(file, root)
    before, stamp = written(root), (root / FILE).stat().st_mtime_ns
    assert not learn(file, root).changed
    assert (written(root), (root / FILE).stat().st_mtime_ns) == (before, stamp)
    file.write_bytes(file.read_bytes() * 2)  # the same lines, copied
    assert not learn(file, root).changed
    learn(log(root, {}, {"count": 2}, {"count": 3}), root)  # the log has grown
    assert "count: 3" in written(root)


def test_bugs_are_kept_apart_until_a_person_says_otherwise(root):
    file = log(root, {}, {"type": "builtins.NameError", "bases": ["builtins.Exception"]})
    learn(file, root)
    assert "exceptions: [UnicodeDecodeError], bugs: [NameError]" in written(root)
    moved = written(root).replace(
        "exceptions: [UnicodeDecodeError], bugs: [NameError]", "exceptions: [NameError, UnicodeDecodeError]"
    )
    (root / FILE).write_text(moved)
    assert not learn(file, root).changed
    assert written(root) == moved


@pytest.mark.parametrize(
    ("kind", "bases", "exceptions", "bugs"),
    [
        ("builtins.KeyError", ["builtins.LookupError"], ("KeyError",), ()),
        ("app.Custom", ["app.Base", "builtins.Exception"], ("app.Custom",), ()),
        ("app.Custom", ["builtins.TypeError", "builtins.Exception"], (), ("app.Custom",)),
        ("app.make.<locals>.Odd", ["app.Base", "builtins.Exception"], ("app.Base",), ()),
        ("app.make.<locals>.Odd", [], ("Exception",), ()),
        ("__main__.Broken", ["builtins.Exception"], ("agents.load.Broken",), ()),
        ("__main__.Elsewhere", ["builtins.OSError"], ("OSError",), ()),
    ],
)
def test_how_a_class_is_named(root, kind, bases, exceptions, bugs):
    (site,) = learn(log(root, {"type": kind, "bases": bases}), root).sites
    assert (site.exceptions, site.bugs) == (exceptions, bugs)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("agents/load.py", "agents/load.py"),
        ("./agents/load.py", "agents/load.py"),
        ("{root}/agents/load.py", "agents/load.py"),
        ("{root}/main.py", "main.py"),
        ("main.py", "main.py"),
        ("C:\\app\\agents\\load.py", "agents/load.py"),
        ("/elsewhere/main.py", None),  # one name is too little
        ("/srv/../agents/load.py", None),
        ("<string>", None),
        ("/srv/agents/gone.py", None),
    ],
)
def test_where_a_path_lies(root, path, place):
    lesson = learn(log(root, {"path": path.format(root=root)}), root)
    assert [site.path for site in lesson.sites] == ([place] if place else [])
    assert [complaint.partition(": ")[2].endswith("name the target with --root") for complaint in lesson.complaints] == (
        [] if place else [True]
    )


def test_bad_lines_are_told_and_the_others_kept(root):
    bad = [
        b"{",
        b"[]",
        b"7",
        b"\xff",
        b"[" * 100_000,
        json.dumps({**RECORD, "line": "x"}).encode(),
        json.dumps({**RECORD, "line": True}).encode(),
    ]
    bad += [
        json.dumps({**RECORD, "type": "a\x1b[31m"}).encode(),
        json.dumps({**RECORD, "time": "soon"}).encode(),
        b'{"path": "a.py"}',
    ]
    for line in bad:
        file = log(root, {"function": "one"}, line, b"", {"function": "two"})
        lesson = learn(file, root)
        assert lesson.complaints == (f"{file}:2: is no record of shadow mode",), line
        assert lesson.records == 2
    file = log(root, *([{"path": "/x/gone.py", "count": count} for count in range(5)]))
    assert learn(file, root).complaints == (
        f"{file}:1: /x/gone.py is no file of {root}; name the target with --root (and 4 more lines)",
    )


def test_function_names_that_yaml_would_take_for_something_else(root):
    names = ["yes", "null", "<module>", "make.<locals>.run", "<lambda>", "été", "on"]
    learn(log(root, *({"function": name} for name in names)), root)
    assert len(rows(root)) == len(names)
    assert {site.function for site in parse_learned(written(root).encode(), FILE)} == set(names)


# -- the file --------------------------------------------------------------------------


def site(function="f", line=1, exceptions=("OSError",), bugs=(), count=1, last="2026-01-01T00:00:00Z"):
    return Learned("a.py", function, line, exceptions, bugs, count, last)


def test_folding_knows_no_order():
    sites = [
        site(),
        site(exceptions=("KeyError",), count=4),
        site(last="2027-01-01T00:00:00Z", line=9),
        site(bugs=("NameError",)),
        site("g"),
    ]
    results = {fold(order) for order in itertools.permutations(sites)}
    assert len(results) == 1
    (result,) = results
    assert result[0] == site(
        line=9, exceptions=("KeyError", "OSError"), bugs=("NameError",), count=4, last="2027-01-01T00:00:00Z"
    )
    assert fold([*result, *result]) == result
    assert parse_learned(render(result), "x") == result


def test_two_lines_that_a_merge_left_become_one(root):
    file = log(root, {})
    learn(file, root)
    twice = written(root) + rows(root)[0].replace("UnicodeDecodeError", "OSError") + "\n"
    (root / FILE).write_text(twice)
    learn(file, root)
    assert len(rows(root)) == 1
    assert "[OSError, UnicodeDecodeError]" in written(root)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("version: 1\nsites:\n- {path: a.py]\n", 3, "not valid YAML"),
        ("version: 2\nsites: []\n", 1, "expected `version: 1`"),
        ("- a\n", 1, "expected `version: 1`"),
        ("version: 1\nsites: {}\n", 1, "expected `version: 1`"),
        ("version: 1\nsites:\n- {path: a.py, function: f}\n- {path: 3, function: f}\n", 4, "by qualified name"),
        ("version: 1\nsites:\n- {path: a.py, function: f, exceptions: ['os.system(1)']}\n", 3, "by qualified name"),
        ("version: 1\nsites:\n- {path: a.py, function: f, exceptions: OSError}\n", 3, "by qualified name"),
        ("version: 1\nsites:\n- !!python/object:os.system {}\n", 3, "not valid YAML"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(root, text, line, said):
    (root / ".rewright").mkdir()
    (root / FILE).write_text(text)
    with pytest.raises(RewrightError, match=rf"learned\.yaml:{line}: .*{said}"):
        learn(log(root, {}), root)
    assert written(root) == text


def test_fault_61_a_link_in_its_place_is_not_followed(root, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (root / ".rewright").mkdir()
    (root / FILE).symlink_to(victim)
    with pytest.raises(RewrightError):
        learn(log(root, {}), root)
    assert victim.read_text() == "mine"


def test_fault_57_a_full_disk_keeps_the_old_file(root, monkeypatch):
    learn(log(root, {}), root)
    before = written(root)
    real = os.fsync

    def full(fd):
        if os.readlink(f"/proc/self/fd/{fd}").endswith(".part"):
            raise OSError(28, "No space left on device")
        real(fd)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        learn(log(root, {"function": "another"}), root)
    assert written(root) == before


def test_git_sees_the_file_and_not_the_journal(root):
    learn(log(root, {}), root)
    ignored = (root / ".rewright" / ".gitignore").read_text().split()
    assert "/journal/" in ignored
    assert not any("learned" in line for line in ignored)


# -- the command -----------------------------------------------------------------------


def told(*arguments):
    return CliRunner().invoke(cli.cli, ["learn", *map(str, arguments)])


def test_the_command_says_what_it_learned(root):
    file = log(root, {}, {"type": "builtins.NameError", "bases": ["builtins.Exception"]})
    result = told(file, "--root", root)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "agents/load.py:12 Agent.load: will recover from UnicodeDecodeError",
        "agents/load.py:12 Agent.load: looks like a bug, and will surface: NameError",
        "records: 2, functions: 1; .rewright/learned.yaml is brought up to date",
    ]
    assert told(file, "--root", root).output.endswith("is as it was\n")


def test_the_command_exits_with_1_when_a_line_was_bad(root):
    result = told(log(root, {}, b"junk"), "--root", root)
    assert result.exit_code == 1
    assert "shadow.jsonl:2: is no record of shadow mode" in result.output


def test_no_log_and_an_empty_log(root, tmp_path):
    result = told(tmp_path / "none.jsonl", "--root", root)
    assert isinstance(result.exception, RewrightError)
    assert str(result.exception).endswith("no such file; run the program with REWRIGHT_SHADOW=1, and name the file that it wrote")
    assert isinstance(told(tmp_path, "--root", root).exception, RewrightError)
    empty = told(log(root), "--root", root)
    assert (empty.exit_code, "holds no record" in empty.output) == (0, True)
    assert not (root / FILE).exists()
