"""A branch out of this repository, to a named remote.

Never forced, never to an address, never asking for credentials; of what is local only the remote-tracking branch moves.
The token for pull requests has no part in this: a push uses the credentials that git has.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import Literal

from engine.errors import RewrightError
from engine.redact import redact
from engine.report.screen import escape
from engine.vcs.git import Done, Git, GitError

SECONDS = 300.0  # what a push may take
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[\w.-]+)*", re.ASCII)
_HELPER = re.compile(r"[A-Za-z0-9][\w+.-]*::")  # ext::sh -c ..., fd::7
_NEVER_ASK = {"GIT_ASKPASS": "", "SSH_ASKPASS": "", "GCM_INTERACTIVE": "never"}
_BATCH_SSH = "ssh -o BatchMode=yes"


class PushRejected(RewrightError):
    """The remote did not take the branch. Nothing local has changed; the same push may be tried again."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A branch as it stands on a remote now."""

    remote: str
    branch: str
    commit: str
    state: Literal["new", "updated", "up-to-date"]


def push(git: Git, remote: str, branch: str) -> Pushed:
    """Push refs/heads/`branch` to the remote of that name, under the same name, as a fast-forward or not at all.

    The remote's hooks run there; ours (pre-push) only with `git.hooks`. Raises RewrightError: no such remote or branch, a
    remote that starts a program; PushRejected: the remote has other commits, declined, or cannot be reached.
    """
    commit = tip_of(git, branch)
    check_remote(git, remote)
    quiet = ("-c", f"remote.{remote}.mirror=false", "-c", "push.pushOption=")
    git = replace(git, settings=(*git.settings, *quiet), variables={**git.variables, **_never_ask(git)})
    ref = f"refs/heads/{branch}"
    # The first option overrides remote.NAME.receivepack, which would be started here for a remote on this machine.
    options = ("--receive-pack=git-receive-pack", "--porcelain", "--no-follow-tags", "--recurse-submodules=no", "--no-progress")
    try:
        done = git.run("push", *options, "--", remote, f"{ref}:{ref}", ok=(0, 1), seconds=SECONDS)
    except GitError as error:
        raise PushRejected(_unreachable(remote, branch, error.said or str(error))) from error
    line = next((text for text in done.text.splitlines() if f"\t{ref}:{ref}\t" in text), "")
    if done.code or line[:1] not in ("*", " ", "="):
        raise PushRejected(_rejected(remote, branch, done, line))
    states: dict[str, Literal["new", "updated", "up-to-date"]] = {"*": "new", " ": "updated", "=": "up-to-date"}
    return Pushed(remote, branch, commit, states[line[0]])


def tip_of(git: Git, branch: str) -> str:
    """The commit of refs/heads/`branch`. Raises RewrightError when there is no such branch."""
    ref = f"refs/heads/{branch}"
    valid = git.run("check-ref-format", ref, ok=(0, 1)).code == 0 and not branch.startswith("-")
    tip = git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", ok=(0, 1, 128)) if valid else ""
    if not tip:
        raise RewrightError(f"there is no branch {escape(branch)} in {git.folder}; `git branch` lists them")
    return tip


def check_remote(git: Git, remote: str) -> None:
    """Raises RewrightError for what is not the name of a remote, and for one that starts a program."""
    names = git.text("remote").splitlines()
    if remote not in names or not _NAME.fullmatch(remote):
        known = ", ".join(escape(name) for name in names) or "none: `git remote add NAME ADDRESS` makes one"
        # An address may hold a password: it is not said again.
        what = (
            "an address or an option"
            if not _NAME.fullmatch(remote) or "/" in remote
            else f"{remote}, and there is none of that name"
        )
        raise RewrightError(f"--push takes the name of a remote, not {what}. Remotes here: {known}")
    addresses = git.text("remote", "get-url", "--push", "--all", remote).splitlines()
    helper = git.text("config", "--get", f"remote.{remote}.vcs", ok=(0, 1))
    if helper or any(_HELPER.match(address) or address.startswith("-") for address in addresses):
        raise RewrightError(
            f"the remote {remote} would start a program on this machine (see `git remote -v`); it is not pushed to"
        )


def _never_ask(git: Git) -> dict[str, str]:
    """Variables under which neither git nor ssh asks; a user's own ssh command is left as it is."""
    chosen = any(name in os.environ or name in git.variables for name in ("GIT_SSH", "GIT_SSH_COMMAND"))
    chosen = chosen or bool(git.text("config", "--get", "core.sshCommand", ok=(0, 1)))
    return _NEVER_ASK if chosen else {**_NEVER_ASK, "GIT_SSH_COMMAND": _BATCH_SSH}


def _rejected(remote: str, branch: str, done: Done, line: str) -> str:
    kept = "nothing was pushed, and your commits are kept on the local branch"
    if any(word in line for word in ("(fetch first)", "(non-fast-forward)", "(stale info)", "(needs force)")):
        return (
            f"{branch} on {remote} has commits that yours lacks: {kept}. Run `git fetch {remote}` and look at them "
            f"(`git log {branch}..{remote}/{branch}`); `rewright branch --refresh` makes a branch of a new name"
        )
    told = [text.removeprefix("remote: ").strip() for text in done.said.splitlines() if text.startswith("remote: ")]
    why = line.partition("\t")[2].partition("\t")[2] or done.said
    return f"{remote} did not take {branch}: {_shown(' '.join([why, *told]))}; {kept}. The same command tries again"


def _unreachable(remote: str, branch: str, said: str) -> str:
    return (
        f"{branch} could not be pushed to {remote}: {_shown(said)}. Your commits are kept on the local branch; check the address "
        f"(`git remote -v`) and your credentials (`git push {remote} {branch}` may ask for them), and run the same command again"
    )


def _shown(text: str) -> str:
    return escape(redact(" ".join(text.split())[:1_000]))[:500]
