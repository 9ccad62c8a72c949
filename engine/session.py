"""From what a person asked for to a plan request: target, rule file, files, pool and cache.

The one room that knows where things lie on this machine; `cli` fills in a Choice and prints
what comes back.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import config as configuration
from engine.cache import Cache, digest, program_digest
from engine.contract import require_picklable
from engine.discover import discover, read_target_python
from engine.globs import matcher
from engine.listing import ALWAYS_OUT
from engine.model import Applicability, Codemod, Failure, Plan, RewrightError
from engine.parallel import Limits, Pool, preload
from engine.process import BoundRule
from engine.project import Project
from engine.request import PlannedRule, Request
from engine.run import learn, make_plan

HOUSE = Path(__file__).resolve().parent.parent
OLDEST = (3, 8)  # what is assumed when neither rules.yaml nor pyproject.toml says


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person asked for on the command line."""

    paths: tuple[Path, ...] = ()
    root: Path | None = None
    rules_file: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    sprint: str | None = None
    unsafe: bool = False
    jobs: int | None = None
    cache: bool = True


def choice_of(given: Mapping[str, Any]) -> Choice:
    """The Choice that the options of a planning command make; `given` holds them under the names that `cli` declares."""
    return Choice(
        paths=given["paths"],
        root=given["root"],
        rules_file=given["rules_file"],
        select=_names(given["select"]),
        ignore=_names(given["ignore"]),
        sprint=given["sprint"],
        unsafe=given["unsafe"],
        jobs=given["jobs"],
        cache=not given["no_cache"],
    )


def site_choice(file: Path, root: Path, rules_file: Path | None, cache: bool) -> Choice:
    """The Choice that plans one file of a target and withholds nothing: what `explain FILE:LINE` looks at."""
    root = root.resolve()
    return Choice(paths=(root, file), root=root, rules_file=rules_file, unsafe=True, cache=cache)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """Rule ids of a repeated option, each of which may hold several, separated by commas."""
    return tuple(name.strip() for part in given for name in part.split(",") if name.strip())


@dataclass(frozen=True, slots=True)
class Session:
    """A request, and what it takes to carry it out."""

    request: Request
    pool: Pool
    cache: Cache

    def plan(self, progress: Callable[[int, int], None] = lambda done, total: None) -> Plan:
        """The plan. `progress` is called with (files done, files to do)."""
        return make_plan(self.request, self.pool, self.cache, progress)

    def project(self) -> tuple[Project, tuple[Failure, ...]]:
        """The target with the facts that the chosen rules ask for, and each file that could not be asked. Runs no rule."""
        return learn(self.request, self.pool, self.cache)


def find_root(choice: Choice) -> Path:
    """The target: what --root says, else the one folder that was named, else the current folder."""
    if choice.root is not None:
        root = choice.root
    elif len(choice.paths) == 1 and choice.paths[0].is_dir():
        root = choice.paths[0]
    else:
        root = Path.cwd()
    if not root.is_dir():
        raise RewrightError(f"{root} is not a folder; name the folder that holds the target")
    return root.resolve()


def load_config(
    rules_file: Path | None, start: Path, codemods: Mapping[str, Codemod], cache: Cache | None = None
) -> configuration.Config:
    """The rule file that was named, else rules.yaml upward from `start`, else the one shipped.

    A file that was checked before comes from the cache: checking loads pydantic, which takes longer than a warm run may.
    """
    file = rules_file or configuration.find(start) or HOUSE / "rules.yaml"
    if cache is None or not file.is_file():
        return configuration.load(file, codemods)
    key = digest("config", _program(), str(file), file.read_bytes())
    known: dict[bytes, configuration.Config] = cache.get([key])
    if key not in known:
        known[key] = configuration.load(file, codemods)
        cache.put(known)
    return known[key]


def rule_of(config: configuration.Config, codemod: str, name: str | None = None) -> configuration.Rule:
    """The one rule of a codemod, whatever its mode, or that of this name. RewrightError when that is none or several."""
    rules = {rule.id: rule for rule in config.rules if rule.codemod == codemod}
    if not rules:
        raise RewrightError(f"{config.path} has no rule for {codemod}; add `- id: {codemod}`, whose options are asked for here")
    if name is None and len(rules) > 1:
        raise RewrightError(f"{config.path} has several rules for {codemod} ({', '.join(rules)}); say which: --rule {min(rules)}")
    if name is not None and name not in rules:
        raise RewrightError(f"{config.path} has no rule {name!r} for {codemod}{configuration.near_miss(name, rules)}")
    return rules[name or min(rules)]


@functools.cache
def _program() -> bytes:
    return program_digest([HOUSE / "engine", HOUSE / "codemods"])


@contextmanager
def open_session(
    choice: Choice, codemods: Callable[[], Mapping[str, Codemod]], templates: Callable[[], Mapping[str, bytes]]
) -> Iterator[Session]:
    """Everything that a plan needs, the worker processes included. Raises RewrightError for what a person can mend."""
    root = find_root(choice)
    cache = Cache(_cache_file() if choice.cache else None)
    if not cache.holds_anything():
        preload()  # everything will have to be done: let the workers' start-up run beside our own
    known = codemods()
    config = load_config(choice.rules_file, root, known, cache)
    found = discover(root, choice.paths, config.include, config.exclude)
    if not found.files and not found.skipped:
        raise RewrightError(f"no Python file to look at in {root}; name the folder that holds your code, or check target.include")
    sprint = _sprint(choice.sprint, config)
    limits = Limits(config.limits.file_seconds, config.limits.memory_mb)
    request = Request(
        root=root,
        files=found.files,
        known=found.all_python,
        rules=_planned(choice, sprint, config, known),
        templates=templates(),
        program=_program(),
        python=config.python or read_target_python(root) or OLDEST,
        unsafe=choice.unsafe or (sprint is not None and sprint.applicability is Applicability.UNSAFE),
        complete=not (choice.select or choice.ignore or choice.sprint),
        max_bytes=config.limits.max_bytes,
        parse_all=config.parse_all,
        left_out=matcher((*ALWAYS_OUT, *config.exclude)),
        notes=found.skipped,
        metadata={"excluded": found.excluded, "rules": config.path, "listed_by": found.listed_by},
        warnings=(found.note,) if found.note else (),
    )
    with Pool(choice.jobs or len(os.sched_getaffinity(0)), limits) as pool:
        try:
            yield Session(request, pool, cache)
        finally:
            cache.close()


def _cache_file() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("rewright") / "results.sqlite3"


def _planned(
    choice: Choice, sprint: configuration.Sprint | None, config: configuration.Config, known: Mapping[str, Codemod]
) -> tuple[PlannedRule, ...]:
    ids = [rule.id for rule in config.rules]
    for name in (*choice.select, *choice.ignore):
        if name not in ids:
            raise RewrightError(f"no rule is called {name!r} in {config.path}{configuration.near_miss(name, ids)}")
    wanted = choice.select or (sprint.rules if sprint else tuple(rule.id for rule in config.rules if rule.mode != "off"))
    planned = []
    for rule in config.rules:
        if rule.id not in wanted or rule.id in choice.ignore:
            continue
        paths = sprint.paths if sprint else ()
        bound = BoundRule(rule.id, known[rule.codemod], rule.options, "report" if rule.mode == "report" else "rewrite")
        scope = repr((rule.include, rule.exclude, paths))
        require_picklable(bound.codemod, bound.options)
        covers = _covers(rule.include, rule.exclude, paths)
        planned.append(PlannedRule(bound, covers, scope, rule.max_files_percent))
    if not planned:
        raise RewrightError(f"no rule is left to run; check --select, --ignore and the modes in {config.path}")
    return tuple(planned)


def _covers(include: Sequence[str], exclude: Sequence[str], shard: Sequence[str]) -> Callable[[str], bool]:
    """What the rule includes (empty: everything), within the sprint's paths, less what the rule excludes."""
    wanted, unwanted, within = matcher(include), matcher(exclude), matcher(shard)
    return lambda path: (not include or wanted(path)) and (not shard or within(path)) and not unwanted(path)


def _sprint(name: str | None, config: configuration.Config) -> configuration.Sprint | None:
    if name is None:
        return None
    for sprint in config.sprints:
        if sprint.id == name:
            return sprint
    raise RewrightError(
        f"no sprint is called {name!r} in {config.path}{configuration.near_miss(name, [one.id for one in config.sprints])}"
    )
