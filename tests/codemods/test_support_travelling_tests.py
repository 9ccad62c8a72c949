"""The tests that travel with SafeExecutor: they run where they land, with unittest and with pytest, and they can fail."""

import os
import shutil
import signal
import subprocess
import sys

import pytest
from test_support_interpreters import INTERPRETERS, SUPPORT

COUNT = 8
UNITTEST = ("-m", "unittest", "discover", "-s", "lib", "-t", ".")


def lay_out(folder, name="error_handling", package=True):
    (folder / "lib").mkdir()
    if package:
        (folder / "lib" / "__init__.py").touch()
    shutil.copy(SUPPORT / "error_handling.py", folder / "lib" / f"{name}.py")
    shutil.copy(SUPPORT / "error_handling_tests.py", folder / "lib" / f"test_{name}.py")
    return folder


def execute(folder, *command, python=sys.executable):
    environment = {**os.environ, "REWRIGHT_SHADOW": "1", "PYTHONDONTWRITEBYTECODE": "1"}  # a developer's shell: no matter
    done = subprocess.run(
        [python, "-W", "error", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["error_handling", "safe_executor"])
@pytest.mark.parametrize("package", [True, False])
def test_pass_under_pytest_wherever_they_land(tmp_path, name, package):
    code, said = execute(lay_out(tmp_path, name, package), "-m", "pytest", "-q", "-p", "no:cacheprovider", "lib")
    assert (code, f"{COUNT} passed" in said) == (0, True), said


@pytest.mark.parametrize("version", INTERPRETERS)
def test_pass_under_unittest_on(version, tmp_path):
    code, said = execute(lay_out(tmp_path), *UNITTEST, python=INTERPRETERS[version])
    assert (code, f"Ran {COUNT} tests" in said) == (0, True), said
    assert not list(tmp_path.rglob("*.jsonl"))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("not recoverable and _is_signal(error)", "False"),
        ("suppress = not self.reraise and", "suppress ="),
        ("(suppress or not _is_marked(error))", "True"),
        ("exc_info=details, ", ""),
        ('"type": kind', '"type": str(error)'),
        ("return error is not None and self._settle(error)", "return False"),
    ],
)
def test_a_fault_in_the_module_is_found(tmp_path, right, wrong):
    file = lay_out(tmp_path) / "lib" / "error_handling.py"
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong))
    assert execute(tmp_path, *UNITTEST)[0] in (1, -signal.SIGINT)  # an interrupt that gets out ends the whole run


def test_a_stranger_of_that_name_is_not_taken_for_the_subject(tmp_path):
    file = lay_out(tmp_path) / "lib" / "error_handling.py"
    file.write_text("class SafeExecutor: ...\n")
    code, said = execute(tmp_path, *UNITTEST)
    assert (code, "no error_handling.py or safe_executor.py of Rewright beside" in said) == (1, True)
