"""From what a person asked for to a plan request: target, rule file, files, pool and cache.

The one room that knows where things lie on this machine; `cli` fills in a Choice and prints
what comes back.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine import config as configuration
from engine.cache import Cache, program_digest
from engine.discover import discover, read_target_python
from engine.globs import matcher
from engine.model import Codemod, Plan, RewrightError
from engine.parallel import Limits, Pool
from engine.process import BoundRule
from engine.run import PlannedRule, Request, make_plan

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


@dataclass(frozen=True, slots=True)
class Session:
    """A request, and what it takes to carry it out."""

    request: Request
    pool: Pool
    cache: Cache

    def plan(self, progress: Callable[[int, int], None] = lambda done, total: None) -> Plan:
        """The plan. `progress` is called with (files done, files to do)."""
        return make_plan(self.request, self.pool, self.cache, progress)


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


def load_config(rules_file: Path | None, start: Path, codemods: Mapping[str, Codemod]) -> configuration.Config:
    """The rule file that was named, else rules.yaml upward from `start`, else the one shipped."""
    return configuration.load(rules_file or configuration.find(start) or HOUSE / "rules.yaml", codemods)


@contextmanager
def open_session(
    choice: Choice, codemods: Callable[[], Mapping[str, Codemod]], templates: Callable[[], Mapping[str, bytes]]
) -> Iterator[Session]:
    """Everything that a plan needs, the worker processes included. Raises RewrightError for what a person can mend."""
    root = find_root(choice)
    known = codemods()
    config = load_config(choice.rules_file, root, known)
    found = discover(root, choice.paths, config.include, config.exclude)
    if not found.files and not found.skipped:
        raise RewrightError(f"no Python file to look at in {root}; name the folder that holds your code, or check target.include")
    limits = Limits(config.limits.file_seconds, config.limits.memory_mb)
    request = Request(
        root=root,
        files=found.files,
        known=found.all_python,
        rules=_planned(choice, config, known),
        templates=templates(),
        program=program_digest([HOUSE / "engine", HOUSE / "codemods"]),
        python=config.python or read_target_python(root) or OLDEST,
        unsafe=choice.unsafe,
        parse_all=config.parse_all,
        notes=found.skipped,
        metadata={"excluded": found.excluded, "rules": config.path, "listed_by": found.listed_by},
        warnings=(found.note,) if found.note else (),
    )
    cache = Cache(_cache_file() if choice.cache else None)
    with Pool(choice.jobs or len(os.sched_getaffinity(0)), limits) as pool:
        try:
            yield Session(request, pool, cache)
        finally:
            cache.close()


def _cache_file() -> Path:
    import platformdirs

    return platformdirs.user_cache_path("rewright") / "results.sqlite3"


def _planned(choice: Choice, config: configuration.Config, known: Mapping[str, Codemod]) -> tuple[PlannedRule, ...]:
    ids = [rule.id for rule in config.rules]
    for name in (*choice.select, *choice.ignore):
        if name not in ids:
            raise RewrightError(f"no rule is called {name!r} in {config.path}{_near(name, ids)}")
    sprint = _sprint(choice.sprint, config)
    wanted = choice.select or (sprint.rules if sprint else tuple(rule.id for rule in config.rules if rule.mode != "off"))
    planned = []
    for rule in config.rules:
        if rule.id not in wanted or rule.id in choice.ignore:
            continue
        include = rule.include or (sprint.paths if sprint else ())
        bound = BoundRule(rule.id, known[rule.codemod], rule.options, "report" if rule.mode == "report" else "rewrite")
        scope = repr((include, rule.exclude))
        planned.append(PlannedRule(bound, _covers(include, rule.exclude), scope, rule.max_files_percent))
    if not planned:
        raise RewrightError(f"no rule is left to run; check --select, --ignore and the modes in {config.path}")
    return tuple(planned)


def _covers(include: Sequence[str], exclude: Sequence[str]) -> Callable[[str], bool]:
    wanted, unwanted = matcher(include), matcher(exclude)
    return lambda path: (not include or wanted(path)) and not unwanted(path)


def _sprint(name: str | None, config: configuration.Config) -> configuration.Sprint | None:
    if name is None:
        return None
    for sprint in config.sprints:
        if sprint.id == name:
            return sprint
    raise RewrightError(f"no sprint is called {name!r} in {config.path}{_near(name, [sprint.id for sprint in config.sprints])}")


def _near(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, 1)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(names)}"
