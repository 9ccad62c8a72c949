"""Every fixture of every codemod, by what `rewright test` runs: what it becomes, what is said of it, and a second run."""

import kit
import pytest

import codemods
from engine import config as configuration
from engine.discover import read_target_python
from engine.fixtures import Tools, bound_rule, tried
from engine.model import Skip
from engine.parallel import Inline

RULES = configuration.load(kit.REPO / "rules.yaml", kit.CODEMODS).rules
PYTHON = read_target_python(kit.REPO)  # as `rewright test` has it
TOOLS = Tools(Inline(), codemods.templates(), program=b"test", python=PYTHON)


@pytest.mark.parametrize("case", kit.cases(), ids=lambda case: case.id)
def test_fixture(case):
    outcome = tried(case.fixture, bound_rule(case.fixture, RULES, kit.CODEMODS), TOOLS)
    assert not outcome.problems, "\n".join(problem.text for problem in outcome.problems)
    assert case.fixture.spec.expect is not None
    for item in outcome.plan.of(Skip):
        assert item.reason and item.message
    for delta in outcome.plan.deltas:
        if delta.before is not None:
            assert kit.replayed(outcome.plan, delta.path, delta.before) == delta.after


def test_every_codemod_has_fixtures():
    assert set(kit.CODEMODS) <= {case.codemod for case in kit.cases()}
