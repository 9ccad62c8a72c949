"""What `rewright branch` plans from, and what it says where that is not all."""

import sprint_kit as kit
import vcs_kit
from test_cli import REPO


def test_names_for_git_blame_go_onto_those_that_are_there(tmp_path):
    files = {"a.py": kit.OLD, "b.py": kit.OLD, ".git-blame-ignore-revs": "# earlier\n"}
    folder = kit.repository(tmp_path / "r", "budget: {files: 1}", files)
    kit.branch(folder, "--blame-ignore-revs")
    last = kit.told(folder, "--blame-ignore-revs")["batches"][0]["commits"][0]["commit"]
    lines = kit.text(folder, ".git-blame-ignore-revs").splitlines()
    assert (lines[0], len(lines), lines[-1]) == ("# earlier", 5, last)


def test_rules_run_in_the_order_of_rules_yaml(tmp_path):
    two = (
        "  - {id: first, codemod: rename-exception, options: {from: ConnectionError, to: clients.errors.Middle}}\n"
        "  - {id: second, codemod: rename-exception, options: {from: clients.errors.Middle, to: clients.errors.Last}}\n"
    )
    folder = kit.repository(tmp_path / "r", count=1, rule=two)
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("[first, second]", "[second, first]"))
    assert [one["rule"] for one in kit.told(folder)["batches"][0]["commits"]] == ["first", "second"]


def test_the_decisions_of_the_checkout_count_committed_or_not(tmp_path):
    folder = kit.repository(tmp_path / "r", count=2)
    kit.rewright(folder, "decide", "decline", "--all-in", "a/", "--rule", "rename", "--why", "a boundary", "--jobs", "1")
    assert vcs_kit.git(folder, "status", "--porcelain").startswith("?? .rewright")
    assert [one["files"] for one in kit.told(folder)["batches"][0]["commits"]] == [["b/m1.py"]]
    vcs_kit.write(folder, {"b/m1.py": b"# moved\n" + kit.OLD.encode()})
    vcs_kit.git(folder, "commit", "-qm", "the base moves", "b/m1.py")
    kit.rewright(folder, "decide", "decline", "--all-in", "b/", "--rule", "rename", "--why", "a boundary", "--jobs", "1")
    again = kit.told(folder, "--refresh")
    assert (again["batches"][0]["commits"], again["differences"]) == ([], [{"path": "b/m1.py", "kind": "gone"}])


def test_a_sprint_that_may_land_nothing_says_why(tmp_path):
    rule = "  - {id: rename, codemod: " + kit.RENAME + "}\n  - {id: told, codemod: broad-except, mode: report}\n"
    folder = kit.repository(tmp_path / "r", count=2, rule=rule, files={"a.py": kit.OLD, "b.py": kit.BROAD})
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text().replace("applicability: unsafe", "applicability: safe"))
    said = kit.branch(folder).stdout
    assert "1 unsafe change left out: `applicability: unsafe` lets the sprint hold them." in said
    assert "rule told changes nothing, as its mode is report." in said


def test_a_file_that_a_reviewer_edited_on_the_branch_is_planned_as_it_is_there(tmp_path):
    folder = kit.repository(tmp_path / "r", "budget: {files: 1}", count=4)
    kit.branch(folder)
    other = tmp_path / "review"
    vcs_kit.git(folder, "worktree", "add", "-q", str(other), "refactor/s")
    vcs_kit.write(other, {"a/m2.py": b"# read\n" + kit.OLD.encode()})
    vcs_kit.git(other, "rm", "-q", "b/m1.py")
    vcs_kit.git(other, "mv", "b/m3.py", "b/ m\N{SNOWMAN}.py")
    vcs_kit.git(other, "commit", "-qam", "a reviewer's")
    vcs_kit.git(folder, "worktree", "remove", "--force", str(other))
    files = [batch["commits"][0]["files"] for batch in kit.told(folder, "--all")["batches"]]
    assert files == [["a/m2.py"], ["b/ m\N{SNOWMAN}.py"]]
    assert kit.text(folder, "a/m2.py").startswith("# read\n")


def test_a_rewrite_that_reaches_out_of_the_shard_does_not_hide_what_comes_after_it(tmp_path):
    case = REPO / "fixtures" / "import-cycle" / "event" / "before" / "shop"
    cycle = {name: (case / name).read_text() for name in ("__init__.py", "mail.py", "orders.py")}
    files = {f"a{number}/{name}": text.replace("shop", f"a{number}") for number in range(2) for name, text in cycle.items()}
    files |= {f"n/m{number}.py": "" for number in range(64)} | {"z.py": kit.OLD}
    files |= {"CODEOWNERS": "* @b\n/a0/mail.py @a\n/a1/mail.py @a\n"}
    rule = "  - {id: import-cycle, options: {ways: [event]}}\n  - {id: rename, codemod: " + kit.RENAME + "}\n"
    folder = kit.repository(tmp_path / "r", 'budget: {files: 1}, code-owners: ["@b"]', files, rule=rule)
    done = kit.told(folder)
    assert [one["files"] for one in done["batches"][0]["commits"]] == [["z.py"]]
