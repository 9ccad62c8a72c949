"""The codemods: one file, or one small package, each; it is found by being here.

`load()` gives every codemod by name, and the templates of the support modules. Adding a
codemod means adding its file and its fixture folder, and touching nothing else.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from engine import Codemod

FOLDER = Path(__file__).parent


class _Known(Mapping[str, Codemod]):
    """The codemods by name, each imported when it is asked for: a run that finds its plan in the cache needs few of them."""

    def __init__(self) -> None:
        stems = (
            entry.stem
            for entry in FOLDER.iterdir()
            if not entry.name.startswith("_")
            and entry.name != "support"
            and (entry.suffix == ".py" or (entry / "__init__.py").is_file())
        )
        self._modules = {stem.replace("_", "-"): f"codemods.{stem}" for stem in sorted(stems)}

    def __getitem__(self, name: str) -> Codemod:
        found: Codemod = import_module(self._modules[name]).CODEMOD
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def known() -> Mapping[str, Codemod]:
    """Every codemod, by its name, in order of names; none is imported before it is asked for."""
    return _Known()


def load() -> dict[str, Codemod]:
    """Every codemod, by its name, in order of names."""
    return dict(known())


def templates() -> Mapping[str, bytes]:
    """The support modules' templates, by file name."""
    return {file.name: file.read_bytes() for file in sorted((FOLDER / "support").glob("*.py"))}
