"""`--cold-import`: modules of the target are run where a person asks for it, in copies; what they refute is not proposed."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from test_cli import REPO, rewright, tree

RULES = "version: 1\nrules:\n  - {id: import-cycle}\n"
# Both import first. The cheapest cut leaves `tea.b` unloaded, which nobody can see who only reads `LOOKS`.
LOOKS = """import sys


def helper():
    return 1


import tea.b

sys.modules['tea' + '.b']


def f():
    return tea.b.X
"""
NEEDS = "from tea.a import helper\n\nX = helper()\n"
LOSES = LOOKS.replace("sys.modules['tea' + '.b']", "if 'tea' + '.b' in sys.modules:\n    extra = 1")


def target(folder, **packages):
    """A target with these packages, each two modules that import each other."""
    where = folder / "target"
    for name, (a, b) in packages.items():
        (where / name).mkdir(parents=True)
        (where / name / "__init__.py").write_text("")
        (where / name / "a.py").write_text(a.replace("tea", name))
        (where / name / "b.py").write_text(b.replace("tea", name))
    (where / "rules.yaml").write_text(RULES)
    return where


PLAIN = ("import tea.b\n\n\ndef f():\n    return tea.b.g()\n", "from tea import a\n\n\ndef g():\n    return a\n")


def told(where, *options, expect=1, **more):
    done = rewright(where, "diff", "--unsafe", "--no-cache", "--output-format", "jsonl", *options, expect=expect, **more)
    return [json.loads(line) for line in done.stdout.splitlines()]


def evidence(item):
    return next((one["result"], one["detail"]) for one in item["evidence"] if one["check"] == "cold-import")


def of(items, kind):
    return [item for item in items if item["type"] == kind]


def test_without_it_nothing_is_imported(tmp_path):
    a, b = PLAIN
    where = target(tmp_path, tea=(f"open({str(tmp_path / 'ran')!r}, 'w')\n" + a, b))
    (change,) = of(told(where), "change")
    assert evidence(change)[0] == "unknown" and not (tmp_path / "ran").exists()
    told(where, "--cold-import")
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("verb", ["scan", "diff", "apply"])
def test_every_planning_command_proves(tmp_path, verb):
    where = target(tmp_path, tea=PLAIN)
    options = ["--unsafe", "--cold-import", "--output-format", "jsonl"]
    done = rewright(where, verb, *options, expect=0 if verb == "apply" else 1)
    (change,) = of([json.loads(line) for line in done.stdout.splitlines()], "change")
    result, detail = evidence(change)
    assert result == "pass"
    assert detail.startswith(
        "2 modules import first, before and after, with the same public names but for those of imports that were cut: "
    )


def test_a_module_that_imports_no_more_is_not_proposed(tmp_path):
    where = target(tmp_path, tea=(LOOKS, NEEDS), cake=PLAIN)
    assert {item["path"] for item in of(told(where), "change")} == {"tea/a.py", "cake/a.py"}
    before = tree(where)
    items = told(where, "--cold-import")
    (failure,) = of(items, "failure")
    assert (failure["path"], failure["rule"], failure["reason"]) == ("tea/a.py", "import-cycle", "gate:cold-import")
    assert "tea.a imports first before, and not after: KeyError: 'tea.b'" in failure["message"] and failure["fingerprint"]
    (change,) = of(items, "change")
    assert change["path"] == "cake/a.py" and evidence(change)[0] == "pass"
    assert not of(items, "skip") and tree(where) == before
    done = rewright(where, "apply", "--unsafe", "--cold-import", expect=0)
    assert "1 file written" in done.stderr
    assert (where / "tea" / "a.py").read_text() == LOOKS and (where / "cake" / "a.py").read_bytes() != before["cake/a.py"]
    told(where, "--cold-import", "--strict", expect=2)


def test_a_lost_name_of_its_own_is_not_proposed(tmp_path):
    (failure,) = of(told(target(tmp_path, tea=(LOSES, NEEDS)), "--cold-import", expect=0), "failure")
    assert failure["message"].endswith("(cold-import): tea.a loses extra")


def test_a_package_that_no_longer_loads_its_module_is_not_proposed(tmp_path):
    where = target(tmp_path, tea=("import tea.b\n\n\ndef f():\n    return tea.b\n", "import tea\n\nX = tea\n"))
    (where / "tea" / "__init__.py").write_text("from tea.a import f\n")
    (failure,) = of(told(where, "--cold-import", expect=0), "failure")
    assert failure["message"].endswith("(cold-import): tea loses b, which nothing loads with it any more")


def test_all_files_of_a_rewrite_fail_together(tmp_path):
    mail = "import sys\nfrom tea.b import RATE\n\nif 'tea' + '.b' in sys.modules:\n    extra = RATE\n"
    orders = "RATE = 3\n\nfrom tea import a\n\n\nclass Order(type(a)):\n    pass\n"
    where = target(tmp_path, tea=(mail, orders))
    changes = of(told(where), "change")
    assert {item["path"] for item in changes} == {"tea/a.py", "tea/b.py"}
    items = told(where, "--cold-import", expect=0)
    assert {item["path"] for item in of(items, "failure")} == {"tea/a.py", "tea/b.py"} and not of(items, "change")


def test_what_cannot_be_imported_here_is_said(tmp_path):
    a, b = PLAIN
    (change,) = of(told(target(tmp_path, tea=("import no_such_module_here\n" + a, b)), "--cold-import"), "change")
    result, detail = evidence(change)
    assert result == "unknown" and detail.startswith(
        "not importable here: tea.a: ModuleNotFoundError: no_such_module_here; tea.b"
    )


HARM = {
    "hangs": "import time\ntime.sleep(300)\n",
    "exits": "import os\nos._exit(0)\n",
    "prints": "import os, sys\nprint('HEARD')\nos.write(2, b'HEARD')\nos.system('echo HEARD')\n",
    "network": "import socket\nsocket.create_connection(('127.0.0.1', 9))\n",
    "deletes": "import os, shutil\nshutil.rmtree('tea', ignore_errors=True)\nos.remove(os.path.dirname(__file__) + '/b.py')\n",
    "forks": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(300)\n",
}


@pytest.fixture
def short():
    """A folder for temporary files whose path leaves room for the name of a socket, which may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="rw-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.parametrize("harm", HARM)
def test_what_a_module_does_costs_only_itself(tmp_path, short, harm):
    a, b = PLAIN
    where = target(tmp_path, tea=(HARM[harm] + a, b), cake=PLAIN)
    (where / "keep.txt").write_text("kept")
    before = tree(where)
    slow = ["-c", "import engine.cold.child as c; c.cold_import.__defaults__ = (2.0, ()); from cli import main; main()"]
    argv = ["diff", "--unsafe", "--no-cache", "--output-format", "jsonl", "--cold-import"]
    done = started(where, slow, argv, short)
    items = [json.loads(line) for line in done.stdout.splitlines()]
    assert "HEARD" not in done.stdout + done.stderr
    found = {item["path"].partition("/")[0]: evidence(item) for item in of(items, "change")}
    assert found["cake"][0] == "pass"
    works = {
        "prints": "2 modules",
        "forks": "2 modules",
        "deletes": "1 module imports first",
    }  # before, `a` takes `b` from itself
    assert found["tea"][0] == ("pass" if harm in works else "unknown") and found["tea"][1].startswith(works.get(harm, ""))
    assert tree(where) == before
    assert list(short.iterdir()) == []
    assert not [one for one in environments() if str(short).encode() in one and b"HOME=" in one]


def started(where, start, argv, temporary):
    """A run whose temporary files have a folder of their own."""
    env = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(REPO), "XDG_CACHE_HOME": str(where.parent / "cache")}
    return subprocess.run(
        [sys.executable, "-P", *start, *argv], cwd=where, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def environments():
    for one in Path("/proc").glob("[0-9]*"):
        try:
            yield (one / "environ").read_bytes()
        except OSError:
            continue


def test_another_interpreter_imports_them(tmp_path):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ntouch {tmp_path}/used\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (change,) = of(told(target(tmp_path, tea=PLAIN), "--cold-import", "--cold-import-python", "../python"), "change")
    assert evidence(change)[0] == "pass" and (tmp_path / "used").exists()


def test_an_interpreter_that_is_none_is_told(tmp_path):
    where = target(tmp_path, tea=PLAIN)
    done = rewright(where, "diff", "--unsafe", "--cold-import", "--cold-import-python", "rules.yaml", expect=2)
    assert "runs no Python" in done.stderr and "--cold-import-python" in done.stderr
    done = rewright(where, "diff", "--cold-import-python", "rules.yaml", expect=2)
    assert "--cold-import-python needs --cold-import" in done.stderr


def test_help_says_that_code_is_run(tmp_path):
    said = " ".join(rewright(tmp_path, "diff", "--help").stdout.split())
    assert "--cold-import " in said and "this runs the target's code" in said and "--cold-import-python FILE" in said


def test_a_module_that_moves_is_imported_from_where_it_goes(tmp_path):
    where = target(
        tmp_path, tea=("from tea import b\n\n\ndef f():\n    return b.g()\n", "import tea.a\n\n\ndef g():\n    return tea.a\n")
    )
    (where / "rules.yaml").write_text(RULES + "  - {id: move, rope: {rename: tea.a, to: leaf}}\n")
    changes = of(told(where, "--cold-import"), "change")
    assert {item["rule"] for item in changes} == {"import-cycle", "move"}
    (cut,) = [item for item in changes if item["rule"] == "import-cycle"]
    assert evidence(cut)[0] == "pass" and evidence(cut)[1].startswith("2 modules import first, before and after")
    rewright(where, "apply", "--unsafe", "--cold-import", expect=0)
    assert sorted(tree(where / "tea")) == ["__init__.py", "b.py", "leaf.py"]
