"""engine/globs: patterns mean what .gitignore means, and useless ones are refused."""

import pytest

from engine.globs import matcher, problem


@pytest.mark.parametrize(
    ("patterns", "matched", "not_matched"),
    [
        (["build/"], ["build/a.py", "x/build/a.py", "build/"], ["build.py", "rebuild/a.py", "build"]),
        (["/build/"], ["build/a.py"], ["x/build/a.py"]),
        (["**/_trash_*/"], ["_trash_1/a.py", "x/_trash_2025/b/c.py"], ["trash/a.py", "_trash_.py"]),
        (["*_pb2.py"], ["x_pb2.py", "a/b/x_pb2.py"], ["x_pb2.pyi"]),
        (["a/**/z.py"], ["a/z.py", "a/b/c/z.py"], ["b/z.py", "az.py"]),
        (["docs/*.py"], ["docs/a.py"], ["docs/a/b.py", "x/docs/a.py"]),
        (["*.py", "!keep.py"], ["a.py"], ["keep.py", "x/keep.py"]),
        (["mod[ab].py", "x?.py"], ["moda.py", "x1.py"], ["modc.py", "x.py"]),
        (["ä b/"], ["ä b/c.py"], ["a b/c.py"]),
        ([], [], ["", "a.py"]),
    ],
)
def test_patterns_mean_what_gitignore_means(patterns, matched, not_matched):
    matches = matcher(patterns)
    assert [path for path in matched if not matches(path)] == []
    assert [path for path in not_matched if matches(path)] == []


@pytest.mark.parametrize(
    "pattern", ["", " ", "!", "#x", "../x", "a/../b", "a\nb", "a[", "a\\", "*a*a*a*", "**/" * 5 + "x", "x" * 501]
)
def test_patterns_that_are_no_use(pattern):
    assert problem(pattern)
