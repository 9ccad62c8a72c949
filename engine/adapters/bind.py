"""A rule file with what it names besides our codemods: tools and codemods of the user's, trusted, looked at in a worker, bound.

Foreign code runs in worker processes only, here too: this process reads its bytes and compares hashes.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine import config as configuration
from engine.adapters import trust
from engine.adapters.blame import refused
from engine.adapters.kinds import module_of, tools
from engine.adapters.light import lacking, names_any, placed
from engine.adapters.load import Code
from engine.adapters.named import named
from engine.adapters.tool import Tool
from engine.adapters.user import described
from engine.cache import digest
from engine.codemod import Codemod
from engine.model import RewrightError
from engine.parallel import Crash, Limits, Pool, Runner

_SECONDS = 60.0  # that looking at a rule may take


@dataclass(frozen=True, slots=True)
class Foreign:
    """The files that a rule file names: codemods, and what its tools read, by the path that the rule file says."""

    codemods: tuple[Code, ...] = ()
    scripts: Mapping[str, Code] | None = None
    names_any: bool = False  # tools that read no file of their own included

    @property
    def stamp(self) -> bytes:
        """A digest of everything that they hold, and of the tools' versions."""
        if not self.names_any:
            return b""
        codes = [*self.codemods, *(self.scripts or {}).values()]
        return digest(*(part for code in codes for _, path, text in code.files for part in (path, text)), *_versions())


@dataclass(frozen=True, slots=True)
class _Look:
    """One thing to look at in a worker: a codemod (`rule` empty), or a rule's tool."""

    path: str
    code: Code | None
    kind: str = ""
    options: Mapping[str, Any] | None = None
    data: bytes = b""


def foreign(file: Path, trusted: bool) -> Foreign:
    """The files that a rule file names. Raises RewrightError for one that is not there, or is Python and not trusted."""
    try:
        if not names_any(file.read_bytes()):
            return Foreign()
    except OSError:
        return Foreign()  # loading it says so
    runs, reads = named(file)
    if not trusted:
        trust.require_trust(file.parent, [code for codes in runs.values() for code in codes])
    scripts = {key.partition(":")[2]: codes[0] for key, codes in (*runs.items(), *reads.items()) if key[:9] != "codemods:"}
    own = tuple(code for key, codes in runs.items() if key[:9] == "codemods:" for code in codes)
    return Foreign(own, scripts, names_any=True)


def _versions() -> list[str]:
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in ("libcst", "bowler", "fissix", "fixit", "ast-grep-py", "rope"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(name)
    return found


def load(file: Path, codemods: Mapping[str, Codemod], found: Foreign, runner: Runner | None = None) -> configuration.Config:
    """The checked rule file; `codemods` of it are the tools and codemods of its rules. Raises ConfigError and RewrightError."""
    if runner is None and found.names_any:
        with Pool(1, Limits(_SECONDS)) as pool:
            return load(file, codemods, found, pool)
    own = _described(file, codemods, found.codemods, runner) if runner and found.codemods else {}
    every: Any = ChainMap(dict(own), dict(tools()), codemods)  # type: ignore[arg-type]
    config = configuration.load(file, every)
    bound = {}
    rules = []
    for rule in config.rules:
        codemod = every[rule.codemod]
        if isinstance(codemod.run_file, Tool):
            kind = rule.codemod
            code = (found.scripts or {}).get(str(rule.options.get(kind, "")))
            rule = replace(rule, codemod=f"{kind}:{rule.id}")  # noqa: PLW2901
            bound[rule.codemod] = replace(codemod, run_file=Tool(kind, code, found.stamp.hex()))
        rules.append(rule)
    _probe(file, rules, bound, runner)
    said = config.digest if not found.names_any else digest(config.digest, found.stamp).hex()
    return replace(config, digest=said, rules=tuple(rules), codemods={**own, **bound})


def _described(file: Path, ours: Mapping[str, Codemod], codes: Sequence[Code], runner: Runner) -> dict[str, Codemod]:
    """The user's codemods by name."""
    own: dict[str, Codemod] = {}
    for look, answer in _answers([_Look(code.path, code) for code in codes], runner):
        if isinstance(answer, str):
            raise RewrightError(f"{file.parent}/{answer}")
        taken = answer.name in ours or answer.name in tools() or answer.name == "pattern"
        if taken or answer.name in own or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", answer.name):
            why = "the name is taken" if taken or answer.name in own else "a name is lower-case letters, digits and '-'"
            raise RewrightError(f"{file.parent / look.path}: a codemod may not be called {answer.name!r}: {why}")
        own[answer.name] = answer
    return own


def _probe(file: Path, rules: Sequence[configuration.Rule], bound: Mapping[str, Codemod], runner: Runner | None) -> None:
    looks = []
    for rule in rules:
        if rule.codemod in bound and rule.mode != "off" and not lacking(bound[rule.codemod]):  # a run that selects it says so
            tool: Any = bound[rule.codemod].run_file
            looks.append(_Look(rule.id, tool.code, tool.kind, dict(rule.options)))
    answers = _answers(looks, runner) if runner else []
    problems = [f"{placed(str(file), look.path, look.kind)}: {answer}" for look, answer in answers if answer]
    if problems:
        raise RewrightError("\n".join(sorted(problems)))


def _answers(looks: Sequence[_Look], runner: Runner) -> list[tuple[_Look, Any]]:
    """Each with what a worker found: a sentence for what is wrong."""
    found: list[tuple[_Look, Any]] = []
    look: Any
    for look, result in runner.run(look_at, None, looks):
        whose = f"{look.code.path}: " if look.code else ""
        found.append((look, f"{whose}it {_ended(result)}" if isinstance(result, Crash) else result))
    return sorted(found, key=lambda pair: str(pair[0].path))


def _ended(crash: Crash) -> str:
    slow = f"does not end within {_SECONDS:g} seconds of being loaded"
    return slow if crash.reason == "timeout" else f"cannot be loaded: {crash.message}"


def look_at(_: None, batch: Sequence[_Look]) -> list[Codemod | str]:
    """Runs in a worker: the codemod, or "" for a tool's rule that can be carried out; else a sentence."""
    return [_looked_at(look) for look in batch]


def _looked_at(look: _Look) -> Codemod | str:
    from engine.adapters.contain import contained, unwarned

    try:
        if not look.kind and look.code is not None:
            return described(look.code)
        tool = module_of(look.kind)
        with unwarned():
            tool.prepare()
        with contained():
            tool.probe(look.options, look.code)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # rewright: ignore[broad-except] the worker boundary: foreign code may raise anything
        return str(refused(error, look.code))
    return ""
