"""Gates: real commands, bad ones, and what they leave behind."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from engine import verify
from engine.config.values import Gate
from engine.model import RewrightError
from engine.verify import run_gates

PYTHON = sys.executable
REPO = Path(__file__).parents[2]


def gate(*command, seconds=60.0, name="g"):
    return Gate(name, command, seconds)


def run(*command, folder, files=(), seconds=60.0):
    (result,) = run_gates([gate(*command, seconds=seconds)], folder, files)
    return result


def python(text, *arguments):
    return (PYTHON, "-S", "-c", text, *arguments)


def test_gates_run_in_order_whatever_the_one_before_says(tmp_path):
    gates = [
        gate("sh", "-c", "echo one > log", name="good"),
        gate("sh", "-c", "cat log >&2; echo two >> log; exit 3", name="bad"),
        gate("cat", "log", name="last"),
    ]
    results = run_gates(gates, tmp_path, [])
    assert [(result.gate, result.passed, result.reason, result.tail) for result in results] == [
        (gates[0], True, "", ""),
        (gates[1], False, "failed", "one\n"),
        (gates[2], True, "", "one\ntwo\n"),
    ]
    assert all(0 < result.seconds < 60 for result in results)
    assert run_gates([], tmp_path, []) == ()


def test_there_is_no_shell_and_nothing_to_read(tmp_path):
    assert run("echo", "$HOME; `id` | x", folder=tmp_path).tail == "$HOME; `id` | x\n"
    assert run("cat", folder=tmp_path).tail == ""
    assert run("pwd", folder=tmp_path).tail == f"{tmp_path}\n"


@pytest.mark.parametrize("command", ["no-such-command-anywhere", "./not-there.sh", "./data.txt", "./no-interpreter", "./script"])
def test_a_missing_command(tmp_path, command):
    (tmp_path / "data.txt").write_text("not executable\n")
    (tmp_path / "no-interpreter").write_bytes(b"\0\1\2")
    (tmp_path / "script").write_text("#!/no/such/interpreter\n")
    for name in ("no-interpreter", "script"):
        (tmp_path / name).chmod(0o755)
    result = run(command, folder=tmp_path)
    assert (result.passed, result.reason) == (False, "missing")
    assert command in result.tail and "cannot be run" in result.tail


def test_a_command_with_nul_and_a_folder_that_is_not_there(tmp_path):
    assert run("echo", "a\0b", folder=tmp_path).reason == "missing"
    with pytest.raises(RewrightError, match="no gate can run there"):
        run("echo", folder=tmp_path / "none")


SHOW = "import sys, os; print(len(sys.argv) - 1, *map(os.fsencode, sys.argv[1:3]))"


def test_files_take_the_place_of_their_argument(tmp_path):
    files = ["a.py", "-x.py", "--f=/", "sp ace.py", "caf\udce9.py", "{files}", ""][:6]
    result = run(
        *python("import sys, os; print(list(map(os.fsencode, sys.argv[1:])))", "-q", "{files}", "x{files}"),
        folder=tmp_path,
        files=files,
    )
    assert eval(result.tail) == [b"-q", b"a.py", b"./-x.py", b"./--f=/", b"sp ace.py", b"caf\xe9.py", b"{files}", b"x{files}"]
    assert run(*python(SHOW, "x"), folder=tmp_path, files=files).tail.startswith("1 ")


def test_thousands_of_files_are_several_runs(tmp_path):
    files = [f"some/folder/with/a/long/name/{'m' * 100}{n:05}.py" for n in range(20_000)]
    script = "import sys; f = open('log', 'a'); f.write(''.join(f'{x}\\n' for x in sys.argv[1:])); f.write('\\n')"
    result = run(*python(script, "{files}"), folder=tmp_path, files=files)
    assert result.passed
    runs = (tmp_path / "log").read_text().split("\n\n")
    assert [name for one in runs for name in one.split()] == files
    assert len(runs) > 20
    failing = run(*python(f"import sys; sys.exit({files[-1]!r} in sys.argv)", "{files}"), folder=tmp_path, files=files)
    assert (failing.passed, failing.reason) == (False, "failed")


def test_no_files_means_that_there_is_nothing_to_check(tmp_path):
    """`python -m compileall` without a name would compile all of sys.path."""
    result = run("sh", "-c", "echo ran; exit 1", "{files}", folder=tmp_path)
    assert (result.passed, result.reason, result.tail) == (True, "", "")


def test_megabytes_of_output_keep_their_tail_only(tmp_path):
    text = "import sys\nfor n in range(200): sys.stdout.write('x' * 100_000 + '\\n')\nprint('the end')"
    before = peak()
    result = run(*python(text), folder=tmp_path)
    assert result.passed
    assert len(result.tail) == 2_000 and result.tail.endswith("x\nthe end\n")
    assert peak() - before < 10_000  # KiB, of 20,000,000 bytes of output
    assert len(run(*python("print('\\U0001f600' * 5000, end='')"), folder=tmp_path).tail) == 2_000


def peak():
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")).split()[1])


def test_output_for_a_terminal_is_escaped_and_redacted(tmp_path):
    text = r"import sys; sys.stdout.buffer.write(b'\x1b[31mred\x1b]0;title\x07\r\nb\xff\ttab\rover\npassword = \"hunter22\"\n')"
    tail = run(*python(text), folder=tmp_path).tail
    assert tail.split("\n") == ["\\x1b[31mred\\x1b]0;title\\x07", "b\ufffd\ttab\\rover", 'password = "****"', ""]


def test_the_environment_holds_no_secret_and_nothing_of_gits(tmp_path, monkeypatch):
    secret = (
        "GITHUB_TOKEN",
        "TOKEN",
        "MY_SECRET",
        "DB_PASSWORD",
        "AWS_SECRET_ACCESS_KEY",
        "OPENAI_API_KEY",
        "npm_config_token",
        "GIT_DIR",
    )
    for name in (*secret, "GIT_INDEX_FILE", "KEPT", "TOKENIZERS", "GITHUB_REPOSITORY"):
        monkeypatch.setenv(name, "value")
    names = run("env", folder=tmp_path).tail
    found = {line.partition("=")[0] for line in names.splitlines()}
    assert not found & {*secret, "GIT_INDEX_FILE"}
    found = run("sh", "-c", 'echo "$KEPT $TOKENIZERS $GITHUB_REPOSITORY"; test -n "$PATH"', folder=tmp_path)
    assert (found.passed, found.tail) == (True, "value value value\n")


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def numbers(folder, count):
    """The process ids that a gate's children wrote down."""
    for _ in range(200):
        found = [int(path.name.removeprefix("pid.")) for path in folder.glob("pid.*")]
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"only {found} of {count} processes came up")


def gone(pids):
    for _ in range(200):
        if not any(map(alive, pids)):
            return True
        time.sleep(0.02)
    return False


CHILDREN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def child(own_session, daemon):
    if os.fork() == 0:
        if own_session: os.setsid()
        if daemon and os.fork(): os._exit(0)
        open(f"pid.{os.getpid()}", "w").close()
        time.sleep(300)
        os._exit(0)
for own_session, daemon in ((False, False), (True, False), (True, True)):
    child(own_session, daemon)
while len([name for name in os.listdir(".") if name.startswith("pid.")]) < 3: time.sleep(0.01)
forgetful = os.fork()
if not forgetful: os.execve("/bin/sleep", ["sleep", "300"], {})  # in the group, with no mark in its environment
open(f"pid.{forgetful}", "w").close()
open(f"pid.{os.getpid()}", "w").close()
print("all here", flush=True)
time.sleep(float(sys.argv[1]))
"""


def test_a_gate_that_hangs_is_killed_with_its_children(tmp_path):
    """Also those with a session of their own, and a daemon, which hold the pipe open."""
    start = time.monotonic()
    result = run(*python(CHILDREN, "300"), folder=tmp_path, seconds=5.0)
    assert (result.passed, result.reason, result.tail) == (False, "timeout", "all here\n")
    assert 5 <= result.seconds <= time.monotonic() - start < 60
    assert gone(numbers(tmp_path, 5))


def test_a_gate_inside_a_gate_is_killed_with_the_outer_one(tmp_path):
    """Rewright's own tests may be a gate: then the inner gate has a session, and a mark, of its own."""
    inner = "import os, time; open('pid.%d' % os.getpid(), 'w').close(); time.sleep(300)"
    outer = "import sys; from pathlib import Path; from engine.config.values import Gate; from engine.verify import run_gates\n"
    outer += f"run_gates([Gate('inner', (sys.executable, '-c', {inner!r}))], Path('.'), [])"
    command = ("env", f"PYTHONPATH={REPO}", PYTHON, "-c", outer)
    assert run(*command, folder=tmp_path, seconds=6.0).reason == "timeout"
    assert gone(numbers(tmp_path, 1))


def test_what_a_gate_leaves_running_is_killed_when_it_ends(tmp_path):
    result = run(*python(CHILDREN, "0"), folder=tmp_path)
    assert (result.passed, result.tail) == (True, "all here\n")
    assert result.seconds < 50
    assert gone(numbers(tmp_path, 5))


def test_a_gate_that_never_stops_talking(tmp_path):
    result = run("yes", folder=tmp_path, seconds=0.5)
    assert (result.reason, result.tail) == ("timeout", "y\n" * 1_000)
    assert result.seconds < 30


def test_a_daemon_that_never_stops_talking_is_not_listened_to(tmp_path):
    text = "import os, subprocess; subprocess.Popen(['yes'], start_new_session=True); print('done', flush=True)"
    result = run(*python(text), folder=tmp_path, seconds=60)
    assert result.passed and result.seconds < 30


def test_the_time_limit_is_for_all_runs_together(tmp_path, monkeypatch):
    monkeypatch.setattr(verify, "_ARGUMENTS", 10)
    result = run(*python("import time; time.sleep(0.4)", "{files}"), folder=tmp_path, files=["abcdefgh"] * 50, seconds=1.0)
    assert result.reason == "timeout"
    assert result.seconds < 15


def test_a_gate_that_is_killed_by_a_signal_fails(tmp_path):
    result = run(*python(f"import os; os.kill(os.getpid(), {int(signal.SIGSEGV)})"), folder=tmp_path)
    assert (result.passed, result.reason) == (False, "failed")


def test_a_gate_that_closes_its_output_is_still_waited_for(tmp_path):
    text = "import os, time; os.close(1); os.close(2); time.sleep(0.5); open('late', 'w').close()"
    assert run(*python(text), folder=tmp_path).passed
    assert (tmp_path / "late").exists()


def test_an_interrupt_kills_the_gate(tmp_path):
    text = "import os, signal, time; open('pid.%d' % os.getpid(), 'w').close(); "
    text += f"os.kill({os.getpid()}, signal.SIGINT); time.sleep(300)"
    with pytest.raises(KeyboardInterrupt):
        run(*python(text), folder=tmp_path)
    assert gone(numbers(tmp_path, 1))
