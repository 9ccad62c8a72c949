"""Does inference name the exceptions that maintainers chose? Scored on real commits that narrowed a broad except.

    python -m bench.inference [--mirrors FOLDER] [--data FILE] [--tools FOLDER] [--reach 0 --reach 150] [--no-page]

FOLDER holds clones of the public repositories (OWNER+NAME/repo, bare or not); what is missing is named and left out.
Nothing of a repository is executed or written: files are read through git. Two runs: each file alone, and each file
with the summaries of up to 150 files of its repository that its imports lead to. Writes docs/inference.md and
.bench/predictions-*.jsonl.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import subprocess
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.common import REPO, WORK, heading, say, table
from codemods.broad_except import kinds, sites
from codemods.broad_except.inference import Inference, infer
from codemods.broad_except.inference.model import FileScan
from codemods.broad_except.inference.modules import Modules, key_of, modules_of
from codemods.broad_except.inference.scan import scan_tree
from codemods.broad_except.inference.summaries import SUMMARIES, summarise
from codemods.broad_except.knowledge import load
from engine.model import RefusedFile
from engine.project import Project
from engine.source import Source

SHARED = REPO.parent / "shared"
PAGE = REPO / "docs" / "inference.md"
BROAD = {"Exception", "BaseException"}
BARS = {"answered": 0.60, "exact": 0.30, "F1": 0.50}
AIMS = {"exact": 0.45, "F1": 0.60}
Scans = dict[str, FileScan | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What inference says of one case, and what kind of handler it is."""

    case: Mapping[str, Any]
    kind: str
    found: Inference

    @property
    def exceptions(self) -> list[str]:
        """An answer of Exception or BaseException is none."""
        return [] if BROAD & set(self.found.exceptions) else list(self.found.exceptions)


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


# -- reading repositories ------------------------------------------------------------------


def git(repo: Path, *arguments: str) -> bytes:
    """What git says. Raises CalledProcessError."""
    return subprocess.run(["git", "-C", str(repo), *arguments], check=True, capture_output=True).stdout


def listing(repo: Path, commit: str) -> dict[str, str]:
    """Path to blob of every Python file of a commit."""
    found = {}
    for line in git(repo, "ls-tree", "-r", "-z", commit).decode("utf-8", "replace").split("\0"):
        head, _, path = line.partition("\t")
        if path.endswith((".py", ".pyi")) and head.split()[1] == "blob":
            found[path] = head.split()[2]
    return found


def blobs(repo: Path, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The bytes of blobs, in one process."""
    argv = ["git", "-C", str(repo), "cat-file", "--batch"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        if reader.stdin is None or reader.stdout is None:
            raise RuntimeError("git cat-file has no pipes")
        for name in names:
            reader.stdin.write(f"{name}\n".encode())
            reader.stdin.flush()
            head = reader.stdout.readline().split()
            if len(head) == 3:
                yield name, reader.stdout.read(int(head[2]))
                reader.stdout.read(1)


def reached(repo: Path, tree: Mapping[str, str], start: str, most: int, known: Scans) -> dict[str, FileScan]:
    """The scans of a file, of the files of its repository that it imports, of those that they import, and so on: at most `most`.

    `known` keeps scans by blob, because neighbouring commits share most files.
    """
    modules = modules_of(tree)
    found: dict[str, FileScan] = {}
    wanted = [start]
    while wanted and len(found) < most:
        batch = wanted[: most - len(found)]
        missing = sorted({tree[path] for path in batch} - set(known))
        known.update((blob, scan_bytes(data)) for blob, data in blobs(repo, missing))
        fresh = {path: scan for path in batch if (scan := known[tree[path]]) is not None}
        found |= fresh
        wanted = sorted(
            {path for path, scan in fresh.items() for path in imported(modules, path, scan)} - set(found) - set(batch)
        )
    return found


def imported(modules: Modules, path: str, scan: FileScan) -> Iterator[str]:
    """The paths of the modules that a file imports."""
    for target in (*scan.imports.values(), *scan.stars):
        found = modules.find(target, key_of(path))
        if found is not None and found[0] in modules.paths:
            yield modules.paths[found[0]]


def scan_bytes(data: bytes) -> FileScan | None:
    """The scan of a file; None when it does not parse."""
    try:
        return scan_tree(Source("x.py", data).tree)
    except RefusedFile:
        return None


# -- asking -------------------------------------------------------------------------------


def ask(source: Source, project: Project, case: Mapping[str, Any]) -> Answer:
    """Inference at the case's handler."""
    line = case["handler_line_before"]
    handler = next(one for one in source.statements(ast.ExceptHandler) if one.lineno == line)
    tried = source.parents[handler]
    if not isinstance(tried, ast.Try):
        raise ValueError(f"{case['id']}: line {line} is no handler of a try")
    file = sites.read(source, project, preserve=False)
    site = next((one for one in file.sites if one.handler is handler), None)
    kind = kinds.classify(file, site)[0] if site else "not found"
    return Answer(case, kind, infer(source, project, tried, handler))


def ask_repository(work: tuple[Path, list[Mapping[str, Any]], int]) -> list[Answer]:
    """All cases of one repository."""
    warnings.simplefilter("ignore")
    repo, cases, reach = work
    texts = dict(blobs(repo, [case["blob_before"] for case in cases]))
    answers, known, trees = [], Scans(), {}
    for case in sorted(cases, key=lambda one: (one["parent"], one["id"])):
        source = Source(case["path"], texts[case["blob_before"]])
        project = Project(frozenset({case["path"]}))
        if reach:
            if case["parent"] not in trees:
                trees = {case["parent"]: listing(repo, case["parent"])}
            tree = trees[case["parent"]]
            scans = reached(repo, tree, case["path"], reach, known)
            project = Project(frozenset(tree), (3, 8), {SUMMARIES.name: summarise(scans, tree, load())})
        answers.append(ask(source, project, case))
    return answers


def predictions(cases: Sequence[Mapping[str, Any]], mirrors: Path, reach: int) -> tuple[list[Answer], list[str]]:
    """The answers, by id, and the repositories that are not there."""
    by_repo: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for case in cases:
        by_repo[case["repo"]].append(case)
    work, missing = [], []
    for name, own in sorted(by_repo.items()):
        repo = mirrors / name.replace("/", "+", 1) / "repo"
        if repo.is_dir():
            work.append((repo, own, reach))
        else:
            missing.append(name)
    with ProcessPoolExecutor(2) as pool:
        answers = [answer for found in pool.map(ask_repository, work) for answer in found]
    return sorted(answers, key=lambda one: one.case["id"]), missing


# -- scoring and the page ------------------------------------------------------------------


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
