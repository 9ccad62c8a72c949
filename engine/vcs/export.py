"""A branch out of this repository as a git bundle or as patches, for places without a server.

Written whole or not at all, over nothing of anybody else's. Nothing of the repository is changed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.errors import RewrightError
from engine.report.screen import escape
from engine.vcs.git import Git, GitError
from engine.vcs.publish import tip_of

SECONDS = 300.0  # what one git command may take
# What a user's settings may change about a patch, put back: `git am` must take it, and two runs must give the same bytes.
_PLAIN_PATCH = (
    *("-c", "format.encodeEmailHeaders=true", "-c", "diff.suppressBlankEmpty=false"),
    *("-c", "log.mailmap=false", "-c", "i18n.logOutputEncoding=UTF-8", "-c", "core.quotePath=true", "-c", "diff.noprefix=false"),
)
_FORMAT = (
    *("--no-signature", "--no-attach", "--no-cover-letter", "--no-thread", "--no-signoff", "--no-to", "--no-cc", "--no-from"),
    *(
        "--no-add-header",
        "--no-base",
        "--no-notes",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--no-relative",
    ),
    *("--subject-prefix=PATCH", "--numbered", "--start-number=1", "--suffix=.patch", "--filename-max-length=64", "--unified=3"),
    *("--inter-hunk-context=0", "--full-index", "--binary", "--src-prefix=a/", "--dst-prefix=b/", "--diff-algorithm=myers"),
    *("--submodule=short", "--ignore-submodules=none"),
)


def bundle(git: Git, branch: str, base: str, file: Path) -> Path:
    """Write the commits of `branch` that `base` lacks as a git bundle, checked by `git bundle verify`; the file, absolute.

    Whoever has `base` runs `git fetch FILE BRANCH`. Written whole or not at all. A file that is there is replaced only when it
    is an earlier bundle of this branch, whose commits the new one holds too. Raises RewrightError.
    """
    _some(git, branch, base)
    file = file.absolute()
    replaced = os.path.lexists(file)
    if replaced and not _earlier(git, file, branch):
        raise RewrightError(f"{file} is there already, and is no earlier bundle of {branch}; remove it or name another file")
    with _making(file) as made:
        partial = made / "bundle"
        ref = f"refs/heads/{branch}"
        git.run("bundle", "create", "--quiet", str(partial), ref, f"^{_commit(git, base)}", seconds=SECONDS)
        _verify(git, partial, f"{tip_of(git, branch)} {ref}")
        _flush(partial)
        if replaced:
            partial.replace(file)
        else:
            _link(partial, file)
    return file


def patches(git: Git, branch: str, base: str, folder: Path) -> tuple[Path, ...]:
    """Write the commits of `branch` that `base` lacks as patches 0001-....patch into `folder`, which is new or empty.

    `git am --keep-cr FOLDER/*.patch` on `base` applies them; without --keep-cr git takes the carriage returns out of files
    that have them. All or none is written. Raises RewrightError.
    """
    _some(git, branch, base)
    folder = folder.absolute()
    if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir() or any(folder.iterdir())):
        raise RewrightError(f"{folder} is there already, and is no empty folder; empty it or name another one")
    plain = replace(git, settings=(*git.settings, *_PLAIN_PATCH))
    with _making(folder) as made:
        inner = made / "patches"
        inner.mkdir(mode=0o755)
        span = f"{_commit(git, base)}..refs/heads/{branch}"
        plain.run("format-patch", *_FORMAT, f"--output-directory={inner}", "--end-of-options", span, seconds=SECONDS)
        for path in inner.iterdir():
            _flush(path)
        inner.rename(folder)  # onto an empty folder or none; fails onto anything else
    return tuple(sorted(folder.iterdir()))


def _commit(git: Git, name: str) -> str:
    found = git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", ok=(0, 1, 128))
    if not found:
        raise RewrightError(f"there is no commit {escape(name)} in {git.folder}; name a branch, a tag or a commit")
    return found


def _some(git: Git, branch: str, base: str) -> None:
    tip = tip_of(git, branch)
    if not git.text("rev-list", "--max-count=1", tip, f"^{_commit(git, base)}"):
        raise RewrightError(f"{branch} holds no commit that {base} lacks; there is nothing to write")


def _verify(git: Git, file: Path, heads: str) -> None:
    """Raises RewrightError unless the bundle holds this head and every object of it, unharmed.

    `git bundle verify` looks at the head of the file only, so the pack is indexed too, outside the repository.
    """
    git.run("bundle", "verify", "--quiet", str(file))
    pack = file.read_bytes().partition(b"\n\n")[2]
    try:
        git.run("index-pack", "--stdin", "--fix-thin", str(file.with_name("check.pack")), stdin=pack, seconds=SECONDS)
    except GitError as error:
        raise RewrightError(f"git made a bundle that cannot be read ({error.said}); run the same command again") from error
    if git.text("bundle", "list-heads", str(file)) != heads:
        raise RewrightError("the branch moved while its bundle was made; run the same command again")


def _earlier(git: Git, file: Path, branch: str) -> bool:
    """Whether a file is a bundle of this branch and nothing else, at a commit that the branch still holds."""
    if file.is_symlink() or not file.is_file():
        return False
    heads = git.text("bundle", "list-heads", str(file), ok=(0, 1, 128)).splitlines()
    if len(heads) != 1 or heads[0].partition(" ")[2] != f"refs/heads/{branch}":
        return False
    return git.run("merge-base", "--is-ancestor", heads[0].partition(" ")[0], tip_of(git, branch), ok=(0, 1, 128)).code == 0


@contextmanager
def _making(target: Path) -> Iterator[Path]:
    """A folder beside `target` to make it in, removed at the end. Raises RewrightError when the place cannot be written."""
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
    except OSError as error:
        raise RewrightError(f"{target} cannot be written: {error.strerror}; make its folder, or name another place") from error
    try:
        yield made
    except OSError as error:
        raise RewrightError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _link(made: Path, file: Path) -> None:
    """Put a file in its place, where nothing may be by now."""
    try:
        os.link(made, file)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(file):
            raise
        made.rename(file)


def _flush(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
