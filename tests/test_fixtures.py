"""Every fixture of every codemod: what it becomes, what is said of it, and that a second run says no more."""

import shutil

import kit
import pytest


@pytest.mark.parametrize("case", kit.cases(), ids=lambda case: case.id)
def test_fixture(case, tmp_path):
    target = tmp_path / "target"
    shutil.copytree(case.folder / "before", target)
    rules = [kit.bound(case.codemod, case.spec.get("options"))]
    unsafe = case.spec.get("unsafe", True)
    python = tuple(case.spec.get("python", (3, 8)))
    plan = kit.plan(target, rules, unsafe, python=python)

    for kind in kit.KINDS:
        expected, found = case.spec.get("expect", {}).get(kind) or [], kit.labels(plan, kind)
        assert len(expected) == len(found), (kind, found)
        assert all(kit.said(one, other) for one, other in zip(sorted(expected), sorted(found), strict=True)), (kind, found)

    after = kit.outputs(plan, target)
    golden = case.folder / "after" if (case.folder / "after").is_dir() else case.folder / "before"
    for name, data in after.items():
        assert data.decode("utf-8", "backslashreplace") == (golden / name).read_bytes().decode("utf-8", "backslashreplace"), name
    for item in plan.of(kit.Skip):
        assert item.reason and item.message

    for delta in plan.deltas:
        (target / delta.path).parent.mkdir(parents=True, exist_ok=True)
        (target / delta.path).write_bytes(delta.after)
        if delta.before is not None:
            assert kit.replayed(plan, delta.path, delta.before) == delta.after
        compile(delta.after, delta.path, "exec", dont_inherit=True)
    again = kit.plan(target, rules, unsafe, python=python)
    assert not again.deltas and not again.of(kit.Change), "a second run proposes something"


def test_every_codemod_has_fixtures():
    assert set(kit.CODEMODS) <= {case.codemod for case in kit.cases()}
