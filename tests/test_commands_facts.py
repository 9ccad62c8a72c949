"""`rewright facts imports`: the graph as JSON, as Mermaid and as a page, of files that are read and never imported."""

import json
import re

from test_cli import rewright, tree


def cycle(tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("")
    (tmp_path / "pkg" / "a.py").write_text("import pkg.b\nraise SystemExit('imported')\n\n\ndef f():\n    return pkg.b.g()\n")
    (tmp_path / "pkg" / "b.py").write_text("from pkg import a\n\n\ndef g():\n    return a\n")
    return tmp_path


def test_the_graph_as_json(tmp_path):
    done = rewright(cycle(tmp_path), "facts", "imports", "--format", "json", expect=0)
    known = json.loads(done.stdout)
    assert known["components"] == [["pkg/a.py", "pkg/b.py"]]
    assert {(edge["source"], edge["target"]) for edge in known["edges"]} >= {("pkg/a.py", "pkg/b.py"), ("pkg/b.py", "pkg/a.py")}
    assert len(known["plans"]) == 1
    assert "1 cycle\n" in done.stderr


def test_a_picture_of_the_cycles(tmp_path):
    before = tree(cycle(tmp_path))
    assert rewright(tmp_path, "facts", "imports", expect=0).stdout.startswith(("flowchart", "graph"))
    assert tree(tmp_path) == before


def test_a_page_that_works_offline(tmp_path):
    (cycle(tmp_path) / "pkg" / "c.py").write_text("def f(:\n")
    before = tree(tmp_path)
    done = rewright(tmp_path, "facts", "imports", "--format", "html", "--output", "../page.html", expect=0)
    text = (tmp_path.parent / "page.html").read_text("utf-8")
    (tmp_path.parent / "page.html").unlink()
    assert done.stdout == "" and tree(tmp_path) == before
    assert text.startswith("<!DOCTYPE html>") and text.endswith("</html>\n") and f"Imports of {tmp_path.name}" in text
    assert "Cycle 1: 2 modules" in text and "Planned cuts" in text
    assert "pkg/c.py:1: syntax-error" in text and "its imports are not known" in text
    assert not re.search(r"""(src|href)=["'](?!#)""", text)


def test_fault_92_a_hostile_path_is_text_in_the_page(tmp_path):
    name = "<img src=x onerror=alert(1)>"
    (cycle(tmp_path) / "pkg").rename(tmp_path / name)
    for file in (tmp_path / name).glob("*.py"):
        file.write_text(file.read_text().replace("from pkg import", "from . import").replace("import pkg.b", "from . import b"))
    text = rewright(tmp_path, "facts", "imports", "--format", "html", expect=0).stdout
    assert "Cycle 1: 2 modules" in text and "<img" not in text and "&lt;img src=x onerror=alert(1)&gt;" in text


def test_a_file_that_does_not_parse_is_told(tmp_path):
    (cycle(tmp_path) / "pkg" / "c.py").write_text("def f(:\n")
    assert "1 file could not be read" in rewright(tmp_path, "facts", "imports", expect=0).stderr


def test_the_rule_must_be_there(tmp_path):
    (cycle(tmp_path) / "rules.yaml").write_text("version: 1\nrules:\n  - id: broad-except\n")
    assert "add `- id: import-cycle`" in rewright(tmp_path, "facts", "imports", expect=2).stderr
