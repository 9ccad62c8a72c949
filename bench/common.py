"""What the measurements share: where things lie, running commands, folders to work on, tables in docs/."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
WORK = REPO / ".bench"
BIN = Path(sys.executable).parent
REWRIGHT = str(BIN / "rewright")
_JUNK = ("site-packages", "dist-packages", "__pycache__", "*.so", "*.a", "*.o", "*.pyc")


def say(text: str) -> None:
    """A line for the person who watches."""
    print(text, file=sys.stderr, flush=True)


def run(
    argv: Sequence[str | Path],
    cwd: Path,
    codes: Sequence[int] = (0,),
    env: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command. With `seconds`, what is left of it and of its children by then, or when it ends, is killed.

    Raises RuntimeError, with the end of what it said, for an exit code that is not in `codes`; and when time is over.
    """
    texts = [str(part) for part in argv]
    with subprocess.Popen(
        texts,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=seconds is not None,
    ) as child:
        try:
            stdout, stderr = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{' '.join(texts)}: took longer than {seconds:g} seconds") from None
        finally:
            if seconds is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
    if child.returncode not in codes:
        tail = (stdout[-1500:] + b"\n" + stderr[-1500:]).decode("utf-8", "replace")
        raise RuntimeError(f"{' '.join(texts)}: exit {child.returncode}\n{tail}")
    return subprocess.CompletedProcess(texts, child.returncode, stdout, stderr)


def copy_standard_library(target: Path) -> Path:
    """A fresh copy of the running interpreter's standard library, without what was installed into it, as a git repository."""
    shutil.rmtree(target, ignore_errors=True)
    source = sysconfig.get_paths()["stdlib"]
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(*_JUNK), ignore_dangling_symlinks=True)
    return tracked(target)


def copy(source: Path, target: Path) -> Path:
    """A fresh copy of a folder that is a git repository already."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)
    return target


def tracked(folder: Path) -> Path:
    """Make the folder a git repository with every file staged, as a target usually is. It gets no commit."""
    run(["git", "-c", "init.defaultBranch=main", "init", "-q"], folder)
    run(["git", "-c", "core.excludesFile=/dev/null", "-c", "core.autocrlf=false", "add", "-f", "-A"], folder)
    return folder


def python_files(folder: Path) -> Iterator[Path]:
    """Every regular .py and .pyi file below, sorted; not the repository's own data."""
    for path in sorted(folder.rglob("*.py*")):
        if path.suffix in (".py", ".pyi") and path.is_file() and not path.is_symlink() and ".git" not in path.parts:
            yield path


def lines_of(folder: Path) -> tuple[int, int]:
    """How many Python files, and how many lines in them."""
    counts = [path.read_bytes().count(b"\n") for path in python_files(folder)]
    return len(counts), sum(counts)


def digests(folder: Path) -> dict[str, str]:
    """A digest of every file below, by relative path; without what git and Rewright keep there."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.is_symlink() and name.split("/")[0] not in (".git", ".rewright"):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def version(package: str) -> str:
    """The installed version of a package, or an empty text."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def machine() -> str:
    """The machine in words, without its name."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{platform.system()} {platform.machine()}, {cores} cores, {memory:.0f} GiB; load averages at the start {load}"


def heading() -> str:
    """When and with what: the first line of every written table."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return f"Measured on {today}, Rewright {version('rewright')}, CPython {platform.python_version()}."


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines)


def write_between(page: Path, mark: str, text: str) -> None:
    """Replace what stands between `<!-- mark:begin -->` and `<!-- mark:end -->`. Raises ValueError when they are not there."""
    begin, end = f"<!-- {mark}:begin -->", f"<!-- {mark}:end -->"
    old = page.read_text("utf-8")
    new, count = re.subn(f"{begin}.*?{end}", lambda _: f"{begin}\n{text}\n{end}", old, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"{page}: expected {begin} and {end} once each")
    page.write_text(new, "utf-8")
