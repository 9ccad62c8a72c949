"""Gates on the branch: a commit that breaks one is found and set aside, and what lands is what was tested."""

import json

import sprint_kit as kit
import vcs_kit

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
    assert "Nothing landed." in done.stdout and "set aside: a/m0.py (rename): gate clean: failed" in done.stdout
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
