"""`rewright new`: a rule with its first case, ready to edit. Like `cli`, it may print."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from engine import outcome as exits
from engine.model import RewrightError

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_CASE = "first"  # the name of the first case


@click.command()
@click.argument("name")
@click.option("--pattern", metavar="MATCH", help="Find what matches this Python: $X is one thing, $$$X several.")
@click.argument("replacement", required=False)
@click.option("--codemod", is_flag=True, help="Write a codemod in Python, where a pattern does not say enough.")
@click.option("--root", type=_FOLDER, default=".", help="Where rules.yaml is looked for, upward, or made. Default: here.")
@click.option("--verbose", "-v", is_flag=True, help="Show tracebacks.")
def new(name: str, pattern: str | None, replacement: str | None, codemod: bool, root: Path, verbose: bool) -> None:
    """Add a rule to rules.yaml, and its first case to fixtures/. Overwrites nothing.

    With --pattern, the case shows code that the pattern matches and what REPLACEMENT makes of it; without REPLACEMENT the rule
    only reports. With --codemod, a codemod that works is written, to be edited.
    """
    if codemod == (pattern is not None):
        raise click.UsageError("say what kind of rule: --pattern 'MATCH' ['REPLACEMENT'], or --codemod")
    if codemod and replacement is not None:
        raise click.UsageError("a REPLACEMENT belongs to a --pattern")
    import codemods
    from engine import config as configuration
    from engine.scaffold.entry import require_name

    require_name(name)
    rules = configuration.find(root) or root.resolve() / "rules.yaml"
    home = rules.parent
    if name in codemods.known():
        raise RewrightError(f"{name} is a codemod of Rewright's own; choose another name")
    if (home / "fixtures" / name).exists():
        raise RewrightError(f"{home / 'fixtures' / name} is there already; choose another name, or remove it")
    old = rules.read_bytes() if rules.is_file() else b""
    if pattern is not None:
        text, case, remark = _of_pattern(name, pattern, replacement, rules, _decoded(old, rules))
        code: dict[Path, bytes] = {}
    else:
        text, case, remark = _of_codemod(name, rules, _decoded(old, rules))
        code = _codemod_file(name, home)
    _write(rules, old, text.encode("utf-8"), home / "fixtures" / name, case, code)
    _tell(name, rules, old == b"", code, remark)


def _decoded(data: bytes, rules: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RewrightError(f"{rules}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8") from error


def _of_pattern(name: str, pattern: str, replacement: str | None, rules: Path, old: str) -> tuple[str, Mapping[str, bytes], str]:
    """The new rule file, the files of the first case, and what is to be said of them. Writes nothing that stays."""
    import codemods
    from engine import config as configuration
    from engine.adapters.light import names_any
    from engine.fixtures import Tools, bound_rule, find_cases, labels, tried
    from engine.fixtures.snapshot import refusal, with_expect
    from engine.globs import matcher
    from engine.habits import remark
    from engine.parallel import Inline
    from engine.scaffold.entry import case_file, pattern_entry
    from engine.scaffold.insert import alone, with_entry
    from engine.scaffold.sample import sample

    known = codemods.known()
    foreign = names_any(old.encode("utf-8"))
    if old and not foreign:
        configuration.load(rules, known)  # what is wrong already is told with its place
    text = with_entry(old, "rules", pattern_entry(name, pattern, replacement), str(rules))
    with tempfile.TemporaryDirectory(prefix="rewright-new-") as place:
        copy = Path(place) / "rules.yaml"
        copy.write_bytes((alone(text, str(rules)) if foreign else text).encode("utf-8"))
        try:
            config = configuration.load(copy, known)
        except configuration.ConfigError as error:  # the lines are those of a file that nobody has seen
            told = "; ".join(problem.message for problem in error.problems)
            raise RewrightError(f"{name} cannot be a rule of {rules}: {told}") from error
        folder = Path(place) / "fixtures" / name / _CASE
        case = {"before/a.py": sample(pattern).encode("utf-8")}
        case["case.yaml"] = case_file(_summary(pattern, replacement)).encode("utf-8")
        for path, data in case.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        (found,) = find_cases(folder.parent.parent)
        outcome = tried(found, bound_rule(found, config.rules, known), Tools(Inline(), codemods.templates()))
    if why := refusal(outcome):
        raise RewrightError(f"the rule does not hold on the code that was made for it, so nothing was written: {why}")
    kinds = ("changes", "findings", "skips", "failures")
    expect = {kind: labels(outcome.plan, kind) for kind in kinds}
    case["case.yaml"] = with_expect(case["case.yaml"].decode("utf-8"), expect).encode("utf-8")
    if outcome.plan.deltas:
        case |= {f"after/{path}": data for path, data in outcome.after.items()}
    remarks = [] if any(expect.values()) else ["The pattern matches nothing in the code that was made for it: edit before/."]
    if habit := remark({"match": pattern}):
        remarks.append(f"Note: {habit}.")
    if not matcher(config.exclude)("fixtures/name/first/before/a.py"):
        remarks.append("Put /fixtures/ into target.exclude, or `rewright scan` looks at the cases too.")
    if foreign:
        remarks += _untrusted(rules)
    return text, case, "\n".join(remarks)


def _untrusted(rules: Path) -> list[str]:
    """What stands between this rule and a run of the rule file, whose own Python was not needed here."""
    from engine.adapters import bind

    try:
        bind.foreign(rules, False)
    except RewrightError as error:
        return [f"Before any rule of {rules.name} runs: {error}."]
    return []


def _summary(pattern: str, replacement: str | None) -> str:
    first = " ".join(pattern.split())
    return f"`{first}` is reported." if replacement is None else f"`{first}` is replaced."


def _of_codemod(name: str, rules: Path, old: str) -> tuple[str, Mapping[str, bytes], str]:
    """As _of_pattern, for a codemod."""
    from engine.scaffold import entry
    from engine.scaffold.insert import with_entry

    text = with_entry(old, "rules", entry.codemod_entry(name), str(rules))
    if not _names_folder(text, rules.parent):
        text = with_entry(text, "codemods", f"codemods/{entry.module_of(name)}.py", str(rules))
    case = {
        "before/a.py": entry.CODEMOD_BEFORE,
        "after/a.py": entry.CODEMOD_AFTER,
        "case.yaml": entry.case_file("Calls through the module change; an imported name is left alone.") + entry.CODEMOD_EXPECT,
    }
    return text, {path: data.encode("utf-8") for path, data in case.items()}, ""


def _names_folder(text: str, home: Path) -> bool:
    """Does the rule file name the folder that a new codemod goes to, and with it each file there? A package is one codemod."""
    import yaml

    said = yaml.safe_load(text.removeprefix("\ufeff")).get("codemods")
    return isinstance(said, list) and "codemods" in said and not (home / "codemods" / "__init__.py").exists()


def _codemod_file(name: str, home: Path) -> dict[Path, bytes]:
    from engine.scaffold.entry import codemod_source, module_of

    return {home / "codemods" / f"{module_of(name)}.py": codemod_source(name).encode("utf-8")}


def _write(rules: Path, old: bytes, text: bytes, folder: Path, case: Mapping[str, bytes], code: Mapping[Path, bytes]) -> None:
    """Case, code, rule file, in this order: a rule file never names what is not there. Raises RewrightError, OSError."""
    from engine.whole_file import replace_file

    for path in code:
        if path.exists():
            raise RewrightError(f"{path} is there already; choose another name, or remove it")
    folder.parent.mkdir(exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        for name, data in case.items():
            replace_file(made / _CASE / name, data)
        made.chmod(folder.parent.stat().st_mode & 0o777)
        os.rename(made, folder)  # fails where somebody made that folder meanwhile
    finally:
        shutil.rmtree(made, ignore_errors=True)  # it is there only where something went wrong
    for path, data in code.items():
        replace_file(path, data)
    if (rules.read_bytes() if rules.is_file() else b"") != old:
        raise RewrightError(f"{rules} was changed meanwhile, so the rule was not added; remove {folder} and run this again")
    replace_file(rules, text)


def _tell(name: str, rules: Path, made: bool, code: Mapping[Path, bytes], remark: str) -> None:
    """What was written, and what comes next."""
    here = Path.cwd().resolve()

    def short(path: Path) -> str:
        real = path.resolve()
        return str(real.relative_to(here)) if real.is_relative_to(here) else str(real)

    where = f" --root {short(rules.parent)}" if here not in (rules.parent, *rules.parents) else ""
    click.echo(f"{'made' if made else 'added to'} {short(rules)}: rule {name}")
    for path in code:
        click.echo(f"made {short(path)}: the codemod")
    click.echo(f"made {short(rules.parent / 'fixtures' / name / _CASE)}: its first case")
    if remark:
        click.echo(remark)
    test = f"rewright test {name}{where}"
    tests = {
        f"{test} --trust": "runs its cases with the codemod as it stands; with --watch, after each edit",
        f"rewright trust{where}": "records that its Python may run, when it is as you want it; the rest asks for that",
    }
    steps = (tests if code else {test: "runs its cases; --update writes what happens"}) | {
        f"rewright diff --unsafe --select {name}{where}": "shows what it does to your code",
        "pytest --rewright": "runs the cases too; `rewright = true` in pytest.ini makes that a habit",
    }
    width = max(map(len, steps))
    click.echo("\n".join(["", f"Next, edit the message in {short(rules)}, and add cases beside the first.", ""]))
    for command, what in steps.items():
        click.echo(f"  {command:<{width}}  {what}")
    raise SystemExit(exits.CLEAN)
