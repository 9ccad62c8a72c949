"""Reports of plans that move files: each move told once, with both paths, and as a rename that git takes."""

import os
import subprocess

from fault_kit import of
from kit import plan
from move_kit import AFTER, FILES, bytes_of, moving, target

from engine.forge.published import Published, with_plan
from engine.model import Change
from engine.report import View, render
from engine.report.text_diffs import render_change


def test_git_apply_of_the_patch_is_what_apply_does(tmp_path):
    made = plan(target(tmp_path / "one"), [moving()])
    patch = "".join(render(made, "patch", View())).encode("utf-8", "surrogateescape")
    assert b"similarity index 100%\nrename from shop/prices.py\nrename to shop/costs.py\n" in patch
    other = target(tmp_path / "two")
    (other / "shop/prices.py").chmod(0o755)
    for way, result in (("--apply", AFTER), ("--reverse", FILES)):
        command = ["git", "-c", "core.autocrlf=false", "apply", way, "-"]
        subprocess.run(command, cwd=other, input=patch, check=True, capture_output=True)
        assert bytes_of(other) == result
    assert os.access(other / "shop/prices.py", os.X_OK)


def test_every_report_names_both_paths(tmp_path):
    root = target(tmp_path, **{"shop/prices.py": b"# prices\nVAT = 1\n"})
    made = plan(root, [moving()])
    text = "".join(render(made, "text", View()))
    assert "shop/prices.py -> shop/costs.py  moved, +1 -1\n" in text and "2 files changed, 1 moved." in text
    assert "rewright undo" in text
    lines = "".join(render(made, "jsonl", View())).splitlines()
    assert sum('"moves_to": "shop/costs.py"' in line for line in lines) == 1
    assert '"files_changed": 2, "files_created": 0, "files_moved": 1, "files_removed": 0' in lines[-1]
    assert '"moves_to": "shop/costs.py"' in "".join(render(made, "json", View()))


def test_the_text_of_a_file_that_only_moves(tmp_path):
    text = "".join(render(plan(target(tmp_path), [moving()]), "text", View()))
    assert "shop/prices.py -> shop/costs.py  moved, iso-8859-1\n  safe mover line 1" in text


def test_one_change_by_itself_names_where_its_file_goes(tmp_path):
    made = plan(target(tmp_path, **{"shop/prices.py": b"# prices\nVAT = 1\n"}), [moving()])
    (change,) = of(made, "shop/prices.py", Change)
    shown = list(render_change(change, made, View()))
    assert shown[0] == "shop/prices.py  moves to shop/costs.py" and "  1     |-# prices" in shown


def test_the_description_of_a_pull_request_counts_both_paths(tmp_path):
    made = plan(target(tmp_path, **{"shop/prices.py": b"# prices\nVAT = 1\n"}), [moving()])
    (row,) = with_plan(Published("s", "s", "b", "main"), made, {}).rules
    assert row.files == ("app.py", "shop/costs.py", "shop/prices.py", "shop/tills.py")
    assert row.example is not None and row.example.path != "shop/costs.py"
