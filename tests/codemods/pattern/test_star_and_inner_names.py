"""Names that an import of `*` may bring are found and left as they are; those of lambdas and comprehensions are neither."""

import pytest
from pattern_kit import becomes, found, reasons, run

from engine.model import Finding, Skip


@pytest.mark.parametrize(
    ("code", "match", "expected"),
    [
        ("from subprocess import *\ncall(1, shell=True)\n", "subprocess.call($$$A)", ["call(1, shell=True)"]),
        ("from asyncio import *\nget_event_loop()\n", "asyncio.get_event_loop()", ["get_event_loop()"]),
        ("from os.path import *\njoin(1)\n", "os.path.join($A)", ["join(1)"]),
        ("try:\n    from os import *\nexcept ImportError:\n    pass\nopen(1)\n", "os.open($A)", ["open(1)"]),
        ("from requests import *\nget(1)\n", "requests.get($A)", ["get(1)"]),
        ("from os import *\njoin(1)\n", "os.path.join($A)", []),  # not of that module
        ("from .subprocess import *\ncall(1)\n", "subprocess.call($A)", []),
        ("from subprocess import *\nfrom mine import call\ncall(1)\n", "subprocess.call($A)", []),
        ("from subprocess import *\ndef call(x): pass\ncall(1)\n", "subprocess.call($A)", []),
        ("from subprocess import *\ny = [call(1) for call in x]\n", "subprocess.call($A)", []),
        ("from subprocess import *\ny = lambda call: call(1)\n", "subprocess.call($A)", []),
        ("from subprocess import *\nx.call(1)\n", "subprocess.call($A)", []),
        ("from subprocess import *\n_args(1)\n", "subprocess._args($A)", []),  # a star brings no such name
    ],
)
def test_a_star_import_of_the_module(code, match, expected):
    assert found(match, code) == expected


def test_it_is_told_and_never_rewritten():
    code = "from subprocess import *\ncall(1)\n"
    assert reasons(code, match="subprocess.call($A)", replace="subprocess.run($A)") == ["ambiguous-name"]
    (told,), _ = run(code, match="subprocess.call($A)", replace="subprocess.run($A)")
    assert isinstance(told, Skip)
    (told,), _ = run(code, match="subprocess.call($A)")
    assert isinstance(told, Finding)


@pytest.mark.parametrize(
    "code",
    [
        "y = lambda subprocess: subprocess.call(1)\n",
        "[subprocess.call(1) for subprocess in y]\n",
        "{subprocess.call(1): 2 for a in y for subprocess, _ in a}\n",
        "y = lambda *subprocess: [subprocess.call(1) for a in y]\n",
    ],
)
def test_names_of_lambdas_and_comprehensions(code):
    assert found("subprocess.call($A)", f"import subprocess\n{code}") == []
    assert found("subprocess.$F($A)", f"import subprocess\n{code}") == []
    assert found("subprocess.call($A)", f"from os import *\n{code}") == []
    # beside them it is the module
    assert found("subprocess.call($A)", f"import subprocess\n{code}subprocess.call(2)\n") == ["subprocess.call(2)"]
    after = becomes(f"import subprocess\n{code}subprocess.call(2)\n", match="subprocess.call($A)", replace="subprocess.run($A)")
    assert after == f"import subprocess\n{code}subprocess.run(2)\n"
