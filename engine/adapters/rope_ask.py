"""What a rule asks of rope: a name or a module found, and the refactoring of it that is wanted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.adapters import rope_modules
from engine.adapters.rope_options import operation, parameter
from engine.model import RewrightError


def changes(project: Any, options: Mapping[str, Any]) -> Any:
    """rope's changes; None when the target is as wanted already."""
    from rope.refactor import change_signature, inline, move, rename

    (kind, name), said = operation(options), options["rope"]
    if kind in ("rename", "move") and rope_modules.find(project, name) is not None:
        return rope_modules.changes(project, kind, name, said)
    holder = _found(project, name)
    offset = _offset(project, *holder) if holder else None
    own = holder is not None and offset is not None and not _imported(project, *holder)
    if not own and kind in ("rename", "move") and rope_modules.done(project, kind, name, said["to"]):
        return None
    if holder is None:
        raise RewrightError(f"rope: the target has no module {name.partition('.')[0]}, so nothing is called {name}")
    resource, outer, last = holder
    if kind == "rename":
        if offset is None and _offset(project, resource, outer, said["to"]) is not None:
            return None
        change = rename.Rename(project, resource, _there(offset, name))
        return change.get_changes(said["to"], docs=bool(said.get("docs")))
    if kind == "move":
        target = _module(project, said["to"])
        if target is None:
            raise RewrightError(f"rope: there is no module {said['to']} to move {name} to; make the file first")
        if offset is None and _offset(project, target, (), last) is not None:
            return None
        return move.create_move(project, resource, _there(offset, name)).get_changes(target)
    if kind == "inline":
        return inline.create_inline(project, resource, offset).get_changes() if offset is not None else None
    return _signature(change_signature, project, resource, _there(offset, name), said)


def _signature(tool: Any, project: Any, resource: Any, offset: int, said: Mapping[str, Any]) -> Any:
    change = tool.ChangeSignature(project, resource, offset)
    wanted = [parameter(one) for one in said["parameters"]]
    names = [name for name, _ in wanted]
    have = [name for name, _ in change.get_args()]
    steps: list[Any] = [tool.ArgumentRemover(at) for at in reversed(range(len(have))) if have[at] not in names]
    kept = [name for name in have if name in names]
    for name, default in wanted:
        if name not in kept:
            steps.append(tool.ArgumentAdder(len(kept), name, default, said.get("values", {}).get(name)))
            kept.append(name)
    if kept != names:
        steps.append(tool.ArgumentReorderer([kept.index(name) for name in names], autodef="None"))
    return change.get_changes(steps) if steps else None


def _found(project: Any, name: str) -> tuple[Any, tuple[str, ...], str] | None:
    """The module that holds a name, what lies around the name in it, and its last part; None where there is no such module."""
    parts = name.split(".")
    if _module(project, name) is not None:
        raise RewrightError(f"rope: {name} is a module: only rename and move take one; name something in a module")
    for length in range(len(parts) - 1, 0, -1):
        resource = _module(project, ".".join(parts[:length]))
        if resource is not None:
            return resource, tuple(parts[length:-1]), parts[-1]
    return None


def _module(project: Any, dotted: str) -> Any:
    found = project.find_module(dotted)
    if found is None or found.project is not project:
        return None
    return found.get_child("__init__.py") if found.is_folder() else found


def _offset(project: Any, resource: Any, outer: tuple[str, ...], name: str) -> int | None:
    """Where a name is bound in a module, or in classes of it; None when it is not bound there."""
    scope = project.get_pymodule(resource).get_scope()
    for one in outer:
        if one not in scope.get_defined_names():
            return None
        scope = scope[one].get_object().get_scope()
    if name not in scope.get_defined_names():
        return None
    _, line = scope[name].get_definition_location()
    text = resource.read()
    start = sum(len(one) for one in text.splitlines(keepends=True)[: (line or 1) - 1])
    match = re.compile(rf"\b{re.escape(name)}\b").search(text, start)
    return match.start() if match else None


def _imported(project: Any, resource: Any, outer: tuple[str, ...], name: str) -> bool:
    """Is a name of a module only imported there, as a module is by the package that it left?"""
    from rope.base.pynames import ImportedModule, ImportedName

    found = project.get_pymodule(resource).get_scope().get_names().get(name)
    return not outer and isinstance(found, (ImportedModule, ImportedName))


def _there(offset: int | None, name: str) -> int:
    if offset is None:
        raise RewrightError(f"rope: nothing is called {name}: the module has no such name")
    return offset
