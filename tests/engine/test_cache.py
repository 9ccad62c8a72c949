"""Results by content. Whatever is wrong with the file, the answer is "not there"."""

import os
import sqlite3

import badmods
import pytest
from badmods import rule
from kit import plan

from engine.cache import Cache, canonical, digest, program_digest
from engine.model import Change, Site


def opened(tmp_path):
    return Cache(tmp_path / "deep" / "cache.sqlite3")


def test_what_was_put_is_there_the_next_time(tmp_path):
    values = {digest(str(number)): (number, Site("a", number)) for number in range(1200)}
    cache = opened(tmp_path)
    cache.put(values)
    cache.close()
    again = opened(tmp_path)
    assert again.get([*values, b"missing"]) == values
    again.close()


def test_no_path_keeps_nothing():
    cache = Cache(None)
    cache.put({b"k": 1})
    assert cache.get([b"k"]) == {}
    cache.close()


@pytest.mark.parametrize("damage", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_corrupt_file_is_replaced(tmp_path, damage):
    place = tmp_path / "cache.sqlite3"
    place.write_bytes(damage)
    cache = Cache(place)
    assert cache.get([b"k"]) == {}
    cache.put({b"k": 1})
    cache.close()
    again = Cache(place)
    assert again.get([b"k"]) == {b"k": 1}
    again.close()


@pytest.mark.parametrize("value", [b"not a pickle", b"\x80\x05cno_such_module\nthing\n.", b"\x80\x05cos\nno_such_name\n.", b""])
def test_value_that_cannot_be_read_is_not_there(tmp_path, value):
    cache = opened(tmp_path)
    cache.put({b"k": 1})
    cache.close()
    with sqlite3.connect(tmp_path / "deep" / "cache.sqlite3") as connection:
        connection.execute("UPDATE entry SET value = ?", (value,))
    connection.close()
    damaged = opened(tmp_path)
    assert damaged.get([b"k"]) == {}
    damaged.close()


def test_folder_that_is_a_file(tmp_path):
    (tmp_path / "deep").write_bytes(b"")
    cache = opened(tmp_path)
    cache.put({b"k": 1})
    assert cache.get([b"k"]) == {}


def test_locked_file_is_left_alone(tmp_path):
    cache = opened(tmp_path)
    cache.put({b"k": 1})
    cache.close()
    place = tmp_path / "deep" / "cache.sqlite3"
    holder = sqlite3.connect(place, isolation_level="EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    locked = Cache(place)
    assert locked.get([b"k"]) == {}
    locked.close()
    holder.close()
    assert place.exists()
    again = Cache(place)
    assert again.get([b"k"]) == {b"k": 1}
    again.close()


def test_canonical_does_not_depend_on_order_or_process():
    assert canonical({"b": {2, 1}, "a": Site("p", 1)}) == canonical({"a": Site("p", 1), "b": {1, 2}})
    assert canonical([1, 2]) != canonical([2, 1])
    assert canonical(badmods.rename) == "badmods.rename"
    assert digest("a", "b") != digest("ab") != digest("", "ab")


def test_program_digest_follows_the_program(tmp_path):
    (tmp_path / "a.py").write_bytes(b"1")
    one = program_digest([tmp_path])
    assert program_digest([tmp_path]) == one
    os.utime(tmp_path / "a.py", ns=(1, 1))
    assert program_digest([tmp_path]) != one


def test_second_plan_is_the_same_and_all_from_the_cache(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    for number in range(5):
        (root / f"m{number}.py").write_bytes(b"old_name = %d\n" % number)
    plans = []
    for change in (None, None, b"old_name = 9\n"):
        cache = opened(tmp_path)
        if change:
            (root / "m0.py").write_bytes(change)
        plans.append(plan(root, [rule(badmods.rename)], cache=cache))
        cache.close()
    first, second, third = plans
    assert [made.metadata["cached"] for made in plans] == [0, 5, 4]
    assert (first.items, first.deltas) == (second.items, second.deltas)
    assert third.deltas[0].after == b"new_name = 9\n" and third.deltas[1:] == first.deltas[1:]
    assert len(third.of(Change)) == 5


@pytest.mark.parametrize("more", [{"unsafe": False}, {"python": (3, 9)}, {}])
def test_what_a_plan_depends_on_is_in_its_key(tmp_path, more):
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.py").write_bytes(b"old_name = 1\n")
    cache = opened(tmp_path)
    first = plan(root, [rule(badmods.rename)], cache=cache)
    other = plan(root, [rule(badmods.rename, options=None if more else {"x": 1})], cache=cache, **more)
    assert (first.metadata["cached"], other.metadata["cached"]) == (0, 0)
    cache.close()
