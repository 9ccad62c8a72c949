"""`rewright branch` on real repositories: batches land one by one, and nothing else in the repository changes."""

import pytest
import sprint_kit as kit
import vcs_kit


def test_batches_land_one_by_one_and_the_checkout_stays_as_it_is(tmp_path):
    folder = kit.repository(tmp_path / "r", "budget: {files: 2}")
    before = vcs_kit.snapshot(folder)
    first = kit.told(folder)
    assert [one["files"] for one in first["batches"][0]["commits"]] == [["a/m0.py", "a/m2.py"]]
    assert (first["complete"], first["generation"]) == (False, 1)
    made = vcs_kit.snapshot(folder)
    news = {path for path in made if path not in before}
    assert {path.rpartition(".git/")[2] for path in news} == {"refs/heads/refactor/s", "logs/refs/heads/refactor/s"}
    assert {path: made[path] for path in before if not path.endswith("/heads")} == {
        path: before[path] for path in before if not path.endswith("/heads")
    }
    assert kit.told(folder)["complete"] is False
    last = kit.told(folder)
    assert (last["complete"], [one["files"] for one in last["batches"][0]["commits"]]) == (True, [["b/m3.py"]])
    again = kit.branch(folder)
    assert "Nothing landed. Nothing is left of sprint s." in again.stdout
    assert kit.commits(folder) == [
        "rename: 2 changes in 2 files",
        "rename: 2 changes in 2 files",
        "rename: 1 change in 1 file",
    ]
    assert "Unavailable" in kit.text(folder, "b/m3.py")
    assert vcs_kit.leftovers(vcs_kit.open_repository(folder)) in ([], ["rewright/worktrees/.s.lock"])


def test_all_batches_at_once(tmp_path):
    folder = kit.repository(tmp_path / "r", "budget: {files: 2}")
    done = kit.told(folder, "--all")
    assert (done["complete"], len(done["batches"])) == (True, 3)
    assert len(kit.commits(folder)) == 3


def test_a_batch_of_changes(tmp_path):
    files = {"one.py": kit.OLD, "three.py": kit.OLD * 3, "two.py": kit.OLD * 2}
    folder = kit.repository(tmp_path / "r", "budget: {changes: 4}", files)
    done = kit.told(folder, "--all")
    assert [sum(one["changes"] for one in batch["commits"]) for batch in done["batches"]] == [4, 2]


def test_the_first_file_fits_whatever_the_budget(tmp_path):
    folder = kit.repository(tmp_path / "r", "budget: {changes: 1}", {"three.py": kit.OLD * 3})
    assert kit.told(folder)["complete"] is True


def test_what_a_commit_says(tmp_path):
    folder = kit.repository(tmp_path / "r", "granularity: file", count=1)
    kit.branch(folder)
    said = vcs_kit.git(folder, "log", "-1", "--format=%B", "refactor/s")
    base = vcs_kit.git(folder, "rev-parse", "main")
    lines = said.splitlines()
    assert lines[:4] == ["rename: 1 change in a/m0.py", "", "Ours raises another.", ""]
    assert "1 change: 1 unsafe (to be read)." in lines and "- a/m0.py: 1" in lines
    assert lines[-5:-1] == [
        "Rewright-Rule: rename",
        "Rewright-Sprint: s",
        "Rewright-Changes: safe=0 unsafe=1",
        f"Rewright-Base: {base}",
    ]
    assert lines[-1].startswith("Rewright-Plan: ") and len(lines[-1].split()[1]) == 16
    assert all(len(line) <= 72 for line in lines[:-5])


@pytest.mark.parametrize(
    ("granularity", "labels"),
    [
        ("rule", ["all"]),
        ("rule-and-directory", ["a/", "b/"]),
        ("rule-and-owner", ["@org/b", "nobody"]),
        ("file", ["a/m0.py", "a/m2.py", "b/m1.py"]),
    ],
)
def test_granularity(tmp_path, granularity, labels):
    folder = kit.repository(tmp_path / "r", f"granularity: {granularity}", count=3)
    vcs_kit.write(folder, {".github/CODEOWNERS": b"/b/ @org/b\n"})
    vcs_kit.git(folder, "add", "-A")
    vcs_kit.git(folder, "commit", "-qm", "owners")
    assert [one["label"] or "all" for one in kit.told(folder)["batches"][0]["commits"]] == labels


def test_a_shard_of_one_owner(tmp_path):
    folder = kit.repository(tmp_path / "r", 'code-owners: ["@org/b"]', count=4)
    vcs_kit.write(folder, {"CODEOWNERS": b"* @org/a\n/b/ @org/b\n"})
    vcs_kit.git(folder, "add", "-A")
    vcs_kit.git(folder, "commit", "-qm", "owners")
    done = kit.told(folder)
    assert (done["complete"], done["batches"][0]["commits"][0]["files"]) == (True, ["b/m1.py", "b/m3.py"])


def test_two_rules_each_see_what_the_one_before_left(tmp_path):
    two = (
        "  - {id: first, codemod: rename-exception, options: {from: ConnectionError, to: clients.errors.Middle}}\n"
        "  - {id: second, codemod: rename-exception, options: {from: clients.errors.Middle, to: clients.errors.Last}}\n"
    )
    folder = kit.repository(tmp_path / "r", count=2, rule=two)
    done = kit.told(folder)
    assert [one["rule"] for one in done["batches"][0]["commits"]] == ["first", "second"]
    tip, middle = kit.text(folder, "a/m0.py"), kit.text(folder, "a/m0.py", "refactor/s~1")
    assert "Last" in tip and "Middle" in middle and "Last" not in middle


def test_support_modules_are_a_commit_of_their_own(tmp_path):
    folder = kit.repository(tmp_path / "r", files={"a/x.py": kit.BROAD, "b/y.py": kit.BROAD}, rule="  - {id: broad-except}\n")
    done = kit.told(folder)
    assert [one["label"] for one in done["batches"][0]["commits"]] == ["support", ""]
    assert kit.commits(folder)[0] == "broad-except: add common_utils/error_handling.py"
    assert kit.text(folder, "common_utils/__init__.py")


def test_a_sprint_overrides_options(tmp_path):
    sprint = "options: {broad-except: {style: narrow}}"
    folder = kit.repository(tmp_path / "r", sprint, files={"a/x.py": kit.BROAD}, rule="  - {id: broad-except}\n")
    kit.branch(folder)
    assert "except OSError:" in kit.text(folder, "a/x.py")


def test_changes_of_one_rewrite_stay_in_one_commit(tmp_path):
    cycle = {
        "p/__init__.py": "",
        "p/a.py": "from p import b\n\n\ndef f():\n    return b.g()\n",
        "q/__init__.py": "",
        "p/b.py": "from p import a\n\n\ndef g():\n    return a.f\n",
    }
    folder = kit.repository(tmp_path / "r", "granularity: file, budget: {files: 1}", cycle, rule="  - {id: import-cycle}\n")
    done = kit.told(folder)
    assert done["complete"] is True
    assert len(done["batches"][0]["commits"]) == 1


def test_a_target_below_the_top(tmp_path):
    folder = kit.repository(
        tmp_path / "r", "granularity: rule-and-directory", files={"sub/x/m.py": kit.OLD, "other/m.py": kit.OLD}
    )
    (folder / "rules.yaml").rename(folder / "sub" / "rules.yaml")
    vcs_kit.git(folder, "add", "-A")
    vcs_kit.git(folder, "commit", "-qm", "moved")
    done = kit.told(folder / "sub")
    assert [one["label"] for one in done["batches"][0]["commits"]] == ["x/"]
    assert vcs_kit.git(folder, "diff", "--name-only", "main", "refactor/s") == "sub/x/m.py"


def test_crlf_files_keep_their_lines(tmp_path):
    folder = tmp_path / "r"
    files = {".gitattributes": "*.py text eol=crlf\n", "a.py": kit.OLD.replace("\n", "\r\n")}
    kit.repository(folder, files=files)
    before = vcs_kit.snapshot(folder)
    kit.branch(folder)
    assert {**before, **vcs_kit.snapshot(folder)}["status"] == before["status"]
    numbers = vcs_kit.git(folder, "diff", "--numstat", "main", "refactor/s").split()
    assert numbers[:2] == ["4", "1"]  # an import with its blank lines, and the handler


def test_a_dry_run_commits_and_tests_and_leaves_nothing(tmp_path):
    folder = kit.repository(tmp_path / "r", f'gates: [{{name: compiles, run: "{kit.GATE}"}}]')
    before = vcs_kit.snapshot(folder)
    done = kit.branch(folder, "--dry-run")
    assert "dry run" in done.stdout and "gate compiles: passed" in done.stdout
    assert vcs_kit.snapshot(folder) == before


def test_commits_are_named_for_git_blame(tmp_path):
    folder = kit.repository(tmp_path / "r", count=1)
    done = kit.told(folder, "--blame-ignore-revs")
    listed = kit.text(folder, ".git-blame-ignore-revs")
    assert listed == f"# rename\n{done['batches'][0]['commits'][0]['commit']}\n"
    assert vcs_kit.git(folder, "rev-parse", "refactor/s") == done["tip"]


# -- sprints that wait -----------------------------------------------------------------------

BEFORE = "  - {id: before, rules: [rename], branch: refactor/before, applicability: unsafe, paths: [a/]}\n"


def waiting(folder):
    return kit.repository(folder, "depends-on: [before], paths: [b/]", count=2, more=BEFORE)


def test_a_sprint_waits_for_the_one_that_it_depends_on(tmp_path):
    folder = waiting(tmp_path / "r")
    refused = kit.branch(folder, expect=2)
    assert "sprint 's' depends on 'before', which is not done in the base" in refused.stderr
    kit.branch(folder, name="before")
    kit.branch(folder, expect=2)
    vcs_kit.git(folder, "merge", "-q", "--no-ff", "-m", "merged", "refactor/before")
    kit.branch(folder)
    assert kit.branches(folder) == ["main", "refactor/before", "refactor/s"]


def test_a_squashed_merge_counts(tmp_path):
    folder = waiting(tmp_path / "r")
    kit.branch(folder, name="before")
    vcs_kit.git(folder, "merge", "-q", "--squash", "refactor/before")
    vcs_kit.git(folder, "commit", "-qm", "squashed")
    vcs_kit.git(folder, "branch", "-qD", "refactor/before")
    kit.branch(folder)
    assert "refactor/s" in kit.branches(folder)


def test_a_merged_branch_goes_on_from_the_base(tmp_path):
    folder = kit.repository(tmp_path / "r", "budget: {files: 2}")
    kit.branch(folder)
    vcs_kit.git(folder, "merge", "-q", "--no-ff", "-m", "merged", "refactor/s")
    main = vcs_kit.git(folder, "rev-parse", "main")
    done = kit.told(folder)
    assert (done["base"], done["generation"]) == (main, 1)
    assert len(kit.commits(folder)) == 1 and vcs_kit.git(folder, "rev-parse", "refactor/s~1") == main
    assert kit.told(folder, "--all")["complete"] is True
    assert len(kit.commits(folder)) == 2


def test_a_sprint_that_is_merged_in_part_is_not_done(tmp_path):
    folder = kit.repository(
        tmp_path / "r", "depends-on: [before], paths: [b/]", count=4, more=BEFORE.replace("paths", "budget: {files: 1}, paths")
    )
    kit.branch(folder, name="before")
    vcs_kit.git(folder, "merge", "-q", "refactor/before")
    assert "depends on 'before'" in kit.branch(folder, expect=2).stderr
