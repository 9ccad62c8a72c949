"""`fixit:` a lint rule of Fixit 2. Each violation is a finding, or a change where the rule replaces the node."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.adapters.load import Code, named_class
from engine.adapters.tool import Told
from engine.model import Finding, RewrightError, Site
from engine.project import Project
from engine.source import Source


def prepare() -> None:
    """Import the tool, before anything is refused to it."""
    import fixit.engine
    import fixit.ftypes  # noqa: F401


def probe(options: Mapping[str, Any], code: Code | None) -> None:
    """Raises RewrightError when there is no such rule."""
    _rule(options, code)()


def run(source: Source, project: Project, options: Mapping[str, Any], code: Code | None) -> Told:
    """The text with every replacement; a finding for each violation that has none."""
    from fixit.engine import LintRunner
    from fixit.ftypes import Config

    kind = _rule(options, code)
    runner = LintRunner(Path(source.path), source.encode(source.text))  # LibCST heeds a cookie
    violations = list(runner.collect_violations([kind()], Config(path=Path(source.path), root=Path("."))))
    messages, items = {}, []
    for one in violations:
        start, end = one.range.start, one.range.end
        if one.replacement is None:
            site = Site(source.path, start.line, start.column + 1, end.line, end.column + 1)
            items.append(Finding(site, one.message, "no-fix"))
        else:
            messages.update(dict.fromkeys(range(start.line, end.line + 1), f"{one.rule_name}: {one.message}"))
    text = runner.apply_replacements(violations).code
    return Told(text, f"{kind.__name__}: as this Fixit rule says", messages, tuple(items))


def _rule(options: Mapping[str, Any], code: Code | None) -> Any:
    from fixit import LintRule

    found = named_class(options["fixit"], code, LintRule)
    if not (inspect.isclass(found) and issubclass(found, LintRule) and found is not LintRule):
        raise RewrightError(f"{options['fixit']} is no LintRule of Fixit; name a class that is one")
    return found
