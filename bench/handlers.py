"""What becomes of the broad handlers of some folders, and whether any rewritten file has a name more that means nothing."""

import ast
import collections
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pyflakes import checker, messages

FOLDERS = ("main_pc_code", "pc2_code", "common")
FATES = ("narrowed", "keeps Exception", "finding", "skip")
NARROWED, KEEPS = FATES[:2]
# Why a handler keeps Exception, without the names of its own code.
_WHYS = (
    (r"nothing is known of .*", "nothing is known of a call"),
    (r"only .* known, by the way", "only look-ups and bugs are known, by the way"),
    (r"masked-name-error: .*", "a name is bound nowhere"),
    (r"inferred name cannot be named here: .*", "what was inferred cannot be named there"),
    (r"", "a boundary or a REP reply"),
)
Table = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]


def inside(items: Iterable[Mapping[str, Any]], folders: Sequence[str] = FOLDERS) -> list[Mapping[str, Any]]:
    """What broad-except says of files below these folders. `items`: lines of `--output-format jsonl`, read."""
    return [item for item in items if item["rule"] == "broad-except" and item["path"].partition("/")[0] in folders]


def fate(item: Mapping[str, Any]) -> tuple[str, str]:
    """One of FATES, and why: the reason of a finding or skip, what keeps Exception, or "" for what is narrowed."""
    if item["type"] != "change":
        return item["type"], item["reason"]
    if item["data"]["recoverable"] != ["Exception"]:
        return NARROWED, ""
    why = item["data"]["because"].partition("; keeps Exception")[2].removeprefix(": ")
    return KEEPS, next((text for pattern, text in _WHYS if re.fullmatch(pattern, why)), why)


def by_kind(items: Sequence[Mapping[str, Any]]) -> Table:
    """Handlers by kind, most first, one column a fate, and the sum of all."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for item in items:
        counts[item["data"]["kind"]][fate(item)[0]] += 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    every = sum(counts.values(), collections.Counter())
    rows = [(kind, *(f"{found[one]:,}" for one in FATES), f"{found.total():,}") for kind, found in [*ordered, ("sum", every)]]
    return ("kind", *FATES, "sum"), rows


def by_fate(items: Sequence[Mapping[str, Any]]) -> Table:
    """Handlers by fate and why, in the order of FATES, most first."""
    counts = collections.Counter(map(fate, items))
    ordered = sorted(counts.items(), key=lambda pair: (FATES.index(pair[0][0]), -pair[1], pair[0]))
    rows = [(f"{what}: {why}" if why else what, f"{n:,}", f"{n / len(items):.1%}") for (what, why), n in ordered]
    return ("fate", "handlers", "share"), rows


def newly_undefined(before: Path, after: Path, paths: Iterable[str]) -> list[str]:
    """`path: name` for each name that pyflakes finds undefined more often in `after` than in `before`; files that parse."""
    found = []
    for path in sorted(paths):
        if path.endswith(".py") and (before / path).is_file():
            fresh = undefined((after / path).read_bytes()) - undefined((before / path).read_bytes())
            found += [f"{path}: {name}" for name in sorted(fresh)]
    return found


def undefined(data: bytes) -> collections.Counter[str]:
    """The undefined names of a file, and how often each is used. SyntaxError for what does not parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the target's own escapes
        tree = ast.parse(data)
    kinds = (messages.UndefinedName, messages.UndefinedLocal, messages.UndefinedExport)
    told = checker.Checker(tree, "file.py").messages
    return collections.Counter(str(one.message_args[0]) for one in told if isinstance(one, kinds))
