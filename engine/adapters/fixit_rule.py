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
    runner = LintRunner(Path(source.path), source.text.encode("utf-8"))
    violations = list(runner.collect_violations([kind()], Config(path=Path(source.path), root=Path("."))))
    messages, items = {}, []
    for one in violations:
        line, column = one.range.start.line, one.range.start.column + 1
        if one.replacement is None:
            items.append(Finding(Site(source.path, line, column, one.range.end.line, one.range.end.column + 1), one.message, "no-fix"))
        else:
            messages.update(dict.fromkeys(range(line, one.range.end.line + 1), f"{one.rule_name}: {one.message}"))
    text = runner.apply_replacements(violations).code
    return Told(text, f"{kind.__name__}: as this Fixit rule says", messages, tuple(items))


def _rule(options: Mapping[str, Any], code: Code | None) -> Any:
    from fixit import LintRule

    found = named_class(options["fixit"], code)
    if not (inspect.isclass(found) and issubclass(found, LintRule) and found is not LintRule):
        raise RewrightError(f"{options['fixit']} is no LintRule of Fixit; name a class that is one")
    return found
