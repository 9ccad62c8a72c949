"""A file of ours is replaced wholly or not at all."""

import os

import pytest

from engine.whole_file import replace_file


def test_a_write_keeps_the_mode_and_leaves_nothing_behind(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("old")
    file.chmod(0o640)
    replace_file(file, b"new")
    assert file.read_bytes() == b"new" and file.stat().st_mode & 0o777 == 0o640 and [*tmp_path.iterdir()] == [file]


def test_a_write_that_fails_keeps_the_old_file(tmp_path):
    (tmp_path / "a.py").mkdir()
    with pytest.raises(OSError):
        replace_file(tmp_path / "a.py", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


def test_what_a_killed_process_left_is_in_nobodys_way(tmp_path):
    (tmp_path / f".a.rewright-{os.getpid()}").write_text("half")
    replace_file(tmp_path / "a", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"new")]
