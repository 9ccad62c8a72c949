"""engine/config: what sprints name, one another and branches."""

import subprocess

import pytest
from config_kit import ONE_RULE
from hypothesis import given
from hypothesis import strategies as st

import codemods
from engine import config
from engine.config.sprints import branch_fault


def test_names_are_taken_once(problems):
    sprint = "  - {id: s, rules: [broad-except], branch: r/s}\n"
    found = problems(ONE_RULE + "  - id: broad-except\n" + "sprints:\n" + sprint * 2)
    assert found == [
        "4:9: the id 'broad-except' is taken; see line 3",
        "7:10: the id 's' is taken; see line 6",
        "7:44: the branch 'r/s' is taken; see line 6",
    ]


def test_sprints_that_wait_for_each_other(problems):
    sprint = "  - {{id: {0}, rules: [broad-except], branch: r/{0}, depends-on: [{1}]}}\n"
    chain = "".join(sprint.format(*pair) for pair in (("a", "b"), ("b", "c"), ("c", "b"), ("d", "d"), ("e", "a")))
    assert [problem.partition("depend")[2] for problem in problems(ONE_RULE + "sprints:\n" + chain)] == [
        " on each other: b -> c -> b",
        " on each other: d -> d",
    ]


def test_sprints_may_form_a_diamond(load):
    sprint = "  - {{id: {0}, rules: [broad-except], branch: r/{0}, depends-on: [{1}]}}\n"
    diamond = "".join(sprint.format(*pair) for pair in (("d", "b, c"), ("b", "a"), ("c", "a"), ("a", "")))
    assert [sprint.id for sprint in load(ONE_RULE + "sprints:\n" + diamond).sprints] == ["d", "b", "c", "a"]


@pytest.mark.parametrize("name", ["x", "refactor/x", "a.b", "-".join("ab"), "ä", "a@b", "@x", "a/b-c_d", "x.locked"])
def test_branches_that_git_takes(name):
    assert branch_fault(name) == ""
    assert _git_takes(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "@",
        "/x",
        "x/",
        "a//b",
        ".x",
        "a/.x",
        "x.",
        "x.lock",
        "a.lock/b",
        "a..b",
        "a b",
        "a~",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[",
        "a\\b",
        "a@{b",
    ]
    + ["HEAD", "-x", "--upload-pack=x", "a\tb", "a\x7f"],
)
def test_branches_that_git_refuses(name):
    assert branch_fault(name)
    assert not _git_takes(name)


@given(st.text("ab./-@{~^:*[\\ \t_", max_size=8))
def test_branch_names_agree_with_git(name):
    assert (branch_fault(name) == "") == _git_takes(name)


def _git_takes(name):
    if name.startswith("-") or name in ("@", "HEAD"):  # names to check-ref-format, but not to `git branch`
        return False
    return subprocess.run(["git", "check-ref-format", f"refs/heads/{name}"], check=False).returncode == 0


OVERRIDES = """\
version: 1
rules:
  - {id: broad-except, options: {preserve: false, style: narrow}}
  - {id: port-literal}
sprints:
  - id: one
    rules: [broad-except]
    branch: refactor/one
    code-owners: ["@org/platform"]
    options:
      broad-except: {preserve: true}
"""


def test_a_sprint_overrides_only_the_options_that_it_names(load):
    (sprint,) = load(OVERRIDES).sprints
    assert sprint.options == {"broad-except": {"preserve": True}}
    assert sprint.code_owners == ("@org/platform",)


def test_overrides_are_checked_as_options_are(problems):
    wrong = OVERRIDES.replace(
        "broad-except: {preserve: true}", "broad-except: {preserve: 3, presrve: true}\n      port-literal: {}"
    )
    assert [line.partition(": ")[2] for line in problems(wrong)] == [
        "preserve: expected true or false, got 3",
        "broad-except has no option 'presrve'; did you mean 'preserve'?",
        "the sprint runs no rule 'port-literal'; known: broad-except",
    ]


PATTERN = """\
version: 1
rules:
  - {id: ours, match: old($X), replace: new($X)}
sprints:
  - {id: one, rules: [ours], branch: b, options: {ours: {replace: newer($X)}}}
"""


def real(folder, text):
    """The problems of a text with our own codemods."""
    (folder / "rules.yaml").write_text(text)
    try:
        config.load(folder / "rules.yaml", codemods.known())
    except config.ConfigError as error:
        return [f"{one.line}:{one.column}: {one.message}" for one in error.problems]
    return []


def test_overrides_of_a_pattern_are_checked_with_the_rest_of_its_rule(tmp_path):
    assert real(tmp_path, PATTERN) == []
    (told,) = real(tmp_path, PATTERN.replace("newer($X)", "newer($Y)"))
    assert told.startswith("5:67: ") and "binds no $Y" in told
    (told,) = real(tmp_path, PATTERN.replace("replace: newer($X)", "match: older($Y)"))
    assert told.startswith("5:") and "binds no $X" in told


def test_the_faults_of_a_rule_are_told_once_and_hide_none_of_its_overrides(tmp_path):
    first, second = real(tmp_path, PATTERN.replace("new($X)", "new($Z)").replace("replace: newer($X)", "replac: x"))
    assert first.startswith("3:") and "binds no $Z" in first and second.startswith("5:") and "did you mean 'replace'?" in second
