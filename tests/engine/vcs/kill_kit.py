"""kill -9 at every git call of a command line, and what must hold after each death.

    calls = deaths(tmp_path, make, command, check, done)

A `git` put first on PATH counts its calls in a file, and at the N-th kills the command's own process with SIGKILL:
before git runs, or after it has ended and before the command hears of it. N grows until the command ends by itself.
"""

import os
import shutil
import signal
import subprocess
from itertools import count

WRAPPER = """#!/bin/sh
read -r now < "$REWRIGHT_KILL/count"
now=$((now + 1))
echo "$now" > "$REWRIGHT_KILL/count"
[ "$now" = "$REWRIGHT_KILL_AT" ] || exec {git} "$@"
[ "$REWRIGHT_KILL_WHEN" = before ] || {git} "$@"
printf '%s\\n' "$@" > "$REWRIGHT_KILL/killed"
read -r pid < "$REWRIGHT_KILL/pid"
kill -9 "$pid"
exit 137
"""
# The process that is to die says its number before it becomes the command.
START = ("/bin/sh", "-c", 'echo "$$" > "$REWRIGHT_KILL/pid"; exec "$@"', "start")


def deaths(folder, make, command, check, done, *, modes=("before", "after"), step=1, environment=None, limit=2_000):
    """Kill the command at git call 1, 1 + step, ... in each mode, until it ends by itself; the number of calls it made.

    `folder`: an empty or missing one for the scenarios. `make(scenario)` builds a fresh scenario at a path that is not
    there yet; `command(scenario)` is the argument list to run in it; `check(scenario, killed)` asserts what must hold
    right after a death, `killed` being the git call ("commit --quiet ..."); then the command is run once more, undisturbed,
    and must end with 0; `done(scenario)` asserts what holds then.
    """
    calls = 0
    for mode in modes:
        for at in count(1, step):
            assert at < limit, f"still calling git at call {at}"
            scenario, state = folder / f"{mode}-{at}", folder / f"{mode}-{at}.kill"
            make(scenario)
            code, said = _run(state, command(scenario), scenario, environment, mode, at)
            calls = int((state / "count").read_text())
            if not (state / "killed").exists():
                assert code == 0, f"undisturbed, with {calls} calls of git: {said}"
                done(scenario)
                break
            killed = _words((state / "killed").read_text(errors="replace").splitlines())
            assert code == -signal.SIGKILL, f"killed {mode} call {at} ({killed}), but ended with {code}: {said}"
            try:
                check(scenario, killed)
                code, said = _run(state, command(scenario), scenario, environment, mode, 0)
                assert code == 0, said
                done(scenario)
            except AssertionError as error:
                raise AssertionError(f"killed {mode} git call {at} ({killed}): {error}") from error
            shutil.rmtree(scenario)
            shutil.rmtree(state)
    return calls


def _words(arguments):
    """The call without its settings, which fill a screen."""
    while arguments and arguments[0].startswith("-"):
        arguments = arguments[2 if arguments[0] == "-c" else 1 :]
    return " ".join(arguments)


def _run(state, command, scenario, environment, mode, at):
    """Status and stderr of one run; killed at call `at`, or never where that is 0."""
    (state / "bin").mkdir(parents=True, exist_ok=True)
    (state / "count").write_text("0\n")
    wrapper = state / "bin" / "git"
    wrapper.write_text(WRAPPER.format(git=shutil.which("git")))
    wrapper.chmod(0o755)
    variables = {**os.environ, **(environment or {}), "REWRIGHT_KILL": str(state), "REWRIGHT_KILL_WHEN": mode}
    variables |= {"REWRIGHT_KILL_AT": str(at), "PATH": f"{state / 'bin'}:{os.environ['PATH']}"}
    with (state / "said").open("w+b") as said:  # a file: what a killed command started may hold a pipe open
        done = subprocess.run(
            [*START, *command], cwd=scenario, env=variables, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
        )
        said.seek(0)
        return done.returncode, said.read().decode(errors="replace")
