"""Pages of codemods, and what `rules` and `explain` tell of a rule."""

import json
from dataclasses import replace

import kit
import pytest

from engine import catalogue, reference
from engine.adapters import bind, light
from engine.codemod import Codemod, Option
from engine.config import load
from engine.parallel import Inline
from engine.reference import applicability, example_of, index, page, rule_page, sections, shipped_example

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
        "lacks": [],
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


MADE = """version: 1
rules:
  - id: no-sleep
    match: |
      time.sleep($SECONDS)
      work()
    where: {inside: coroutine}
    replace: "await asyncio.sleep($SECONDS)"
    imports: [asyncio]
    message: A coroutine does not sleep.
    note: The loop stands still meanwhile.
    url: https://example.org/sleep
    exclude: [tests/]
  - id: told
    any: [print($$$), pprint.pprint($$$)]
  - id: short
    match: len($X) == 0
    replace: not $X
  - id: strings
    libcst: libcst.codemod.commands.convert_percent_format_to_fstring.ConvertPercentFormatStringCommand
    options: {whole-file: true}
  - id: fetch
    bowler: q.py
  - id: cost
    rope: {rename: shop.price, to: cost}
"""


@pytest.fixture
def made(tmp_path):
    (tmp_path / "rules.yaml").write_text(MADE)
    (tmp_path / "q.py").write_text("from bowler import Query\nQuery().select_root().execute()\n")
    return bind.load(tmp_path / "rules.yaml", kit.CODEMODS, bind.foreign(tmp_path / "rules.yaml", True), Inline())


def test_the_list_says_what_a_rule_without_a_message_is_made_of(made):
    lines = catalogue.listing(made, kit.CODEMODS, "text").splitlines()[2:8]
    assert [line.partition("rewrite   ")[2] for line in lines] == [
        "A coroutine does not sleep.",
        "any: [print($$$), pprint.pprint($$$)]",
        "len($X) == 0 -> not $X",
        "libcst: libcst.codemod.commands.convert_percent_format_to_fstring.ConvertPercentFormatStringCommand",
        "bowler: q.py",
        "rope: {rename: shop.price, to: cost}",
    ]


def test_explain_tells_what_a_pattern_rule_says_and_no_manual(made, tmp_path):
    assert (
        catalogue.explanation("no-sleep", made, kit.CODEMODS)
        == f"""\
no-sleep: A coroutine does not sleep.
The loop stands still meanwhile.
https://example.org/sleep
Mode rewrite, severity warning, from {tmp_path}/rules.yaml

match: |
  time.sleep($SECONDS)
  work()
where:
  inside: coroutine
replace: await asyncio.sleep($SECONDS)
imports:
- asyncio
applicability: unsafe
exclude:
- tests/

docs/patterns.md says what all of it means; `rewright explain pattern`, why a site is left as it is."""
    )
    assert "What it does" in catalogue.explanation("pattern", made, kit.CODEMODS)


def test_explain_says_how_to_run_a_rule_that_is_off_and_what_it_needs(made, monkeypatch):
    off = replace(made, rules=tuple(replace(rule, mode="off") for rule in made.rules))
    assert "\nMode off (--select no-sleep runs it), severity warning" in catalogue.explanation("no-sleep", off, kit.CODEMODS)
    assert "not installed" not in catalogue.explanation("fetch", made, kit.CODEMODS)
    monkeypatch.setattr(light, "is_installed", lambda name: name != "fissix")
    assert "\nbowler needs fissix, which is not installed: pip install bowler fissix, or" in catalogue.explanation(
        "fetch", made, kit.CODEMODS
    )
    assert "not installed" in catalogue.explanation("py2-syntax", made, kit.CODEMODS)


def test_a_ready_rule_has_a_page_with_its_example_first(made):
    rule = next(rule for rule in made.rules if rule.id == "no-sleep")
    text = rule_page(rule, kit.CODEMODS["pattern"], "Said.\n\n```diff\n-x\n```\n")
    assert text.startswith("# no-sleep\n\nA coroutine does not sleep.\n\nThe loop stands still meanwhile.\n\n`rewright diff ")
    assert text.index("\n## Example\n\nSaid.\n\n```diff") < text.index("\n## The rule\n\n```yaml\nmatch: |\n  time.sleep")
    assert "| [`no-sleep`](no-sleep.md) | A coroutine does not sleep. |" in index(kit.CODEMODS, [rule])


def test_explain_takes_the_example_of_a_shipped_rule_from_its_page_where_there_are_no_cases(monkeypatch):
    shipped = load(kit.REPO / "rules.yaml", kit.CODEMODS)
    for rule in (rule.id for rule in shipped.rules if rule.codemod == "pattern"):
        told = catalogue.explanation(rule, shipped, kit.CODEMODS).partition("\nExample:\n")[2]
        with monkeypatch.context() as context:
            context.setattr(reference, "example_of", lambda *given: "")
            again = catalogue.explanation(rule, shipped, kit.CODEMODS).partition("\nExample:\n")[2]
        assert told.strip() == again.strip() and "\n  +" in told and len(told.splitlines()) < 25


def test_explain_tells_which_tool_a_rule_is_carried_out_by(made):
    told = catalogue.explanation("strings", made, kit.CODEMODS)
    assert (
        "\n\nlibcst: libcst.codemod." in told
        and "\napplicability: unsafe\noptions:\n  whole-file: true\n\ndocs/adapters.md says" in told
    )
    assert "\nrope:\n  rename: shop.price\n  to: cost\napplicability: unsafe\n" in catalogue.explanation(
        "cost", made, kit.CODEMODS
    )


def test_explain_shows_what_a_case_of_a_rule_that_reports_says_and_passes_over_broken_cases(made, tmp_path):
    for name, text in (("first", "expect: {findings: [a.py:2, 'a.py:9 gone', 'a.py:4 no-fix']}\n"), ("second", "[")):
        case = tmp_path / "fixtures/told" / name
        (case / "before").mkdir(parents=True)
        (case / "before/a.py").write_text("import pprint\nprint(1)\n\npprint.pprint(\x1b)\n")
        (case / "case.yaml").write_text("summary: Both are told.\n" + text)
    told = catalogue.explanation("told", made, kit.CODEMODS)
    assert told.endswith("Example:\n  Both are told.\n\n  print(1)  # a.py:2\n  pprint.pprint(\\x1b)  # a.py:4\n")
