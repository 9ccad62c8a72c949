"""Laws of plans that create, rewrite, move and remove files: apply is git apply of the patch, and undo is its inverse."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from apply_kit import make, plan_of, snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.apply import apply, undo
from engine.apply.record import decode, encode
from engine.model import FileDelta, Plan
from engine.moves import joined, moved
from engine.report import View, render
from engine.report.summary import summarise

PATHS = [f"{folder}{name}.py" for folder in ("", "a/", "a/b/", "c d/") for name in ("x", "y", "z", "new")]
LINES = st.lists(st.sampled_from([b"x = 1\n", b"y = 2\r\n", b"# caf\xe9\n", b"\n", b"z\x0c\n"]), max_size=6)
TEXTS = st.builds(lambda lines, last: b"".join(lines) + last, LINES, st.sampled_from([b"", b"end"]))
KINDS = st.sampled_from(["stays", "changes", "moves", "moves", "goes"])


@st.composite
def plans(draw):
    """Files with their modes, and deltas for some of them; no file goes to where one is or comes."""
    there = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=6, unique=True))
    free = draw(st.permutations([path for path in PATHS if path not in there]))
    files = {path: (draw(st.sampled_from([0o644, 0o755])), draw(TEXTS)) for path in there}
    deltas = [FileDelta(free.pop(), None, draw(TEXTS))] if draw(st.booleans()) else []
    for path, (_, before) in files.items():
        kind = draw(KINDS)
        after = draw(TEXTS) if draw(st.booleans()) else before
        if kind == "moves":
            deltas += [FileDelta(path, before, None), FileDelta(free.pop(), None, after, origin=path)]
        elif kind == "goes":
            deltas.append(FileDelta(path, before, None))
        elif kind == "changes" and after != before:
            deltas.append(FileDelta(path, before, after))
    return files, sorted(deltas, key=lambda delta: delta.path)


def planned(root, deltas):
    return Plan(str(root), ("rule",), (), tuple(deltas), len(deltas))


def seen(root):
    """Files with their bytes and whether they may be executed, and folders."""
    return {
        name: (bool(mode & 0o100), data) if isinstance(data, bytes) else mode for name, (mode, data) in snapshot(root).items()
    }


@settings(max_examples=150, deadline=None)
@given(plans())
def test_apply_is_git_apply_and_undo_its_inverse(drawn):
    files, deltas = drawn
    with tempfile.TemporaryDirectory() as folder:
        one, two = make(Path(folder, "one"), files), make(Path(folder, "two"), files)
        before = snapshot(one)
        result = apply(planned(one, deltas))
        assert not result.failures
        patch = "".join(render(planned(one, deltas), "patch", View())).encode("utf-8", "surrogateescape")
        if patch:
            command = ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"]
            subprocess.run(command, cwd=two, input=patch, check=True, capture_output=True)
        assert seen(one) == seen(two)
        if not result.journal:
            assert not deltas and snapshot(one) == before
            return
        data = Path(one, ".rewright/journal", result.journal, "record").read_bytes()
        assert b"".join(encode(decode(data, result.journal))) == data
        undo(one)
        assert snapshot(one) == before
        shutil.rmtree(one)


@given(plans())
def test_each_file_is_told_once(drawn):
    _, deltas = drawn
    told = list(joined(deltas))
    places = moved(deltas)
    assert [one.path for one in told] == [one.path for one in deltas if one.path not in places]
    assert all(one.before is not None or one.after is not None for one in told)
    assert all(one.before == next(d.before for d in deltas if d.path == one.origin) for one in told if one.origin)
    assert summarise(planned("/t", deltas)).written == len(told)


def test_a_plan_without_moves_is_told_as_it_is():
    made = plan_of(Path("/t"), {"a.py": (b"1", b"2"), "b.py": (None, b"")})
    assert list(joined(made.deltas)) == list(made.deltas) and moved(made.deltas) == {}
