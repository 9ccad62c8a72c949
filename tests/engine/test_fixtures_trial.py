"""Running cases: what counts as passing, and what a person is told where a case does not pass."""

import kit
import pytest

import codemods
from engine.codemod import Codemod
from engine.config import ConfigError
from engine.config.values import Rule
from engine.fixtures import Tools, bound_rule, find_cases, tried
from engine.fixtures.trial import difference
from engine.model import Applicability, Change, RewrightError, Site
from engine.parallel import Inline

BEFORE = "try:\n    work()\nexcept Exception:\n    pass\n"
AFTER = BEFORE.replace("Exception", "OSError")
TOOLS = Tools(Inline(), codemods.templates())


def lay(root, files):
    """Files below root/fixtures/rename-exception/first, unless a path says more."""
    for name, text in files.items():
        path = root / "fixtures" / (name if name.count("/") > 2 else f"rename-exception/first/{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    return root / "fixtures"


def run(root, files, rules=(), known=kit.CODEMODS):
    (case,) = find_cases(lay(root, files))
    return tried(case, bound_rule(case, rules, known), TOOLS)


def problems(outcome):
    return [problem.what for problem in outcome.problems]


def told(outcome):
    return "\n".join(problem.text for problem in outcome.problems)


def test_a_case_passes_with_after_alone(tmp_path):
    assert problems(run(tmp_path, {"before/a.py": BEFORE, "after/a.py": AFTER})) == []


def test_what_the_case_says_is_compared(tmp_path):
    spec = "expect:\n  changes: [a.py:3]\n"
    assert problems(run(tmp_path, {"before/a.py": BEFORE, "after/a.py": AFTER, "case.yaml": spec})) == []


def test_the_folder_of_a_case_is_not_written(tmp_path):
    run(tmp_path, {"before/a.py": BEFORE})
    assert (tmp_path / "fixtures/rename-exception/first/before/a.py").read_text() == BEFORE
    assert [path.name for path in (tmp_path / "fixtures/rename-exception/first").iterdir()] == ["before"]


def test_without_after_nothing_may_change(tmp_path):
    outcome = run(tmp_path, {"before/a.py": BEFORE})
    assert problems(outcome) == ["after"]
    assert "-except Exception:\n+except OSError:" in told(outcome)
    assert "--- rename-exception/first/after/a.py (expected)" in told(outcome)


def test_a_wrong_after_is_told_as_a_diff(tmp_path):
    outcome = run(tmp_path, {"before/a.py": BEFORE, "after/a.py": AFTER.replace("pass", "raise")})
    assert problems(outcome) == ["after"] and "-    raise\n+    pass" in told(outcome)


def test_a_file_that_after_lacks_is_to_stay(tmp_path):
    files = {"before/a.py": BEFORE, "before/b.py": "x = 1\n", "after/a.py": AFTER}
    assert problems(run(tmp_path, files)) == []


def test_a_file_that_only_after_has_is_told(tmp_path):
    outcome = run(tmp_path, {"before/a.py": BEFORE, "after/a.py": AFTER, "after/new.py": "x = 1\n"})
    assert problems(outcome) == ["after"] and "+++ not found" in told(outcome) and "-x = 1" in told(outcome)


def test_sites_are_told_as_expected_and_found(tmp_path):
    spec = "expect:\n  changes: [a.py:4]\n  skips: [a.py:3 shadowed]\n"
    outcome = run(tmp_path, {"before/a.py": BEFORE, "after/a.py": AFTER, "case.yaml": spec})
    assert problems(outcome) == ["changes", "skips"]
    assert "- a.py:4\n+ a.py:3" in told(outcome) and "- a.py:3 shadowed" in told(outcome)


def test_a_short_expectation_names_any_reason_and_a_long_one_only_its_own(tmp_path):
    before = "from os import *\nfrom zmq import *\n" + BEFORE
    rule = Rule("timeouts", "rename-exception", options={"from": "Exception", "to": "TimeoutError"})
    for line, expected in {"a.py:5": [], "a.py:5 shadowed": [], "a.py:5 other": ["skips"]}.items():
        spec = f"rule: timeouts\nexpect:\n  skips: [{line}]\n"
        assert problems(run(tmp_path, {"before/a.py": before, "case.yaml": spec}, [rule])) == expected, line


def test_a_failure_counts_though_nothing_is_expected(tmp_path):
    outcome = run(tmp_path, {"before/a.py": "def f(:\n"})
    assert problems(outcome) == ["failures"] and "+ a.py:1 syntax-error" in told(outcome)
    spec = "expect:\n  failures: [a.py:1 syntax-error]\n"
    assert problems(run(tmp_path, {"before/a.py": "def f(:\n", "case.yaml": spec})) == []


def test_options_of_the_case_go_over_those_of_the_rule(tmp_path):
    rule = Rule("rename-exception", "rename-exception", options={"from": "Exception", "to": "ValueError"}, mode="off")
    files = {"before/a.py": BEFORE, "after/a.py": BEFORE.replace("Exception", "ValueError")}
    assert problems(run(tmp_path, files, [rule])) == []
    files |= {"after/a.py": BEFORE.replace("Exception", "KeyError"), "case.yaml": "options: {to: KeyError}\n"}
    assert problems(run(tmp_path, files, [rule])) == []


def test_unsafe_changes_wait_where_the_case_says_so(tmp_path):
    spec = "unsafe: false\nexpect:\n  findings: [a.py:3 needs-unsafe]\n"
    assert problems(run(tmp_path, {"before/a.py": BEFORE, "case.yaml": spec})) == []


CALLS = []


def restless(source, project, options):
    """Changes a number on the first and on the third look, so that one run ends and the next one begins again."""
    CALLS.append(1)
    if len(CALLS) % 2:
        edit = source.edit(0, 1, str(len(CALLS)))
        yield Change(Site(source.path, 1), "again", Applicability.SAFE, (edit,), (source.span(source.tree.body[0]),))


def test_a_second_run_that_changes_something_is_told(tmp_path):
    CALLS.clear()
    codemod = Codemod("restless", "Never rests.", 1, restless, b"")
    files = {"restless/first/before/a.py": "0\n", "restless/first/after/a.py": "1\n"}
    outcome = run(tmp_path, files, known={"restless": codemod})
    assert problems(outcome) == ["idempotence"] and "a second run changes a.py:1 once more: again" in told(outcome)


@pytest.mark.parametrize(
    "spec, says",
    [
        ("sumary: x\n", "case.yaml:1:1: unknown key 'sumary'; did you mean 'summary'?"),
        ("summary: x\nunsafe: 3\n", "case.yaml:2:1: unsafe: expected true or false"),
        ("expect:\n  change: []\n", "case.yaml:2:3: unknown key 'change'; did you mean 'changes'?"),
        ("expect:\n  changes: [1]\n", "case.yaml:2:3: changes: expected a list of lines"),
        ("expect: 3\n", "case.yaml:1:1: expect: expected a mapping"),
        ("python: 3\n", "case.yaml:1:1: python: expected a version such as '3.8'"),
        ("- a\n", "case.yaml:1:1: expected a mapping with summary"),
        ("options: {form: OSError}\n", "case.yaml:1:11: rename-exception has no option 'form'"),
        ("summary: *x\n", "case.yaml:1:10: "),
        ("*x\n", "case.yaml:1:1: "),
    ],
)
def test_a_wrong_case_file_is_told_with_its_place(tmp_path, spec, says):
    with pytest.raises(ConfigError) as raised:
        run(tmp_path, {"before/a.py": BEFORE, "case.yaml": spec})
    assert says in str(raised.value)


@pytest.mark.parametrize("spec", ["", "# nothing to say\n", "---\n"])
def test_an_empty_case_file_says_nothing(tmp_path, spec):
    assert problems(run(tmp_path, {"before/a.py": BEFORE, "after/a.py": AFTER, "case.yaml": spec})) == []


@pytest.mark.parametrize("python", ["python: '3.9'\n", "python: [3, 9]\n"])
def test_the_python_of_a_case(tmp_path, python):
    (case,) = find_cases(lay(tmp_path, {"before/a.py": BEFORE, "case.yaml": python}))
    assert case.spec.python == (3, 9)


def test_cases_are_found_by_rule_and_by_id(tmp_path):
    fixtures = lay(tmp_path, {f"{rule}/{name}/before/a.py": "" for rule in ("one", "two") for name in ("a", "b")})
    assert [case.id for case in find_cases(fixtures)] == ["one/a", "one/b", "two/a", "two/b"]
    assert [case.id for case in find_cases(fixtures, ["two", "one/b"])] == ["one/b", "two/a", "two/b"]
    with pytest.raises(RewrightError, match="no case in .* is of 'tow'; did you mean 'two'"):
        find_cases(fixtures, ["tow"])


def test_what_is_missing_is_told(tmp_path):
    with pytest.raises(RewrightError, match="is not there; `rewright new NAME"):
        find_cases(tmp_path / "fixtures")
    with pytest.raises(RewrightError, match="no before/"):
        find_cases(lay(tmp_path, {"case.yaml": "summary: x\n"}))


def test_a_folder_that_is_no_rule_is_told(tmp_path):
    with pytest.raises(RewrightError, match="no rule or codemod is called 'rename-exeption'; did you mean 'rename-exception'"):
        run(tmp_path, {"rename-exeption/first/before/a.py": ""})


def test_differences_that_lines_do_not_show_are_told():
    assert "+x = 1  (no newline at the end)" in difference("a.py", b"x = 1\n", b"x = 1")
    assert "-x\\r" in difference("a.py", b"x\r\n", b"x\n")
    assert "the lines are the same" in difference("a.py", None, b"")
