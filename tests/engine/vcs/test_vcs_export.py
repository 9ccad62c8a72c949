"""engine/vcs/export: bundles and patches that really apply in a fresh clone, over nothing of anybody else's."""

import pytest
from publish_kit import commit, git, refs, repository, tree

from engine.model import RewrightError
from engine.vcs.export import bundle, patches
from engine.vcs.git import Git

SETTINGS = """
format.attach=true format.signOff=true format.coverLetter=true format.thread=deep format.suffix=.txt
format.subjectPrefix=X format.numbered=false format.to=a@b.c format.headers=X-Y:z format.useAutoBase=true
format.signature=me format.from=true format.notes=true format.outputDirectory=elsewhere
format.filenameMaxLength=20 diff.noprefix=true diff.mnemonicPrefix=true diff.renames=copies diff.context=0
diff.external=false diff.algorithm=patience diff.suppressBlankEmpty=true color.ui=always core.quotePath=false
core.abbrev=4 diff.interHunkContext=9 i18n.logOutputEncoding=latin-1
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    for name in ("GIT_SSH", "GIT_SSH_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    return repository(tmp_path)


@pytest.fixture
def remote(tmp_path, work):
    return tmp_path / "origin.git"


def test_a_bundle_is_fetched_in_a_fresh_clone(work, remote, tmp_path):
    file = bundle(Git(work), "refactor/x", "main", tmp_path / "x.bundle")
    assert file == tmp_path / "x.bundle" and not list(tmp_path.glob(".x.bundle*"))
    git(tmp_path, "clone", "-q", str(remote), "fresh")
    git(tmp_path / "fresh", "bundle", "verify", str(file))
    git(tmp_path / "fresh", "fetch", "-q", str(file), "refactor/x:refactor/x")
    assert git(tmp_path / "fresh", "rev-parse", "refactor/x") == git(work, "rev-parse", "refactor/x")


def test_an_earlier_bundle_of_the_branch_is_replaced_and_nothing_else(work, tmp_path):
    file = tmp_path / "x.bundle"
    git(work, "branch", "other", "refactor/x")
    bundle(Git(work), "refactor/x", "main", file)
    git(work, "checkout", "-q", "refactor/x")
    tip = commit(work, "three", {"c.py": b"c = 1\n"})
    bundle(Git(work), "refactor/x", "main", file)
    assert git(work, "bundle", "list-heads", str(file)) == f"{tip} refs/heads/refactor/x"
    for there in (b"notes\n", b"", bundle(Git(work), "other", "main", tmp_path / "o.bundle").read_bytes()):
        file.write_bytes(there)
        with pytest.raises(RewrightError, match="is no earlier bundle of refactor/x"):
            bundle(Git(work), "refactor/x", "main", file)
        assert file.read_bytes() == there
    bundle(Git(work), "refactor/x", "main", tmp_path / "late.bundle")
    git(work, "update-ref", "refs/heads/refactor/x", "HEAD~1")  # its bundle holds a commit that the branch lost
    with pytest.raises(RewrightError, match="no earlier bundle"):
        bundle(Git(work), "refactor/x", "main", tmp_path / "late.bundle")


def test_links_and_folders_are_in_the_way_of_a_bundle(work, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for name in ("folder", "link"):
        with pytest.raises(RewrightError, match="is there already"):
            bundle(Git(work), "refactor/x", "main", tmp_path / name)
    assert not (tmp_path / "target").exists()
    with pytest.raises(RewrightError, match="cannot be written"):
        bundle(Git(work), "refactor/x", "main", tmp_path / "no" / "x.bundle")


@pytest.mark.parametrize(("size", "words"), [(1, "cannot be read"), (2_000, "bundle")])
def test_a_bundle_that_is_not_right_is_not_written(work, tmp_path, size, words):
    class Careless(Git):
        def run(self, *arguments, **more):
            done = super().run(*arguments, **more)
            if arguments[:2] == ("bundle", "create"):
                with open(arguments[3], "r+b") as stream:
                    stream.truncate(stream.seek(0, 2) - size)
            return done

    with pytest.raises(RewrightError, match=words):
        bundle(Careless(work), "refactor/x", "main", tmp_path / "x.bundle")
    assert not (tmp_path / "x.bundle").exists() and not list(tmp_path.glob(".x*"))


# -- patches -------------------------------------------------------------------------------


def applied(tmp_path, remote, files):
    git(tmp_path, "clone", "-q", "-c", "core.autocrlf=false", str(remote), "fresh")
    git(tmp_path / "fresh", "am", "-q", "--keep-cr", *map(str, files))
    return tmp_path / "fresh"


def test_patches_are_applied_in_a_fresh_clone(work, remote, tmp_path):
    files = patches(Git(work), "refactor/x", "main", tmp_path / "out")
    assert [file.name for file in files] == ["0001-broad-except-3-sites-in-lib.patch", "0002-Support-module-v2-ada-1.patch"]
    fresh = applied(tmp_path, remote, files)
    assert tree(fresh, "HEAD") == tree(work, "refactor/x")
    messages = "--format=%an %ae%n%B"
    # `git am` takes what stands in brackets out of a subject.
    assert git(fresh, "log", "-2", messages).replace("\u00fc @", "\u00fc [v2] @") in git(
        work, "log", "-2", messages, "refactor/x"
    )


def test_patches_are_the_same_whatever_the_user_has_set(work, remote, tmp_path):
    plain = patches(Git(work), "refactor/x", "main", tmp_path / "plain")
    for setting in SETTINGS.split():
        name, _, value = setting.partition("=")
        git(work, "config", name, value)
    other = patches(Git(work), "refactor/x", "main", tmp_path / "other")
    assert [file.name for file in other] == [file.name for file in plain]
    assert [file.read_bytes() for file in other] == [file.read_bytes() for file in plain]
    assert not (work / "elsewhere").exists()


def test_a_folder_of_patches_must_be_new_or_empty(work, tmp_path):
    (tmp_path / "empty").mkdir()
    assert len(patches(Git(work), "refactor/x", "main", tmp_path / "empty")) == 2
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "away")
    for name in ("empty", "file", "link"):
        with pytest.raises(RewrightError, match="no empty folder"):
            patches(Git(work), "refactor/x", "main", tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file", "home", "link", "origin.git", "work"]


@pytest.mark.parametrize("write", [bundle, patches])
def test_what_there_is_not_to_write(work, tmp_path, write):
    with pytest.raises(RewrightError, match="holds no commit that refactor/x lacks"):
        write(Git(work), "main", "refactor/x", tmp_path / "out")
    with pytest.raises(RewrightError, match="there is no branch nowhere"):
        write(Git(work), "nowhere", "main", tmp_path / "out")
    for base in ("nowhere", "--output=x", "-1"):
        with pytest.raises(RewrightError, match="there is no commit"):
            write(Git(work), "refactor/x", base, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "origin.git", "work"]


def test_nothing_local_changes(work, tmp_path):
    before = (refs(work), git(work, "status", "--porcelain=v2", "--branch"), (work / ".git" / "index").read_bytes())
    bundle(Git(work), "refactor/x", "main", tmp_path / "x.bundle")
    patches(Git(work), "refactor/x", "main", tmp_path / "out")
    assert (refs(work), git(work, "status", "--porcelain=v2", "--branch"), (work / ".git" / "index").read_bytes()) == before
