"""`rewright decide` and `rewright diff -i`, as a person uses them: processes, and a real terminal where one is asked for."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time

import pytest
from click.testing import CliRunner
from test_cli import REPO, START, rewright

HANDLER = "    try:\n        return {}(path)\n    except Exception:\n        return {}\n\n\n"
RULES = "version: 1\nrules:\n  - {id: broad-except, max-files-percent: 100}\n  - {id: get-event-loop, mode: off}\n"


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "target"
    (folder / "pkg").mkdir(parents=True)
    (folder / "rules.yaml").write_text(RULES)
    (folder / "a.py").write_text(
        "def one(path):\n" + HANDLER.format("open", "None") + "def two(path):\n" + HANDLER.format("int", 0)
    )
    (folder / "pkg" / "b.py").write_text("def three(path):\n" + HANDLER.format("float", "False"))
    return folder


def items(folder, *more):
    report = folder.parent / "report.jsonl"
    environment = os.environ | {"XDG_CACHE_HOME": str(folder.parent / "cache"), "PYTHONPATH": str(REPO)}
    command = [sys.executable, "-P", "-c", START, "scan", "--output-format", "jsonl", "--output", report, "-j1", *more]
    assert subprocess.run(command, cwd=folder, env=environment, check=False).returncode in (0, 1)
    rows = [json.loads(line) for line in report.read_text().splitlines()]
    return {(row["path"], row["line"]): row for row in rows if row["type"] != "summary"}


def run(folder, *arguments, expect=0):
    return rewright(folder, *arguments, "-j1", expect=expect)


def recorded(folder):
    return [line for line in (folder / ".rewright" / "decisions.yaml").read_text().splitlines() if line.startswith("- ")]


# -- decide ------------------------------------------------------------------------------------


def test_declined_then_listed_then_forgotten(target):
    name = items(target)["a.py", 4]["fingerprint"]
    told = run(target, "decide", "decline", name[:8], "--why", "a  boundary\nof ours", "--until", "2999-01-01")
    assert told.stdout == f"decline {name[:8]} a.py broad-except\n" and "commit it" in told.stderr
    row = items(target)["a.py", 4]
    assert (row["type"], row["reason"]) == ("skip", "declined")
    assert row["message"].startswith("declined by ") and row["message"].endswith(": a boundary of ours (until 2999-01-01)")
    assert f"{name[:8]} a.py:4 broad-except: declined by" in run(target, "decide", "list").stdout
    (listed,) = json.loads(run(target, "decide", "list", "--output-format", "json").stdout)["decisions"]
    assert (listed["fingerprint"], listed["state"], listed["line"]) == (name, "in force", 4)
    assert "1 decision taken out" in run(target, "decide", "forget", name[:6]).stderr
    assert not recorded(target) and items(target)["a.py", 4]["reason"] == "needs-unsafe"


def test_accepted_is_applied_without_unsafe(target):
    name = items(target)["pkg/b.py", 4]["fingerprint"]
    run(target, "decide", "accept", name)
    before = (target / "a.py").read_bytes()
    run(target, "apply", expect=1)
    assert "SafeExecutor" in (target / "pkg" / "b.py").read_text() and (target / "a.py").read_bytes() == before
    assert "[done]" in run(target, "decide", "list").stdout
    assert "warning" not in run(target, "scan", expect=1).stdout
    assert "1 decision taken out" in run(target, "decide", "forget", "--stale").stderr


def test_all_sites_of_a_folder(target):
    run(target, "decide", "decline", "--all-in", "pkg", "--rule", "broad-except", "--why", "later")
    assert len(recorded(target)) == 1 and "pkg/b.py" in recorded(target)[0]
    run(target, "decide", "decline", "--all-in", ".", "--rule", "broad-except", "--why", "later")
    assert len(recorded(target)) == 3
    assert not [row for row in items(target).values() if row["type"] != "skip"]


def test_what_went_stale_is_warned_of(target):
    name = items(target)["pkg/b.py", 4]["fingerprint"]
    run(target, "decide", "decline", name, "--why", "slow")
    (target / "pkg" / "b.py").write_text("x = 1\n")
    assert "warning: 1 declined site is gone" in run(target, "scan", expect=1).stdout
    assert f"{name[:8]} pkg/b.py broad-except: declined" in run(target, "scan", "--verbose", expect=1).stdout
    assert "declined site" not in run(target, "scan", "a.py", expect=1).stdout
    assert "dangling" in run(target, "decide", "list").stdout
    file = target / ".rewright" / "decisions.yaml"
    file.write_text(file.read_text().replace('date: "', 'until: "2000-01-01", date: "'))
    assert "1 decision has expired" in run(target, "diff", expect=1).stdout
    assert "1 decision taken out" in run(target, "decide", "forget", "--stale").stderr


@pytest.mark.parametrize(
    "arguments, told",
    [
        (("decline", "{0}"), "--why"),
        (("decline", "{0}", "--why", " "), "--why"),
        (("accept",), "name FINGERPRINTs"),
        (("accept", "{0}", "--all-in", "pkg", "--rule", "broad-except"), "name FINGERPRINTs"),
        (("accept", "--all-in", "pkg"), "--rule RULE"),
        (("accept", "--all-in", "pkg", "--rule", "broad-exept"), "did you mean 'broad-except'"),
        (("accept", "xyz"), "'xyz' is no fingerprint"),
        (("accept", "{miss}"), "did you mean {0}?"),
        (("accept", "{0}", "--until", "2026-13-01"), "is no date"),
        (("accept", "{0}", "--until", "2000-01-01"), "is over"),
        (("forget",), "or --stale"),
        (("forget", "{0}"), "no decision has the fingerprint"),
    ],
)
def test_what_cannot_be_meant(target, arguments, told):
    name = items(target)["a.py", 4]["fingerprint"]
    miss = name[:-1] + ("0" if name[-1] != "0" else "1")
    filled = [part.format(name, miss=miss) for part in arguments]
    done = run(target, "decide", *filled, expect=2)
    assert told.format(name) in done.stderr and "Traceback" not in done.stderr
    assert not (target / ".rewright" / "decisions.yaml").exists()


def test_a_broken_file_stops_every_command_that_plans(target):
    (target / ".rewright").mkdir()
    (target / ".rewright" / "decisions.yaml").write_text("version: 1\ndecisions:\n<<<<<<< HEAD\n=======\n>>>>>>> x\n")
    for command in (("scan",), ("diff",), ("apply",), ("decide", "list")):
        done = run(target, *command, expect=2)
        assert "decisions.yaml:3: a merge conflict" in done.stderr and len(done.stderr.splitlines()) == 1


# -- diff -i -----------------------------------------------------------------------------------


def raw(fd):
    """Does the terminal wait for one key? What is typed before that is thrown away."""
    return not termios.tcgetattr(fd)[3] & termios.ICANON


def answered(folder, *keys, arguments=("--unsafe",), expect=None):
    """`rewright diff -i` in a terminal; each key is typed when it is asked for. What was shown."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.update(XDG_CACHE_HOME=str(folder.parent / "cache"), PYTHONPATH=str(REPO), COLUMNS="130", NO_COLOR="1")
        os.execv(sys.executable, [sys.executable, "-P", "-c", START, "diff", "-i", "-j1", *arguments])
    shown, asked, left, end = b"", 0, list(keys), time.monotonic() + 120
    while time.monotonic() < end:
        try:
            shown += os.read(fd, 65536) if select.select([fd], [], [], 0.05)[0] else b""
        except OSError:  # the terminal is closed: it has ended
            break
        said = shown[asked:]
        if left and (said.endswith(b"again): ") or (said.endswith(b"]? ") and raw(fd))):
            asked = len(shown)
            os.write(fd, left.pop(0).encode())
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(fd)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert not left and (expect is None or code == expect), (code, left, shown.decode())
    return shown.decode().replace("\r\n", "\n")


def test_walking_through_the_changes(target):
    shown = answered(target, "?", "y", "n", "\n", "n", "kept as it is\n", "j", expect=1)
    assert "(1/3) Accept this change [y,n,a,d,j,s,q,?]? ?\ny - accept this change" in shown
    assert "(2/3)" in shown and "(3/3)" in shown and "-    except Exception:" not in shown.split("(1/3)")[0].split("+    if")[1]
    assert "1 accepted, 1 declined, 1 left undecided" in shown
    lines = "\n".join(recorded(target))
    assert (lines.count("decision: accept"), lines.count("decision: decline"), lines.count("kept as it is")) == (1, 1, 1)
    found = items(target)
    assert [found[place]["type"] for place in sorted(found)] == ["change", "skip", "finding"]
    assert "(1/1)" in answered(target, "q", expect=1)


def test_all_like_this_and_nothing_left(target):
    shown = answered(target, "a", expect=0)
    assert "accept: 3 changes of broad-except" in shown and len(recorded(target)) == 3
    assert "0 left undecided" in answered(target, expect=0)


def test_declining_all_like_this_leaves_nothing_to_apply(target):
    answered(target, "d", "not this year\n", expect=0)
    assert {row["reason"] for row in items(target, "--unsafe").values()} == {"declined"}


def test_skipping_a_file_and_leaving_at_once(target):
    shown = answered(target, "s", "q", expect=1)
    assert "(3/3)" in shown and "(2/3)" not in shown and not (target / ".rewright").exists()
    assert "0 accepted, 0 declined, 3 left undecided" in answered(target, "\x04", expect=1)


def test_what_was_decided_outlives_a_kill(target):
    answered(target, "y", "\x03")
    assert len(recorded(target)) == 1


def test_a_file_is_planned_again_after_a_decline(target):
    """The import that came with the declined change comes with the next one."""
    shown = answered(target, "n", "no\n", "y", "q", expect=1)
    second = shown.split("(1/3)")[1].split("(2/3)")[0]
    assert "+from common_utils.error_handling import SafeExecutor" in second


def test_without_a_terminal_it_says_what_to_do_instead(target):
    told = run(target, "diff", "-i", expect=2)
    assert "there is no terminal to ask in" in told.stderr and "rewright decide" in told.stderr and told.stdout == ""
    assert "leave --output" in run(target, "diff", "-i", "--output-format", "json", expect=2).stderr


def test_a_decision_that_cannot_be_written_is_told_and_asked_again(target, monkeypatch):
    from cli import cli
    from commands import interactive
    from engine.decisions import store
    from engine.model import RewrightError

    def locked(*given, **more):
        raise RewrightError("another run is at work")

    monkeypatch.setenv("XDG_CACHE_HOME", str(target.parent / "cache"))
    monkeypatch.setattr(interactive, "terminal", lambda: True)
    monkeypatch.setattr(store, "record", locked)
    done = CliRunner().invoke(cli, ["diff", "-i", "--unsafe", "--root", str(target), "-j1"], input="yq")
    assert done.exit_code == 1 and "another run is at work" in done.output and "3 left undecided" in done.output


def test_git_name_is_who_decides(target):
    subprocess.run(["git", "init", "-q"], cwd=target, check=True)
    subprocess.run(["git", "config", "user.name", "Ada \x1b[1mL"], cwd=target, check=True)
    run(target, "decide", "decline", items(target)["a.py", 4]["fingerprint"], "--why", "w")
    assert 'by: "Ada \\x1b[1mL"' in recorded(target)[0]
    assert "declined by Ada \\x1b[1mL on" in run(target, "decide", "list").stdout
