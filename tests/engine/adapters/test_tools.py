"""A rule of each tool: plan, apply, a second run, and what is said of rules that cannot be carried out."""

import json
import pickle

import jsonschema
import pytest
import tools_kit as kit

import codemods
from engine import catalogue
from engine.config.errors import ConfigError
from engine.model import Applicability, Change, Failure, RewrightError
from engine.parallel import Limits, Pool

ORDERS = """\
import os


def told(order, total):
    # what the customer reads
    line = "%s: %s" % (order, total)  # keep
    print(os.sep)
    return "%s" % line
"""
COMMAND = "libcst.codemod.commands.convert_percent_format_to_fstring.ConvertPercentFormatStringCommand"
QUERY = """\
from bowler import Query

(
    Query(".")
    .select_function("fetch")
    .rename("download")
    .write()
)
"""
MAIN_QUERY = """\
from bowler import Query
from fissix.fixer_util import Name

def quoted(node, capture, filename):
    print("seen", filename)
    capture["function_name"].replace(Name("renamed", prefix=capture["function_name"].prefix))

def main():
    Query().select_function("fetch").is_def().modify(quoted).execute()
"""
UNEQUAL = """\
from bowler import Query


def spell(node, capture, filename):
    for leaf in node.leaves():
        if leaf.value == "<>":
            leaf.value = "!="
            leaf.changed()


Query(python_version=2).select_root().modify(spell).execute()
"""
LINT = """\
import libcst as cst
from fixit import LintRule


class NoPass(LintRule):
    def visit_Pass(self, node: cst.Pass) -> None:
        self.report(node, "say more")
"""
BAD = """\
from libcst.codemod import CodemodCommand


class Bad(CodemodCommand):
    def transform_module_impl(self, tree):
        raise KeyError("no")
"""
FETCHING = "def fetch(url):\n    return url\n\n\nclass Other:\n    x = fetch('a')  # first\n"
NO_PRINT = """\
id: no-print
language: python
message: tell the log
rule: {pattern: print($$$ARGS)}
fix: log.info($$$ARGS)
"""
SAID = "import log\n\nSIGN = 'é'; print('a')\n\n\ndef f(x):\n    if x:\n        print(x, 'b')  # why\n"
CASES = {
    "libcst": (
        {"a.py": ORDERS},
        f"libcst: {COMMAND}",
        {"a.py": ORDERS.replace('"%s: %s" % (order, total)', 'f"{order}: {total}"').replace('"%s" % line', 'f"{line}"')},
        2,
    ),
    "bowler": (
        {"a.py": FETCHING, "tools/q.py": QUERY},
        "bowler: tools/q.py\n  exclude: [tools/]",
        {"a.py": FETCHING.replace("fetch", "download")},
        1,  # the definition alone would leave an undefined name
    ),
    "fixit": (
        {"a.py": 'NAME = f"plain"  # a\nOTHER = f"{NAME}"\n\n\ndef f():\n    return f"x"\n'},
        "fixit: fixit.rules.no_redundant_fstring:NoRedundantFString",
        {"a.py": 'NAME = "plain"  # a\nOTHER = f"{NAME}"\n\n\ndef f():\n    return "x"\n'},
        2,
    ),
    "ast-grep": (
        {
            "a.py": SAID,
            "r.yml": NO_PRINT,
        },
        "ast-grep: r.yml",
        {"a.py": SAID.replace("print", "log.info")},
        2,
    ),
}


def rules(text, more=""):
    return f"version: 1\n{more}rules:\n- id: it\n  {text}\n"


@pytest.mark.parametrize("name", CASES)
def test_a_rule_of_a_tool_plans_applies_and_is_done(name, tmp_path):
    files, text, after, changes = CASES[name]
    root = kit.target(tmp_path, {**files, "rules.yaml": rules(text)})
    made = kit.plan(root)
    assert [item for item in made.items if not isinstance(item, Change)] == []
    assert len(made.items) == changes
    assert all(item.applicability is Applicability.UNSAFE and item.evidence[-1].check == "gates" for item in made.items)
    assert kit.applied(root, made) == after
    assert kit.plan(root).items == ()


@pytest.mark.parametrize("head", ["# -*- coding: latin-1 -*-\r\n", "\ufeff", ""])
def test_fixit_reads_a_file_as_it_is_encoded(tmp_path, head):
    files = {"a.py": "", "rules.yaml": rules("fixit: fixit.rules.no_redundant_fstring:NoRedundantFString")}
    root = kit.target(tmp_path, files)
    encoding = "latin-1" if "latin" in head else "utf-8"
    (root / "a.py").write_bytes(f'{head}x = f"\u00e9"  # \u00e9\r\n'.encode(encoding))
    made = kit.plan(root)
    assert [delta.after for delta in made.deltas] == [f'{head}x = "\u00e9"  # \u00e9\r\n'.encode(encoding)], made.items


@pytest.mark.parametrize("name", CASES)
def test_a_rule_can_be_sent_to_a_worker_and_says_the_same_there(name, tmp_path):
    files, text, _, _ = CASES[name]
    root = kit.target(tmp_path, {**files, "rules.yaml": rules(text)})
    config = kit.load(root)
    assert pickle.loads(pickle.dumps(config)) == config
    with Pool(2, Limits()) as pool:
        assert kit.plan(root, runner=pool, config=config).items == kit.plan(root, config=config).items


def test_without_unsafe_a_tools_change_is_a_finding_and_safe_is_the_rules_word(tmp_path):
    files, text, after, _ = CASES["libcst"]
    root = kit.target(tmp_path, {**files, "rules.yaml": rules(text)})
    assert kit.said(kit.plan(root, unsafe=False)) == [
        ("Finding", "a.py", 6, "needs-unsafe"),
        ("Finding", "a.py", 8, "needs-unsafe"),
    ]
    kit.target(root, {"rules.yaml": rules(text + "\n  applicability: safe")})
    assert kit.applied(root, kit.plan(root, unsafe=False)) == after


def test_whole_file_keeps_hunks_together_and_hints_leave_files_out(tmp_path):
    files, text, after, _ = CASES["libcst"]
    root = kit.target(tmp_path, {**files, "rules.yaml": rules(text + "\n  options: {whole-file: true}")})
    made = kit.plan(root)
    assert len(made.items) == 1 and kit.applied(root, made) == after
    kit.target(root, {**files, "rules.yaml": rules(text + "\n  options: {hints: [nowhere]}")})
    assert kit.plan(root).items == ()


def test_newlines_and_a_missing_last_one_stay(tmp_path):
    before = ORDERS.replace("\n", "\r\n").removesuffix("\r\n")
    root = kit.target(tmp_path, {"a.py": before.encode(), "rules.yaml": rules(CASES["libcst"][1])})
    [delta] = kit.plan(root).deltas
    assert delta.after == CASES["libcst"][2]["a.py"].replace("\n", "\r\n").removesuffix("\r\n").encode()


def test_a_bowler_script_with_main_and_a_print_runs_in_silence(tmp_path, capfd):
    root = kit.target(
        tmp_path, {"a.py": "def fetch():\n    pass\n", "q.py": MAIN_QUERY, "rules.yaml": rules("bowler: q.py\n  exclude: [q.py]")}
    )
    assert kit.applied(root, kit.plan(root)) == {"a.py": "def renamed():\n    pass\n"}
    assert capfd.readouterr() == ("", "")


def test_bowler_leaves_a_file_alone_that_is_empty_or_does_not_end_its_last_line(tmp_path):
    files = {"__init__.py": "", "a.py": "def fetch():\n    pass\n", "b.py": "x = 1", "q.py": QUERY}
    made = kit.plan(kit.target(tmp_path, {**files, "rules.yaml": rules("bowler: q.py\n  exclude: [q.py]")}))
    assert [change.site.path for change in made.of(Change)] == ["a.py"]


def test_bowler_reads_a_file_of_python_2(tmp_path):
    root = kit.target(
        tmp_path, {"a.py": "x = 1 <> 2  # c\n", "q.py": UNEQUAL, "rules.yaml": rules("bowler: q.py\n  exclude: [q.py]")}
    )
    made = kit.plan(root)
    assert kit.applied(root, made) == {"a.py": "x = 1 != 2  # c\n"}
    assert made.items[0].evidence[-1].detail.startswith("round-trip, parse")


def test_the_message_of_an_ast_grep_rule_says_what_its_variables_hold(tmp_path):
    rule = """\
rule: {pattern: "call($M, $$$REST)"}
transform: {UP: {convert: {source: $M, toCase: upperCase}}}
message: no $M or $UP before $$$REST here, nor $NONE$
"""
    long = "x" * 200
    files = {"a.py": f"call(é, 1,\n     2)\ncall({long}, 3)\n", "r.yml": rule, "s.yml": rule + "fix: call($M)\n"}
    root = kit.target(tmp_path, {**files, "rules.yaml": rules("ast-grep: r.yml\n- id: too\n  ast-grep: s.yml\n  mode: report")})
    made = kit.plan(root)
    first = "no é or É before 1, 2 here, nor $"
    assert [item.message for item in made.items[:2]] == [first, first]
    assert made.items[2].message.startswith(f"no {'x' * 80}... or XXX")


@pytest.mark.parametrize("script", [QUERY, UNEQUAL])
def test_bowler_adds_nothing_to_what_is_said_of_a_file_that_does_not_parse(script, tmp_path):
    broken = {"a.py": "def fetch(:\n", "b.py": "print 'x'\n", "c.py": "x = (1\n", "d.py": "if x:\n    y\n  z\n"}
    root = kit.target(tmp_path, {**broken, "q.py": script, "rules.yaml": rules("bowler: q.py\n  exclude: [q.py]")})
    assert [(kind, path, reason) for kind, path, _, reason in kit.said(kit.plan(root))] == [
        ("Failure", path, "syntax-error") for path in broken
    ]


def test_a_query_of_python_3_is_not_asked_of_a_file_of_python_2_that_its_grammar_reads(tmp_path):
    old = "def fetch(): pass\ntry:\n    fetch()\nexcept OSError, e:\n    pass\n"
    root = kit.target(tmp_path, {"a.py": old, "q.py": QUERY, "rules.yaml": rules("bowler: q.py\n  exclude: [q.py]")})
    assert [(item.site.path, item.rule) for item in kit.plan(root).items] == [("a.py", "")]  # what the engine says of the file


def test_a_violation_without_a_fix_and_a_rule_without_one_are_findings(tmp_path):
    files = {
        "a.py": "def f():\n    pass\n",
        "lint.py": LINT,
        "r.yml": "language: Python\nmessage: no pass\nrule: {kind: pass_statement}\n",
    }
    text = "fixit: lint.py:NoPass\n  exclude: [lint.py]\n- id: too\n  ast-grep: r.yml\n  exclude: [lint.py]"
    root = kit.target(tmp_path, {**files, "rules.yaml": rules(text)})
    assert kit.said(kit.plan(root)) == [("Finding", "a.py", 2, "no-fix")] * 2


def test_a_result_that_does_not_hold_is_a_failure_of_that_site(tmp_path):
    fix = "id: x\nlanguage: Python\nrule: {pattern: good($A)}\nfix: nowhere($A)\n"
    root = kit.target(tmp_path, {"a.py": "def good(x): pass\n\ngood(1)\n", "r.yml": fix, "rules.yaml": rules("ast-grep: r.yml")})
    made = kit.plan(root)
    assert kit.said(made) == [("Failure", "a.py", 3, "gate:names")] and made.deltas == ()


def test_a_command_that_raises_costs_the_file_and_says_so(tmp_path):
    root = kit.target(tmp_path, {"a.py": "x = 1\n", "cmd.py": BAD, "rules.yaml": rules("libcst: cmd.py:Bad\n  include: [a.py]")})
    made = kit.plan(root)
    assert [(item.reason, item.message) for item in made.of(Failure)] == [("codemod-error", "cmd.py:6: KeyError: 'no'")]


REFUSED = {
    "no such module": ("libcst: nowhere.at_all.Class", {}, "rule it: there is no module 'nowhere'"),
    "no class, one there": ("libcst: cmd.py", {"cmd.py": BAD}, "rules.yaml:4:11: rule it: libcst: name the class: cmd.py:Bad"),
    "no class behind a colon": ("libcst: 'cmd.py:'", {"cmd.py": BAD}, ":4:11: rule it: libcst: name the class: cmd.py:Bad"),
    "no class, several there": (
        "fixit: lint.py",
        {"lint.py": LINT + "class Other(NoPass): pass\n"},
        "rules.yaml:4:10: rule it: fixit: name the class: lint.py:Class, where Class is one of NoPass, Other",
    ),
    "no class, none there": ("fixit: lint.py", {"lint.py": "raise SystemExit\n"}, "lint.py:Class; the file has none"),
    "no class, not Python": ("fixit: lint.py", {"lint.py": "def (\n"}, "name the class: lint.py:Class"),
    "no module and no path": (
        "libcst: Rename",
        {},
        "rules.yaml:4:11: rule it: 'Rename' names no class; write package.module:Class,",
    ),
    "a path without its end": (
        "libcst: tools/cmd",
        {},
        "'tools/cmd' names no class; write package.module:Class, or folder/file.py:Class",
    ),
    "a path with dots": ("fixit: tools.lint:Rule", {}, "or name a file of yours by its path: tools/lint.py:Rule"),
    "no such class in a file": ("libcst: cmd.py:Worse", {"cmd.py": BAD}, "rule it: cmd.py has no 'Worse'; known: Bad"),
    "no such class": (f"libcst: {COMMAND}s", {}, "did you mean 'ConvertPercentFormatStringCommand'"),
    "no command": ("libcst: libcst.Module", {}, "libcst.Module is no CodemodCommand"),
    "abstract": ("libcst: libcst.codemod.CodemodCommand", {}, "it lacks transform_module_impl"),
    "wrong arguments": (
        f"libcst: {COMMAND}\n  arguments: {{colour: red}}",
        {},
        "does not take these arguments: got an unexpected",
    ),
    "script that raises": ("bowler: q.py", {"q.py": "raise ValueError('bad day')\n"}, "rule it: q.py:1: ValueError: bad day"),
    "script without query": ("bowler: q.py", {"q.py": "x = 1\n"}, "q.py: runs no query"),
    "script that exits": ("bowler: q.py", {"q.py": "import sys\nsys.exit(3)\n"}, "rule it: q.py:2: SystemExit: 3"),
    "script that is not there": ("bowler: q.py", {}, "q.py is not there"),
    "path out of the folder": ("bowler: ../q.py", {}, "leads out of the target"),
    "no rule of fixit": ("fixit: fixit:Config", {}, "fixit:Config is no LintRule"),
    "bad yaml": ("ast-grep: r.yml", {"r.yml": "a: [\n"}, "r.yml: is no YAML"),
    "no rule": ("ast-grep: r.yml", {"r.yml": "id: x\n"}, "r.yml: is no ast-grep rule: it has no mapping under 'rule'"),
    "unknown kind": ("ast-grep: r.yml", {"r.yml": "rule: {kind: no_such_kind}\n"}, "ast-grep does not take this rule"),
    "other language": ("ast-grep: r.yml", {"r.yml": "language: Rust\nrule: {pattern: a}\n"}, "is a rule for Rust"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_rule_that_cannot_be_carried_out_is_refused_when_the_rule_file_is_read(name, tmp_path):
    text, files, sentence = REFUSED[name]
    root = kit.target(tmp_path, {**files, "rules.yaml": rules(text)})
    with pytest.raises(RewrightError) as caught:
        kit.load(root)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("bowler: q.py\n  libcst: a.B", "rules.yaml:4:3: a rule of libcst has no 'bowler'"),
        ("bowler: q.py\n  arguments: {a: 1}", "bowler has no option 'arguments'"),
        ("libcst: a.B\n  options: {hints: ['(']}", "is no regular expression"),
        ("libcst: a.B\n  applicability: bold", "expected one of safe, unsafe, manual"),
        ("rope: {rename: a.b}", "to: expected a name, got None"),
        ("rope: {rename: a.b, move: a.c}", "rope: say one of rename, move"),
        ("rope: {inline: a.b, to: c}", "inline has no 'to'"),
        ("rope: {change_signature: a.b, parameters: 1}", "expected a list such as"),
    ],
)
def test_a_rule_file_says_what_is_wrong_with_a_tools_rule(text, sentence, tmp_path):
    root = kit.target(tmp_path, {"q.py": QUERY, "rules.yaml": rules(text)})
    with pytest.raises(ConfigError) as caught:
        kit.load(root)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", CASES)
def test_editors_take_a_rule_of_a_tool(name):
    schema = json.loads(catalogue.schema(codemods.known()))
    rule = {"id": "it", name: "a.B", "applicability": "safe"}
    jsonschema.validate({"version": 1, "codemods": ["mine"], "rules": [rule]}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"version": 1, "rules": [{**rule, name: 1}]}, schema)
