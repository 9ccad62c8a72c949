"""The launcher: puts Rewright's own folder first on sys.path, and the target nowhere on it."""

import os
import sys
from pathlib import Path


def house() -> Path:
    """The folder that holds engine/, codemods/ and cli.py: this one in a wheel, the one above in a checkout."""
    here = Path(__file__).resolve().parent
    return here if (here / "engine").is_dir() else here.parent


def prepare() -> None:
    """Make `engine`, `codemods` and `cli` ours, here and in every process started from here.

    The current directory may be a hostile target: a `yaml.py` in it must not become our yaml.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    here = os.path.realpath(".")
    sys.path[:] = [str(house()), *(entry for entry in sys.path if entry and os.path.realpath(entry) != here)]


def main() -> None:
    """The console script."""
    prepare()
    from cli import main as run

    run()


if __name__ == "__main__":
    main()
