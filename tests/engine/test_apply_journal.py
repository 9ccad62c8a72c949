"""FAULTS.md, "Files", 70 to 72, and the format of the journal."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from apply_kit import OLD, ONE, TWO, Killed, Probe, edit, files, make, snapshot, standard
from hypothesis import given
from hypothesis import strategies as st
from test_apply_ties import TIES

from engine.apply import apply, pending, resume, undo
from engine.apply.record import Corrupt, Entry, Record, decode, encode, temp_name
from engine.apply.ties import Ties
from engine.model import RewrightError


def crashed(root):
    def kill(_, name, args):
        if name == "replace" and args[0].startswith(".rewright-0"):
            raise Killed

    with pytest.raises(Killed):
        apply(standard(root), layer=Probe(kill))
    return root


@pytest.mark.parametrize("action", [undo, resume])
def test_fault_70_only_litter_that_the_journal_owns_is_removed(tmp_path, action):
    root = make(tmp_path / "r")
    foreign = {".rewright-000009-deadbeef-0.tmp": (0o644, b"?"), "a/.rewright-000001-00000000-0.tmp": (0o644, b"?")}
    make(root, foreign)
    crashed(root)
    litter = [name for name in snapshot(root) if Path(name).name.startswith(".rewright-")]
    assert len(litter) == 5 + len(foreign)
    action(root)
    assert {name for name in snapshot(root) if Path(name).name.startswith(".rewright-")} == set(foreign)


def journal_file(root, name):
    (found,) = root.glob(f".rewright/journal/*/{name}")
    return found


def damages(data):
    yield from (data[:end] for end in (0, 1, len(data) // 2, len(data) - 1))
    yield data + b"x"
    for index in range(0, len(data), 29):
        yield data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :]


def test_fault_71_corrupt_record_refuses_and_changes_nothing(tmp_path):
    for number, start in enumerate([crashed, lambda root: apply(standard(root)) and root]):
        root = make(tmp_path / f"r{number}")
        start(root)
        before, record = snapshot(root), journal_file(root, "record")
        data = record.read_bytes()
        for damaged in damages(data):
            record.write_bytes(damaged)
            with pytest.raises(RewrightError, match=r"record: the journal is corrupt.*delete the folder"):
                undo(root)
            assert snapshot(root) == before
        record.write_bytes(data)
        undo(root)
        assert files(root) == OLD


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"\xff", b'{"phase": "gone", "dropped": []}', b'{"phase": "applied", "dropped": [1]}']
)
def test_fault_71_corrupt_state_refuses_every_command(tmp_path, data):
    root = make(tmp_path / "r")
    apply(standard(root))
    before = snapshot(root)
    journal_file(root, "state").write_bytes(data)
    for action in (lambda: apply(edit(root, "a/edit.py")), lambda: undo(root), lambda: resume(root), lambda: pending(root)):
        with pytest.raises(RewrightError, match=r"state: the journal is corrupt"):
            action()
    assert snapshot(root) == before


def test_fault_71_a_forged_record_cannot_lead_outside(tmp_path):
    """A hostile target may bring a journal of its own."""
    root = make(tmp_path / "r")
    make(tmp_path, {"victim.py": (0o644, TWO)})
    folder = root / ".rewright/journal/000001-00000000"
    folder.mkdir(parents=True)
    for path in ("../victim.py", str(tmp_path / "victim.py"), ".git/hooks/pre-commit"):
        entry = Entry(path, (path,), "", 0o644, ONE, TWO)
        (folder / "record").write_bytes(b"".join(encode(Record(frozenset(), Ties(), (entry,)))))
        for action in (undo, resume):
            with pytest.raises(RewrightError, match="outside the target"):
                action(root)
    assert (tmp_path / "victim.py").read_bytes() == TWO


@pytest.mark.parametrize("link", [".rewright", ".rewright/journal", ".rewright/lock"])
def test_fault_71_a_journal_behind_a_symlink_is_refused(tmp_path, link):
    root, outside = make(tmp_path / "r"), make(tmp_path / "outside", {"f": (0o644, ONE)})
    (root / link).parent.mkdir(exist_ok=True)
    (root / link).symlink_to(outside / "f" if link.endswith("lock") else outside)
    with pytest.raises(RewrightError, match=r"\.rewright"):
        apply(standard(root))
    assert snapshot(outside) == {"f": (0o644, ONE)}
    assert files(root) == OLD


def test_fault_72_two_runs_at_once(tmp_path):
    root = make(tmp_path / "r")
    apply(standard(root))
    undo(root)
    refused = []

    def meanwhile(_, name, args):
        if name == "replace" and args[0].startswith(".rewright-") and not refused:
            for action in (lambda: apply(standard(root)), lambda: undo(root), lambda: resume(root)):
                with pytest.raises(RewrightError) as error:
                    action()
                refused.append(str(error.value))

    assert len(apply(standard(root), layer=Probe(meanwhile)).written) == 5
    assert len(refused) == 3
    for message in refused:
        assert f"process {os.getpid()} on" in message
        assert str(root / ".rewright/lock") in message
    undo(root)
    assert files(root) == OLD


def test_fault_72_the_lock_of_a_dead_process_does_not_hold(tmp_path):
    root = crashed(make(tmp_path / "r"))
    copy = shutil.copytree(root, tmp_path / "copy")
    assert (copy / ".rewright/lock").exists()
    resume(copy)
    undo(copy)
    assert files(copy) == OLD


NAMES = st.text(st.characters(exclude_characters="/\0", codec=None), min_size=1, max_size=8).map(lambda name: f"d/x{name}")
ENTRIES = st.builds(
    Entry,
    NAMES,
    st.lists(NAMES).map(tuple),
    st.just(""),
    st.none() | st.integers(0, 0o7777),
    st.none() | st.binary(),
    st.binary(),
)


@given(st.lists(ENTRIES, max_size=4), TIES, st.frozensets(NAMES), st.data())
def test_record_survives_and_every_flipped_bit_is_noticed(entries, ties, folders, data):
    run = "000001-0123abcd"
    entries = tuple(replace(entry, temp=temp_name(run, index)) for index, entry in enumerate(entries))
    record = Record(folders, ties, entries)
    stored = b"".join(encode(record))
    assert decode(stored, run) == record
    position = data.draw(st.integers(0, len(stored) - 1))
    flipped = bytes([stored[position] ^ (1 << data.draw(st.integers(0, 7)))])
    with pytest.raises(Corrupt):
        decode(stored[:position] + flipped + stored[position + 1 :], run)
    with pytest.raises(Corrupt):
        decode(stored[:position], run)
