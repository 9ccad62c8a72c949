"""engine/discover: which files a run looks at, in git and outside."""

import subprocess
import time
from pathlib import Path

import pytest
from discover_kit import git, reasons, write

from engine.discover import discover, oldest_python, read_target_python
from engine.model import RewrightError


def test_python_files_sorted_by_path(target):
    write(target, "b.py", "a/z.py", "a.py", "a/b/c.pyi", "readme.md", "a/data.json", "py", "B.py")
    found = discover(target)
    assert found.files == ("B.py", "a.py", "a/b/c.pyi", "a/z.py", "b.py")
    assert found.all_python == frozenset(found.files)
    assert (found.skipped, found.excluded, found.note) == ((), 0, "")
    assert found.root == str(target)


def test_gitignore_is_honoured_in_every_folder(target):
    write(target, "a.py", "gen/a.py", "sub/b.py", "sub/c.py", "sub/keep/gen.py", "sub/deep/b.py", "log/x.py", "other/b.py")
    (target / ".gitignore").write_text("gen/\n/log\n# a comment\n\ngen.py\n")
    (target / "sub" / ".gitignore").write_text("/b.py\n!keep/gen.py\n")
    found = discover(target)
    assert found.files == ("a.py", "other/b.py", "sub/c.py", "sub/deep/b.py", "sub/keep/gen.py")
    assert "gen/a.py" not in found.all_python


def test_include_and_exclude(target):
    write(target, "src/a.py", "src/gen/b.py", "src/gen/keep.py", "tools/c.py", "d.py", "venv/e.py", "src/node_modules/f.py")
    found = discover(target, exclude=["gen/", "/d.py"])
    assert (found.files, found.excluded) == (("src/a.py", "tools/c.py"), len(found.all_python) - 2)
    assert {"src/gen/b.py", "d.py"} < found.all_python
    assert discover(target, include=["src/"], exclude=["src/gen/*", "!keep.py"]).files == ("src/a.py", "src/gen/keep.py")
    assert discover(target, include=["/*.py"]).files == ("d.py",)


def test_an_unusable_pattern_is_refused(target):
    with pytest.raises(ValueError, match="points out of the target"):
        discover(target, exclude=["../x"])


# -- PATHS -----------------------------------------------------------------------------------


def test_paths_narrow_but_all_python_stays_whole(target, monkeypatch):
    write(target, "a/x.py", "a/y.py", "ab/z.py", "c.py")
    everything = frozenset({"a/x.py", "a/y.py", "ab/z.py", "c.py"})
    for paths, files in (
        ([target / "a"], ("a/x.py", "a/y.py")),
        ([target / "c.py", target / "a" / "x.py"], ("a/x.py", "c.py")),
        ([target], tuple(sorted(everything))),
    ):
        found = discover(target, paths)
        assert (found.files, found.all_python, found.excluded) == (files, everything, 4 - len(files))
    monkeypatch.chdir(target / "a")
    assert discover(target, [Path("x.py")]).files == ("a/x.py",)
    assert discover(target, [Path("..") / "ab"]).files == ("ab/z.py",)


def test_what_is_named_is_taken_even_if_excluded_or_ignored(target):
    write(target, "a.py", "old/b.py", "old/venv/c.py", "old/sub/d.py", "ignored/e.py")
    (target / ".gitignore").write_text("ignored/\n")
    exclude = ["old/", "sub/"]
    assert discover(target, exclude=exclude).files == ("a.py",)
    assert discover(target, [target / "old" / "b.py"], exclude=exclude).files == ("old/b.py",)
    assert discover(target, [target / "old"], exclude=exclude).files == ("old/b.py",)
    assert discover(target, [target / "ignored"]).files == ("ignored/e.py",)
    assert discover(target, [target / "ignored" / "e.py"]).files == ("ignored/e.py",)


def test_paths_that_cannot_be(target, tmp_path):
    write(target, "a.py", "notes.txt")
    write(tmp_path, "outside.py", "target-2/x.py")
    (target / "link.py").symlink_to(tmp_path / "outside.py")
    for path in (tmp_path / "outside.py", target / "link.py", tmp_path, tmp_path / "target-2"):
        with pytest.raises(RewrightError, match="outside the target"):
            discover(target, [path])
    with pytest.raises(RewrightError, match="no such file or folder"):
        discover(target, [target / "b.py"])
    with pytest.raises(RewrightError, match="no such folder"):
        discover(target / "absent")
    found = discover(target, [target / "notes.txt"])
    assert (found.files, reasons(found)) == ((), {("notes.txt", "Skip", "not-python")})


@pytest.mark.parametrize(
    ("specifier", "oldest"),
    [
        (">=3.8", (3, 8)),
        (">= 3.10, <4", (3, 10)),
        ("<4,>=3.9.2", (3, 9)),
        ("~=3.11", (3, 11)),
        ("==3.12.*", (3, 12)),
        (">3.7", (3, 7)),
    ]
    + [
        (">=3", (3, 0)),
        ("^3.9", (3, 9)),
        (">=3.8,>=3.10", (3, 10)),
        ("<3.12", None),
        ("!=3.9", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_oldest_python(specifier, oldest):
    assert oldest_python(specifier) == oldest


@pytest.mark.parametrize(
    ("text", "oldest"),
    [
        ('[project]\nrequires-python = ">=3.9"\n', (3, 9)),
        ("[project]\nname = 'x'\n", None),
        ("[project]\nrequires-python = 3.9\n", None),
        ("project = 1 # requires-python\n", None),
        ("[project\nrequires-python\n", None),
        ("requires-python = " + "[" * 100_000, None),
    ],
)
def test_read_target_python(plain, text, oldest):
    (plain / "pyproject.toml").write_text(text)
    assert read_target_python(plain) == oldest


def test_read_target_python_without_a_file_or_through_a_link(plain, tmp_path):
    assert read_target_python(plain) is None
    (tmp_path / "elsewhere.toml").write_text('[project]\nrequires-python = ">=3.9"\n')
    (plain / "pyproject.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert read_target_python(plain) is None
    (plain / "pyproject.toml").unlink()
    (plain / "pyproject.toml").write_bytes(b"# requires-python \xff\n")
    assert read_target_python(plain) is None


def test_two_thousand_files_are_chosen_quickly(repository):
    for folder in range(50):
        write(repository, *(f"pkg{folder}/sub/mod{number}.py" for number in range(40)))
    git(repository, "add", ".")
    patterns = [*(f"**/junk{number}*/" for number in range(20)), "*_pb2.py"]
    discover(repository, exclude=patterns)
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run(["git", "-C", repository, "ls-files", "-zso", "--exclude-standard"], check=True, capture_output=True)
        asked = time.perf_counter()
        assert len(discover(repository, exclude=patterns).files) == 2000
        best = min(best, time.perf_counter() - asked - (asked - begun))
    assert best < 0.15  # 15 ms on the machine it was written on
