"""Every combination of parts in tests/codemods/asyncio_shapes.py, before and after get-event-loop, on each Python at hand.

`python -m bench.asyncio_shapes` writes docs/get-event-loop.md and exits with 1 on any difference.
"""

from __future__ import annotations

import sys
from importlib import import_module

from bench import common

PAGE = common.REPO / "docs" / "get-event-loop.md"
_TARGETS = ((3, 8), (3, 11), (3, 12))


def main() -> None:
    """Measure, write the page, say what differs."""
    sys.path[:0] = [str(common.REPO / "tests"), str(common.REPO / "tests" / "codemods")]
    kit, shapes = import_module("asyncio_kit"), import_module("asyncio_shapes")
    programs = shapes.programs()
    rows, wrong = [], []
    for target in _TARGETS:
        after = kit.rewritten(programs, target)
        for version, python in sorted(kit.pythons().items()):
            if version < target:
                continue
            common.say(f"target {_dotted(target)} on {_dotted(version)} ...")
            sides = kit.both(python, {name: programs[name] for name in after}, after)
            found = kit.differences(*sides)
            rows.append([_dotted(target), _dotted(version), f"{len(programs):,}", f"{len(after):,}", str(len(found))])
            wrong += [f"{_dotted(version)} {name}: {before!r} became {now!r}" for name, before, now in found]
    head = ["target's oldest Python", "run on", "programs", "rewritten", "different"]
    text = "\n\n".join(["", f"{common.heading()}", common.table(head, rows), ""])
    common.write_between(PAGE, "shapes", text)
    print(text)
    if wrong:
        sys.exit("\n".join(wrong[:10]))


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    main()
