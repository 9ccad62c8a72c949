"""What git's configuration says about a repository: programs of the repository's own, filters to switch off, partial clones."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.errors import RewrightError
from engine.vcs.git import Git

# By section: variables that start a program, or send git to another file or server. `core.hooksPath` is not among them:
# hooks are off, and who asks for them with --run-hooks has consented.
_PROGRAMS = {
    "core": ("fsmonitor", "sshcommand", "gitproxy", "askpass", "editor", "pager", "alternaterefscommand"),
    "credential": ("helper",),
    "diff": ("external", "command", "textconv"),
    "filter": ("clean", "smudge", "process"),
    "gpg": ("program", "defaultkeycommand"),
    "hook": ("command",),
    "include": ("path",),
    "includeif": ("path",),
    "merge": ("driver",),
    "remote": ("uploadpack", "receivepack", "vcs"),
    "sequence": ("editor",),
    "trailer": ("cmd", "command"),
    "url": ("insteadof", "pushinsteadof"),
}
_BOOLEANS = ("", "true", "false", "yes", "no", "on", "off", "0", "1")
_HELPER_URL = re.compile(r"[A-Za-z0-9]+::")  # ext::sh -c ...
_SECRET = re.compile(r"//[^/@]*@")
# The values of overridden filters, by way of the environment: a filter's name may hold `=`, which `-c` cannot say.
_VALUES = {"REWRIGHT_NOTHING": "", "REWRIGHT_NO": "false"}
_OVERRIDES = {"clean": "REWRIGHT_NOTHING", "smudge": "REWRIGHT_NOTHING", "process": "REWRIGHT_NOTHING", "required": "REWRIGHT_NO"}


class HostileConfig(RewrightError):
    """The repository's own configuration can start programs. `names` lists the settings."""

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of git's configuration, as git understood it."""

    scope: str  # "system", "global", "local", "worktree" or "command"
    origin: str  # "file:.git/config"
    name: str  # section and variable in lower case
    value: str


def read_settings(git: Git) -> tuple[Setting, ...]:
    """Every setting of every scope, in git's order. Raises GitError."""
    parts = os.fsdecode(git.run("config", "--list", "-z", "--show-scope", "--show-origin").out).split("\0")[:-1]
    found = []
    for scope, origin, entry in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        name, _, value = entry.partition("\n")
        found.append(Setting(scope, origin, name, value))
    return tuple(found)


def programs(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """The repository's own settings (not the user's or the system's) that start a program or send git elsewhere."""
    return tuple(one for one in settings if one.scope in ("local", "worktree") and _starts_something(one))


def require_consent(settings: Iterable[Setting], top: str) -> None:
    """Raises HostileConfig, which lists the settings by name, never by value, when the repository has programs of its own."""
    found = programs(settings)
    if not found:
        return
    names = tuple(dict.fromkeys(_SECRET.sub("//***@", one.name) for one in found))
    listed = "\n".join(f"  {name!r}" if not name.isprintable() else f"  {name}" for name in names)
    raise HostileConfig(
        f"{top}: the repository's own git configuration names programs, or other places to go to:\n{listed}\n"
        "Look at them with `git config --list --local --show-origin`. If you trust them all, say so and run again (filters stay "
        "off all the same); else take them out with `git config --local --unset NAME`",
        names,
    )


def without_filters(settings: Iterable[Setting]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Git arguments and environment variables that turn every filter driver, of whatever scope, into nothing.

    So a file in the worktree holds what its blob holds, line ends and encoding aside: an LFS pointer stays a pointer.
    """
    names = sorted({one.name[7:].rpartition(".")[0] for one in settings if one.name.startswith("filter.")} - {""})
    arguments = [f"--config-env=filter.{name}.{variable}={value}" for name in names for variable, value in _OVERRIDES.items()]
    return tuple(arguments), dict(_VALUES) if names else {}


def is_partial_clone(settings: Sequence[Setting]) -> bool:
    """May objects be missing here, to be fetched from a promisor remote?"""
    return any(
        one.name == "extensions.partialclone" or (one.name.startswith("remote.") and one.name.endswith(".promisor"))
        for one in settings
    )


def _starts_something(setting: Setting) -> bool:
    section, variable = setting.name.partition(".")[0], setting.name.rpartition(".")[2]
    value = setting.value
    if not value or (setting.name == "core.fsmonitor" and value.lower() in _BOOLEANS):
        return False
    if section == "submodule" and variable == "update":
        return value.startswith("!")
    if section == "remote" and variable in ("url", "pushurl"):
        return _HELPER_URL.match(value) is not None
    return variable in _PROGRAMS.get(section, ())
