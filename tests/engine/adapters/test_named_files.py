"""Files and classes that a rule names and that are not there, or are something else: told with the rule's place."""

import pytest
import tools_kit as kit

from engine.model import RewrightError

RULES = "version: 1\nrules:\n- id: q\n  {said}\n"
PERCENT = "libcst.codemod.commands.convert_percent_format_to_fstring"
WRONG = {
    "a script that is not there": ("bowler: tools/none.py", "rule q: bowler: {root}/tools/none.py is not there; name a"),
    "a folder of scripts": ("bowler: tools", "rule q: bowler: {root}/tools is a folder; name a Python file relative to {root}"),
    "no Python": ("bowler: rules.yaml", "rule q: bowler: {root}/rules.yaml is no .py file; name a Python file"),
    "a script elsewhere": ("bowler: /etc/x.py", "rule q: bowler: '/etc/x.py' is absolute"),
    "a class of no file": ("libcst: tools/none.py:Foo", "rule q: libcst: {root}/tools/none.py is not there; name a"),
    "no rule file": ("ast-grep: no.yml", "rule q: ast-grep: {root}/no.yml cannot be read"),
    "a module of LibCST": (
        f"libcst: {PERCENT}",
        f"{PERCENT} is a module; name the class: {PERCENT}:ConvertPercentFormatStringCommand",
    ),
    "and with a colon": (
        f"libcst: '{PERCENT.replace('.convert', ':convert')}'",
        f"{PERCENT} is a module; name the class: {PERCENT}:ConvertPercentFormatStringCommand",
    ),
    "a module with several": (
        "libcst: libcst.codemod.commands.add_pyre_directive",
        "add_pyre_directive is a module; name the class: libcst.codemod.commands.add_pyre_directive:Class, where Class is one of "
        "AddPyreDirectiveCommand, AddPyreStrictCommand, AddPyreUnsafeCommand",
    ),
    "a module with none": ("libcst: libcst.codemod", "name the class: libcst.codemod:Class; it has no CodemodCommand"),
    "a module of Fixit": ("fixit: fixit.rules.avoid_or_in_except", "the class: fixit.rules.avoid_or_in_except:AvoidOrInExcept"),
    "neither": ("libcst: libcst.codemod.commands.nope", "rule q: libcst.codemod.commands has no 'nope'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_rule_names_is_told_with_its_place(name, tmp_path):
    said, sentence = WRONG[name]
    root = kit.target(tmp_path, {"tools/x.py": "x = 1\n", "rules.yaml": RULES.format(said=said)})
    with pytest.raises(RewrightError) as caught:
        kit.load(root)
    assert str(caught.value).startswith(f"{root}/rules.yaml:4:") and sentence.format(root=root) in str(caught.value)


def test_codemods_that_are_not_there_are_told_with_their_place(tmp_path):
    root = kit.target(tmp_path, {"x.py": "", "rules.yaml": "version: 1\ncodemods:\n- x.py\n- nope\nrules:\n- id: broad-except\n"})
    with pytest.raises(RewrightError) as caught:
        kit.load(root)
    assert str(caught.value).startswith(f"{root}/rules.yaml:4:3: codemods: {root}/nope is not there; name a Python file, or")
