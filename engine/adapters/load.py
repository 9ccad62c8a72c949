"""Foreign Python as modules: trusted bytes under a private name, and classes of installed packages. Nothing of the target.

The one room, besides the loaders of our own codemods, that imports by a computed name. Bytes come from engine.adapters.trust;
what lies on the disk is not read again, so what runs is what was trusted.
"""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import CodeType, ModuleType
from typing import Any

from engine.model import RewrightError
from engine.words import near_miss

_PRIVATE = "_rewright_user_"


@dataclass(frozen=True)
class Code:
    """Python of the user's: a file, or a package. `path` as in rules.yaml; `files`: the module's name below it, path, text."""

    path: str
    files: tuple[tuple[str, str, bytes], ...]  # the module itself has the name ""
    package: bool = False

    @cached_property
    def name(self) -> str:
        """The private name of the module, the same for the same text."""
        return _PRIVATE + hashlib.sha256(repr((self.path, self.files)).encode()).hexdigest()[:16]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of one Code, and executes them."""

    def __init__(self, code: Code) -> None:
        self.modules = {f"{code.name}.{name}" if name else code.name: (path, text) for name, path, text in code.files}
        self.packages = {code.name} if code.package else set()
        self.compiled: dict[str, CodeType] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of a module of ours; None for every other."""
        if fullname not in self.modules:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=fullname in self.packages)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's text, which is compiled once."""
        name = module.__name__
        if name not in self.compiled:
            path, text = self.modules[name]
            self.compiled[name] = compile(text, path, "exec", dont_inherit=True)
        exec(self.compiled[name], module.__dict__)


_finders: dict[str, _Finder] = {}


def fresh(code: Code) -> ModuleType:
    """The module, executed anew: nothing of an earlier file is left in its globals. Raises what the code raises."""
    if code.name not in _finders:
        _finders[code.name] = _Finder(code)
        sys.meta_path.append(_finders[code.name])
    for name in [name for name in sys.modules if name == code.name or name.startswith(f"{code.name}.")]:
        del sys.modules[name]
    return importlib.import_module(code.name)


def run_script(code: Code) -> ModuleType:
    """A file executed as a script is, under the name `__main__`, which is not registered. Raises what the script raises."""
    module = ModuleType("__main__")
    _, path, text = code.files[0]
    module.__file__ = path
    exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)
    return module


def named_class(named: str, code: Code | None, base: type) -> Any:
    """The object that `package.module.Class`, `package.module:Class` or `path.py:Class` names; perhaps no class.

    `code`: the trusted file, where a path is meant. `base`: what the class should be one of, for messages. Raises RewrightError
    when there is no such module or name, or it is a module.
    """
    place, _, name = named.rpartition(":" if ":" in named else ".")
    module = fresh(code) if code is not None else _installed(place, name, named)
    if code is None and (inner := _as_module(place, name, module)) is not None:
        own = [one for one in vars(inner).values() if isinstance(one, type) and one.__module__ == inner.__name__]
        names = sorted(one.__name__ for one in own if issubclass(one, base))
        meant = f"{inner.__name__}:{names[0] if len(names) == 1 else 'Class'}"
        among = f", where Class is one of {', '.join(names)}" if names[1:] else "" if names else f"; it has no {base.__name__}"
        raise RewrightError(f"{inner.__name__} is a module; name the class: {meant}{among}")
    if not hasattr(module, name):
        raise RewrightError(f"{place} has no {name!r}{near_miss(name, [one for one in vars(module) if one[:1] != '_'])}")
    return getattr(module, name)


def _as_module(place: str, name: str, module: ModuleType) -> ModuleType | None:
    """The module that `place.name` is, if it is one."""
    found = getattr(module, name, None)
    if found is None and hasattr(module, "__path__") and importlib.util.find_spec(f"{place}.{name}") is not None:
        found = importlib.import_module(f"{place}.{name}")
    return found if isinstance(found, ModuleType) else None


def _installed(place: str, name: str, named: str) -> ModuleType:
    """The module of an installed package; see named_class."""
    if not (name.isidentifier() and all(part.isidentifier() for part in place.split("."))):
        raise RewrightError(f"{named!r} names no class; write package.module:Class, or folder/file.py:Class for a file of yours")
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{place}.".startswith(f"{error.name}."):
            raise
        file = f"{place.replace('.', '/')}.py:{name}"
        install = f"there is no module {error.name!r}; install what holds it beside Rewright"
        raise RewrightError(f"{install}, or name a file of yours by its path: {file}") from error
