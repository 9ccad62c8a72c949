"""What the cases of a rule cover, what a person and a program are told, and which changes of files start another run."""

import json

import kit
from test_fixtures_trial import AFTER, BEFORE, lay

import codemods
from engine.codemod import Codemod, Option
from engine.config.values import Rule
from engine.fixtures import Tools, bound_rule, find_cases, told, tried
from engine.fixtures.branches import Measuring, branch_share, own_files
from engine.fixtures.cover import Cover, Share, covers, documented_reasons
from engine.fixtures.watch import cases_of, stamps, touched, watch
from engine.model import Finding, Site
from engine.parallel import Inline


def outcomes(fixtures, rules=(), known=kit.CODEMODS, runner=None):
    tools = Tools(runner or Inline(), codemods.templates())
    return [tried(case, bound_rule(case, rules, known), tools) for case in find_cases(fixtures)]


def test_reasons_and_options_that_no_case_shows(tmp_path):
    shadowed = "OSError = 1\n" + BEFORE
    fixtures = lay(tmp_path, {"before/a.py": shadowed, "case.yaml": "options: {from: builtins.Exception}\n"})
    (cover,) = covers(outcomes(fixtures), {})
    assert [*cover.lines()] == [
        "rename-exception: reasons 1 of 4 (no case shows: ambiguous-name, already-caught, except-star)",
        "rename-exception: options 1 of 2 (no case shows: to)",
    ]
    assert cover.as_json()["options"] == {"known": 2, "missing": ["to"]}


def test_every_codemod_of_ours_documents_its_reasons():
    assert all(documented_reasons(codemod) for codemod in kit.CODEMODS.values())


def finds(source, project, options):
    for word in options["any"]:
        if word in source.text:
            yield Finding(Site(source.path, 1), word, "found")


def test_alternatives_that_no_case_shows(tmp_path):
    codemod = Codemod("finds", "Finds.", 1, finds, b"", (Option("any", "list", [], "words"),))
    rule = Rule("my-words", "finds", options={"any": ["spam", "eggs", "ham"]})
    fixtures = lay(tmp_path, {"my-words/first/before/a.py": "spam = ham = 1\n"})
    (cover,) = covers(outcomes(fixtures, [rule], {"finds": codemod}), {})
    assert [*cover.lines()] == ["my-words: alternatives 2 of 3 (no case shows: 2)"]


def test_the_code_that_reads_patterns_is_nothing_that_a_rule_of_one_has_to_show(tmp_path):
    branches = {"pattern": Share("branches", ("b1",), frozenset()), "finds": Share("branches", ("b1",), frozenset())}
    shown = {}
    for name in ("pattern", "finds"):
        codemod = Codemod(name, "Finds.", 1, finds, b"")
        fixtures = lay(tmp_path / name, {"my-words/first/before/a.py": "spam = 1\n"})
        shown[name] = covers(outcomes(fixtures, [Rule("my-words", name)], {name: codemod}), branches)
    assert (shown["pattern"], [*shown["finds"][0].lines()]) == ([], ["my-words: branches 0 of 1 (no case shows: b1)"])


def test_branches_of_a_codemod_are_measured_where_it_runs(tmp_path):
    codemod = kit.CODEMODS["rename-exception"]
    files = own_files(codemod, kit.REPO)
    assert [file.rpartition("/")[2] for file in files] == ["rename_exception.py"]
    assert own_files(codemod, tmp_path) == ()
    runner = Measuring(Inline(), files)
    assert not outcomes(lay(tmp_path, {"before/a.py": BEFORE, "after/a.py": AFTER}), runner=runner)[0].problems
    one = branch_share(runner.arcs, files, kit.REPO)
    assert one.seen and one.missing and all(name.startswith("codemods/rename_exception.py:") for name in one.known)
    lay(tmp_path, {"rename-exception/second/before/a.py": "OSError = 1\n" + BEFORE})
    outcomes(tmp_path / "fixtures", runner=runner)
    assert len(branch_share(runner.arcs, files, kit.REPO).missing) < len(one.missing)


def test_a_package_is_all_its_files():
    assert len(own_files(kit.CODEMODS["broad-except"], kit.REPO)) > 20


def test_text_for_people_is_escaped_and_counts(tmp_path):
    spec = 'summary: "\\e[31mred"\n'
    fixtures = lay(tmp_path, {"before/a.py": BEFORE, "case.yaml": spec, "rename-exception/second/before/a.py": ""})
    lines = [*told.text(outcomes(fixtures), [Cover("r", (Share("reasons", ("a", "b"), frozenset("a")),))], False)]
    assert lines[0] == "FAIL  rename-exception/first   \\x1b[31mred"
    assert "      +except OSError:" in lines and "ok    rename-exception/second" in lines
    assert lines[-3:] == ["r: reasons 1 of 2 (no case shows: b)", "", "1 of 2 cases failed."]
    coloured = "\n".join(told.text(outcomes(fixtures), [], True))
    assert "\x1b[32m+except OSError:" in coloured and "\x1b[31mred" not in coloured


def test_json_for_programs(tmp_path):
    fixtures = lay(tmp_path, {"before/a.py": BEFORE, "rename-exception/second/before/a.py": ""})
    known = json.loads(told.as_json(outcomes(fixtures), [], {}))
    assert (known["passed"], known["failed"], [case["passed"] for case in known["cases"]]) == (1, 1, [False, True])
    assert known["cases"][0]["folder"] == str((fixtures / "rename-exception/first").resolve())
    assert known["cases"][0]["problems"][0]["what"] == "after"


def test_a_long_list_of_what_is_missing_is_cut():
    (line,) = Cover("r", (Share("branches", tuple(f"b{n}" for n in range(20)), frozenset()),)).lines()
    assert line.endswith("b11 and 8 more)")


# -- watching ----------------------------------------------------------------------------------


class Done(Exception):
    pass


def watched(root, *edits):
    """Which cases run at the start and after each edit."""
    runs, left = [], [*edits]

    def pause():
        if not left:
            raise Done
        left.pop(0)()

    try:
        watch(lambda: [root / "rules.yaml", root / "fixtures"], root / "fixtures", runs.append, pause)
    except Done:
        return runs


def test_a_change_runs_the_cases_that_it_is_about(tmp_path):
    fixtures = lay(tmp_path, {f"r/{name}/before/a.py": "" for name in "abc"})
    (tmp_path / "rules.yaml").write_text("")
    runs = watched(
        tmp_path,
        lambda: None,
        lambda: (fixtures / "r/a/before/a.py").write_text("x = 1\n"),
        lambda: (fixtures / "r/b/case.yaml").write_text("summary: x\n"),
        (fixtures / "r/c/before/a.py").unlink,
        lambda: (tmp_path / "rules.yaml").write_text("version: 1\n"),
    )
    assert runs == [[], ["r/a"], ["r/b"], ["r/c"], []]


def test_a_change_during_a_run_starts_another(tmp_path):
    fixtures = lay(tmp_path, {"r/a/before/a.py": ""})
    runs = []

    def run(names):
        runs.append(names)
        if len(runs) == 1:
            (fixtures / "r/a/before/a.py").write_text("x = 1\n")

    def pause():
        if len(runs) > 1:
            raise Done

    try:
        watch(lambda: [fixtures], fixtures, run, pause)
    except Done:
        assert runs == [[], ["r/a"]]


def test_stamps_leave_caches_out_and_tell_what_came_and_went(tmp_path):
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("")
    assert stamps([tmp_path, tmp_path / "nothing"]) == {}
    assert touched({"a": (1, 1, 1), "b": (1, 1, 1)}, {"b": (2, 1, 1), "c": (1, 1, 1)}) == {"a", "b", "c"}
    assert cases_of([f"{tmp_path}/r/a/case.yaml", f"{tmp_path}/r/readme"], tmp_path) == []
