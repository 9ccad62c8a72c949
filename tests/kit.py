"""The test kit: fixtures as directory trees, run through the whole engine in this process."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

import codemods
from engine.cache import Cache
from engine.discover import discover
from engine.edits import apply_edits
from engine.encoding import decode
from engine.model import Change, Failure, Finding, Plan, Skip
from engine.parallel import Inline
from engine.process import BoundRule
from engine.request import PlannedRule, Request
from engine.run import make_plan

REPO = Path(__file__).parent.parent
FIXTURES = REPO / "fixtures"
CODEMODS = codemods.load()
KINDS = {"changes": Change, "findings": Finding, "skips": Skip, "failures": Failure}


@dataclass(frozen=True)
class Case:
    """One fixture: a folder with before/, after/ (where something changes) and case.yaml."""

    codemod: str
    folder: Path
    spec: Mapping

    @property
    def id(self):
        return f"{self.codemod}/{self.folder.name}"


def cases():
    """Every case of every codemod's fixture folder."""
    found = []
    for file in sorted(FIXTURES.glob("*/*/case.yaml")):
        found.append(Case(file.parent.parent.name, file.parent, yaml.safe_load(file.read_text("utf-8"))))
    return found


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


def labels(plan_, kind):
    """`path:line why` for each item of a kind: a change's kind, a finding's or skip's reason."""
    out = []
    for item in plan_.of(KINDS[kind]):
        why = item.data.get("kind") or item.data.get("context") or "" if isinstance(item, Change) else item.reason
        out.append(f"{item.site.path}:{item.site.line} {why}".strip())
    return out


def said(expected, label):
    """Does an expectation (`a.py:3`, or `a.py:3 boundary`) name this label?"""
    return label == expected or (" " not in expected and label.split(" ")[0] == expected)


def outputs(plan_, root):
    """What every Python file of the target holds once the plan is applied; support modules left out."""
    texts = {name: (Path(root) / name).read_bytes() for name in discover(Path(root)).files}
    support = set(plan_.support.values())
    made = {delta.path: delta.after for delta in plan_.deltas if delta.before is not None or not _is_support(delta, support)}
    return texts | made


def _is_support(delta, support):
    folders = {re.sub(r"[^/]+$", "__init__.py", path) for path in support}
    return delta.path in support or delta.path in folders


def replayed(plan_, path, before):
    """The file that the plan's own edits make of `before`, batch by batch."""
    bom, encoding, text = decode(before)
    edits = {}
    for change in plan_.of(Change):
        edits.setdefault(change.batch, []).extend(edit for edit in change.edits if edit.path == path)
    for batch in sorted(edits):
        text = apply_edits(text, edits[batch])
    return bom + text.encode(encoding)
