"""The test kit: fixtures as directory trees, run through the whole engine in this process."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import codemods
from engine.cache import Cache
from engine.discover import discover
from engine.edits import apply_edits
from engine.encoding import decode
from engine.fixtures import Case as Fixture
from engine.fixtures import find_cases
from engine.fixtures.cases import KINDS as KINDS  # noqa: PLC0414
from engine.fixtures.trial import labels as labels  # noqa: PLC0414
from engine.fixtures.trial import outputs as outputs  # noqa: PLC0414
from engine.model import Change, Failure, Finding, Plan, Skip  # noqa: F401
from engine.parallel import Inline
from engine.process import BoundRule
from engine.request import PlannedRule, Request
from engine.run import make_plan

REPO = Path(__file__).parent.parent
FIXTURES = REPO / "fixtures"
CODEMODS = codemods.load()


@dataclass(frozen=True)
class Case:
    """One fixture: a folder with before/, after/ (where something changes) and case.yaml."""

    codemod: str
    folder: Path
    spec: Mapping
    fixture: Fixture

    @property
    def id(self):
        return f"{self.codemod}/{self.folder.name}"


def cases():
    """Every case of every codemod's fixture folder."""
    return [Case(one.name, one.folder, one.document.data, one) for one in find_cases(FIXTURES)]


def options(codemod, given=None):
    """A codemod's options, defaults filled in."""
    return {option.name: option.default for option in CODEMODS[codemod].options} | dict(given or {})


def bound(codemod, given=None, mode="rewrite"):
    """A rule named like its codemod."""
    return PlannedRule(BoundRule(codemod, CODEMODS[codemod], options(codemod, given), mode))


def plan(root, rules, unsafe=True, runner=None, cache=None, python=(3, 8), **more) -> Plan:
    """The plan for a folder, without configuration."""
    found = discover(Path(root))
    request = Request(
        root=Path(root).resolve(),
        files=found.files,
        known=found.all_python,
        rules=tuple(rules),
        templates=codemods.templates(),
        program=b"test",
        python=python,
        unsafe=unsafe,
        parse_all=True,
        notes=found.skipped,
        **more,
    )
    return make_plan(request, runner or Inline(), cache or Cache(None))


def replayed(plan_, path, before):
    """The file that the plan's own edits make of `before`, batch by batch."""
    bom, encoding, text = decode(before)
    edits = {}
    for change in plan_.of(Change):
        edits.setdefault(change.batch, []).extend(edit for edit in change.edits if edit.path == path)
    for batch in sorted(edits):
        text = apply_edits(text, edits[batch])
    return bom + text.encode(encoding)
