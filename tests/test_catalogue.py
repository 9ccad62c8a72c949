"""Every codemod has the same shape, and every fault of docs/faults.md that is promised so far has its test."""

import ast
import pickle
import re
from pathlib import Path

import kit
import pytest
import yaml

from bench.rules_pages import EXAMPLES, made_pages
from engine import config as configuration

TESTS = kit.REPO / "tests"
HEADINGS = ["What it does", "Why", "When it skips", "Applicability", "Options"]
NAMES = sorted(kit.CODEMODS)
FAULTS = range(1, 73)  # FAULTS.md: bytes, parsing, codemods and rules, files. Git, execution and reports come with their parts
_KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


def sources(codemod):
    """The files that hold a codemod."""
    stem = kit.REPO / "codemods" / codemod.replace("-", "_")
    return sorted(stem.rglob("*.py")) if stem.is_dir() else [stem.with_suffix(".py")]


def sections(doc):
    """Heading to text, in order, of a codemod's docstring."""
    parts = re.split(rf"^({'|'.join(HEADINGS)})$", doc, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def reasons_in_code(codemod):
    """The reason codes that a codemod's source spells: in Skip(...) and Finding(...), and in pairs (code, sentence)."""
    found = set()
    for path in sources(codemod):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found |= _reasons_of_call(node)
            elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
                first, second = (_text(part) for part in node.elts)
                if first and second and _KEBAB.fullmatch(first) and " " in second:
                    found.add(first)
    return found


def says(text, code):
    """Does a text hold this code as a word of its own?"""
    return re.search(rf"(?<![\w-]){code}(?![\w-])", text) is not None


def _reasons_of_call(node):
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    if node.func.id == "Skip":
        given = [*node.args[1:2], named.get("reason")]
    elif node.func.id == "Refusal":
        given = [*node.args[:1], named.get("reason")]
    elif node.func.id == "Finding":
        given = [*node.args[2:3], named.get("reason")]
    else:
        return set()
    return {text for part in given if part is not None for node in ast.walk(part) if (text := _text(node))}


def _text(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else " " for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def mentioned(codemod):
    """All text of a codemod's fixtures and of the tests that speak of it."""
    cases = [path.read_text("utf-8") for path in sorted((kit.FIXTURES / codemod).glob("*/case.yaml"))]
    tests = [path.read_text("utf-8") for path in sorted(TESTS.rglob("*.py")) if path != Path(__file__)]
    return "\n".join([*cases, *(text for text in tests if codemod in text or codemod.replace("-", "_") in text)])


@pytest.mark.parametrize("name", NAMES)
class TestCodemod:
    def test_name_is_its_modules_name(self, name):
        codemod = kit.CODEMODS[name]
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)
        assert codemod.name == name and sources(name)[0].is_file()
        assert codemod.run_file.__module__.split(".")[:2] == ["codemods", name.replace("-", "_")]

    def test_summary_is_one_line(self, name):
        summary = kit.CODEMODS[name].summary
        assert "\n" not in summary and 10 < len(summary) <= 100 and summary.endswith(".") and summary[0].isupper()

    def test_docstring_has_the_headings_in_order(self, name):
        found = sections(kit.CODEMODS[name].doc)
        assert list(found) == HEADINGS
        assert all(text.strip() for text in found.values())

    def test_every_option_is_documented(self, name):
        options, text = kit.CODEMODS[name].options, sections(kit.CODEMODS[name].doc)["Options"]
        documented = re.findall(r"^ *`([a-z-]+)`", text, re.MULTILINE)
        assert sorted(documented) == sorted(option.name for option in options)
        assert all(option.help.strip() for option in options)

    def test_options_have_defaults_that_are_valid(self, name):
        for option in kit.CODEMODS[name].options:
            assert re.fullmatch(r"[a-z]+(-[a-z]+)*", option.name)
            assert (option.type == "choice") == bool(option.choices)
            assert option.default in option.choices or not option.choices

    def test_hints_compile_and_match_what_changes(self, name):
        assert kit.CODEMODS[name].globs and kit.CODEMODS[name].version >= 1
        for case in (case for case in kit.cases() if case.codemod == name):
            rule = kit.bound(name, case.spec.get("options")).bound
            for after in sorted((case.folder / "after").rglob("*.py")):
                before = case.folder / "before" / after.relative_to(case.folder / "after")
                if before.is_file() and before.read_bytes() != after.read_bytes():
                    assert rule.matches(before.read_bytes()), before

    def test_value_is_picklable(self, name):
        codemod = kit.CODEMODS[name]
        assert pickle.loads(pickle.dumps(codemod)) == codemod

    def test_support_modules_have_templates(self, name):
        import codemods

        for support in kit.CODEMODS[name].support:
            assert support.template in codemods.templates()
            assert support.path != support.fallback

    def test_fixtures_change_something_and_leave_something(self, name):
        specs = [case.spec.get("expect") or {} for case in kit.cases() if case.codemod == name]
        assert any(spec.get("changes") for spec in specs), "no fixture changes anything"
        assert any(not spec.get("changes") for spec in specs), "no fixture is a no-op"

    def test_every_reason_is_documented_and_shown(self, name):
        doc, shown = kit.CODEMODS[name].doc, mentioned(name)
        reasons = reasons_in_code(name)
        assert reasons, "no reason found: does this codemod never skip?"
        assert [reason for reason in sorted(reasons) if not says(doc, reason)] == [], "not in the docstring"
        assert [reason for reason in sorted(reasons) if not says(shown, reason)] == [], "in no fixture or test"

    def test_every_documented_reason_exists(self, name):
        text = sections(kit.CODEMODS[name].doc)["When it skips"]
        documented = {
            code
            for line in re.findall(r"^ *(`[a-z0-9-]+`(?:, `[a-z0-9-]+`)*):", text, re.MULTILINE)
            for code in re.findall(r"[a-z0-9-]+", line)
        }
        engine = sorted((kit.REPO / "engine").rglob("*.py"))  # the slicer's reasons are spelled there
        spelled = "\n".join(path.read_text("utf-8") for path in [*sources(name), *engine]).replace(kit.CODEMODS[name].doc, "")
        assert documented
        assert [reason for reason in sorted(documented) if f'"{reason}"' not in spelled] == []


def test_every_folder_of_fixtures_belongs_to_a_codemod_or_a_shipped_rule():
    rules = configuration.load(kit.REPO / "rules.yaml", kit.CODEMODS).rules
    assert {case.codemod for case in kit.cases()} <= {*NAMES, *(rule.id for rule in rules)}


def test_the_pages_of_the_codemods_are_current():
    """Where this fails, run `python -m bench.rules_pages` and look at what it changed."""
    made = made_pages()
    assert {file.name: file.read_text("utf-8") for file in (kit.REPO / "docs" / "rules").iterdir()} == made


def test_every_page_has_the_example_that_was_chosen():
    for name, case in EXAMPLES.items():
        assert (kit.FIXTURES / name / case / "after").is_dir(), name


def test_the_shipped_rules_use_or_show_every_codemod():
    path = kit.REPO / "rules.yaml"
    config = configuration.load(path, kit.CODEMODS)
    shown = set(re.findall(r"^#\|.*\b(?:id|codemod): ([a-z0-9-]+)$", path.read_text("utf-8"), re.MULTILINE))
    assert {rule.codemod for rule in config.rules} | shown >= set(NAMES)


@pytest.mark.parametrize("case", kit.cases(), ids=lambda case: case.id)
def test_case_file_has_only_known_keys(case):
    spec = yaml.safe_load((case.folder / "case.yaml").read_text("utf-8"))
    assert set(spec) <= {"summary", "options", "unsafe", "python", "expect"} and spec["summary"].strip()
    assert set(spec.get("expect") or {}) <= set(kit.KINDS)


def test_every_promised_fault_has_a_test():
    tested = set()
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (
                found := re.match(r"test_faults?_(\d+(?:_\d+)*)", node.name)
            ):
                tested |= {int(number) for number in found[1].split("_")}
    assert [number for number in FAULTS if number not in tested] == []
