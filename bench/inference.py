"""Does inference name the exceptions that maintainers chose? Scored on real commits that narrowed a broad except.

    python -m bench.inference [--mirrors FOLDER] [--data FILE] [--tools FOLDER] [--reach 0 --reach 150] [--no-page]

FOLDER holds clones of the public repositories (OWNER+NAME/repo, bare or not); what is missing is named and left out.
Nothing of a repository is executed or written: files are read through git. Two runs: each file alone, and each file
with the summaries of up to 150 files of its repository that its imports lead to. Writes docs/inference.md and
.bench/predictions-*.jsonl.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.common import REPO, WORK, heading, say, table
from bench.inference_cases import Answer, predictions

SHARED = REPO.parent / "shared"
PAGE = REPO / "docs" / "inference.md"
BARS = {"answered": 0.60, "exact": 0.30, "F1": 0.50}
AIMS = {"exact": 0.45, "F1": 0.60}


@dataclass(frozen=True, slots=True)
class Score:
    """Means over the answered cases of a group."""

    cases: int
    answered: int
    exact: float
    precision: float
    recall: float
    f1: float

    @property
    def share(self) -> float:
        return self.answered / self.cases if self.cases else 0.0


def scorer(tools: Path) -> Any:
    """The module that scores."""
    spec = importlib.util.spec_from_file_location("score_narrowed", tools / "score_narrowed.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(tools / "score_narrowed.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def score(rules: Any, answers: Sequence[Answer], hierarchy: str) -> Score:
    """The figures of a group of cases, over those answered."""
    answered = [one for one in answers if one.exceptions]
    rows = [rules.score(one.case, one.exceptions, hierarchy) for one in answered]
    means = [sum(row[i] for row in rows) / len(rows) if rows else 0.0 for i in range(4)]
    return Score(len(answers), len(answered), *means)


def row(name: str, one: Score) -> list[str]:
    """A line of a table."""
    figures = (one.exact, one.precision, one.recall, one.f1)
    return [name, str(one.cases), f"{one.answered} ({one.share:.0%})", *(f"{figure:.3f}" for figure in figures)]


HEAD = ["Group", "Cases", "Answered", "Exact set", "Precision", "Recall", "F1"]


def section(title: str, rules: Any, answers: Sequence[Answer]) -> str:
    """One run: overall, under both hierarchies, and by kind of handler."""
    rows = [row(f"all, {name} hierarchy", score(rules, answers, name)) for name in ("builtin", "all")]
    for kind in sorted({one.kind for one in answers}):
        rows.append(row(kind, score(rules, [one for one in answers if one.kind == kind], "builtin")))
    imports = [one for one in answers if one.case["targets"] == ["ImportError"]]
    others = [one for one in answers if one.case["targets"] != ["ImportError"]]
    rows.append(row("maintainers chose ImportError alone", score(rules, imports, "builtin")))
    rows.append(row("maintainers chose something else", score(rules, others, "builtin")))
    return f"### {title}\n\n{table(HEAD, rows)}"


def verdict(one: Score) -> str:
    """Whether the bars are met, and the aims."""
    got = {"answered": one.share, "exact": one.exact, "F1": one.f1}
    rows = [
        [
            name,
            f"{got[name]:.3f}",
            f"{bar:.2f}",
            "yes" if got[name] >= bar else "**no**",
            f"{AIMS[name]:.2f}" if name in AIMS else "",
        ]
        for name, bar in BARS.items()
    ]
    return table(["Figure", "Measured", "Bar", "Met", "Aim"], rows)


INTRO = """# How well inference names exceptions

`make inference` writes this page. Each case is a commit of a public repository in which maintainers replaced a broad except by
named exceptions; inference sees the file as it was before. What the maintainers chose is the measure, though it is one opinion:
some chose a class that the body cannot raise. Figures are means over the answered cases; an empty answer, `Exception` or
`BaseException` is none. *Exact set*: the same names. Precision counts half for a parent of the right class, recall half
for a child. The rules were written by a reader of these very cases, so the figures flatter; only a disjoint set can judge.
The builtin hierarchy knows only Python's own classes, the other one also those recorded with the cases.
"""


def main() -> None:
    """Ask, score, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirrors", type=Path, default=REPO.parent / ".mirror")
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "narrowed_excepts.jsonl")
    parser.add_argument("--tools", type=Path, default=SHARED / "tools")
    parser.add_argument("--reach", type=int, action="append", help="how many files of the repository are looked at")
    parser.add_argument("--no-page", action="store_true")
    chosen = parser.parse_args()
    rules = scorer(chosen.tools)
    cases = [json.loads(line) for line in chosen.data.read_text("utf-8").splitlines()]
    parts = []
    for reach in chosen.reach or [0, 150]:
        answers, missing = predictions(cases, chosen.mirrors, reach)
        say(f"reach {reach}: {len(answers)} of {len(cases)} cases; no clone of: {', '.join(missing) or 'none'}")
        WORK.mkdir(exist_ok=True)
        lines = [json.dumps({"id": one.case["id"], "exceptions": one.exceptions}) for one in answers]
        (WORK / f"predictions-{reach}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        title = f"With the summaries of up to {reach} files that imports lead to" if reach else "Each file alone"
        text = section(title, rules, answers)
        say(text)
        parts.append(f"{text}\n\n{verdict(score(rules, answers, 'builtin'))}")
    if not chosen.no_page:
        covered = f"{len(answers)} of {len(cases)} cases" + (
            f"; no clone was at hand of {', '.join(missing)}." if missing else "."
        )
        PAGE.write_text("\n\n".join([INTRO + f"\n{heading()} {covered}", *parts]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
