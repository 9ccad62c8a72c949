"""What a run reads: the files of a fact; and facts alone, without rules."""

import badmods
import pytest
from badmods import rule

from engine.cache import Cache
from engine.codemod import Fact
from engine.discover import discover
from engine.inputs import fact_files
from engine.model import RewrightError
from engine.parallel import Crash, Inline
from engine.request import Request
from engine.run import learn


def fact(*files):
    return Fact("f", 1, None, lambda source: None, lambda found, project: found, files=files)


@pytest.fixture
def root(tmp_path):
    for name in ("ports.yaml", "conf/ports.yaml", "conf/deep/start.yaml", "build/ports.yaml", "notes.txt", "..conf/x.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def found(root, *files, left_out=lambda path: path.startswith("build/"), **options):
    return list(fact_files(root, fact(*files), options, left_out))


def test_a_name_is_that_file_and_a_pattern_finds_files_at_any_depth(root):
    assert found(root, "ports.yaml") == ["ports.yaml"]
    assert found(root, "p*.yaml") == ["conf/ports.yaml", "ports.yaml"]
    assert found(root, "conf/*.yaml") == ["conf/ports.yaml"]
    assert found(root, "conf/**/*.yaml") == ["conf/deep/start.yaml", "conf/ports.yaml"]


def test_what_is_left_out_is_read_only_by_its_name(root):
    assert "build/ports.yaml" in found(root, "*.yaml", left_out=lambda path: False)
    assert found(root, "build/ports.yaml") == ["build/ports.yaml"]


def test_options_name_files_one_or_several(root):
    assert found(root, "{where}", where="notes.txt") == ["notes.txt"]
    assert found(root, "{where}", where=["notes.txt", "s*.yaml"]) == ["conf/deep/start.yaml", "notes.txt"]
    assert found(root, "{where}", where=[]) == []
    assert found(root, "{where}", where="") == []


def test_a_folder_whose_name_matches_gives_nothing_and_one_left_out_is_not_entered(root):
    (root / "start.d").mkdir()
    (root / "start.d" / "x.py").write_text("")
    assert found(root, "start*") == ["conf/deep/start.yaml"]
    entered = []
    assert found(root, "*.txt", left_out=lambda path: entered.append(path) or path == "conf/") == ["notes.txt"]
    assert "conf/" in entered and not [path for path in entered if path.startswith("conf/d")]


def test_a_pattern_that_is_of_no_use_is_told(root):
    with pytest.raises(RewrightError, match="rules.yaml"):
        found(root, "{where}", where=["a*b*c*d*e*f.yaml"])


@pytest.mark.parametrize("name", ["/etc/hostname", "../x", "conf/../notes.txt", "/*"])
def test_nothing_outside_of_the_target_is_read(root, name):
    assert found(root, name) == found(root, "{where}", where=[name]) == []


def request(root, *facts):
    listed = discover(root)
    return Request(root, listed.files, listed.all_python, (rule(badmods.tells, facts=facts),), {}, b"test")


def test_facts_are_learned_without_rules_and_say_which_files_they_miss(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = 1\ny = 2\n")
    (tmp_path / "c.py").write_bytes(b"def f(:\n")
    (tmp_path / "d.py").symlink_to("a.py")
    for _ in range(2):
        cache = Cache(tmp_path / "cache.sqlite3")
        project, failures = learn(request(tmp_path, badmods.ASSIGNED), Inline(), cache)
        cache.close()
        assert project.facts[badmods.ASSIGNED.name] == [("a.py", ["x", "y"])]
        assert [(one.site.path, one.reason) for one in failures] == [("c.py", "syntax-error")]


def test_a_scan_that_raises_or_costs_its_worker_is_a_failure(tmp_path):
    (tmp_path / "bad.py").write_bytes(b"bad = 1\n")
    _, failures = learn(request(tmp_path, badmods.FALLS), Inline(), Cache(None))
    assert [(one.site.path, one.reason) for one in failures] == [("bad.py", "fact-error")]

    class Dying:
        def run(self, task, context, jobs):
            yield from ((job, Crash("timeout", "took too long")) for job in jobs)

    _, failures = learn(request(tmp_path, badmods.FALLS), Dying(), Cache(None))
    assert [(one.site.path, one.reason) for one in failures] == [("bad.py", "timeout")]
