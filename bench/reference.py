"""The reference target, from end to end: every broad handler told once, apply, compile, second run, undo.

Usage: python -m bench.reference CHECKOUT   (or the environment variable REFERENCE_TARGET)

CHECKOUT is a clone of HaymayndzUltra/voice-assistant-prod at 598f63af. It is read only: the
work is done on a copy under .bench/. Writes docs/reference-target.md between its markers;
exits 1 when a check does not hold.
"""

import ast
import collections
import datetime
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from bench import handlers

REPO = Path(__file__).resolve().parent.parent
DOC = REPO / "docs" / "reference-target.md"
START, END = "<!-- measured by make reference -->", "<!-- end -->"
RULES = ["--rules", str(REPO / "rules.yaml"), "--unsafe", "--output-format", "jsonl"]

warnings.simplefilter("ignore")


def main():
    checkout = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["REFERENCE_TARGET"]).resolve()
    work = REPO / ".bench" / "reference"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(checkout, work, symlinks=True)
    before = snapshot(work)
    with tempfile.TemporaryDirectory() as cache:
        environment = dict(os.environ, XDG_CACHE_HOME=cache)
        cold, lines = timed(["diff", *RULES, str(work)], environment)
        warm, again = timed(["diff", *RULES, str(work)], environment)
        _, one_job = timed(["diff", *RULES, "--jobs", "1", "--no-cache", str(work)], environment)
        items = [json.loads(line) for line in lines]
        checks = [("warm output equals cold output", again == lines), ("one job gives the same plan as two", one_job == lines)]
        checks += told_once(work, items)
        writing, _ = timed(["apply", *RULES, str(work)], environment)
        after = snapshot(work)
        checks += applied(checkout, work, items, before, after)
        _, second = timed(["diff", *RULES, str(work)], environment)
        pending = [item for item in map(json.loads, second) if item["type"] == "change"]
        checks.append((f"a second diff proposes nothing ({len(pending)} changes)", not pending))
        undoing, _ = timed(["undo", str(work)], environment)
        checks.append(("undo restores every byte", snapshot(work) == before))
    times = {"diff, cold": cold, "diff, warm": warm, "apply": writing, "undo": undoing}
    write(report(items, checks, times))
    failed = [name for name, held in checks if not held]
    print("\n".join(f"{'ok  ' if held else 'FAIL'} {name}" for name, held in checks))
    sys.exit(bool(failed))


def timed(arguments, environment):
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "rewright", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=tempfile.gettempdir(),
    )
    took = time.perf_counter() - started
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        sys.exit(f"rewright {' '.join(arguments)} exited with {done.returncode}: {done.stderr[-2000:]}")
    return took, done.stdout.splitlines()


def snapshot(root):
    """Every file of the work tree: path to (digest, mode)."""
    found = {}
    for place, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", ".rewright")]
        for name in names:
            path = Path(place, name)
            if path.is_symlink() or not path.is_file():
                continue
            found[path.relative_to(root).as_posix()] = (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mode)
    return found


def told_once(root, items):
    """Compare what was said with what `ast` sees, in the files that were not excluded; nothing of ours is used here."""
    told = collections.Counter((item["path"], item["line"]) for item in items if item["rule"] == "broad-except")
    failures = {item["path"]: item for item in items if item["type"] == "failure"}
    files = subprocess.run(
        [sys.executable, "-c", LIST, str(root), str(REPO / "rules.yaml")], capture_output=True, text=True, check=True, cwd=REPO
    ).stdout.split("\0")
    seen, unparsable = collections.Counter(), set()
    for path in filter(None, files):
        try:
            tree = ast.parse((root / path).read_bytes())
        except (SyntaxError, ValueError):
            unparsable.add(path)
            continue
        seen.update((path, node.lineno) for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and broad(node.type))
    crashes = [item for item in failures.values() if item["reason"] in ("crash", "timeout", "memory", "codemod-error")]
    gates = [item for item in failures.values() if item["reason"].startswith("gate:")]
    parse = {path for path, item in failures.items() if not item["rule"]}
    return [
        (
            f"every broad handler that ast sees is told exactly once ({sum(seen.values()):,} in {len(files):,} files)",
            told == seen,
        ),
        (f"every file that does not parse is a failure with a line ({len(unparsable)})", unparsable == parse),
        (f"no crash ({len(crashes)}), no refused rewrite ({len(gates)})", not crashes and not gates),
    ]


LIST = """
import sys
from pathlib import Path
from engine.discover import discover
from engine.config import load
import codemods
config = load(Path(sys.argv[2]), codemods.load())
print(end="\\0".join(discover(Path(sys.argv[1]), (), config.include, config.exclude).files))
"""


def broad(node):
    names = node.elts if isinstance(node, ast.Tuple) else [node]
    return node is None or any(isinstance(name, ast.Name) and name.id in ("Exception", "BaseException") for name in names)


def applied(checkout, root, items, before, after):
    changed = {path for path in after if before.get(path) != after[path]}
    named = {edit["path"] for item in items if item["type"] == "change" for edit in item["edits"]}
    created = set(after) - set(before)
    broken = [path for path in changed if not compiles(root / path)]
    undefined = handlers.newly_undefined(checkout, root, changed - created)
    return [
        (
            f"files that changed are those the plan names ({len(changed - created)}), and {len(created)} created",
            changed - created == named,
        ),
        (f"every changed file compiles ({len(broken)} do not)", not broken),
        (f"no newly undefined name in {len(changed - created):,} changed files, by pyflakes ({len(undefined)})", not undefined),
        ("no file is lost", set(before) <= set(after)),
    ]


def compiles(path):
    try:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def report(items, checks, times):
    counts = collections.Counter((item["rule"] or "-", item["type"]) for item in items if item["type"] != "summary")
    kinds = collections.Counter((item["data"] or {}).get("kind", "-") for item in items if item["rule"] == "broad-except")
    reasons = collections.Counter((item["rule"] or "-", item["reason"]) for item in items if item["reason"])
    applicability = collections.Counter((item["rule"], item["applicability"]) for item in items if item["type"] == "change")
    chosen = handlers.inside(items)
    summary = items[-1]
    out = [
        f"Measured on {datetime.date.today()}, CPython {platform.python_version()}, {os.cpu_count()} cores, by `make reference`.",
        "",
        summary["message"].capitalize() + ".",
        "",
        *table(("check", "held"), [(name, "yes" if held else "**no**") for name, held in checks]),
        *table(("step", "seconds, one run"), [(name, f"{took:.2f}") for name, took in times.items()]),
        *table(("rule", "type", "count"), [(*key, f"{n:,}") for key, n in sorted(counts.items())]),
        *table(("rule", "applicability", "changes"), [(*key, f"{n:,}") for key, n in sorted(applicability.items())]),
        *table(("kind of broad handler", "count"), [(key, f"{n:,}") for key, n in kinds.most_common()]),
        *table(("rule", "reason", "count"), [(*key, f"{n:,}") for key, n in sorted(reasons.items(), key=lambda pair: -pair[1])]),
        f"The {len(chosen):,} broad handlers of {', '.join(handlers.FOLDERS)}, in files that parse:",
        "",
        *table(*handlers.by_kind(chosen)),
        *table(*handlers.by_fate(chosen)),
    ]
    return "\n".join(out)


def table(head, rows):
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows), ""]


def write(text):
    old = DOC.read_text("utf-8") if DOC.exists() else f"# The reference target\n\n{START}\n{END}\n"
    head, _, rest = old.partition(START)
    _, _, tail = rest.partition(END)
    DOC.write_text(f"{head}{START}\n\n{text}\n{END}{tail}", "utf-8")


if __name__ == "__main__":
    main()
