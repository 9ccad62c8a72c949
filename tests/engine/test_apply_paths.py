"""FAULTS.md, "Files", 66 to 69: what a plan names, and what changed since it was made."""

import os

import pytest
from apply_kit import ONE, TWO, Probe, change, edit, files, make, plan_of, reasons, snapshot, target

from engine.apply import FileLayer, apply, pending, undo
from engine.model import RewrightError


@pytest.mark.parametrize(
    "path",
    ["../x.py", "a/../../x.py", "/etc/x.py", ".git/hooks/x", ".GIT/config", "sub/.git/x", "a//b.py", "./a.py", "", "a/", "x\0.py"]
    + [".rewright/journal/x", ".rewright/lock"],
)
@pytest.mark.parametrize("before", [None, ONE])
def test_fault_66_paths_outside_refuse_the_run(tmp_path, path, before):
    root = target(tmp_path, "a.py")
    with pytest.raises(RewrightError, match="nothing was written"):
        apply(plan_of(root, {"a.py": (ONE, TWO), path: (before, TWO)}))
    assert os.listdir(root) == ["a.py"]
    assert os.listdir(tmp_path) == ["r"]
    assert (root / "a.py").read_bytes() == ONE


def test_fault_67_edited_since_read_keeps_the_users_version(tmp_path):
    root = target(tmp_path, "a.py", "b.py", "c.py")
    (root / "a.py").write_bytes(b"mine\n")
    result = apply(edit(root, "a.py", "b.py", "c.py", items=[change("a.py", "b.py")]))
    assert reasons(result) == {"a.py": "edited-meanwhile", "b.py": "depends-on-refused"}
    assert files(root) == {"a.py": (0o644, b"mine\n"), "b.py": (0o644, ONE), "c.py": (0o644, TWO)}


@pytest.mark.parametrize("what", ["bytes", "mode"])
def test_fault_67_edited_at_any_moment(tmp_path, what):
    """Only between the last look and the rename itself can no program notice; that one operation is left out."""
    counter = Probe()
    apply(edit(target(tmp_path, "a.py", "b.py"), "a.py", "b.py", items=[change("a.py", "b.py")]), layer=counter)
    outcomes = set()
    for index, (operation, _) in enumerate(counter.log):
        if operation == "replace":
            continue
        root = make(tmp_path / f"r{index}", dict.fromkeys(("a.py", "b.py"), (0o644, ONE)))

        def touch(now, name, args, root=root, index=index):
            if now == index:
                (root / "b.py").write_bytes(b"mine\n") if what == "bytes" else (root / "b.py").chmod(0o700)

        result = apply(edit(root, "a.py", "b.py", items=[change("a.py", "b.py")]), layer=Probe(touch))
        mode, data = files(root)["b.py"]
        if result.failures:
            assert (mode, data) == ((0o644, b"mine\n") if what == "bytes" else (0o700, ONE))
            assert files(root)["a.py"] == (0o644, ONE)
            assert reasons(result) == {"a.py": "depends-on-refused", "b.py": "edited-meanwhile"}
            assert pending(root) is None
        else:
            assert mode == 0o700 or data == b"mine\n" or data == TWO
            assert files(root)["a.py"] == (0o644, TWO)
        outcomes.add(bool(result.failures))
        assert not [name for name in snapshot(root) if name.startswith(".rewright-")]
    assert outcomes == {True, False}


@pytest.mark.parametrize("late", [False, True])
def test_fault_68_deleted_or_renamed_meanwhile(tmp_path, late):
    root = target(tmp_path, "a.py", "d/b.py", "c.py")

    def remove(now, name, args):
        if (now == 0) if not late else (name == "open" and args[0] == "record.part"):
            (root / "a.py").unlink()
            (root / "d").rename(root / "e")

    result = apply(edit(root, "a.py", "d/b.py", "c.py"), layer=Probe(remove))
    assert reasons(result) == {"a.py": "deleted-meanwhile", "d/b.py": "deleted-meanwhile"}
    assert files(root) == {"e/b.py": (0o644, ONE), "c.py": (0o644, TWO)}


@pytest.mark.parametrize("late", [False, True])
def test_fault_68_a_file_that_appears_is_kept(tmp_path, late):
    root = target(tmp_path, "a.py")

    def create(now, name, args):
        if (now == 0) if not late else (name == "open" and args[0] == "record.part"):
            (root / "new.py").write_bytes(b"mine\n")

    result = apply(plan_of(root, {"a.py": (ONE, TWO), "new.py": (None, TWO)}), layer=Probe(create))
    assert reasons(result) == {"new.py": "exists"}
    assert files(root) == {"a.py": (0o644, TWO), "new.py": (0o644, b"mine\n")}


def test_fault_69_odd_names_are_written_right(tmp_path):
    odd = [
        "new\nline.py",
        "caf\xe9.py",
        os.fsdecode(b"\xff\xfe.py"),
        " lead.py",
        "-rf.py",
        "$(x).py",
        "a\\b.py",
        "n" * 252 + ".py",
    ]
    odd += ["Case.py", "case.py", "\u202e.py", 'quo"te.py']
    root = target(tmp_path, *odd)
    before = snapshot(root)
    result = apply(edit(root, *odd))
    assert result.written == tuple(sorted(odd))
    assert snapshot(root) == dict.fromkeys(before, (0o644, TWO))
    undo(root)
    assert snapshot(root) == before


def test_fault_69_names_that_no_system_call_takes_are_refused(tmp_path):
    root = target(tmp_path, "a.py")
    plan = plan_of(root, {"a.py": (ONE, TWO), "\ud800.py": (ONE, TWO), "n" * 300: (None, TWO)})
    assert reasons(apply(plan)) == {"\ud800.py": "name", "n" * 300: "name"}
    assert files(root) == {"a.py": (0o644, TWO)}


class Folding(FileLayer):
    """A file system that ignores case."""

    def open(self, name, flags, mode=0o600, *, folder=None):
        return super().open(name if folder is None else name.lower(), flags, mode, folder=folder)

    def lstat(self, name, *, folder):
        return super().lstat(name.lower(), folder=folder)

    def replace(self, source, name, *, folder):
        super().replace(source, name.lower(), folder=folder)

    def writable(self, name, *, folder):
        return super().writable(name.lower(), folder=folder)


@pytest.mark.parametrize("before, reason", [(ONE, "same-file"), (None, "exists")])
def test_fault_69_colliding_names_are_refused(tmp_path, before, reason):
    root = target(tmp_path, *(["a.py", "b.py"] if before else ["b.py"]))
    result = apply(plan_of(root, {"A.py": (before, TWO), "a.py": (before, b"other"), "b.py": (ONE, TWO)}), layer=Folding())
    assert reason in reasons(result).values()
    assert files(root).get("a.py", (0, None))[1] in ((ONE,) if before else (TWO,))
    assert (root / "b.py").read_bytes() == TWO


def test_fault_67_what_is_known_to_be_edited_never_reaches_the_journal(tmp_path):
    root = target(tmp_path, "a.py", "b.py")
    (root / "a.py").write_bytes(b"mine\n")
    result = apply(edit(root, "a.py", "b.py", items=[change("a.py", "b.py")]))
    assert (result.written, result.journal) == ((), "")
    assert not list(root.glob(".rewright/journal/*/record"))
