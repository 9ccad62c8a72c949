"""What a rule asks of rope: a name or a module found, and the refactoring of it that is wanted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.adapters import rope_modules
from engine.adapters.rope_judge import Case
from engine.adapters.rope_moved import is_used
from engine.adapters.rope_options import operation
from engine.adapters.rope_signature import Signature
from engine.model import RewrightError


def holder(project: Any, options: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The path of the module that holds the name, and the name's parts in it; without parts, of the module or package that is
    to be renamed or moved itself; ("", ()): rope finds no such module.
    """
    kind, name = operation(options)
    module = rope_modules.find(project, name) if kind in ("rename", "move") else None
    if module is not None:
        return module.path, ()
    found = _found(project, name)
    return (found[0].path, (*found[1], found[2])) if found else ("", ())


def changes(project: Any, options: Mapping[str, Any], case: Case) -> Any:
    """rope's changes; None when the target is as wanted already."""
    from rope.refactor import inline, rename

    (kind, name), said = operation(options), options["rope"]
    if kind in ("rename", "move") and rope_modules.find(project, name) is not None:
        return rope_modules.changes(project, kind, name, said)
    found = _found(project, name)
    offset = _offset(project, *found) if found else None
    there = found is not None and _imported(project, *found)
    if (offset is None or there) and kind in ("rename", "move") and rope_modules.done(project, kind, name, said["to"]):
        return None
    if found is None:
        raise RewrightError(f"rope: the target has no module {name.partition('.')[0]}, so nothing is called {name}")
    resource, outer, last = found
    target = _module(project, said["to"]) if kind == "move" else None
    if (offset is None or there) and target is not None and _own(project, target, (), last) is not None:
        return None
    if (offset is None or there) and kind == "rename" and _own(project, resource, outer, said["to"]) is not None:
        return None
    if there:
        raise RewrightError(f"rope: {resource.path} only imports {last}; name it where it is defined")
    if kind == "rename":
        change = rename.Rename(project, resource, _there(offset, name))
        return change.get_changes(said["to"], docs=bool(said.get("docs")), in_hierarchy=len(case.family) > 1)
    if kind == "move":
        if target is None:
            raise RewrightError(f"rope: there is no module {said['to']} to move {name} to; make the file first")
        return _moved(project, resource, _there(offset, name), target, case)
    if kind == "inline":
        if offset is None and case.body is not None:
            line = case.body.statement.lineno
            raise RewrightError(f"rope: rope does not find {name} at {resource.path} line {line}; write it on one line first")
        return inline.create_inline(project, resource, offset).get_changes() if offset is not None else None
    return _signature(project, resource, _there(offset, name), case.signature)


def _moved(project: Any, resource: Any, offset: int, target: Any, case: Case) -> Any:
    from rope.refactor import move

    mover = move.create_move(project, resource, offset)
    if not isinstance(mover, move.MoveGlobal):
        raise RewrightError(f"rope: {case.name} cannot be moved to {case.to}: only what stands at the top of a module can")
    tools = mover.import_tools
    organise = tools.organize_imports

    def careful(pymodule: Any, *args: Any, import_filter: Any = None, **more: Any) -> Any:
        """Imports that nothing used before stay: they may be there for others, or for what they do."""
        source = case.world.sources.get(pymodule.get_resource().path)

        def chosen(statement: Any) -> bool:
            locals_ = [alias or name.partition(".")[0] for name, alias in statement.import_info.names_and_aliases]
            had = source.names.module.bindings if source is not None and more.get("unused", True) else {}
            idle = any(one in had and source is not None and not is_used(one, source.tree) for one in locals_)
            return not idle and (import_filter is None or bool(import_filter(statement)))

        return organise(pymodule, *args, import_filter=chosen, **more)

    tools.organize_imports = careful
    return mover.get_changes(target)


def _signature(project: Any, resource: Any, offset: int, asked: Signature | None) -> Any:
    from rope.refactor import change_signature as tool

    change = tool.ChangeSignature(project, resource, offset)
    if asked is None:
        raise RewrightError("rope: only the parameters of a function that is written with `def` can be changed")
    if asked.old == asked.new:
        return None
    wanted = [one for one in asked.new if not one.stars]
    names = [one.name for one in wanted]
    have = [name for name, _ in change.get_args()]
    steps: list[Any] = [tool.ArgumentRemover(at) for at in reversed(range(len(have))) if have[at] not in names]
    kept = [name for name in have if name in names]
    for one in wanted:
        if one.name not in kept:
            steps.append(tool.ArgumentAdder(len(kept), one.name, one.default or None, asked.values.get(one.name)))
            kept.append(one.name)
    if kept != names:
        steps.append(tool.ArgumentReorderer([kept.index(name) for name in names], autodef="None"))
    return change.get_changes(steps, resources=[] if asked.kept_in_order or asked.of_module else None)


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
    found = rope_modules.find(project, dotted)
    return found.get_child("__init__.py") if found is not None and found.is_folder() else found


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


def _own(project: Any, resource: Any, outer: tuple[str, ...], name: str) -> int | None:
    """Where a name is defined; None when it is not bound, or only imported."""
    return None if _imported(project, resource, outer, name) else _offset(project, resource, outer, name)


def _imported(project: Any, resource: Any, outer: tuple[str, ...], name: str) -> bool:
    """Is a name of a module only imported there, as a module is by the package that it left?"""
    from rope.base.pynames import ImportedModule, ImportedName

    found = project.get_pymodule(resource).get_scope().get_names().get(name)
    return not outer and isinstance(found, (ImportedModule, ImportedName))


def _there(offset: int | None, name: str) -> int:
    if offset is None:
        raise RewrightError(f"rope: nothing is called {name}: the module has no such name")
    return offset
