"""Facts: scan each file, combine once."""

import dataclasses
import re

import badmods
from badmods import rule
from fault_kit import changed, of, planned, pool
from kit import plan

from engine.cache import Cache
from engine.model import Failure, Finding
from engine.parallel import Inline


def test_rules_see_the_combined_fact(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = 1\ny = 2\n")
    (tmp_path / "b.py").write_bytes(b"z = 1\n")
    (tmp_path / "c.py").write_bytes(b"def f(:\n")
    (tmp_path / "ports.txt").write_bytes(b"5\n")
    made = plan(tmp_path, [rule(badmods.tells, facts=(badmods.ASSIGNED,))])
    told = "[('a.py', ['x', 'y']), ('b.py', ['z']), ('ports.txt', b'5\\n')]"
    assert [(item.site.path, item.message) for item in made.of(Finding)] == [("a.py", told), ("b.py", told)]


def test_only_files_that_match_the_hint_are_scanned(tmp_path):
    (tmp_path / "a.py").write_bytes(b"bad = 1\n")
    (tmp_path / "b.py").write_bytes(b"z = 1\n")
    made = plan(tmp_path, [rule(badmods.tells, facts=(badmods.HINTED,))])
    assert re.findall(r"\w+\.py", made.of(Finding)[0].message) == ["b.py"]


def test_a_scan_that_raises_is_a_failure_of_that_file(tmp_path):
    for runner in (Inline(), pool()):
        made = planned(
            tmp_path, {"bad.py": b"bad = 1\nold_name = 1\n"}, rule(badmods.rename, facts=(badmods.FALLS,)), runner=runner
        )
        assert [(item.reason, item.message) for item in of(made)] == [("fact-error", "fact falls raised KeyError: 'bad'")]
        assert "badmods.py" in of(made)[0].detail
        assert changed(made) == b"bad = 1\nnew_name = 1\n"
        if not isinstance(runner, Inline):
            runner.__exit__()


def test_failures_of_a_scan_come_from_the_cache_too(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "bad.py").write_bytes(b"bad = 1\n")
    for _ in range(2):
        cache = Cache(tmp_path / "cache.sqlite3")
        made = plan(root, [rule(badmods.rename, facts=(badmods.FALLS,))], cache=cache)
        (root / "new.py").write_bytes(b"x = 1\n")  # so that the plan itself is made again
        cache.close()
        assert [item.reason for item in made.of(Failure)] == ["fact-error"]


def test_rules_that_ask_for_one_fact_with_different_files_get_all_of_them(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    (tmp_path / "z.txt").write_bytes(b"26")
    (tmp_path / "b.txt").write_bytes(b"2")
    fact = dataclasses.replace(badmods.ASSIGNED, files=("{numbers}",))
    rules = [rule(badmods.tells, name, options={"numbers": file}, facts=(fact,)) for name, file in NUMBERS.items()]
    told = {item.message for item in plan(tmp_path, rules).of(Finding)}
    assert told == {"[('a.py', ['x']), ('b.txt', b'2'), ('z.txt', b'26')]"}


NUMBERS = {"last": "z.txt", "first": "b.txt"}
