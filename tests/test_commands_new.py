"""`rewright new`: what it writes, that its case passes at once, and that nothing of a person's is overwritten."""

import sys
import types

import pytest
import yaml
from kit import CODEMODS
from test_cli import rewright, tree

import codemods
from engine.fixtures import Tools, bound_rule, find_cases, tried
from engine.habits import ELLIPSIS
from engine.parallel import Inline
from engine.scaffold import entry


@pytest.fixture
def home(tmp_path):
    root = tmp_path / "home"
    root.mkdir()
    return root


def test_a_pattern_with_a_replacement(home):
    told = rewright(home, "new", "no-loop", "--pattern", "asyncio.get_event_loop()", "asyncio.get_running_loop()").stdout
    assert told.startswith("made rules.yaml: rule no-loop\nmade fixtures/no-loop/first: its first case\n")
    assert "rewright test no-loop " in told and "pytest --rewright" in told
    made = tree(home)
    assert set(made) == {"rules.yaml", *(f"fixtures/no-loop/first/{name}" for name in ("before/a.py", "after/a.py", "case.yaml"))}
    assert b"asyncio.get_running_loop()" in made["fixtures/no-loop/first/after/a.py"]
    expect = yaml.safe_load(made["fixtures/no-loop/first/case.yaml"])["expect"]
    assert expect == {"changes": ["a.py:5"], "findings": [], "skips": [], "failures": []}
    assert "ok    no-loop/first" in rewright(home, "test").stdout


def test_a_pattern_as_other_tools_write_it_is_told_at_once(home):
    assert f"Note: {ELLIPSIS}." in rewright(home, "new", "a", "--pattern", "f(..., a=1)").stdout
    assert "Note:" not in rewright(home, "new", "b", "--pattern", "f($$$, a=1)").stdout


def test_a_second_rule_keeps_every_byte_and_goes_upward_to_the_rules(home):
    (home / "rules.yaml").write_bytes(b"version: 1\r\nrules:\r\n  # mine\r\n  - id: broad-except")
    (home / "deep").mkdir()
    told = rewright(home / "deep", "new", "no-print", "--pattern", "print($$$ARGS)").stdout
    made = tree(home)
    assert made["rules.yaml"].startswith(b"version: 1\r\nrules:\r\n  # mine\r\n  - id: broad-except\r\n  - id: no-print\r\n")
    assert "Put /fixtures/ into target.exclude" in told and f"rewright test no-print --root {home}" in told
    assert set(made) == {"rules.yaml", "fixtures/no-print/first/before/a.py", "fixtures/no-print/first/case.yaml"}
    assert "1 case passed." in rewright(home, "test", "no-print").stdout


def test_a_pattern_needs_no_trust_in_codemods_that_it_does_not_run(home):
    rewright(home, "new", "no-clock", "--codemod")
    (home / "codemods/no_clock.py").write_text((home / "codemods/no_clock.py").read_text() + "\nraise SystemExit('ran')\n")
    before = tree(home)["rules.yaml"]
    told = rewright(home, "new", "no-loop", "--pattern", "asyncio.get_event_loop()", "asyncio.get_running_loop()").stdout
    assert "added to rules.yaml: rule no-loop" in told and "Put /fixtures/" not in told
    assert "Before any rule of rules.yaml runs: " in told and "codemods/no_clock.py is not trusted" in told
    made = tree(home)
    assert b"id: no-loop" in made["rules.yaml"] and made["rules.yaml"].startswith(before[: before.index(b"codemods:")])
    assert "fixtures/no-loop/first/after/a.py" in made and "rules.lock" not in made
    (home / "rules.yaml").write_bytes(made["rules.yaml"].replace(b"id: no-loop", b"id: free-name"))
    refused = rewright(home, "new", "free-name", "--pattern", "f($X)", expect=2)
    assert "the id 'free-name' is taken" in refused.stderr


def test_a_pattern_with_parameters_around_a_default(home):
    rewright(home, "new", "no-shared", "--pattern", "def $F($$$A, $X={}, $$$B): $$$C")
    assert yaml.safe_load(tree(home)["fixtures/no-shared/first/case.yaml"])["expect"]["findings"] == ["a.py:2 no-replacement"]


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["a"], "say what kind of rule"),
        (["a", "--pattern", "x", "--codemod"], "say what kind of rule"),
        (["a", "b", "--codemod"], "a REPLACEMENT belongs to a --pattern"),
        (["../a", "--pattern", "x()"], "is no name for a rule"),
        (["broad-except", "--pattern", "x()"], "is a codemod of Rewright's own"),
        (["mine", "--pattern", "x()"], "the id 'mine' is taken"),
        (["taken", "--pattern", "x()"], "is there already"),
        (["a", "--pattern", "f("], "is not Python"),
        (["a", "--pattern", "f($X)", "g($Y)"], "$Y"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(home, arguments, says):
    (home / "rules.yaml").write_text("version: 1\nrules:\n  - {id: mine, codemod: broad-except}\n")
    (home / "fixtures" / "taken").mkdir(parents=True)
    before = tree(home)
    told = rewright(home, "new", *arguments, expect=2)
    assert says in told.stderr and "Traceback" not in told.stderr and "/tmp/rewright-new" not in told.stderr
    assert tree(home) == before and [path.name for path in (home / "fixtures").iterdir()] == ["taken"]


def test_a_codemod_is_written_with_its_rule_and_its_case(home):
    (home / "rules.yaml").write_text("version: 1\nrules:\n  - id: broad-except\n")
    told = rewright(home, "new", "no-clock", "--codemod").stdout
    assert "made codemods/no_clock.py: the codemod" in told
    commands = [line.split("  ")[1] for line in told.splitlines() if line.startswith("  ")]
    assert commands == [
        "rewright test no-clock --trust",
        "rewright trust",
        "rewright diff --unsafe --select no-clock",
        "pytest --rewright",
    ]
    assert "1 case passed." in rewright(home, "test", "no-clock", "--trust").stdout
    known = yaml.safe_load((home / "rules.yaml").read_text())
    assert known["codemods"] == ["codemods/no_clock.py"] and [rule["id"] for rule in known["rules"]] == [
        "broad-except",
        "no-clock",
    ]
    before = tree(home)
    assert "is there already" in rewright(home, "new", "no-clock", "--codemod", expect=2).stderr
    assert tree(home) == before


@pytest.mark.parametrize("said", ["codemods: [codemods]\n", "codemods:\n  - codemods  # all\n"])
def test_a_codemod_in_a_folder_that_is_named_already_is_not_named_twice(home, said):
    (home / "rules.yaml").write_text(f"version: 1\n{said}")
    rewright(home, "new", "no-clock", "--codemod")
    assert said in (home / "rules.yaml").read_text() and "no_clock" not in (home / "rules.yaml").read_text()
    assert "1 case passed." in rewright(home, "test", "no-clock", "--trust").stdout


def test_the_codemod_passes_its_case_at_once_and_has_the_shape_of_ours(home):
    text = entry.codemod_source("no-clock")
    module = types.ModuleType("no_clock", "made by a test")
    sys.modules["no_clock"] = module
    exec(compile(text, "no_clock.py", "exec"), module.__dict__)
    codemod = module.CODEMOD
    assert codemod.name == "no-clock" and codemod.doc == module.__doc__ and "no-clock" not in CODEMODS
    folder = home / "fixtures" / "no-clock" / "first"
    files = {"before/a.py": entry.CODEMOD_BEFORE, "after/a.py": entry.CODEMOD_AFTER}
    for name, data in files.items() | {("case.yaml", entry.case_file("x") + entry.CODEMOD_EXPECT)}:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(data)
    (case,) = find_cases(home / "fixtures")
    outcome = tried(case, bound_rule(case, (), {"no-clock": codemod}), Tools(Inline(), codemods.templates()))
    assert not outcome.problems, outcome.problems
    assert len(outcome.plan.deltas) == 1
