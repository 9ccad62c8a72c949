"""The codemods: one file, or one small package, each; it is found by being here.

`load()` gives every codemod by name, and the templates of the support modules. Adding a
codemod means adding its file and its fixture folder, and touching nothing else.
"""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from engine import Codemod

FOLDER = Path(__file__).parent


def load() -> dict[str, Codemod]:
    """Every codemod, by its name, in order of names."""
    names = sorted(
        entry.stem
        for entry in FOLDER.iterdir()
        if not entry.name.startswith("_")
        and entry.name != "support"
        and (entry.suffix == ".py" or (entry / "__init__.py").is_file())
    )
    found: list[Codemod] = [import_module(f"codemods.{name}").CODEMOD for name in names]
    return {codemod.name: codemod for codemod in sorted(found, key=lambda codemod: codemod.name)}


def load_whole() -> None:
    """Import every module of every codemod, those that are loaded late included: for the process that workers come from."""
    load()
    for module in walk_packages(__path__, "codemods."):
        import_module(module.name)


def templates() -> Mapping[str, bytes]:
    """The support modules' templates, by file name."""
    return {file.name: file.read_bytes() for file in sorted((FOLDER / "support").glob("*.py"))}
