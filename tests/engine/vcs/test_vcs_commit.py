"""What a commit holds is what the plan showed, whatever git would make of it; else it is refused, and says why."""

import os

import pytest
from vcs_kit import blob, delta, git, make, once, refused, snapshot, where, write

from engine.model import RewrightError
from engine.vcs.repository import head, open_repository
from engine.vcs.worktree import FilterMismatch, worktree

# Attributes, configuration, the blob's bytes, the worktree's bytes, the plan's, and the new blob's.
LINE_ENDS = {
    "text eol=crlf": ("* text eol=crlf", {}, b"1\n2\n", b"1\r\n2\r\n", b"1\r\nX\r\n", b"1\nX\n"),
    "autocrlf": ("", {"core.autocrlf": "true"}, b"1\n2\n", b"1\r\n2\r\n", b"1\r\nX\r\n", b"1\nX\n"),
    "text=auto, eol": ("* text=auto", {"core.eol": "crlf"}, b"1\n2\n", b"1\r\n2\r\n", b"1\r\nX\r\n", b"1\nX\n"),
    "CRLF in the blob, auto": ("* text=auto", {}, b"1\r\n2\r\n", b"1\r\n2\r\n", b"1\r\nX\r\n", b"1\r\nX\r\n"),
    "no attribute": ("", {}, b"1\r\n2\n", b"1\r\n2\n", b"1\r\nX\n", b"1\r\nX\n"),
    "-text": ("* -text", {"core.autocrlf": "true"}, b"1\r\n2\n", b"1\r\n2\n", b"1\r\nX\n", b"1\r\nX\n"),
    "ident": ("* ident", {}, b"# $Id$\n", None, b"# $Id$ X\n", b"# $Id$ X\n"),
    "encoding": (
        "f.py working-tree-encoding=UTF-16LE text",
        {},
        "é\n".encode(),
        "é\n".encode("utf-16-le"),
        "è\n".encode("utf-16-le"),
        "è\n".encode(),
    ),
}


def with_blob(folder, attributes, settings, data):
    """A repository whose HEAD holds exactly these bytes in f.py, whatever its attributes would have made of them."""
    make(folder, {"README": b"r\n"})
    write(folder, {".gitattributes": f"{attributes}\n.gitattributes text eol=lf\n".encode()})
    git(folder, "add", "--renormalize", "-A")
    git(folder, "add", "-A")
    identifier = git(folder, "hash-object", "-w", "--no-filters", "--stdin", stdin=data)
    git(folder, "update-index", "--add", "--cacheinfo", f"100644,{identifier},f.py")
    git(folder, "commit", "-qm", "blob")
    for name, value in settings.items():
        git(folder, "config", name, value)
    git(folder, "checkout", "-qf", "HEAD")
    return folder


@pytest.mark.parametrize("case", LINE_ENDS)
def test_fault_83_line_ends_and_encodings(case, tmp_path):
    attributes, settings, before, there, planned, after = LINE_ENDS[case]
    folder = with_blob(tmp_path / "r", attributes, settings, before)
    repo = open_repository(folder)
    with worktree(repo, head(repo).commit, where(repo)) as work:
        seen = (work.root / "f.py").read_bytes()
        if there is None:  # an ident is expanded
            assert seen.startswith(b"# $Id: ")
            planned = seen.replace(b" $\n", b" $ X\n")
        else:
            assert seen == there
        commit = work.commit([delta("f.py", seen, planned)], "m\n")
    if case != "ident":
        assert blob(folder, commit, "f.py") == after
    assert git(folder, "diff", "--numstat", "main", commit).split("\t")[2] == "f.py"


def test_fault_83_an_ident_names_the_new_blob(tmp_path):
    folder = with_blob(tmp_path / "r", "* ident", {}, b"# $Id$\nx = 1\n")
    seen = b"# $Id: " + git(folder, "rev-parse", "HEAD:f.py").encode() + b" $\nx = 1\n"
    commit = once(folder, [delta("f.py", seen, seen.replace(b"1\n", b"2\n"))])
    assert blob(folder, commit, "f.py") == b"# $Id$\nx = 2\n"


@pytest.mark.parametrize("attributes", ["* text", "* text eol=crlf", "* text=input eol=lf"])
def test_fault_83_mixed_line_ends_that_git_would_change_are_refused(tmp_path, attributes):
    folder = with_blob(tmp_path / "r", attributes, {}, b"1\r\n2\n3\n")
    seen = b"1\r\n2\r\n3\r\n" if "crlf" in attributes else b"1\r\n2\n3\n"
    with pytest.raises(FilterMismatch) as caught:
        once(folder, [delta("f.py", seen, seen.replace(b"3", b"X")), delta("new.py", None, b"n\n")])
    assert caught.value.path == "f.py"
    assert "'f.py' was not committed" in str(caught.value) and "--renormalize" in str(caught.value)


def test_fault_83_a_change_of_nothing_but_line_ends_is_refused(tmp_path):
    folder = with_blob(tmp_path / "r", "* text", {}, b"1\n2\n")
    caught = refused(folder, FilterMismatch, [delta("f.py", b"1\n2\n", b"1\r\n2\r\n")])
    assert (caught.path, "undoes all" in str(caught)) == ("f.py", True)


def test_after_a_refusal_the_worktree_takes_the_next_commit(tmp_path):
    folder = with_blob(tmp_path / "r", "* text", {}, b"1\r\n2\n")
    repo = open_repository(folder)
    with worktree(repo, head(repo).commit, where(repo)) as work:
        with pytest.raises(FilterMismatch):
            work.commit([delta("README", b"r\n", b"R\n"), delta("f.py", b"1\r\n2\n", b"1\r\nX\n")], "m\n")
        commit = work.commit([delta("README", b"r\n", b"R\n")], "m\n")
    assert git(folder, "diff", "--name-only", "main", commit) == "README"


def test_new_files_get_the_line_ends_of_the_repository(tmp_path):
    folder = with_blob(tmp_path / "r", "*.py text eol=crlf", {}, b"1\n")
    commit = once(folder, [delta("new/n.py", None, b"1\n2\n"), delta("z.py", None, b"")])
    assert blob(folder, commit, "new/n.py") == b"1\n2\n"
    assert git(folder, "ls-tree", commit, "new/n.py").startswith("100644 ")


def test_lfs_pointers_stay_pointers(tmp_path, home):
    ran = tmp_path / "ran"
    for part in ("clean", "smudge", "process"):
        git(tmp_path, "config", "--global", f"filter.lfs.{part}", f"touch {ran}; exit 1")
        git(tmp_path, "config", "--global", f"filter.x=y.{part}", f"touch {ran}; exit 1")
    for name in ("lfs", "x=y"):
        git(tmp_path, "config", "--global", f"filter.{name}.required", "true")
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"
    folder = tmp_path / "r"
    folder.mkdir()
    git(folder, "init", "-q")
    attributes = b"*.bin filter=lfs diff=lfs merge=lfs -text\n*.dat filter=x=y\n"
    for path, data in ((".gitattributes", attributes), ("a.bin", pointer), ("b.dat", b"d\n"), ("c.py", b"c\n")):
        identifier = git(folder, "hash-object", "-w", "--no-filters", "--stdin", stdin=data)
        git(folder, "update-index", "--add", "--cacheinfo", f"100644,{identifier},{path}")
    git(folder, "commit", "-qm", "one")
    ran.unlink(missing_ok=True)

    def look(work, commit):
        assert (work.root / "a.bin").read_bytes() == pointer
        assert (work.root / "b.dat").read_bytes() == b"D\n"
        return commit

    commit = once(folder, [delta("c.py", b"c\n", b"C\n"), delta("b.dat", b"d\n", b"D\n")], look=look)
    assert blob(folder, commit, "b.dat") == b"D\n"
    assert not ran.exists()


NAMES = [
    "-x",
    "--upload-pack=x",
    "new\nline.py",
    "quo\"te's.py",
    " lead.py",
    "trail.py ",
    "car\r",
    "\ttab.py",
    ":(glob)magic.py",
    "[a]*.py",
    "back\\slash.py",
    "caf\udce9.py",  # not UTF-8
    "é.py",
    "A.PY",
    "a.PY",
    "@",
    "HEAD",
    "deep/-d/--f",
]


def test_fault_69_odd_names(tmp_path):
    half = {name: name.encode(errors="surrogateescape") + b"\n" for name in NAMES[::2]}
    folder = make(tmp_path / "r", {"keep": b"k\n"} | half)
    deltas = [delta(name, half.get(name), b"new " + name.encode(errors="surrogateescape")) for name in NAMES]
    before = snapshot(folder)
    commit = once(folder, deltas, patterns=("/keep", "*"))
    assert snapshot(folder) == before
    listed = git(folder, "diff", "--name-status", "-z", "main", commit).split("\0")[:-1]
    status = dict(zip(listed[1::2], listed[::2], strict=True))
    assert status == {name: "M" if name in half else "A" for name in NAMES}
    for name in NAMES:
        found = git(folder, "ls-tree", "-z", "-r", commit).split("\0")
        identifier = next(line.split()[2] for line in found if line.partition("\t")[2] == name)
        assert git(folder, "cat-file", "blob", identifier) == os.fsdecode(b"new " + os.fsencode(name)).rstrip("\n")


def test_fault_69_a_name_that_differs_in_case_only(plain):
    git(plain, "config", "core.ignoreCase", "true")
    caught = refused(plain, FilterMismatch, [delta("A.py", None, b"other\n")])
    assert "differs in case only" in str(caught)


def test_a_plan_about_other_bytes_is_refused(plain):
    assert "other bytes" in str(refused(plain, RewrightError, [delta("a.py", b"a = 0\n", b"a = 2\n")]))
    assert "there already" in str(refused(plain, RewrightError, [delta("a.py", None, b"a = 2\n")]))
    assert "it is gone" in str(refused(plain, RewrightError, [delta("z.py", b"z\n", b"Z\n")]))
    assert "nothing to commit" in str(refused(plain, RewrightError, [delta("a.py", b"a = 1\n", b"a = 1\n")]))
    assert "nothing to commit" in str(refused(plain, RewrightError, []))


def test_the_message_is_kept(plain):
    message = "Rewrite é\n\n# not a comment\n\nRewright-Rule: broad-except\n"
    git(plain, "config", "commit.cleanup", "scissors")
    git(plain, "config", "i18n.commitEncoding", "ISO-8859-1")
    commit = once(plain, [delta("a.py", b"a = 1\n", b"a = 2\n")], message)
    assert git(plain, "cat-file", "commit", commit).partition("\n\n")[2] == message.rstrip("\n")
    assert "encoding" not in git(plain, "cat-file", "commit", commit).partition("\n\n")[0]
