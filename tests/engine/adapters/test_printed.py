"""What foreign code prints while a case is tried: kept as it is said, once for each text, up to a limit."""

import tools_kit as kit

import codemods
from engine.adapters.printed import Printed, kept, read
from engine.fixtures import Tools, bound_rule, find_cases, tried
from engine.parallel import Limits, Pool
from engine.source import Source

QUERY = """\
from bowler import Query

Query().select_function("a").rename("b").process(lambda path, hunk: not print("asked")).execute()
"""
LOUD = """\
import sys
from engine import Applicability, Change, Codemod, Site, Span

print("loaded")


def run_file(source, project, options):
    print(source.text.strip(), file=sys.stderr)
    if source.text.startswith("quiet"):
        edit = source.edit(0, 5, "LOUD")
        yield Change(Site(source.path, 1), "louder", Applicability.SAFE, (edit,), (Span(source.path, 0, 5),))
    {}


CODEMOD = Codemod(name="loud", summary="Loud.", version=1, run_file=run_file, hints=b"")
"""


def outcome(root, files, runner=None):
    """What came of the one case of a target's one rule."""
    config = kit.load(kit.target(root, files))
    (case,) = find_cases(root / "fixtures")
    with Pool(2, Limits(seconds=3)) as pool:
        return tried(case, bound_rule(case, config.rules, config.over(codemods.known())), Tools(runner or pool, {}))


def loud(root, line="return"):
    rules = "version: 1\ncodemods: [loud.py]\nrules:\n- id: loud\n"
    before = {f"fixtures/loud/one/before/{name}.py": f"quiet = {name}\n" for name in "ba"}
    return outcome(root, {"loud.py": LOUD.format(line), "rules.yaml": rules, **before})


def test_each_text_of_each_file_is_told_once_in_order(tmp_path):
    assert loud(tmp_path).printed == tuple(
        Printed(f"{name}.py", number, f"loaded\n{word} = {name}\n")
        for name in "ab"
        for number, word in enumerate(("quiet", "LOUD"))
    )


def test_what_was_said_before_the_end_is_there(tmp_path):
    died = loud(tmp_path / "died", "import os; os._exit(3)")
    assert [one.text for one in died.printed] == ["loaded\nquiet = a\n", "loaded\nquiet = b\n"]
    endless = loud(tmp_path / "endless", "while True: print('x' * 1000)")
    assert all(one.text.startswith("loaded\nquiet") and one.text.endswith("\n[more was printed]") for one in endless.printed)
    assert {len(one.text) < 21_000 for one in endless.printed} == {True}


def test_a_script_of_a_tool_is_heard_too(tmp_path):
    rules = "version: 1\nrules:\n- id: it\n  bowler: q.py\n"
    files = {"fixtures/it/one/before/a.py": "def a(): pass\n", "q.py": QUERY, "rules.yaml": rules}
    assert outcome(tmp_path, files).printed == (Printed("a.py", 0, "asked\n"),)


def test_where_nobody_listens_nothing_is_kept(tmp_path):
    with kept("", Source("a.py", b"x\n")) as stream:
        assert stream is None
    with kept(str(tmp_path), Source("a.py", b"x\n")) as stream:
        print("é\ud800", file=stream)
    with kept(str(tmp_path), Source("a.py", b"x\n")) as stream:
        assert stream is None
    assert read(str(tmp_path)) == (Printed("a.py", 0, "é\\ud800\n"),)
