"""A page of documentation for each codemod and each ready rule, made from what it says of itself and from its cases.

`docs/rules/` holds the pages; `python -m bench.rules_pages` writes them and a test keeps them current. The wheel carries them,
because it carries no cases: `rewright explain` cuts its example from there. Reads cases, and writes nothing.
"""

from __future__ import annotations

import difflib
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from engine.codemod import Codemod, Option
from engine.config.values import Rule
from engine.fixtures.cases import Case, find_cases
from engine.rule_text import written

HEADINGS = ("What it does", "Why", "When it skips", "Applicability", "Options")
PAGES = Path(__file__).resolve().parent.parent / "docs" / "rules"
_EXAMPLE = "## Example\n"
_FEW = 40  # lines of an example
_OFF = "Patterns of the shipped `rules.yaml`, all off; [ready-rules.md](../ready-rules.md) says what each finds, and cannot do."
_READY = "It is off in the shipped `rules.yaml`; [ready-rules.md](../ready-rules.md) says what it cannot do."
_LANGUAGE = "[patterns.md](../patterns.md) says what all of it means; [pattern](pattern.md), why a site is left as it is."


def sections(doc: str) -> dict[str, str]:
    """Heading to text, dedented, of a codemod's docstring; what it lacks is left out."""
    parts = re.split(rf"^({'|'.join(HEADINGS)})$", doc, flags=re.MULTILINE)
    return {name: textwrap.dedent(text).strip("\n") for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def applicability(codemod: Codemod) -> str:
    """What the docstring says of applicability, as one line."""
    return " ".join(sections(codemod.doc).get("Applicability", "").split())


def page(codemod: Codemod, example: str) -> str:
    """A codemod's page in Markdown. `example`: what `example_of` gives; empty for none."""
    known = sections(codemod.doc)
    lines = [f"# {codemod.name}", "", codemod.summary]
    for heading in HEADINGS[:-1]:
        if heading in known:
            lines += ["", f"## {heading}", "", *_listed(known[heading])]
    lines += ["", "## Options", "", *_table(codemod.options, known.get("Options", ""))]
    return "\n".join([*lines, *_shown(codemod.name, example), ""])


def rule_page(rule: Rule, codemod: Codemod, example: str) -> str:
    """The page of a ready rule in Markdown. `example`: what `example_of` gives; empty for none."""
    lines = [f"# {rule.id}", "", rule.message, "", rule.note, ""]
    lines += [f"`rewright diff --unsafe --select {rule.id}` shows what it would change.", _READY, *_shown(rule.id, example)]
    lines += ["", "## The rule", "", "```yaml", *written(rule, codemod), "```", "", _LANGUAGE]
    return "\n".join([*lines, ""])


def _shown(name: str, example: str) -> Iterator[str]:
    if example:
        yield from ("", _EXAMPLE.rstrip("\n"), "", example.rstrip("\n"))
        yield from ("", f"Every case, with what it becomes: [fixtures/{name}](../../fixtures/{name}).")


def index(codemods: Mapping[str, Codemod], rules: Sequence[Rule] = ()) -> str:
    """The page that names all others."""
    rows = [f"| [`{name}`]({name}.md) | {_cell(codemods[name].summary)} |" for name in codemods]
    head = [
        "# Codemods",
        "",
        "What Rewright can do, one page each: what it does and why, when it leaves code alone, its options, an example.",
        "They are made from the code and its cases by `python -m bench.rules_pages`; `rewright explain NAME` shows the same.",
        "[Writing your own](../write-a-rule.md) takes ten minutes.",
    ]
    lines = [*head, "", "| codemod | |", "|---|---|", *rows]
    if rules:
        lines += ["", "## Ready rules", "", _OFF, "", "| rule | |", "|---|---|"]
        lines += [f"| [`{rule.id}`]({rule.id}.md) | {_cell(rule.message)} |" for rule in rules]
    return "\n".join([*lines, ""])


def pages(
    codemods: Mapping[str, Codemod], fixtures: Path, examples: Mapping[str, str], rules: Sequence[Rule] = ()
) -> dict[str, str]:
    """Every file of docs/rules/ by its name. `rules`: those of patterns that have a page.

    `examples`: by codemod or rule, the case to show; the shortest where there is none.
    """

    def example(name: str) -> str:
        return example_of(fixtures, name, examples.get(name, ""))

    made = {f"{name}.md": page(codemod, example(name)) for name, codemod in codemods.items()}
    made |= {f"{rule.id}.md": rule_page(rule, codemods[rule.codemod], example(rule.id)) for rule in rules}
    return {"README.md": index(codemods, rules), **made}


# -- examples ----------------------------------------------------------------------------


def example_of(fixtures: Path, name: str, shown: str = "") -> str:
    """The case `shown` of a rule, else its shortest rewrite, in Markdown, with what the case says.

    Where none changes anything, the lines that a case says are reported; empty when there is none. Cases that cannot be read
    are left out: `rewright test` tells what is wrong with them.
    """
    if not (fixtures / name).is_dir():
        return ""
    cases = [case for case in find_cases(fixtures, broken=lambda case, error: None) if case.name == name]
    told = [(case, diff, "diff") for case in cases if (diff := [*_rewrite(case)])]
    told = told or [(case, lines, "python") for case in cases if (lines := [*_reported(case)])]
    if not told:
        return ""
    case, lines, kind = min(
        told, key=lambda one: (one[0].folder.name != shown, bool(one[0].spec.options), len(one[1]), one[0].id)
    )
    options = f" With {_options(case)}." if case.spec.options else ""
    return "\n".join([f"{case.spec.summary.strip()}{options}", "", f"```{kind}", *lines, "```", ""])


def shipped_example(name: str, folder: Path = PAGES) -> str:
    """The example on a codemod's page, in Markdown; empty when there is none."""
    file = folder / f"{name}.md"
    text = file.read_text("utf-8") if file.is_file() else ""
    return text.partition(_EXAMPLE)[2].partition("\nEvery case,")[0].strip("\n")


def _options(case: Case) -> str:
    return ", ".join(f"`{name}: {json.dumps(value)}`" for name, value in case.spec.options.items())


def _rewrite(case: Case) -> Iterator[str]:
    """A case as lines of unified diffs, without file heads where it is one file."""
    after = case.folder / "after"
    files = sorted(file.relative_to(after) for file in after.rglob("*.py")) if after.is_dir() else []
    texts = [(file, _read(case.folder / "before" / file), _read(after / file)) for file in files]
    changed = [(file, one, other) for file, one, other in texts if one != other]
    for file, one, other in changed:
        lines = list(difflib.unified_diff(one, other, f"a/{file}", f"b/{file}", lineterm="", n=_FEW))
        yield from (line.rstrip() for line in (lines if len(changed) > 1 else lines[3:]))


def _reported(case: Case) -> Iterator[str]:
    """The lines of before/ that a case expects findings on, each with its place."""
    for label in (case.spec.expect or {}).get("findings", ()):
        path, _, line = label.partition(" ")[0].rpartition(":")
        lines = _read(case.folder / "before" / path)
        if line.isdecimal() and 0 < int(line) <= len(lines):
            yield f"{lines[int(line) - 1].strip()}  # {path}:{line}"


def _read(file: Path) -> list[str]:
    return file.read_bytes().decode("utf-8", "replace").splitlines() if file.is_file() else []


# -- Markdown ----------------------------------------------------------------------------


def _listed(text: str) -> Iterator[str]:
    """The text of a section, with each line that begins with a code and a colon as an item of a list."""
    within = False
    for line in text.split("\n"):
        if re.match(r"`[^`]+`(, `[^`]+`)*:", line):
            within = True
            yield f"- {line}"
        else:
            within = within and bool(line.strip())
            yield f"  {line.strip()}" if within else line


def _table(options: Sequence[Option], told: str) -> Iterator[str]:
    """The options with their defaults; what the docstring says of one is told in full, else its help."""
    if not options:
        yield "None."
        return
    texts = dict(_entries(told.split("\n")))
    yield "| option | value | default | |"
    yield "|---|---|---|---|"
    for option in options:
        value = ", ".join(f"`{choice}`" for choice in option.choices) or option.type
        default = "" if option.default is None else f"`{json.dumps(option.default)}`"
        yield f"| `{option.name}` | {_cell(value)} | {_cell(default)} | {_cell(texts.get(option.name, option.help))} |"


def _entries(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each option's name and text, of lines such as "`name`: text" that the next lines may go on."""
    name, text = "", ""
    for line in [*lines, "`end`:"]:
        found = re.match(r"`([a-z-]+)`: ?(.*)", line)
        if found or not line.strip():
            if name:
                yield name, text.strip()
            name, text = (found[1], found[2]) if found else ("", "")
        else:
            text += f" {line.strip()}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
