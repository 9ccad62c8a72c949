"""flake8's E900, run by flake8 itself."""

import ast
import json
import subprocess
import sys
import tokenize

import pytest
from kit import FIXTURES, REPO, bound, plan

from engine.model import Failure
from rewright.flake8_plugin import BroadExcept

AGENTS = FIXTURES / "agents"
REPORT = "--format=%(path)s:%(row)d:%(col)d %(code)s"


def run(argv, cwd):
    return subprocess.run([str(part) for part in argv], cwd=cwd, capture_output=True, check=False, text=True, timeout=120)


def flake8(cwd, *arguments):
    """`python -m flake8` in a folder: that folder comes first on sys.path, so its modules hide ours if we asked for any."""
    done = run([sys.executable, "-m", "flake8", "--isolated", "-j1", *arguments, "."], cwd)
    assert done.stderr == "" and done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def sites(text, lines=None):
    """line:column of what the plugin reports."""
    found = BroadExcept(ast.parse(text), lines if lines is not None else text.splitlines(True)).run()
    return [f"{line}:{column}" for line, column, _, _ in found]


def handler(caught, body="pass"):
    return f"try:\n    work()\n{caught}:\n    {body}\n"


@pytest.mark.parametrize(
    "caught",
    [
        "except",
        "except Exception",
        "except Exception as e",
        "except BaseException",
        "except (Exception)",
        "except (ValueError, Exception)",
        "except (BaseException,) as e",
        "except builtins.Exception",
        "except (OSError, builtins.BaseException)",
        "except* Exception",
    ],
)
def test_broad(caught):
    assert sites(handler(caught)) == ["3:0"]


@pytest.mark.parametrize(
    "caught",
    [
        "except ValueError",
        "except (OSError, ValueError)",
        "except ()",
        "except errors.Exception",
        "except Exception.subclass",
        "except exceptions",
        "except ExceptionGroup",
        "except* OSError",
    ],
)
def test_narrow(caught):
    assert sites(handler(caught)) == []


def test_a_handler_that_raises_again_is_broad_too():
    assert sites(handler("except Exception", "raise")) == ["3:0"]


def test_safe_executor_may_name_exception():
    block = "with SafeExecutor(logger, recoverable=(Exception,)) as attempt:\n    work()\nif attempt.failed:\n    stop()\n"
    assert sites(block) == []
    inside = block.replace("    work()\n", "    try:\n        work()\n    except Exception:\n        pass\n")
    assert sites(inside) == ["4:4"]


def test_our_support_module_is_left_alone():
    text = (REPO / "codemods" / "support" / "error_handling.py").read_text("utf-8")
    assert sites(text) == []
    first, _, rest = text.partition("\n")
    assert first.startswith("# rewright-support:") and sites("\n" + rest) != []


def test_a_file_without_lines():
    assert sites("", []) == []


def test_the_message_says_what_to_do():
    for caught, told in [("except", "bare except"), ("except (OSError, Exception)", "`except (..., Exception, ...)`")]:
        ((_, _, message, _),) = BroadExcept(ast.parse(handler(caught)), ["x\n"]).run()
        assert message.startswith(f"E900 {told} ") and "name what can go wrong" in message and "SafeExecutor" in message


def test_flake8_finds_the_plugin_and_reports_without_being_asked(tmp_path):
    assert "rewright: " in run([sys.executable, "-m", "flake8", "--version"], tmp_path).stdout
    (tmp_path / "a.py").write_text(handler("except Exception"))
    assert any("E900" in line for line in flake8(tmp_path))


def test_noqa(tmp_path):
    text = handler("except Exception") + handler("except Exception").replace(":\n    pass", ":  # noqa: E900\n    pass")
    (tmp_path / "a.py").write_text(text + handler("except").replace(":\n    pass", ":  # noqa: E501\n    pass"))
    assert flake8(tmp_path, "--select=E900", REPORT) == ["./a.py:3:1 E900", "./a.py:11:1 E900"]


def test_inside_a_target_that_has_our_names(tmp_path):
    for name in ("engine/__init__.py", "codemods/__init__.py", "cli.py", "libcst.py", "yaml.py", "click.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("raise SystemExit('the target was imported')\n")
    (tmp_path / "agent.py").write_text(handler("except Exception as e", "print(e)"))
    assert run([sys.executable, "-c", "import engine"], tmp_path).returncode == 1  # the trap would spring
    assert flake8(tmp_path, "--select=E900", REPORT) == ["./agent.py:3:1 E900"]


def test_imports_nothing_but_the_standard_library():
    program = (
        f"import sys; sys.path.append({str(REPO)!r}); import rewright.flake8_plugin, json; print(json.dumps(sorted(sys.modules)))"
    )
    done = run([sys.executable, "-I", "-S", "-c", program], REPO)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert loaded - set(sys.stdlib_module_names) - {"__main__"} == {"rewright"}


def test_agrees_with_broad_except_on_the_agents():
    items = plan(AGENTS, [bound("broad-except")]).items
    ours = sorted(f"./{one.site.path}:{one.site.line}:{one.site.column} E900" for one in items if not isinstance(one, Failure))
    assert len(ours) > 50
    assert sorted(flake8(AGENTS, "--select=E900", REPORT)) == ours


BEFORE = sorted(path.relative_to(FIXTURES).as_posix() for path in (FIXTURES / "broad-except").glob("*/before"))
# Who reads a file without resolving its names takes an alias of Exception for narrow, and another class of that name for broad.
DIFFERENT = {"broad-except/what-is-broad/before": {("a.py", 8), ("b.py", 8)}}


@pytest.mark.parametrize("folder", BEFORE)
def test_agrees_with_broad_except_on_its_fixtures(folder):
    root = FIXTURES / folder
    items = plan(root, [bound("broad-except")]).items
    unread = {one.site.path for one in items if isinstance(one, Failure)}
    ours = {(one.site.path, one.site.line) for one in items if one.rule == "broad-except" and one.site.path not in unread}
    theirs = set()
    for file in sorted(root.rglob("*.py")):
        name = file.relative_to(root).as_posix()
        if name not in unread:
            with tokenize.open(file) as stream:
                lines = stream.readlines()
            theirs |= {(name, line) for line, *_ in BroadExcept(ast.parse("".join(lines)), lines).run()}
    assert theirs ^ ours == DIFFERENT.get(folder, set())
