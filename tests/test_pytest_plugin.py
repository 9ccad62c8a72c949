"""The pytest plugin, loaded by pytest itself inside an environment with the wheel, in a target that has our names."""

import json
import shutil
import subprocess
import sys

import pytest
from test_packaging import REPO, bare, run, target, wheel

__all__ = ["bare", "target", "wheel"]  # fixtures

BEFORE = "try:\n    import torch\nexcept Exception:\n    torch = None\n"
AFTER = BEFORE.replace("Exception", "OSError")


@pytest.fixture
def home(target):
    """A target with two cases, of which one fails; a file of the other looks like a test and is none."""
    for name, before, after in (("good", "test_x.py", AFTER), ("bad", "a.py", BEFORE)):
        folder = target / "fixtures" / "rename-exception" / name
        for kind, text in (("before", BEFORE), ("after", after)):
            (folder / kind).mkdir(parents=True)
            (folder / kind / before).write_text(text)
        (folder / "case.yaml").write_text("summary: A clause.\n")
    return target


def pytest_in(bare, home, *arguments):
    return run([bare / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments], home)


def test_nothing_happens_unasked(bare, home):
    done = pytest_in(bare, home, "--collect-only", "test_names.py", "fixtures")
    assert "case.yaml" not in done.stdout and "test_names_are_the_targets_own" in done.stdout


def test_one_item_a_case_and_the_diff_where_one_fails(bare, home):
    (home / "pytest.ini").write_text("[pytest]\ntestpaths = test_names.py\nrewright = true\n")  # which leaves fixtures/ out
    done = pytest_in(bare, home, "-rA")
    assert done.returncode == 1 and "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "PASSED fixtures/rename-exception/good/case.yaml::rename-exception/good" in done.stdout
    assert "-except Exception:\n+except OSError:\n" in done.stdout and "Traceback" not in done.stdout
    assert "PASSED test_names.py::test_names_are_the_targets_own" in done.stdout  # the target's engine, codemods and cli


def test_one_case_by_its_path_and_no_other(bare, home):
    done = pytest_in(bare, home, "--rewright", "fixtures/rename-exception/good/case.yaml")
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr


def test_a_case_without_a_case_yaml_is_one_too(bare, home):
    for name in ("good", "bad"):
        (home / "fixtures/rename-exception" / name / "case.yaml").unlink()
    done = pytest_in(bare, home, "--rewright", "-rA")
    assert done.returncode == 1 and "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "PASSED fixtures/rename-exception/good::rename-exception/good" in done.stdout
    done = pytest_in(bare, home, "--rewright", "fixtures/rename-exception/good")
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr


def test_snapshot_update_is_for_the_cases_that_run(bare, home):
    """pytest-snapshot's own flag: what it settles fails once, and passes from then on."""
    cases = home / "fixtures" / "rename-exception"
    shutil.copytree(cases / "bad", cases / "worse")
    bad, worse = (cases / name / "after" / "a.py" for name in ("bad", "worse"))
    done = pytest_in(bare, home, "--rewright", "--snapshot-update", "-k", "bad")
    assert done.returncode == 1 and "snapshot modified: wrote after/a.py" in done.stdout, done.stdout + done.stderr
    assert (bad.read_text(), worse.read_text()) == (AFTER, BEFORE)
    done = pytest_in(bare, home, "--rewright", "--snapshot-update", "-k", "bad")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rule_file_that_is_wrong_fails_the_cases_with_its_sentence(bare, home):
    (home / "rules.yaml").write_text("version: 1\nrules:\n  - id: rename-exception\n    colour: red\n")
    done = pytest_in(bare, home, "--rewright", "-k", "good")
    assert done.returncode == 1 and "rules.yaml:4:5: unknown key 'colour'" in done.stdout and "1 failed" in done.stdout


def python(code):
    argv = [sys.executable, "-P", "-c", f"import sys; sys.path.append({str(REPO)!r})\n{code}"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_imports_nothing_that_pytest_has_not():
    code = "import json, pytest; before = {*sys.modules}\nimport rewright.pytest_plugin\n"
    assert python(code + "print(json.dumps(sorted({*sys.modules} - before)))") == ["rewright", "rewright.pytest_plugin"]


def test_who_does_not_ask_pays_less_than_five_milliseconds():
    code = """
import importlib, json, pytest, time
import rewright.pytest_plugin as plugin
class Parser:
    def getgroup(self, name): return self
    def addoption(self, *_, **__): pass
    addini = addoption
class Config:
    def getoption(self, name): return False
    getini = getoption
times = []
for _ in range(5):
    start = time.process_time()
    importlib.reload(plugin)
    plugin.pytest_addoption(Parser())
    plugin.pytest_configure(Config())
    times.append(time.process_time() - start)
print(json.dumps(min(times)))
"""
    assert python(code) < 0.005
