"""Files and rules in, a plan out."""

import dataclasses
import os

import badmods
from badmods import nests, rename, rule
from fault_kit import changed, of
from kit import plan

from engine.codemod import SupportModule
from engine.model import Change, Failure, Finding, Skip


def folder(tmp_path, **files):
    for name, data in files.items():
        file = tmp_path / (name.replace("__", "/") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path


def test_items_and_deltas_are_sorted(tmp_path):
    root = folder(tmp_path, b=b"x = 1\nold_name = 1\nold_name = 2\n", a__c=b"old_name = 1\n")
    made = plan(root, [rule(rename), rule(nests)])
    assert [(item.site.path, item.site.line, item.rule) for item in made.items] == [
        ("a/c.py", 1, "rename"),
        ("a/c.py", 1, "nests"),
        ("b.py", 1, "nests"),
        ("b.py", 2, "rename"),
        ("b.py", 3, "rename"),
    ]
    assert [delta.path for delta in made.deltas] == ["a/c.py", "b.py"]
    assert (made.files, made.rules) == (2, ("rename", "nests"))


def test_rule_looks_only_where_it_is_meant_to(tmp_path):
    root = folder(tmp_path, a=b"old_name = 1\n", b=b"old_name = 1\n")
    made = plan(root, [dataclasses.replace(rule(rename), covers=lambda path: path == "a.py", scope="a")])
    assert [delta.path for delta in made.deltas] == ["a.py"]


def test_unreadable_file_is_a_failure(tmp_path, monkeypatch):
    root = folder(tmp_path, bad=b"old_name = 1\n", good=b"old_name = 1\n")
    real = os.open

    def refusing(path, *arguments):
        if str(path).endswith("bad.py"):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments)

    monkeypatch.setattr(os, "open", refusing)
    made = plan(root, [rule(rename)])
    assert [item.reason for item in of(made)] == ["unreadable"]
    assert changed(made, "good.py") == b"new_name = 1\n"


def wants_support(source, project, options):
    for change in badmods.swap(source, "old_name", "new_name"):
        if "helpers" in project.support:
            yield dataclasses.replace(change, support=("helpers",))
        else:
            yield Skip(change.site, "no-place", "both places are taken")


HELPERS = SupportModule("helpers", "{folder}/helpers.py", "{folder}/helpers_2.py", "helpers.py")
TEMPLATE = b"# rewright-support: helpers\nx = 1\n"


def supported(root):
    from engine.cache import Cache
    from engine.discover import discover
    from engine.parallel import Inline
    from engine.request import Request
    from engine.run import make_plan

    found = discover(root)
    rules = (rule(wants_support, support=(HELPERS,)),)
    return make_plan(
        Request(root, found.files, found.all_python, rules, {"helpers.py": TEMPLATE}, b"test"), Inline(), Cache(None)
    )


def test_support_module_is_created_once_with_its_package(tmp_path):
    made = supported(folder(tmp_path, a=b"old_name = 1\n", b=b"old_name = 1\n"))
    created = {delta.path: delta.after for delta in made.deltas if delta.before is None}
    assert set(created) == {"common_utils/__init__.py", "common_utils/helpers.py"}
    assert created["common_utils/helpers.py"] == TEMPLATE
    assert made.support == {"helpers": "common_utils/helpers.py"}


def test_support_module_that_is_not_needed_is_not_created(tmp_path):
    assert not supported(folder(tmp_path, a=b"x = 1\n")).deltas


def test_support_module_gives_way_to_a_file_of_theirs(tmp_path):
    made = supported(folder(tmp_path, a=b"old_name = 1\n", common_utils__helpers=b"theirs = 1\n"))
    assert made.support == {"helpers": "common_utils/helpers_2.py"}
    assert [delta.path for delta in made.deltas if delta.before is None] == ["common_utils/helpers_2.py"]


def test_support_module_of_ours_stays_as_it_is_and_is_not_rewritten(tmp_path):
    ours = TEMPLATE + b"old_name = 1\n"
    made = supported(folder(tmp_path, a=b"old_name = 1\n", common_utils__helpers=ours))
    assert [delta.path for delta in made.deltas] == ["a.py"]


def test_support_module_without_a_place_skips_the_site(tmp_path):
    made = supported(folder(tmp_path, a=b"old_name = 1\n", common_utils__helpers=b"", common_utils__helpers_2=b""))
    assert not made.deltas and [skip.reason for skip in made.of(Skip)] == ["no-place"]


def test_progress_is_told(tmp_path):
    from engine.cache import Cache
    from engine.parallel import Inline
    from engine.request import Request
    from engine.run import make_plan

    root = folder(tmp_path, a=b"old_name = 1\n", b=b"old_name = 1\n", c=b"x = 1\n")
    told = []
    request = Request(root, ("a.py", "b.py", "c.py"), frozenset(), (rule(rename, hints=b"old_name"),), {}, b"")
    make_plan(request, Inline(), Cache(None), lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_file_that_does_not_parse_is_one_failure_for_all_rules(tmp_path):
    made = plan(folder(tmp_path, bad=b"def f(:\n    old_name\n"), [rule(rename), rule(nests)])
    assert [(item.reason, item.rule) for item in made.of(Failure)] == [("syntax-error", "")]
    assert not made.of(Change) and not made.of(Finding)
