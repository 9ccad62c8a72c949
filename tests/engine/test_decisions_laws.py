"""A decision outlives moved lines and reformatting, and no change of meaning: laws, over generated handlers."""

import ast
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit import bound, plan

from engine.decisions.values import Decision, in_force
from engine.model import Change, Finding, Skip

LAW = settings(derandomize=True, deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))

NAMES = ("alpha", "beta", "gamma")
CALLS = st.sampled_from(
    [
        "log('lost', {0})",
        "{1} = [1, 2, {0}]",
        "print({{'a': {0}, 'b': 2}})",
        "send({0}, key='v', other=({1}))",
        "{1} = 'x' if {0} else None",
    ]
)
BODIES = st.lists(st.tuples(CALLS, st.sampled_from(NAMES), st.sampled_from(NAMES)), min_size=1, max_size=4)


def module(body):
    handler = "".join(f"        {call.format(one, two)}\n" for call, one, two in body)
    start = "def read(data):\n    try:\n        return open(data)\n    except Exception as alpha:\n"
    return f"{start}{handler}        return None\n"


# What people and formatters do without changing what a program means.
def moved(text, n):
    return "\n" * n + "# a comment\nimport sys\n\n\ndef other():\n    return 1\n\n\n" + text


def quoted(text, n):
    return text.replace("'", '"')


def broken(text, n):
    """Line breaks inside brackets, and the trailing comma."""
    text = re.sub(r"(?<=    )(log|send|print)\((.*)\)\n", r"\1(\n            \2,\n        )\n", text)
    return text.replace("[1, 2, ", "[\n            1,\n            2,\n            ")


def indented(text, n):
    return "if True:\n" + "".join(f"  {line}" for line in text.splitlines(keepends=True))


def tabbed(text, n):
    return text.replace("    ", "\t")


def commented(text, n):
    return re.sub(r"(?m)^( *)(return None)$", r"\1# because\n\n\1\2  # nothing", text)


def crlf(text, n):
    return text.replace("\n", "\r\n")


CHANGES = st.tuples(st.sampled_from([moved, quoted, broken, indented, commented]), st.integers(0, 9))
LAYOUT = st.lists(CHANGES, max_size=4, unique_by=lambda one: one[0])


def planned(root, text, declined=(), path="a.py"):
    for file in root.rglob("*.py"):
        file.unlink()
    (root / path).write_bytes(text.encode())
    now = in_force(declined, "2026-01-01")
    return plan(root, [bound("broad-except")], declined=now.declined, equal=now.equal)


def site(made):
    (item,) = [one for one in made.items if isinstance(one, (Change, Finding, Skip)) and one.rule == "broad-except"]
    return item


def decline(root, text):
    item = site(planned(root, text))
    return Decision(item.site.path, item.rule, item.fingerprint, "decline", "no")


def holds(root, text, decision):
    """Is the decision on the site of this text?"""
    ast.parse(text)
    item = site(planned(root, text, [decision]))
    assert (item.fingerprint == decision.fingerprint) == (getattr(item, "reason", "") == "declined") or isinstance(item, Finding)
    return item.fingerprint == decision.fingerprint


@LAW
@given(BODIES, LAYOUT)
def test_it_outlives_moves_and_reformatting(tmp_path_factory, body, layout):
    root = tmp_path_factory.mktemp("law")
    text = after = module(body)
    for change, n in layout:
        after = change(after, n)
    assert holds(root, crlf(after, 0) if len(layout) % 2 else after, decline(root, text))


@LAW
@given(BODIES)
def test_tabs_are_reformatting_too(tmp_path_factory, body):
    root = tmp_path_factory.mktemp("law")
    assert holds(root, tabbed(module(body), 0), decline(root, module(body)))


@LAW
@given(BODIES, st.data())
def test_it_ends_with_the_meaning(tmp_path_factory, body, data):
    root = tmp_path_factory.mktemp("law")
    text = module(body)
    changes = {
        "a name renamed": text.replace("alpha", "delta"),
        "another exception": text.replace("except Exception", "except BaseException"),
        "another result": text.replace("return None", "return 0"),
        "a statement more": text.replace("        return None", "        print('more')\n        return None"),
        "a statement less": text.replace("        return None\n", ""),
    }
    assert not holds(root, changes[data.draw(st.sampled_from(sorted(changes)))], decline(root, text))


def test_what_stands_around_the_site_does_not_count(tmp_path):
    text = module([("log('lost', {0})", "alpha", "beta")])
    assert holds(tmp_path, text.replace("read", "fetch").replace("return open", "return list"), decline(tmp_path, text))


@pytest.mark.parametrize("path", ["b.py", "pkg/a.py"])
def test_a_renamed_file_asks_again(tmp_path, path):
    """Elsewhere the same code may mean something else: the decision dangles, and is made anew."""
    text = module([("log('lost', {0})", "alpha", "beta")])
    decision = decline(tmp_path, text)
    (tmp_path / "pkg").mkdir()
    made = planned(tmp_path, text, [decision], path)
    assert site(made).fingerprint != decision.fingerprint and getattr(site(made), "reason", "") != "declined"
