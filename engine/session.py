"""From what a person asked for to a plan request: target, rule file, files, pool and cache.

The one room that knows where things lie on this machine; `cli` fills in a Choice and prints
what comes back.
"""

from __future__ import annotations

import datetime
import functools
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import config as configuration
from engine.adapters.light import names_any, require_installed
from engine.cache import Cache, digest, program_digest
from engine.choice import Choice as Choice  # noqa: PLC0414
from engine.choice import choice_of as choice_of  # noqa: PLC0414
from engine.choice import site_choice as site_choice  # noqa: PLC0414
from engine.codemod import Codemod
from engine.contract import require_picklable
from engine.decisions import store
from engine.decisions.values import Decision, in_force
from engine.discover import discover, read_target_python
from engine.globs import matcher
from engine.listing import ALWAYS_OUT
from engine.model import Applicability, Failure, Plan, RewrightError
from engine.parallel import Limits, Pool, preload
from engine.process import BoundRule, FileResult
from engine.project import Project
from engine.request import PlannedRule, Request
from engine.run import learn, make_part, make_plan
from engine.suppress import RuleNames
from engine.target import HOUSE, find_root, within
from engine.words import near_miss

if TYPE_CHECKING:
    from engine.decisions.state import Status

OLDEST = (3, 8)  # what is assumed when neither rules.yaml nor pyproject.toml says


@dataclass(frozen=True, slots=True)
class Session:
    """A request, and what it takes to carry it out."""

    request: Request
    pool: Pool
    cache: Cache
    choice: Choice
    decisions: tuple[Decision, ...] = ()
    today: str = ""  # YYYY-MM-DD
    memory: dict[bytes, Any] = field(default_factory=dict)  # what the next plan need not learn again

    def plan(self, progress: Callable[[int, int], None] = lambda done, total: None) -> Plan:
        """The plan, with a warning of decisions that went stale. `progress` is called with (files done, files to do)."""
        plan = make_plan(self.request, self.pool, self.cache, progress, self.memory)
        if not self.decisions:
            return plan
        from engine.decisions import state

        stale = state.warnings(self.states(plan), self.choice.verbose)
        return replace(plan, warnings=(*plan.warnings, *stale))

    def states(self, plan: Plan) -> tuple[Status, ...]:
        """What became of each decision in a plan of this session."""
        from engine.baseline import reach
        from engine.decisions import state

        chosen = bool(self.choice.select or self.choice.ignore)
        return state.states(
            self.decisions, plan, self.today, reach(plan, self.choice.paths, chosen, self.choice.sprint is not None)
        )

    def deciding(self, decisions: Sequence[Decision]) -> Session:
        """The session with these decisions instead."""
        now = in_force(decisions, self.today)
        request = replace(self.request, declined=now.declined, accepted=now.accepted, equal=now.equal)
        return replace(self, request=request, decisions=tuple(decisions))

    def part(
        self, enough: Callable[[Sequence[FileResult]], bool] = lambda results: False, only: Collection[str] | None = None
    ) -> tuple[Plan, bool]:
        """A plan of the first files in path order, until what came of them is `enough`; and whether every file was looked at.

        `only`: the files to look at; all when None.
        """
        return make_part(self.request, self.pool, self.cache, enough, only)

    def project(self) -> tuple[Project, tuple[Failure, ...]]:
        """The target with the facts that the chosen rules ask for, and each file that could not be asked. Runs no rule."""
        return learn(self.request, self.pool, self.cache)


def load_config(
    rules_file: Path | None, start: Path, codemods: Mapping[str, Codemod], cache: Cache | None = None, trusted: bool = False
) -> configuration.Config:
    """The rule file that was named, else rules.yaml upward from `start`, else the one shipped.

    `trusted`: Python of the user's that it names may run, also where rules.lock does not record it.
    A file that was checked before comes from the cache: checking loads pydantic, which takes longer than a warm run may.
    """
    file = rules_file or configuration.find(start) or HOUSE / "rules.yaml"
    data = file.read_bytes() if file.is_file() else b""
    stamp = b""
    read: Callable[[Path, Mapping[str, Codemod]], configuration.Config] = configuration.load
    if names_any(data):
        from engine.adapters import bind

        foreign = bind.foreign(file, trusted)
        stamp, read = foreign.stamp, functools.partial(bind.load, found=foreign)
    if cache is None or not file.is_file():
        return read(file, codemods)
    key = digest("config", _program(), str(file), data, stamp)
    known: dict[bytes, configuration.Config] = cache.get([key])
    if key not in known:
        known[key] = read(file, codemods)
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
        raise RewrightError(f"{config.path} has no rule {name!r} for {codemod}{near_miss(name, rules)}")
    return rules[name or min(rules)]


@functools.cache
def _program() -> bytes:
    return program_digest([HOUSE / "engine", HOUSE / "codemods"])


@contextmanager
def open_session(
    choice: Choice,
    codemods: Callable[[], Mapping[str, Codemod]],
    templates: Callable[[], Mapping[str, bytes]],
    config: configuration.Config | None = None,
) -> Iterator[Session]:
    """Everything that a plan needs, the worker processes included. `config`: rules that come from no file.

    Raises RewrightError for what a person can mend.
    """
    root = find_root(choice)
    choice = replace(choice, paths=within(choice, root))
    cache = Cache(_cache_file() if choice.cache else None)
    is_cold = not cache.holds_anything()
    if is_cold:
        preload()  # everything will have to be done: let the workers' start-up run beside our own
    known = codemods()
    of_file = config is None
    config = config or load_config(choice.rules_file, root, known, cache, choice.trust)
    known = config.over(known)
    found = discover(root, choice.paths, config.include, config.exclude)
    if not found.files and not found.skipped:
        raise RewrightError(f"no Python file to look at in {root}; name the folder that holds your code, or check target.include")
    sprint = sprint_of(choice.sprint, config) if choice.sprint is not None else None
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
        names=_names(choice, config) if of_file else RuleNames(all_ran=False),
        max_bytes=config.limits.max_bytes,
        project_seconds=config.limits.project_seconds,
        parse_all=config.parse_all,
        left_out=matcher((*ALWAYS_OUT, *config.exclude)),
        notes=found.skipped,
        metadata={"excluded": found.excluded, "rules": config.path, "listed_by": found.listed_by},
        warnings=(found.note,) if found.note else (),
    )
    decisions = store.load(choice.decisions or store.place(root), cache, _program())
    today = datetime.datetime.now().astimezone().date().isoformat()
    with Pool(choice.jobs or len(os.sched_getaffinity(0)), limits) as pool:
        try:
            if is_cold:
                pool.begin()
            yield Session(request, pool, cache, choice, today=today).deciding(decisions)
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
            raise RewrightError(f"no rule is called {name!r} in {config.path}{near_miss(name, ids)}")
    wanted = choice.select or (sprint.rules if sprint else tuple(rule.id for rule in config.rules if rule.mode != "off"))
    planned = []
    for rule in config.rules:
        if rule.id not in wanted or rule.id in choice.ignore:
            continue
        require_installed(config.path, rule.id, known[rule.codemod])
        paths = sprint.paths if sprint else ()
        options = {**rule.options, **sprint.options.get(rule.id, {})} if sprint else rule.options
        bound = BoundRule(rule.id, known[rule.codemod], options, "report" if rule.mode == "report" else "rewrite")
        scope = repr((rule.include, rule.exclude, paths))
        require_picklable(bound.codemod, bound.options)
        covers = _covers(rule.include, rule.exclude, paths)
        planned.append(PlannedRule(bound, covers, scope, rule.max_files_percent))
    if not planned:
        raise RewrightError(f"no rule is left to run; check --select, --ignore and the modes in {config.path}")
    return tuple(planned)


def _names(choice: Choice, config: configuration.Config) -> RuleNames:
    return RuleNames(frozenset(rule.id for rule in config.rules), not (choice.select or choice.ignore or choice.sprint))


def _covers(include: Sequence[str], exclude: Sequence[str], shard: Sequence[str]) -> Callable[[str], bool]:
    """What the rule includes (empty: everything), within the sprint's paths, less what the rule excludes."""
    wanted, unwanted, within = matcher(include), matcher(exclude), matcher(shard)
    return lambda path: (not include or wanted(path)) and (not shard or within(path)) and not unwanted(path)


def sprint_of(name: str, config: configuration.Config) -> configuration.Sprint:
    """The sprint of this name. Raises RewrightError when there is none."""
    for sprint in config.sprints:
        if sprint.id == name:
            return sprint
    raise RewrightError(f"no sprint is called {name!r} in {config.path}{near_miss(name, [one.id for one in config.sprints])}")
