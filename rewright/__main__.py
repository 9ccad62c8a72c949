"""The launcher: puts Rewright's own folder first on sys.path, and the target nowhere on it."""

import os  # os and sys are there before a target can hide them; nothing else may be imported before prepare()
import sys


def house() -> str:
    """The folder that holds engine/, codemods/, commands/ and cli.py: this one in a wheel, the one above in a checkout."""
    here = os.path.dirname(os.path.realpath(__file__))
    return here if os.path.isdir(os.path.join(here, "engine")) else os.path.dirname(here)


def prepare() -> None:
    """Make `engine`, `codemods`, `commands` and `cli` ours, here and in every process started from here.

    The current directory may be a hostile target: a `yaml.py` in it must not become our yaml,
    also when PYTHONPATH names that directory or one below it, as it often does in a checkout.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    here = os.path.realpath(".")
    lent = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    theirs = {here, *(os.path.realpath(entry) for entry in lent if _is_below(os.path.realpath(entry), here))}
    os.environ["PYTHONPATH"] = os.pathsep.join(entry for entry in lent if os.path.realpath(entry) not in theirs)
    sys.path[:] = [house(), *(entry for entry in sys.path if entry and os.path.realpath(entry) not in theirs)]


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(os.path.join(folder, ""))


def main() -> None:
    """The console script."""
    prepare()
    from cli import main as run

    run()


if __name__ == "__main__":
    main()
