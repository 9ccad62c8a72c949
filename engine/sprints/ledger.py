"""What a sprint remembers beside its branch: the files that were set aside, and why. One JSON file under git's common folder.

The branch itself is the record of what landed; a ledger that is lost costs another look at what was set aside.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from engine.errors import RewrightError
from engine.sprints.granules import Aside
from engine.whole_file import replace_file

FOLDER = "rewright"  # below git's common folder


def path_of(common: Path, sprint: str) -> Path:
    """Where the ledger of a sprint lies."""
    return common / FOLDER / f"{sprint}.json"


def read(file: Path) -> tuple[Aside, ...]:
    """What was set aside. Raises RewrightError for a ledger that cannot be read."""
    try:
        known = json.loads(file.read_bytes())
        return tuple(Aside(**{name: str(one[name]) for name in ("rule", "path", "before", "why")}) for one in known["aside"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RewrightError(f"{file} is damaged ({error}); remove it: what was set aside will be tried again") from error


def write(file: Path, aside: Iterable[Aside]) -> None:
    """Replace the ledger, at once. Raises RewrightError when it cannot be written."""
    data = {"version": 1, "aside": [{name: getattr(one, name) for name in one.__slots__} for one in sorted(set(aside))]}
    try:
        replace_file(file, (json.dumps(data, indent=1) + "\n").encode())
    except OSError as error:
        raise RewrightError(f"{file} cannot be written ({error.strerror}); free some space or mend its permissions") from error
