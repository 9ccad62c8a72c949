"""What a module holds under a metavariable: `subprocess.$F`, however the file imports it."""

import re

import pattern_reference as reference
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pattern_kit import becomes, captures, found, options, reasons, run
from test_pattern_laws import places

from codemods.pattern import hints
from engine.model import Change

FOUND = [
    ("subprocess.$F($$$, shell=True)", "from subprocess import run as srun\nsrun(x, shell=True)\n", "run"),
    ("subprocess.$F($$$, shell=True)", "from subprocess import check_output\ncheck_output(x, shell=True)\n", "check_output"),
    ("subprocess.$F($$$, shell=True)", "import subprocess as sp\nsp.run(x, shell=True)\n", "run"),
    ("subprocess.$F($$$, shell=True)", "def f():\n    from subprocess import run\n    run(x, shell=True)\n", "run"),
    ("requests.$F($$$)", "from requests import get\nget(x)\n", "get"),
    ("os.path.$F($$$)", "from os.path import join as j\nj(x)\n", "join"),
    ("os.$F.join($$$)", "from os.path import join as j\nj(x)\n", "path"),
    ("os.$F.join($$$)", "from os import path as p\np.join(x)\n", "path"),
    ("os.$F", "from os import environ as e\nprint(e)\n", "environ"),
    (
        "except requests.exceptions.$F: $$$B",
        "from requests.exceptions import HTTPError as H\ntry: f()\nexcept H: pass\n",
        "HTTPError",
    ),
    (
        "except requests.exceptions.$F: $$$B",
        "from requests import exceptions as e\ntry: f()\nexcept e.Timeout: pass\n",
        "Timeout",
    ),
    ("@pytest.$F", "from pytest import fixture\n@fixture\ndef f(): pass\n", "fixture"),
    ("class $_(enum.$F): $$$", "from enum import Enum\nclass A(Enum): pass\n", "Enum"),
    ("subprocess.$F(subprocess.$F)", "from subprocess import run, PIPE as P\nimport subprocess\nrun(subprocess.run)\n", "run"),
]


@pytest.mark.parametrize("pattern, code, name", FOUND)
def test_a_name_from_a_module_is_its_attribute(pattern, code, name):
    assert captures(pattern, code)["F"] == name


OTHER = [
    ("subprocess.$F($$$)", "from asyncio.subprocess import run\nrun(x)\n"),
    ("subprocess.$F($$$)", "import subprocess\ndef run(x): run(x)\n"),
    ("subprocess.$F($$$)", "from subprocess import run\ndef f(run):\n    run(x)\n"),
    ("subprocess.$F($$$)", "from .subprocess import run\nrun(x)\n"),
    ("os.$F($$$)", "from os.path import join\njoin(x)\n"),
    ("os.$F.join($$$)", "from os.path import split\nsplit(x)\n"),
    ("os.$F = $X", "from os import environ\nenviron = {}\n"),
    ("self.$F($$$)", "import self.x\nx(1)\n"),
    ("subprocess.$F(subprocess.$F)", "from subprocess import run, PIPE\nrun(PIPE)\n"),
    ("subprocess.$F(...)", "import subprocess\nsubprocess.run(x)\n"),
]


@pytest.mark.parametrize("pattern, code", OTHER)
def test_and_no_other_name(pattern, code):
    assert found(pattern, code) == []


def test_what_it_holds_can_be_asked():
    code = "from subprocess import run as r, call\nr(x)\ncall(x)\n"
    assert found("subprocess.$F($$$)", code, where={"$F": {"matches": "^run$"}}) == ["r(x)"]
    assert found("subprocess.$F($$$)", code, where={"$F": {"is": "name"}}) == ["r(x)", "call(x)"]


DOUBTFUL = [
    "try:\n    import yaml\nexcept ImportError:\n    yaml = None\nyaml.load(x)\n",
    "from stuff import *\nimport yaml.x as y\nyaml.load(x)\n",
]


@pytest.mark.parametrize("code", DOUBTFUL)
def test_a_module_with_several_meanings_is_found_and_skipped(code):
    assert found("yaml.$F($X)", code) == ["yaml.load(x)"]
    assert reasons(code, "yaml.$F($X)", "repr($X)") == ["ambiguous-name"]


WRITTEN = [
    (
        "from subprocess import run as r\nr(x)\n",
        "subprocess.$F($A, check=True)",
        "from subprocess import run as r\nr(x, check=True)\n",
    ),
    ("import subprocess as sp\nsp.run(x)\n", "subprocess.$F($A, check=True)", "import subprocess as sp\nsp.run(x, check=True)\n"),
    (
        "from subprocess import run as r\nr(x)\n",
        "shlex.$F($A)",
        "from subprocess import run as r\nimport shlex\nshlex.run(x)\n",
    ),
    (
        "from subprocess import run as r\nfrom shlex import run as s\nr(x)\n",
        "shlex.$F($A)",
        "from subprocess import run as r\nfrom shlex import run as s\ns(x)\n",
    ),
    ("from subprocess import run\nrun(x)\n", "log.$F($A)", "from subprocess import run\nlog.run(x)\n"),
    ("from subprocess import run\nrun(x)\n", "$A.$F()", "from subprocess import run\nx.run()\n"),
    ("from subprocess import run\nrun(x)\n", "if $A: subprocess.$F()", "from subprocess import run\nif x: run()\n"),
]


@pytest.mark.parametrize("code, replacement, after", WRITTEN)
def test_a_replacement_says_it_as_the_file_does(code, replacement, after):
    before = "x = log = 1\n"
    assert becomes(before + code, "subprocess.$F($A)", replacement) == before + after


def test_a_handler_is_narrowed_by_the_name_that_it_has():
    code = "from requests.exceptions import HTTPError as H\ntry:\n    f()\nexcept H:\n    pass\n"
    after = becomes("f = 1\n" + code, "except requests.exceptions.$E: $$$B", "except httpx.$E: $$$B", imports=["httpx"])
    assert "except httpx.HTTPError:\n    pass\n" in after and "import httpx\n" in after


IMPORTS = "import qm|import qm as qz|from qm import qa|from qm import qa as qb, qc|from qm.qn import qa|import qo|qa = 1"
USES = "qa(1)|qb(qc=1)|qc|qm.qa(1)|qz.qa(2)|qm.qn.qa(3)|qz.qn(qa, qb)|qn.qa(1)|qa.qa(qc)|x = qb.qa|qo.qa(0)"
MEMBERS = (
    "qm.qa|qm.qn.qa|qm.qa($$$)|qm.qn.qa($X)|"
    + "qm.$F|qm.$F($$$)|qm.qn.$F($X)|qm.$F.qa|qm.$F.qa($$$)|qm.$F.$G|qm.$F(qc=$X)|qm.$F(qm.$F)"
)
SOME_IMPORTS = st.lists(st.sampled_from(IMPORTS.split("|")), min_size=1, max_size=3, unique=True)
SOME_USES = st.lists(st.sampled_from(USES.split("|")), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MEMBERS.split("|")), SOME_IMPORTS, SOME_USES)
def test_the_two_matchers_agree_on_dotted_names_and_no_hint_loses_one(pattern, imports, uses):
    code = "\n".join([*imports, *uses]) + "\n"
    wanted = reference.places(pattern, code)
    assert places(pattern, code) == wanted, (pattern, code)
    asked = hints(options(match=pattern))
    assert not wanted or any(re.search(one, code.encode()) for one in asked), (pattern, code)


@settings(max_examples=100, deadline=None)
@given(SOME_IMPORTS, SOME_USES)
def test_itself_for_itself_changes_nothing(imports, uses):
    items, after = run("\n".join([*imports, *uses]) + "\n", match="qm.$F($$$A)", replace="qm.$F($$$A)")
    assert not any(isinstance(item, Change) for item in items), items
