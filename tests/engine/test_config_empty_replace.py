"""`replace:` with nothing behind it: neither a deletion nor a rule that only reports, but a question."""

import pytest

import codemods
from engine import config

RULE = "version: 1\nrules:\n- id: x\n  {said}\n"


def load(tmp_path, said):
    file = tmp_path / "rules.yaml"
    file.write_text(RULE.format(said=said))
    return config.load(file, codemods.known())


@pytest.mark.parametrize("nothing", ["", " null", " ~", "  # later"])
def test_it_is_refused_with_its_place(nothing, tmp_path):
    with pytest.raises(config.ConfigError) as caught:
        load(tmp_path, f"match: f($X)\n  replace:{nothing}")
    assert str(caught.value).startswith(f"{tmp_path}/rules.yaml:5:3: 'replace' holds nothing: write replace: \"\" to delete")


def test_so_it_is_in_a_branch(tmp_path):
    with pytest.raises(config.ConfigError) as caught:
        load(tmp_path, "any:\n  - match: f($X)\n    replace:\n  - match: g($X)\n    replace: ''")
    assert [(one.line, one.column) for one in caught.value.problems] == [(6, 5)]


@pytest.mark.parametrize("said", ["match: f($X)", "match: f($X)\n  replace: ''", "match: f($X)\n  replace: 'null'"])
def test_what_is_said_is_taken(said, tmp_path):
    [rule] = load(tmp_path, said).rules
    assert rule.options["replace"] == ({"": None, "''": "", "'null'": "null"}[said.partition("replace: ")[2]])
