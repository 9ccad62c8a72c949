"""`rewright explain FILE:LINE`: the derivation of one site, and what is said where there is none."""

import shutil
from pathlib import Path

import kit
import pytest
from click.testing import CliRunner

from cli import cli
from engine import catalogue
from engine.model import RewrightError

RULES = str(kit.REPO / "rules.yaml")


@pytest.fixture
def target(tmp_path):
    shutil.copytree(kit.FIXTURES / "broad-except" / "cannot-be-named" / "before", tmp_path / "target")
    return tmp_path / "target"


def explain(*arguments):
    return CliRunner().invoke(cli, ["explain", *arguments, "--rules", RULES, "--no-cache"], catch_exceptions=True)


def lines(result):
    assert result.exit_code == 0, (result.output, result.exception)
    return [line.strip() for line in result.output.splitlines()]


def test_a_narrowed_site_tells_its_call_its_project_function_and_its_rewrite(target):
    told = lines(explain(f"{target}/a.py:20"))
    assert told[0] == "a.py:20: broad-except"
    assert "kind:        fallback" in told
    assert any(line.startswith("rewrite:") and "net.Lost only" in line and line.endswith("[unsafe]") for line in told)
    assert "net.Lost from net.ask() at line 19: net.py:14 def ask" in told


def test_a_kept_site_tells_why_and_what_was_inferred_all_the_same(target):
    told = "\n".join(lines(explain(f"{target}/a.py:27")))
    assert "inferred name cannot be named here: OSError" in told
    assert "OSError from open() at line 26: https://docs.python.org/" in told


def test_a_line_in_the_tried_body_leads_to_its_handlers(target):
    assert lines(explain(f"{target}/a.py:19"))[0] == "a.py:20: broad-except"
    assert lines(explain(f"{target}/a.py:21"))[0] == "a.py:20: broad-except"


def test_a_skip_tells_its_reason_and_what_is_unknown(target):
    (target / "d.py").write_text(
        "def f(x):\n    try:\n        x.frob()\n    except Exception:\n        return 1\n    finally:\n        x()\n"
    )
    told = lines(explain(f"{target}/d.py:4"))
    assert any(line.startswith("skipped:     finally: ") for line in told)
    assert "unknown:     x.frob() at line 3" in told


def test_no_site_names_the_nearest(target):
    result = explain(f"{target}/a.py:1")
    assert isinstance(result.exception, RewrightError) and "the nearest sites are at lines 13, 20, 27" in str(result.exception)
    result = explain(f"{target}/net.py:1")
    assert isinstance(result.exception, RewrightError) and "the file has no site at all" in str(result.exception)


def test_a_file_that_is_not_there_and_a_rule_that_is_not(target):
    assert "no such file" in str(explain(f"{target}/gone.py:3").exception)
    assert "did you mean 'broad-except'" in str(explain("broad-exept").exception)
    assert "What it does" in "\n".join(lines(explain("broad-except")))


def test_a_file_that_does_not_parse_is_told_as_it_fails(target):
    (target / "bad.py").write_text("def f(:\n    pass\n")
    told = lines(explain(f"{target}/bad.py:1"))
    assert any(line.startswith("fails:       syntax-error") for line in told)


def test_inner_tries_come_first(target):
    inner = "        try:\n            open(p)\n        except Exception:\n            p.x()\n"
    text = f"def f(p):\n    try:\n{inner}    except Exception:\n        p.y()\n"
    (target / "e.py").write_text(text)
    assert lines(explain(f"{target}/e.py:4"))[0] == "e.py:5: broad-except"
    assert lines(explain(f"{target}/e.py:6"))[0] == "e.py:5: broad-except"
    assert lines(explain(f"{target}/e.py:8"))[0] == "e.py:7: broad-except"


def test_the_target_is_the_repository_around_the_file(tmp_path, monkeypatch):
    file = tmp_path / "repo" / "pkg" / "a.py"
    file.parent.mkdir(parents=True)
    file.touch()
    monkeypatch.chdir(tmp_path)
    assert catalogue.root_of(file) == Path.cwd()
    (tmp_path / "repo" / ".git").mkdir()
    assert catalogue.root_of(file) == tmp_path / "repo"
    monkeypatch.chdir("/")
    (tmp_path / "repo" / ".git").rmdir()
    assert catalogue.root_of(file) in (Path("/"), file.parent)


def test_what_is_no_place_is_a_rule():
    assert catalogue.place_in("broad-except") is None
    assert catalogue.place_in(f"{RULES}:3") == (Path(RULES), 3)
