"""FAULTS.md 50-53, 55 and 66: what a rules.yaml may not do to us. By number."""

import time

import pytest
from config_kit import ONE_RULE, codemod

from engine import config
from engine.codemod import Option

OPTIONS = (
    Option("support-folder", "str", "common_utils", "where"),
    Option("registry-file", "str", "config/ports.yaml", "where"),
    Option("seed-files", "list", [], "where"),
    Option("word", "str", "", "any text"),
)


@pytest.fixture
def codemods():
    return {"broad-except": codemod("broad-except", *OPTIONS)}


ELSEWHERE = """\
version: 1
rules:
  - id: one
    pattern: print($X)
    fix: log($X)
    replace: log($X)
    language: python
  - id: two
    patterns: [a]
    pattern-either: [a]
    pattern-not: b
    pattern-inside: c
    pattern-not-inside: d
    rewrite: e
    paths: [x/]
    ignores: [y/]
  - id: three
    rule: {pattern: f}
    files: [x/]
  - id: broad-except
    fixx: g
  - id: [1]
    pattern: a
sprints:
  - {id: s, rules: [broad-except], branch: b, paths: [x/], fix: a}
"""


def test_keys_of_other_tools_are_told_in_a_sentence_each(problems):
    assert problems(ELSEWHERE) == [
        "4:5: unknown key 'pattern'; the code to look for is 'match' here",
        "5:5: unknown key 'fix'; what takes the place of the code is 'replace' here",
        "7:5: unknown key 'language'; leave it out: every rule is for Python",
        "9:5: unknown key 'patterns'; patterns that must all match are 'all' here",
        "10:5: unknown key 'pattern-either'; patterns of which one must match are 'any' here",
        "11:5: unknown key 'pattern-not'; what must not match is 'not' here",
        "12:5: unknown key 'pattern-inside'; what the code must stand in is 'where: {inside: ...}' here",
        "13:5: unknown key 'pattern-not-inside'; what the code must not stand in is 'where: {not-inside: ...}' here",
        "14:5: unknown key 'rewrite'; what takes the place of the code is 'replace' here",
        "15:5: unknown key 'paths'; the files of a rule are 'include' and 'exclude' here",
        "16:5: unknown key 'ignores'; the files that a rule leaves out are 'exclude' here",
        "18:5: unknown key 'rule'; the code to look for is 'match' here, beside the id",
        "19:5: unknown key 'files'; the files of a rule are 'include' and 'exclude' here",
        "21:5: unknown key 'fixx'; did you mean 'fixit'?",
        "22:9: rules[5].id: expected text, got a list",
        "23:5: unknown key 'pattern'; the code to look for is 'match' here",
        "25:60: unknown key 'fix'; known: applicability, base, branch, budget, code-owners, depends-on, gates, granularity, id, "
        "name, options, owner, paths, rules",
    ]


CONDITIONS = """\
version: 1
rules:
  - id: one
    regex: a
  - id: two
    kind: call
    constraints: {A: {regex: b}}
    inside: c
  - id: three
    pattern-regex: d
    metavariable-regex: {metavariable: $X, regex: e}
    not-has: f
"""


def test_conditions_and_shapes_that_are_said_otherwise_here(problems):
    shape = "write a pattern under 'match'; of what a metavariable holds, ask `where: {$X: {matches: ...}}`"
    held = "conditions on a metavariable are `where: {$X: {matches: ...}}` here, or is, resolves-to, match, has"
    below = "it is a condition, and stands below 'where'"
    assert problems(CONDITIONS) == [
        f"4:5: unknown key 'regex'; {shape}",
        f"6:5: unknown key 'kind'; {shape}",
        f"7:5: unknown key 'constraints'; {held}",
        f"8:5: unknown key 'inside'; {below}",
        f"10:5: unknown key 'pattern-regex'; {shape}",
        f"11:5: unknown key 'metavariable-regex'; {held}",
        f"12:5: unknown key 'not-has'; {below}",
    ]


def test_fault_50_unknown_duplicate_and_mistyped_keys(problems):
    assert problems(ONE_RULE + "    mod: off\n    mode: report\n    mode: off\n    severity: [error]\nversion: 1\n") == [
        "4:5: unknown key 'mod'; did you mean 'mode'?",
        "6:5: the key 'mode' is here twice; the first is on line 5",
        "7:15: rules[1].severity: expected error or warning or info or hint, got a list",
        "8:1: the key 'version' is here twice; the first is on line 1",
    ]


def test_fault_50_a_duplicate_inside_free_data(problems):
    assert problems(ONE_RULE + "    metadata: {a: {b: 1, b: 2}}\n") == ["4:26: the key 'b' is here twice; the first is on line 4"]


@pytest.mark.parametrize(
    "value",
    ["!!python/object/apply:os.system [touch pwned]", "!!python/name:os.system ''", "!x y", "!!str 5", "!!binary aGk=", "! x"],
)
def test_fault_51_tags(load, tmp_path, monkeypatch, value):
    monkeypatch.chdir(tmp_path)
    error = pytest.raises(config.ConfigError, load, ONE_RULE + f"    metadata: {{a: {value}}}\n").value
    assert [(problem.line, problem.column) for problem in error.problems] == [(4, 19)]
    assert "tags are not read" in str(error)
    assert [path.name for path in tmp_path.iterdir()] == ["rules.yaml"]


def test_fault_51_a_tagged_key(problems):
    assert "not text" in problems(ONE_RULE + "    !!python/name:os.system owner: x\n")[-1]


def test_fault_52_alias_bomb(problems):
    levels = "".join(f"    l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]\n" for level in range(1, 12))
    begun = time.perf_counter()
    found = problems("version: 1\nrules:\n  - id: broad-except\n    l0: &l0 [lol]\n" + levels)
    assert time.perf_counter() - begun < 5
    assert sum("aliases are not read" in problem for problem in found) == 99


def test_fault_52_an_alias_to_itself(problems):
    assert problems("version: 1\nrules: &r [*r]\n") == ["2:12: aliases are not read; write the value out, or quote it: '*r'"]


def test_fault_52_merge_keys(problems):
    assert problems(ONE_RULE + "    metadata: {<<: {a: 1}}\n") == ["4:16: the key '<<' is not text; quote it if it is meant so"]


@pytest.mark.parametrize("value", ["no", "on", "1.10", "0x10", "010", "1:30", "~", ".inf"])
@pytest.mark.parametrize("key", ["owner", "options"])
def test_fault_53_coerced_scalars(load, problems, key, value):
    column = 12 if key == "owner" else 21
    written = value if key == "owner" else f"{{word: {value}}}"
    (problem,) = problems(ONE_RULE + f"    {key}: {written}\n")
    assert problem.startswith(f"4:{column}: ")
    assert f"YAML reads {value} so: quote it, '{value}'" in problem
    quoted = load(ONE_RULE + f"    {key}: {written.replace(value, repr(value))}\n").rules[0]
    assert value in (quoted.owner, quoted.options["word"])


def test_fault_53_dates_numbers_and_keys(problems):
    assert problems(ONE_RULE + f"    owner: 2025-01-01\n    note: {'9' * 5000}\n    metadata: {{no: 1, 3: 2}}\n") == [
        "4:12: YAML reads 2025-01-01 as a date; quote it: '2025-01-01'",
        f"5:11: YAML reads {'9' * 40} as a number, and cannot; quote it if it is text",
        "6:16: the key 'no' is not text; quote it if it is meant so",
        "6:23: the key '3' is not text; quote it if it is meant so",
    ]


def test_fault_53_numbers_are_not_truth_values(problems):
    found = problems(
        "version: 1\nlimits: {memory-mb: yes, max-bytes: 1e3}\ntarget: {report-unparsable: 1}\nrules: [{id: broad-except}]\n"
    )
    assert [problem.partition(", got ")[0] for problem in found] == [
        "2:21: limits.memory-mb: expected a whole number",
        "2:37: limits.max-bytes: expected a whole number",
        "3:29: target.report-unparsable: expected true or false",
    ]


def test_fault_54_patterns_that_would_backtrack(problems):
    found = problems(ONE_RULE + "    exclude: ['*a*a*a*a*a*a*b', '**/**/**/**/**/x', 'a[', '../x', '', '#x']\n")
    assert [problem.partition(": ")[0] for problem in found] == ["4:15", "4:33", "4:53", "4:59", "4:67", "4:71"]
    assert sum("too costly" in problem for problem in found) == 2


def test_fault_55_the_share_of_files_is_a_setting(load, problems):
    assert load(ONE_RULE).rules[0].max_files_percent == 50
    assert load(ONE_RULE + "    max-files-percent: 5\n").rules[0].max_files_percent == 5
    assert problems(ONE_RULE + "    max-files-percent: 101\n") == [
        "4:24: rules[1].max-files-percent: expected a value less than or equal to 100, got 101"
    ]


BAD_PATHS = [
    "../x",
    "a/../../x",
    "/etc/x",
    "~/x",
    "C:/x",
    "c:x",
    ".git/hooks",
    "a/.git/x",
    ".GIT/x",
    ".git./x",
    "git~1/x",
    "a\\b",
    "./a",
    ".",
    "",
    "a//b",
]


@pytest.mark.parametrize("path", BAD_PATHS)
@pytest.mark.parametrize("option", ["support-folder", "registry-file", "seed-files"])
def test_fault_66_output_paths(problems, option, path):
    value = f"['{path}']" if option == "seed-files" else f"'{path}'"
    (problem,) = problems(ONE_RULE + f"    options:\n      {option}: {value}\n")
    assert problem.startswith(f"5:{9 + len(option)}: {option}: {path!r} ")


@pytest.mark.parametrize("path", ["x", "a/b", "a/b/", ".github/x", "a.git/x", "git/x", "..a/x"])
def test_fault_66_honest_paths(load, path):
    assert load(ONE_RULE + f"    options: {{support-folder: {path}}}\n").rules[0].options["support-folder"] == path.rstrip("/")
