"""The user's repository, read and never changed: where it is, what it may be asked, what its checkout holds.

Branch names and paths are text as `os.fsdecode` gives it; paths are relative to the top, with `/`.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import RewrightError
from engine.vcs.git import Git, GitError
from engine.vcs.settings import HostileConfig as HostileConfig  # noqa: PLC0414
from engine.vcs.settings import Setting, is_partial_clone, read_settings, require_consent, without_filters

# Settings of the user's that would make our commands do more, or something else, than they say.
_STEADY = (
    "-c", "submodule.recurse=false", "-c", "core.safecrlf=false", "-c", "i18n.commitEncoding=UTF-8",
    "-c", "worktree.useRelativePaths=false", "-c", "user.useConfigOnly=true", "-c", "core.quotePath=true",
)  # fmt: skip
# rev-parse would read more than a name in these; no branch holds one
_NEVER_IN_A_NAME = ("~", "^", ":", "..", "@{", "?", "*", "[", "\\", " ", "\0", "\n")
_UNDER_WAY = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}


class NoIdentity(RewrightError):
    """Git does not know whose commits these are."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository with a work tree. `git` runs at its top, with every filter driver off."""

    git: Git
    top: Path  # the resolved work tree root
    common: Path  # the git common dir, absolute: the .git folder that all worktrees share
    settings: tuple[Setting, ...] = ()  # git's configuration, every scope

    def prefix_of(self, folder: Path) -> str:
        """A folder of the repository, absolute, below its top, with a `/` at its end; empty when it is the top."""
        inside = folder.relative_to(self.top).as_posix()
        return "" if inside == "." else f"{inside}/"


@dataclass(frozen=True, slots=True)
class Head:
    """What is checked out. `branch` is None when HEAD is detached."""

    commit: str
    branch: str | None


def open_repository(folder: Path, *, hooks: bool = False, consent: bool = False) -> Repository:
    """The repository that holds `folder`. `hooks`: let its hooks run. `consent`: its own configuration may name programs.

    Raises RewrightError for no repository, a bare one, another owner's, an uninitialised submodule, one in the middle
    of a merge, rebase, cherry-pick, revert or bisect, and HostileConfig for programs in its configuration.
    """
    if not folder.is_dir():
        raise RewrightError(f"{folder} is not a folder; name one inside a git repository")
    git = Git(folder, hooks=hooks, settings=_STEADY)
    top, own, common = _places(git)
    settings = read_settings(git)
    if not consent:
        require_consent(settings, str(top))
    arguments, variables = without_filters(settings)
    repo = Repository(Git(top, hooks, (*_STEADY, *arguments), variables), top, common, settings)
    for name, what in _UNDER_WAY.items():
        if os.path.lexists(own / name):
            raise RewrightError(f"{top} is in the middle of a {what}: end it or abort it, then run again")
    inside = folder.resolve()
    if inside != top and not any(inside.iterdir()):
        _require_no_submodule(repo, inside.relative_to(top).as_posix())
    return repo


def head(repo: Repository) -> Head:
    """What is checked out. Raises RewrightError when the branch has no commit yet."""
    try:
        commit, name = repo.git.text("rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD").split("\n")
    except GitError as error:
        if "unknown revision" not in error.said:
            raise
        raise RewrightError(f"{repo.top} has no commit yet: commit something first, as a branch needs a base") from error
    return Head(commit, name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else None)


def commit_of(repo: Repository, name: str) -> str:
    """The full object id of the commit that `name` (a branch, tag, id, HEAD~2) stands for. Raises RewrightError."""
    found = repo.git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", ok=(0, 1, 128))
    if found:
        return found
    known = repo.git.text("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads", "refs/tags", "refs/remotes").split("\n")
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else "`git branch --all` and `git tag` list what there is"
    raise RewrightError(f"{name!r} is not a commit of {repo.top}; {hint}")


def branch_tip(repo: Repository, branch: str) -> str | None:
    """The commit of a local branch; None where there is no such branch."""
    if any(mark in branch for mark in _NEVER_IN_A_NAME):
        return None
    return repo.git.text("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}", ok=(0, 1, 128)) or None


def check_branch_name(repo: Repository, branch: str) -> None:
    """Raises RewrightError for what cannot be the name of a new branch: git's rules, and no branch that stands in its way."""
    spoken = ""
    if branch not in ("", "@", "HEAD") and not branch.startswith("-") and "\0" not in branch:
        spoken = repo.git.text("check-ref-format", "--branch", branch, ok=(0, 1, 128))
    if not spoken or spoken != branch:  # `@{-1}` is spoken as the branch before
        raise RewrightError(f"{branch!r} cannot be a branch's name; write it like `refactor/topic` (man git-check-ref-format)")
    for name in repo.git.text("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split("\n"):
        if branch.startswith(f"{name}/") or name.startswith(f"{branch}/"):
            raise RewrightError(f"branch {branch!r} cannot be made beside branch {name!r}: git keeps both as folders; rename one")


def checked_out(repo: Repository, branch: str) -> Path | None:
    """The worktree in which this branch is checked out, or None."""
    folder = None
    for line in repo.git.text("worktree", "list", "--porcelain").split("\n"):
        if line.startswith("worktree "):
            folder = Path(line[9:])
        elif line == f"branch refs/heads/{branch}":
            return folder
    return None


def identity(repo: Repository) -> str:
    """Whose commits they will be: "Name <mail>". Raises NoIdentity."""
    try:
        author, _ = (repo.git.text("var", name) for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"))
    except GitError as error:
        raise no_identity() from error
    return author[: author.rindex(">") + 1]


def no_identity() -> NoIdentity:
    """The error that says what to run."""
    return NoIdentity(
        "git does not know who you are, so nothing can be committed. Run\n"
        '  git config --global user.name "Your Name"\n  git config --global user.email you@example.com'
    )


def dirty(repo: Repository) -> frozenset[str]:
    """Tracked files that are modified, deleted or staged. Starts no program; submodules are not looked into.

    With filters off, a file that a filter changes at checkout (LFS) and that was touched since counts as modified.
    """
    out = repo.git.run(
        "--no-optional-locks", "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=all"
    ).out
    return frozenset(os.fsdecode(entry[3:]) for entry in out.split(b"\0") if entry)


def untracked(repo: Repository, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that the index does not hold. What a submodule holds is not tracked here."""
    tracked = set(os.fsdecode(repo.git.run("ls-files", "-z", "--full-name").out).split("\0"))
    return frozenset(path for path in paths if path not in tracked)


def submodules(repo: Repository, commit: str) -> tuple[str, ...]:
    """The paths of a commit at which submodules stand, sorted."""
    out = repo.git.run("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit).out
    return tuple(sorted(os.fsdecode(entry.partition(b"\t")[2]) for entry in out.split(b"\0") if entry.startswith(b"160000 ")))


def is_shallow(repo: Repository) -> bool:
    """Does history end early here (`git clone --depth`)?"""
    return (repo.common / "shallow").is_file()


def is_partial(repo: Repository) -> bool:
    """May objects be missing here (`git clone --filter`)?"""
    return is_partial_clone(repo.settings)


def _places(git: Git) -> tuple[Path, Path, Path]:
    """The top, this checkout's own git dir, and the common one. Raises RewrightError where there is no work tree."""
    questions = ("--show-toplevel", "--git-dir", "--git-common-dir")
    try:
        inside = git.text("rev-parse", "--is-bare-repository", "--is-inside-work-tree", "--git-dir").split("\n")
        if inside[:2] != ["false", "true"]:
            kind = "a bare repository" if inside[0] == "true" else "a .git folder"
            raise RewrightError(f"{git.folder} is {kind}, without files to change; name a checkout (see `git worktree add`)")
        found = git.text("rev-parse", "--path-format=absolute", *questions).split("\n")
        if len(found) != 3:  # a folder with a newline in its name
            found = [git.text("rev-parse", "--path-format=absolute", question) for question in questions]
    except GitError as error:
        if "dubious ownership" in error.said:
            message = f"{git.folder} belongs to another user, whose hooks and settings would act as you"
            raise RewrightError(f"{message}; if you trust them: git config --global --add safe.directory {git.folder}") from error
        if "not a git repository" in error.said:
            raise RewrightError(f"{git.folder} is not inside a git repository; run `git init` and commit") from error
        raise
    top, own, common = (Path(name).resolve() for name in found)
    return top, own, common


def _require_no_submodule(repo: Repository, path: str) -> None:
    out = repo.git.run("--literal-pathspecs", "ls-files", "--stage", "-z", "--", path).out
    if out.startswith(b"160000 "):
        raise RewrightError(f"{path!r} is a submodule that is not checked out; run `git submodule update --init` in {repo.top}")
