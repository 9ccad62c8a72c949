"""A worktree off to the side, where a sprint is made: the user's checkout, index, stash, HEAD and config stay as they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import RewrightError
from engine.model import FileDelta
from engine.vcs.commit import DiskFull as DiskFull  # noqa: PLC0414
from engine.vcs.commit import HookModified as HookModified  # noqa: PLC0414
from engine.vcs.commit import HookRejected as HookRejected  # noqa: PLC0414
from engine.vcs.commit import SigningFailed as SigningFailed  # noqa: PLC0414
from engine.vcs.commit import explained, make_commit
from engine.vcs.compare import FilterMismatch as FilterMismatch  # noqa: PLC0414
from engine.vcs.git import Git
from engine.vcs.place import admin_of, claimed, remove
from engine.vcs.repository import NoIdentity, Repository

# `-c` for each command, never a line in a file: core.sparseCheckout in the user's configuration would change their checkout.
_EVERYTHING = ("-c", "core.sparseCheckout=false")
_SPARSE = ("-c", "core.sparseCheckout=true", "-c", "core.sparseCheckoutCone=false", "-c", "index.sparse=false")
_CHECKOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Worktree:
    """A detached worktree of ours. `git` runs at its root, with hooks and filters off."""

    git: Git
    root: Path
    hooks: bool  # the repository's hooks run at each commit

    def commit(self, deltas: Sequence[FileDelta], message: str) -> str:
        """Write the deltas (paths relative to the root) and commit them on top; the commit's full id.

        The index must hold what the plan shows, and the commit what the index held. Raises RewrightError, and
        leaves the worktree as it was before: FilterMismatch (its `path`), HookRejected, HookModified, DiskFull.
        SigningFailed and NoIdentity leave it as it is.
        """
        self._require_detached()
        start = self.git.text("rev-parse", "HEAD") if self.hooks else "HEAD"
        try:
            self._see([delta.path for delta in deltas if delta.before is None])
            commit = make_commit(self.git, self.root, self.hooks, deltas, message)
        except (SigningFailed, NoIdentity):
            raise
        except RewrightError:
            with contextlib.suppress(RewrightError):
                self.go_to(start)
            raise
        if self.hooks:
            self.go_to(commit)  # a hook may have changed files and not added them
        return commit

    def go_to(self, commit: str) -> None:
        """Detached at `commit`, with its files and its index; what a gate left, ignored files too, is removed."""
        with explained(self.root):
            # never `reset --hard`: where a gate switched to a branch, that would move the branch
            self.git.run("checkout", "--quiet", "--force", "--detach", commit, "--", seconds=_CHECKOUT_SECONDS)
            self.git.run("clean", "-ffdxq", seconds=_CHECKOUT_SECONDS)

    def _require_detached(self) -> None:
        admin = Path(self.git.variables["GIT_DIR"])
        if (admin / "HEAD").read_bytes().startswith(b"ref:") and self.git.run("symbolic-ref", "-q", "HEAD", ok=(0, 1)).code == 0:
            raise RewrightError(f"{self.root} was switched to a branch by another program; nothing was committed. Run again")

    def _see(self, created: Sequence[str]) -> None:
        """Take new files into the sparse patterns, so that they are there whenever the commit is checked out."""
        file = Path(self.git.variables["GIT_DIR"], "info", "sparse-checkout")
        lines = [f"/{_literally(path)}\n" for path in created if "\n" not in path]
        if lines and _SPARSE[1] in self.git.settings:
            with file.open("a", encoding="utf-8", errors="surrogateescape", newline="") as stream:
                stream.writelines(lines)


@contextlib.contextmanager
def worktree(
    repo: Repository,
    commit: str,
    folder: Path,
    patterns: Sequence[str] = (),
    keep_on: type[BaseException] | tuple[type[BaseException], ...] = (SigningFailed, NoIdentity),
) -> Iterator[Worktree]:
    """A worktree of ours at `commit`, in `folder` (under `<git common dir>/rewright`, or where nothing is yet).

    `patterns`: what is checked out, as in .gitignore and the last match wins, but a folder is left out by `!/folder/**`
    (git-sparse-checkout(1), without cone); empty: everything. A worktree that a dead process left there is removed first,
    and this one at the end, unless an exception of the types `keep_on` ends it.
    Raises RewrightError when a live process uses the folder, DiskFull.
    """
    if any("\n" in pattern for pattern in patterns):
        raise RewrightError("a sparse pattern cannot hold a newline")
    with claimed(repo.common, folder):
        try:
            yield _make(repo, commit, folder, patterns)
        except keep_on:
            raise
        except BaseException:  # rewright: ignore[broad-except] whatever ends it, the worktree goes; it is raised again
            with contextlib.suppress(RewrightError):  # the first error says more
                remove(repo.common, folder)
            raise
        remove(repo.common, folder)


def _make(repo: Repository, commit: str, folder: Path, patterns: Sequence[str]) -> Worktree:
    quiet = replace(repo.git, hooks=False)
    with explained(folder):
        quiet.run("worktree", "add", "--no-checkout", "--detach", "--", str(folder), commit)
        admin = admin_of(folder)
        info = admin / "info"
        info.mkdir(exist_ok=True)
        lines = [*patterns, ".gitattributes"]  # cat-file --filters knows the attributes by their files alone
        (info / "sparse-checkout").write_bytes(b"".join(line.encode(errors="surrogateescape") + b"\n" for line in lines))
        # GIT_DIR: where a gate removed the worktree's .git file, git would find the user's repository around it
        variables = {**quiet.variables, "GIT_DIR": str(admin), "GIT_WORK_TREE": str(folder)}
        settings = (*quiet.settings, *(_SPARSE if patterns else _EVERYTHING))
        made = Worktree(Git(folder, False, settings, variables), folder, repo.git.hooks)
        made.go_to(commit)
    return made


def _literally(path: str) -> str:
    """A path as a .gitignore pattern that matches it alone."""
    escaped = "".join(f"\\{character}" if character in "\\*?[" else character for character in path)
    kept = escaped.rstrip(" ")
    return kept + "\\ " * (len(escaped) - len(kept))
