"""Gates on the branch: a commit that breaks one is found and set aside, and what lands is what was tested."""

import json
import os
import signal
import subprocess
import sys
import time

import sprint_kit as kit
import vcs_kit
from test_cli import REPO, START

# Fails where a rewritten file holds the word POISON.
CHECK = "import sys\nsys.exit(any('POISON' in (text := open(name).read()) and 'Unavailable' in text for name in sys.argv[1:]))\n"
GATES = 'gates: [{name: clean, run: "python3 ../check.py {files}"}]'


def poisoned(folder, which=("b/m1.py",), count=4, gates=GATES, granularity="file"):
    files = {f"{'ab'[number % 2]}/m{number}.py": kit.OLD for number in range(count)}
    files |= dict.fromkeys(which, kit.OLD + "POISON = 1\n")
    kit.repository(folder, f"granularity: {granularity}, {gates.replace('../check.py', str(folder.parent / 'check.py'))}", files)
    (folder.parent / "check.py").write_text(CHECK)
    return folder


def test_the_commit_that_breaks_a_gate_is_set_aside_and_the_rest_lands(tmp_path):
    folder = poisoned(tmp_path / "r")
    done = kit.told(folder, expect=1)
    (batch,) = done["batches"]
    assert [one["path"] for one in batch["set_aside"]] == ["b/m1.py"]
    assert batch["set_aside"][0]["why"].startswith("gate clean: failed")
    assert [one["label"] for one in batch["commits"]] == ["a/m0.py", "a/m2.py", "b/m3.py"]
    assert [one["passed"] for one in batch["gates"]] == [True]
    assert kit.text(folder, "b/m1.py") == kit.text(folder, "b/m1.py", "main")


def test_several_are_found_and_not_tried_again(tmp_path):
    folder = poisoned(tmp_path / "r", ("a/m0.py", "b/m3.py"))
    assert len(kit.told(folder, expect=1)["batches"][0]["set_aside"]) == 2
    again = kit.told(folder)
    assert (again["complete"], again["batches"][0]["commits"]) == (True, [])
    (tmp_path / "check.py").write_text("")  # mended
    retried = kit.told(folder, "--retry")
    assert [one["label"] for one in retried["batches"][0]["commits"]] == ["a/m0.py", "b/m3.py"]


def test_a_file_that_was_edited_since_is_tried_again(tmp_path):
    folder = poisoned(tmp_path / "r")
    kit.branch(folder, expect=1)
    vcs_kit.git(folder, "branch", "-qD", "refactor/s")
    vcs_kit.write(folder, {"b/m1.py": kit.OLD.encode()})
    vcs_kit.git(folder, "commit", "-qam", "no poison")
    assert len(kit.told(folder)["batches"][0]["commits"]) == 4


def test_all_of_a_commit_is_set_aside(tmp_path):
    folder = poisoned(tmp_path / "r", granularity="rule-and-directory")
    done = kit.told(folder, expect=1)
    assert [one["path"] for one in done["batches"][0]["set_aside"]] == ["b/m1.py", "b/m3.py"]
    assert [one["label"] for one in done["batches"][0]["commits"]] == ["a/"]


def test_nothing_lands_where_everything_breaks_a_gate(tmp_path):
    folder = poisoned(tmp_path / "r", ("a/m0.py", "b/m1.py"), count=2)
    done = kit.branch(folder, expect=1)
    assert "Nothing landed." in done.stdout and "set aside: a/m0.py, b/m1.py (rename): gate clean: failed" in done.stdout
    assert kit.branches(folder) == ["main"]


def test_a_gate_that_fails_without_our_changes_stops_everything(tmp_path):
    gates = 'gates: [{name: never, run: "python3 -c raise(SystemExit(3)) {files}"}]'
    folder = kit.repository(tmp_path / "r", gates)
    before = vcs_kit.snapshot(folder)
    refused = kit.branch(folder, expect=2)
    assert "gate 'never' fails on" in refused.stderr and "without any change of this batch (failed)" in refused.stderr
    assert vcs_kit.snapshot(folder) == before


def test_a_gate_whose_command_is_missing(tmp_path):
    folder = kit.repository(tmp_path / "r", 'gates: [{name: lint, run: "no-such-linter {files}"}]')
    refused = kit.branch(folder, expect=2)
    assert "gate 'lint' fails on" in refused.stderr and "(missing)" in refused.stderr
    assert kit.branches(folder) == ["main"]


def test_a_gate_that_hangs_is_ended(tmp_path):
    hang = "import sys, time\ntime.sleep(60 * any('Unavailable' in open(name).read() for name in sys.argv[1:]))\n"
    (tmp_path / "hang.py").write_text(hang)
    gates = f'gates: [{{name: slow, run: "python3 {tmp_path}/hang.py {{files}}", timeout-seconds: 1.5}}]'
    folder = kit.repository(tmp_path / "r", gates, count=1)
    done = kit.told(folder, expect=1)
    assert done["batches"][0]["set_aside"][0]["why"].startswith("gate slow: timeout")


def test_a_gate_without_files_has_the_whole_tree(tmp_path):
    (tmp_path / "look.py").write_text("open('data.bin')")
    gates = f'gates: [{{name: data, run: "python3 {tmp_path}/look.py"}}]'
    folder = kit.repository(tmp_path / "r", gates, files={"a.py": kit.OLD, "data.bin": "x"})
    assert kit.told(folder)["batches"][0]["gates"][0]["passed"] is True


def test_a_support_module_that_breaks_a_gate_takes_what_needs_it_along(tmp_path):
    (tmp_path / "check.py").write_text("import sys\nsys.exit(any('error_handling' in name for name in sys.argv[1:]))\n")
    gates = f'gates: [{{name: none, run: "python3 {tmp_path}/check.py {{files}}"}}]'
    folder = kit.repository(tmp_path / "r", gates, files={"a/x.py": kit.BROAD}, rule="  - {id: broad-except}\n")
    done = kit.told(folder, expect=1)
    assert ([one["path"] for one in done["batches"][0]["set_aside"]], done["batches"][0]["commits"]) == (["a/x.py"], [])


def test_a_ledger_that_is_damaged_is_told(tmp_path):
    folder = poisoned(tmp_path / "r")
    kit.branch(folder, expect=1)
    ledger = folder / ".git" / "rewright" / "s.json"
    assert [one["path"] for one in json.loads(ledger.read_bytes())["aside"]] == ["b/m1.py"]
    ledger.write_text("{")
    refused = kit.branch(folder, expect=2)
    assert "s.json is damaged" in refused.stderr and "remove it" in refused.stderr


def test_what_a_gate_writes_or_commits_never_lands(tmp_path):
    script = "for name in a/m0.py b/m1.py; do echo '# gate' >> $name; done\necho 'x = 1' > new.py\n"
    script += "git commit -qam 'a gate commits'\ngit switch -qC gate\nrm .git\n"
    (tmp_path / "gate.sh").write_text(script + "true\n")
    folder = kit.repository(
        tmp_path / "r", f'budget: {{files: 1}}, gates: [{{name: writes, run: "sh {tmp_path}/gate.sh"}}]', count=3
    )
    kit.branch(folder, "--all", "--blame-ignore-revs")
    assert [one for one in kit.commits(folder) if one.startswith("rename")] == ["rename: 1 change in 1 file"] * 3
    assert "a gate commits" not in kit.commits(folder) and "# gate" not in kit.text(folder, "b/m1.py")
    assert vcs_kit.git(folder, "ls-tree", "refactor/s", "new.py") == ""


TWO = (
    "  - {id: rename, codemod: " + kit.RENAME + "}\n"
    "  - {id: other, codemod: rename-exception, options: {from: KeyError, to: clients.errors.Missing}}\n"
)
BOTH = kit.OLD + kit.OLD.replace("ConnectionError", "KeyError")


def test_a_rule_that_was_set_aside_is_not_tried_again_for_what_another_rule_wrote(tmp_path):
    files = {"a.py": BOTH, "b.py": BOTH + "POISON = 1\n"}
    gates = GATES.replace("../check.py", str(tmp_path / "check.py"))
    (tmp_path / "check.py").write_text(CHECK)
    folder = kit.repository(tmp_path / "r", f"granularity: file, {gates}", files, rule=TWO)
    done = kit.told(folder, expect=1)
    made = [(one["rule"], one["label"]) for one in done["batches"][0]["commits"]]
    assert made == [("rename", "a.py"), ("other", "a.py"), ("other", "b.py")]
    assert [(one["rule"], one["path"]) for one in done["batches"][0]["set_aside"]] == [("rename", "b.py")]
    again = kit.told(folder)
    assert (again["batches"][0]["commits"], again["set_aside_before"]) == ([], ["b.py"])
    assert "Set aside before: 1 file; --retry tries again." in kit.branch(folder).stdout


def test_the_second_rule_is_set_aside_and_the_first_lands(tmp_path):
    check = "import sys\nsys.exit(any('POISON' in (t := open(n).read()) and 'Missing' in t for n in sys.argv[1:]))\n"
    (tmp_path / "check.py").write_text(check)
    folder = kit.repository(
        tmp_path / "r",
        f"granularity: file, {GATES.replace('../check.py', str(tmp_path / 'check.py'))}",
        {"a.py": BOTH, "b.py": BOTH + "POISON = 1\n"},
        rule=TWO,
    )
    made = [(one["rule"], one["label"]) for one in kit.told(folder, expect=1)["batches"][0]["commits"]]
    assert made == [("rename", "a.py"), ("rename", "b.py"), ("other", "a.py")]
    assert "Nothing landed." in kit.branch(folder).stdout
    assert kit.rewright(folder, "sprints", "--jobs", "1").stdout.splitlines()[1].split()[-1] == "1"


def test_an_error_in_a_later_batch_says_what_landed_before_it(tmp_path):
    folder = kit.repository(tmp_path / "r", "budget: {files: 1}", count=2)
    (folder / "b" / "m1.py").write_text("edited = 1\n")
    refused = kit.branch(folder, "--all", expect=2).stderr
    assert "b/m1.py: edited and not committed" in refused
    assert "What landed before that stays: 1 commit on refactor/s" in refused
    assert len(kit.commits(folder)) == 1


def test_ctrl_c_in_the_middle_leaves_nothing(tmp_path):
    marker = tmp_path / "started"
    (tmp_path / "gate.sh").write_text(f"touch {marker}\nsleep 60\n")
    folder = kit.repository(tmp_path / "r", f'gates: [{{name: slow, run: "sh {tmp_path}/gate.sh"}}]', count=1)
    before = vcs_kit.snapshot(folder)
    command = [sys.executable, "-P", "-c", START, "branch", "--sprint", "s", "--jobs", "1"]
    environment = os.environ | {"PYTHONPATH": str(REPO), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **pipes) as process:
        while not marker.exists() and process.poll() is None:
            time.sleep(0.02)
        assert "another run is at work" in kit.branch(folder, expect=2).stderr
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert (process.returncode, "Traceback" in said) == (130, False)
    assert vcs_kit.snapshot(folder) == before
    assert [path.name for path in (folder / ".git" / "rewright" / "worktrees").iterdir()] == [".s.lock"]
    assert not (folder / ".git" / "worktrees").exists()
