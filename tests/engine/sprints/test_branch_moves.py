"""`rewright branch` with a rule that moves a module: the files land in one commit, or wait together."""

import sprint_kit as kit
import vcs_kit

FILES = {
    "shop/__init__.py": "",
    "shop/prices.py": "VAT = 1\n",
    "shop/till.py": "from .prices import VAT\n",
    "app.py": "import shop.prices\nprint(shop.prices.VAT)\n",
    "z.py": kit.OLD,
}
MOVE = "  - {id: move, rope: {rename: shop.prices, to: costs}, message: Costs and no prices.}\n"
RENAME = "  - {id: rename, codemod: " + kit.RENAME + "}\n"


def changed(folder, commit):
    lines = vcs_kit.git(folder, "show", "-M", "--name-status", "--format=", commit).splitlines()
    return sorted(line.replace("\t", " ") for line in lines)


GATES = f"gates: [{{name: compiles, run: {kit.GATE!r}}}, {{name: runs, run: python3 app.py}}]"
MOVED = ["M app.py", "M shop/till.py", "R100 shop/prices.py shop/costs.py"]


def test_a_move_lands_whole_whatever_the_budget(tmp_path):
    folder = kit.repository(tmp_path / "r", f"budget: {{files: 1}}, {GATES}", FILES, rule=MOVE)
    done = kit.told(folder)
    assert done["complete"] is True and vcs_kit.git(folder, "status", "--porcelain") == ""
    assert changed(folder, "refactor/s") == MOVED
    message = vcs_kit.git(folder, "log", "-1", "--format=%B", "refactor/s")
    assert "- shop/prices.py: 1, moved to shop/costs.py\n" in message
    assert "Nothing is left of sprint s." in kit.branch(folder).stdout


def test_it_lands_beside_another_rule_and_in_folders(tmp_path):
    files = {**FILES, "shop/prices.py": kit.OLD + "VAT = 1\n"}
    folder = kit.repository(tmp_path / "r", "granularity: rule-and-directory", files, rule=RENAME + MOVE)
    assert kit.told(folder, "--all")["complete"] is True
    assert len([one for one in kit.commits(folder) if one.startswith("move: ")]) == 1
    assert "Unavailable" in kit.text(folder, "shop/costs.py")
    names = vcs_kit.git(folder, "ls-tree", "-r", "--name-only", "refactor/s").splitlines()
    assert "shop/prices.py" not in names and "shop/costs.py" in names


def test_a_rule_behind_the_move_finds_the_file_where_it_went(tmp_path):
    files = {**FILES, "shop/prices.py": kit.OLD + "VAT = 1\n"}
    folder = kit.repository(tmp_path / "r", "", files, rule=MOVE + RENAME)
    done = kit.told(folder)
    assert [one["files"] for one in done["batches"][0]["commits"]][1] == ["shop/costs.py", "z.py"]
    assert done["complete"] is True and "Nothing is left of sprint s." in kit.branch(folder).stdout


def test_a_package_does_not_leave_its_data_behind_on_a_branch_either(tmp_path):
    rule = MOVE.replace("shop.prices, to: costs", "shop, to: store")
    folder = kit.repository(tmp_path / "r", "", {**FILES, "shop/data.json": "{}"}, rule=rule)
    assert "'shop/data.json' would stay behind" in kit.branch(folder, expect=2).stderr
    assert kit.branches(folder) == ["main"]


def test_a_target_below_the_top_of_the_repository(tmp_path):
    below = {f"code/{path}": text for path, text in FILES.items()}
    folder = kit.repository(tmp_path / "r", "", below, rule=MOVE)
    (folder / "rules.yaml").rename(folder / "code" / "rules.yaml")
    (folder / "code/shop/prices.py").chmod(0o755)
    vcs_kit.git(folder, "add", "-A")
    vcs_kit.git(folder, "commit", "-qm", "below")
    kit.told(folder, "code")
    assert changed(folder, "refactor/s")[2] == "R100 code/shop/prices.py code/shop/costs.py"
    assert vcs_kit.git(folder, "ls-tree", "refactor/s", "code/shop/costs.py").startswith("100755")


def test_a_move_that_breaks_a_gate_is_set_aside_whole(tmp_path):
    files = {**FILES, "check.py": "import sys\nfrom pathlib import Path\nsys.exit(not Path('shop/prices.py').exists())\n"}
    folder = kit.repository(tmp_path / "r", "gates: [{name: there, run: python3 check.py}]", files, rule=RENAME + MOVE)
    done = kit.told(folder, expect=1)
    assert {one["path"] for one in done["batches"][0]["set_aside"]} == {"app.py", "shop/prices.py", "shop/till.py"}
    assert kit.commits(folder) == ["rename: 1 change in 1 file"]
    assert kit.text(folder, "shop/prices.py") == "VAT = 1\n"


def test_a_refreshed_branch_moves_again(tmp_path):
    folder = kit.repository(tmp_path / "r", "", FILES, rule=MOVE)
    kit.told(folder)
    vcs_kit.write(folder, {"shop/prices.py": b"VAT = 2\n"})
    vcs_kit.git(folder, "add", "-A")
    vcs_kit.git(folder, "commit", "-qm", "more")
    kit.branch(folder, "--refresh")
    name = "refactor/s-g2"
    assert kit.text(folder, "shop/costs.py", name) == "VAT = 2\n"
    assert kit.commits(folder, name) == ["move: 3 changes in 3 files"]


def test_a_file_that_lies_untracked_where_one_moves_to_is_in_the_way(tmp_path):
    folder = kit.repository(tmp_path / "r", "", FILES, rule=MOVE)
    vcs_kit.write(folder, {"shop/costs.py": b"mine\n"})
    said = kit.branch(folder, expect=2).stderr
    assert "shop/costs.py: there and not tracked" in said
    assert kit.branches(folder) == ["main"]
