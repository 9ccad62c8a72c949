"""Pages of codemods, and what `rules` and `explain` tell of a rule."""

import json

import kit

from engine import catalogue
from engine.config import load
from engine.model import Codemod, Option
from engine.reference import applicability, example_of, index, page, sections, shipped_example

DOC = """Do it.

What it does
    `a` becomes `b`.

Why
    Because.

When it skips
    `one`, `two`: never,
    or seldom. `three`: at night.
    `four`: by day.

    Otherwise it works.

Applicability
    Always
    unsafe.

Options
    `old-name`: what to
        look for | here.
"""


def nothing(source, project, options):
    yield from ()


CODEMOD = Codemod(
    "do-it",
    "Do it.",
    1,
    nothing,
    b"",
    (Option("old-name", "str", None, "short"), Option("how", "choice", "well", "how to do it", ("well", "badly"))),
    doc=DOC,
)


def test_a_page():
    assert page(CODEMOD, "An example.\n").split("\n") == [
        "# do-it",
        "",
        "Do it.",
        "",
        "## What it does",
        "",
        "`a` becomes `b`.",
        "",
        "## Why",
        "",
        "Because.",
        "",
        "## When it skips",
        "",
        "- `one`, `two`: never,",
        "  or seldom. `three`: at night.",
        "- `four`: by day.",
        "",
        "Otherwise it works.",
        "",
        "## Applicability",
        "",
        "Always",
        "unsafe.",
        "",
        "## Options",
        "",
        "| option | value | default | |",
        "|---|---|---|---|",
        "| `old-name` | str |  | what to look for \\| here. |",
        '| `how` | `well`, `badly` | `"well"` | how to do it |',
        "",
        "## Example",
        "",
        "An example.",
        "",
        "Every case, with what it becomes: [fixtures/do-it](../../fixtures/do-it).",
        "",
    ]
    assert applicability(CODEMOD) == "Always unsafe."
    assert "| [`do-it`](do-it.md) | Do it. |" in index({"do-it": CODEMOD})


def test_a_docstring_without_headings_has_no_sections():
    assert sections("Do it.\n") == {} and "None." in page(Codemod("x", "X.", 1, nothing, b""), "")


def test_the_example_is_the_chosen_case_or_the_shortest(tmp_path):
    def lay(case, before, after, spec):
        for kind, text in (("before", before), ("after", after)):
            if text is not None:
                (tmp_path / "r" / case / kind).mkdir(parents=True)
                (tmp_path / "r" / case / kind / "a.py").write_text(text)
        (tmp_path / "r" / case / "case.yaml").write_text(spec)

    lay("none", "x = 1\n", None, "summary: nothing\n")
    assert example_of(tmp_path, "r") == "" and example_of(tmp_path, "other") == ""
    lay("long", "x = 1\ny = 1\n", "x = 2\ny = 2\n", "summary: long\noptions: {a: [1]}\n")
    lay("short", "x = 1\n", "x = 2\n", "summary: short\n")
    assert example_of(tmp_path, "r") == "short\n\n```diff\n-x = 1\n+x = 2\n```\n"
    assert example_of(tmp_path, "r", "long").startswith("long With `a: [1]`.\n\n```diff\n-x = 1\n-y = 1\n+x = 2\n")


def test_the_shipped_example_is_cut_from_the_page(tmp_path):
    (tmp_path / "do-it.md").write_text(page(CODEMOD, "Said.\n\n```diff\n-x\n```\n"))
    assert shipped_example("do-it", tmp_path) == "Said.\n\n```diff\n-x\n```"
    assert shipped_example("unknown", tmp_path) == ""


# -- rules and explain -------------------------------------------------------------------------

RULES = """version: 1
rules:
  - id: our-clients
    codemod: rename-exception
    message: Name our own error.
    note: It is in clients.
    url: https://example.org/clients
    owner: platform
    severity: error
    mode: report
    include: [src/]
    exclude: [src/old/]
    options: {to: clients.Down}
"""


def config(tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES)
    return load(tmp_path / "rules.yaml", kit.CODEMODS)


def test_rules_as_json_hold_all_that_the_file_says(tmp_path):
    known = json.loads(catalogue.listing(config(tmp_path), kit.CODEMODS, "json"))
    (row,) = known["rules"]
    options = row.pop("options")
    assert row == {
        "id": "our-clients",
        "codemod": "rename-exception",
        "mode": "report",
        "severity": "error",
        "summary": kit.CODEMODS["rename-exception"].summary,
        "message": "Name our own error.",
        "note": "It is in clients.",
        "url": "https://example.org/clients",
        "owner": "platform",
        "include": ["src/"],
        "exclude": ["src/old/"],
        "applicability": "Always unsafe: other exceptions are caught than before.",
        "max_files_percent": 50.0,
        "metadata": {},
    }
    assert (options["to"]["value"], options["to"]["default"], options["from"]["value"]) == (
        "clients.Down",
        "OSError",
        "Exception",
    )
    assert options["to"]["type"] == "str" and options["to"]["help"]


def test_rules_as_text_show_the_message_of_a_rule_that_shares_a_codemod(tmp_path):
    assert "our-clients  report    Name our own error." in catalogue.listing(config(tmp_path), kit.CODEMODS, "text")


def test_explain_shows_an_example_of_the_rule_or_of_the_codemod(tmp_path):
    told = catalogue.explanation("rename-exception", config(tmp_path), kit.CODEMODS)
    assert "  -    except Exception as error:  # a missing file\n  +    except OSError as error:" in told and "```" not in told
    assert "Example:" not in catalogue.explanation("our-clients", config(tmp_path), kit.CODEMODS)
    for kind, name in (("before", "Exception"), ("after", "\x1b[31mDown")):
        (tmp_path / "fixtures/our-clients/first" / kind).mkdir(parents=True)
        (tmp_path / "fixtures/our-clients/first" / kind / "a.py").write_text(f"try: pass\nexcept {name}: pass\n")
    told = catalogue.explanation("our-clients", config(tmp_path), kit.CODEMODS)
    assert "our-clients: Name our own error." in told and "It is in clients." in told
    assert "Example:" in told and "+except \\x1b[31mDown: pass" in told
