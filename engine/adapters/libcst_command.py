"""`libcst:` a CodemodCommand of LibCST, run on the whole module as its own command line runs it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from engine.adapters.load import Code, named_class
from engine.adapters.tool import Told, top
from engine.model import Finding, RewrightError, Skip
from engine.project import Project
from engine.source import Source


def prepare() -> None:
    """Import the tool, before anything is refused to it."""
    import libcst.codemod  # noqa: F401


def probe(options: Mapping[str, Any], code: Code | None) -> None:
    """Raises RewrightError when there is no such command, or it does not take these arguments."""
    _command(options, code)


def run(source: Source, project: Project, options: Mapping[str, Any], code: Code | None) -> Told:
    """The new text. What the command warns of is a finding; what it skips, a skip; what it raises is raised."""
    from libcst import codemod

    kind = _command(options, code)
    module, package = _dotted(source.path)
    context = codemod.CodemodContext(filename=source.path, full_module_name=module, full_package_name=package)
    result = codemod.transform_module(kind(context, **options["arguments"]), source.text)
    said = tuple(Finding(top(source), warning, "tool-warning") for warning in result.warning_messages)
    description = " ".join(str(kind.DESCRIPTION).split())
    if isinstance(result, codemod.TransformSuccess):
        return Told(result.code, f"{kind.__name__}: {description}", items=said)
    if isinstance(result, codemod.TransformSkip):
        return Told(source.text, "", items=(*said, Skip(top(source), "skipped-by-tool", result.skip_description)))
    if isinstance(result, codemod.TransformFailure):
        raise result.error
    raise RuntimeError(f"{kind.__name__} ended with {type(result).__name__}")


def _command(options: Mapping[str, Any], code: Code | None) -> Any:
    from libcst.codemod import CodemodCommand

    found = named_class(options["libcst"], code, CodemodCommand)
    if not (inspect.isclass(found) and issubclass(found, CodemodCommand)):
        raise RewrightError(f"{options['libcst']} is no CodemodCommand of LibCST; name a class that is one")
    if inspect.isabstract(found):
        raise RewrightError(f"{options['libcst']} is abstract: it lacks {', '.join(sorted(found.__abstractmethods__))}")
    try:
        inspect.signature(found).bind(None, **options["arguments"])
    except TypeError as error:
        raise RewrightError(f"{options['libcst']}{inspect.signature(found)} does not take these arguments: {error}") from error
    return found


def _dotted(path: str) -> tuple[str, str]:
    """The dotted names of a file's module and of its package, seen from the target's root."""
    parts = path.removesuffix(".pyi").removesuffix(".py").split("/")
    package = parts[:-1]
    return ".".join(package if parts[-1] == "__init__" else parts), ".".join(package)
