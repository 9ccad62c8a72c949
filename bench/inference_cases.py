"""Asking inference about handlers of public repositories, each as it was before a commit narrowed it.

Nothing of a repository is executed or written: files are read through git.
"""

from __future__ import annotations

import ast
import subprocess
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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

BROAD = {"Exception", "BaseException"}
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
