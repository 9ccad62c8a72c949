"""What the fault tests share: a folder with one bad file and one good one, planned for real."""

from badmods import rename, rule
from kit import outputs, plan

from engine.model import Change, Failure, Skip
from engine.parallel import Limits, Pool

GOOD = b"old_name = 1\n"


def planned(root, files, *rules, **more):
    """The plan for these files, {name: bytes}, and a good one beside them that must come out renamed."""
    for name, data in {"good.py": GOOD, **files}.items():
        (root / name).write_bytes(data)
    made = plan(root, rules or [rule(rename)], **more)
    assert outputs(made, root)["good.py"] == b"new_name = 1\n", made.items
    return made


def of(made, path="bad.py", kind=Failure):
    """The plan's items of one kind for one file."""
    return [item for item in made.of(kind) if item.site.path == path]


def changed(made, path="bad.py"):
    """What the file becomes, or None."""
    return next((delta.after for delta in made.deltas if delta.path == path), None)


def refused(root, data, reason, *rules, name="bad.py", **more):
    """Plan one bad file: it must be exactly one failure with this reason, and keep its bytes."""
    made = planned(root, {name: data}, *rules, **more)
    found = of(made, name)
    assert [item.reason for item in found] == [reason], made.items
    assert not of(made, name, Change)
    assert changed(made, name) is None
    assert len(of(made, "good.py", Change)) == 1
    return found[0]


def kept(root, data, expected, *rules, name="bad.py", **more):
    """Plan one odd file: it is changed as expected, byte for byte, without failure or skip."""
    made = planned(root, {name: data}, *rules, **more)
    assert not of(made, name) and not of(made, name, Skip), made.items
    assert (changed(made, name) or data) == expected
    return made


def pool(seconds=3.0, memory_mb=1500, jobs=1):
    """Real workers with tight limits."""
    return Pool(jobs, Limits(seconds, memory_mb))
