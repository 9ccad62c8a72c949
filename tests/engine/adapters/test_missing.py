"""A package that is not installed costs the runs that select its rule, and nothing else."""

import json

import pytest
import tools_kit as kit

import codemods
from engine import catalogue
from engine.adapters import light
from engine.choice import Choice
from engine.model import RewrightError
from engine.session import open_session

QUERY = "from bowler import Query\nQuery().select_function('a').rename('b').execute()\n"
RULES = "version: 1\nrules:\n- id: broad-except\n- id: it\n  {}\n"


def without(monkeypatch, *packages):
    monkeypatch.setattr(light, "is_installed", lambda name: name not in packages)


def target(folder, text):
    return kit.target(
        folder, {"a.py": "def a(): pass\n", "q.py": QUERY, "r.yml": "rule: {pattern: a}\n", "rules.yaml": RULES.format(text)}
    )


def planned(root, *select):
    choice = Choice(root=root, cache=False, select=select, trust=True, jobs=1)
    with open_session(choice, codemods.known, codemods.templates) as session:
        return session.request.rules


@pytest.mark.parametrize(
    ("text", "absent", "told"),
    [
        (
            "bowler: q.py",
            ["bowler"],
            "bowler needs bowler, which is not installed: pip install bowler fissix, or pip install 'rewright[bowler]'",
        ),
        (
            "bowler: q.py",
            ["bowler", "fissix"],
            "bowler needs bowler and fissix, which are not installed: pip install bowler fissix, or",
        ),
        (
            "rope: {inline: a.b}",
            ["rope"],
            "rope needs rope, which is not installed: pip install rope, or pip install 'rewright[rope]'",
        ),
        ("fixit: fixit:Rule", ["fixit"], "pip install fixit, or pip install 'rewright[fixit]'"),
        (
            "ast-grep: r.yml",
            ["ast_grep_py"],
            "needs ast-grep-py, which is not installed: pip install ast-grep-py, or pip install 'rewright[ast-grep]'",
        ),
    ],
)
def test_a_tool_that_is_not_installed_is_a_sentence_where_its_rule_is_to_run(text, absent, told, tmp_path, monkeypatch):
    without(monkeypatch, *absent)
    root = target(tmp_path, text)
    for select in ((), ("it",)):
        with pytest.raises(RewrightError) as caught:
            planned(root, *select)
        assert str(caught.value).startswith(f"{root / 'rules.yaml'}:4:3: rule it: ") and told in str(caught.value)


def test_a_run_without_the_rule_minds_nothing(tmp_path, monkeypatch):
    without(monkeypatch, "bowler")
    root = target(tmp_path, "bowler: q.py")
    assert [rule.bound.id for rule in planned(root, "broad-except")] == ["broad-except"]
    root = target(tmp_path, "bowler: q.py\n  mode: off")
    assert [rule.bound.id for rule in planned(root)] == ["broad-except"]
    with pytest.raises(RewrightError, match="rule it: bowler needs bowler"):
        planned(root, "it")


def test_the_list_of_rules_says_what_a_rule_needs(tmp_path, monkeypatch):
    without(monkeypatch, "bowler", "fissix")
    config = kit.load(target(tmp_path, "bowler: q.py"))
    text = catalogue.listing(config, codemods.known(), "text")
    assert [line for line in text.splitlines() if line.startswith("it ")][0].endswith("(needs bowler and fissix)")
    rows = json.loads(catalogue.listing(config, codemods.known(), "json"))["rules"]
    assert [row["lacks"] for row in rows] == [[], ["bowler", "fissix"]]


def test_a_codemod_of_ours_says_which_extra_it_needs(tmp_path, monkeypatch):
    without(monkeypatch, "fissix")
    root = kit.target(tmp_path, {"a.py": "print 1\n", "rules.yaml": "version: 1\nrules:\n- id: py2-syntax\n"})
    with pytest.raises(
        RewrightError, match=r"yaml:3:3: rule py2-syntax: py2-syntax needs fissix, .*pip install 'rewright\[py2\]'"
    ):
        planned(root)
