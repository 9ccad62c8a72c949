"""Codemods of the user's: trusted or refused, run in workers, and held at arm's length."""

import json

import pytest
import tools_kit as kit

from engine.adapters import trust
from engine.model import Failure, RewrightError
from engine.parallel import Limits, Pool

HEAD = """\
from engine import Applicability, Change, Codemod, Option, Site, Skip, Span

"""
TAIL = """

CODEMOD = Codemod(name="loud", summary="Make it loud.", version=1, run_file=run_file, hints=b"quiet",
                  options=(Option("word", "str", "LOUD", "what to say"),))
"""
GOOD = """\
def run_file(source, project, options):
    start = source.text.find("quiet")
    if start >= 0:
        line, column = source.position(start)
        end = start + len("quiet")
        span = Span(source.path, start, end)
        edits = (source.edit(start, end, options["word"]),)
        yield Change(Site(source.path, line, column), "louder", Applicability.SAFE, edits, (span,))
"""
RULES = "version: 1\ncodemods: [mine]\nrules:\n- id: loud\n  include: ['*.txt.py', 'a*.py']\n"


def target(folder, body, rules=RULES, count=1):
    files = {f"a{number}.py": "quiet = 1\n" for number in range(count)}
    return kit.target(folder, {**files, "mine/loud.py": HEAD + body + TAIL, "rules.yaml": rules})


def test_a_codemod_plans_applies_and_is_done(tmp_path):
    root = target(tmp_path, GOOD, RULES + "  options: {word: HEY}\n")
    made = kit.plan(root)
    assert kit.said(made) == [("Change", "a0.py", 1, "louder")]
    assert kit.applied(root, made) == {"a0.py": "HEY = 1\n"}
    assert kit.plan(root).items == ()


def test_hints_may_be_a_function_of_the_options_that_is_asked_in_the_worker(tmp_path):
    body = GOOD + "\n\ndef hints(options):\n    return options['word'].encode()\n"
    root = kit.target(tmp_path, {"a1.py": "quiet = HEY = 1\n", "a2.py": "quiet = 2\n"})
    kit.target(
        root, {"mine/loud.py": HEAD + body + TAIL.replace('b"quiet"', "hints"), "rules.yaml": RULES + "  options: {word: HEY}\n"}
    )
    assert [item.site.path for item in kit.plan(root).items] == ["a1.py"]


def test_a_package_with_modules_of_its_own(tmp_path):
    inside = "from ._words import WORD\n" + HEAD + GOOD.replace('options["word"]', "WORD") + TAIL
    files = {
        "a.py": "quiet = 1\n",
        "mine/__init__.py": inside,
        "mine/_words.py": "WORD = 'inner'\n",
        "_words.py": "WORD = 'target'\n",
    }
    root = kit.target(tmp_path, {**files, "rules.yaml": RULES})
    assert kit.applied(root, kit.plan(root)) == {"a.py": "inner = 1\n"}


def test_nothing_runs_that_is_not_trusted_or_changed_since(tmp_path):
    mark = tmp_path / "ran"
    root = target(tmp_path / "t", f"open({str(mark)!r}, 'a')\n" + GOOD)
    with pytest.raises(RewrightError, match=r"mine/loud.py is not trusted, so it was not run.*`rewright trust`"):
        kit.load(root, trusted=False)
    assert not mark.exists()
    target(root, GOOD)
    done = kit.rewright(root, "trust", code=0)
    assert done.stdout.split()[0::2] == ["new", "mine/loud.py"]
    assert [rule.id for rule in kit.load(root, trusted=False).rules] == ["loud"]
    kit.rewright(root, "trust", "--check", code=0)
    (root / "mine/loud.py").write_text((root / "mine/loud.py").read_text() + "\n# x\n")
    with pytest.raises(RewrightError, match="has changed since it was trusted"):
        kit.load(root, trusted=False)
    kit.rewright(root, "trust", "--check", code=1)
    (root / "rules.lock").write_text("rubbish\n")
    assert "`rewright trust` writes it anew" in kit.rewright(root, "trust", "--check", code=2).stderr
    assert "it is written anew" in kit.rewright(root, "trust", code=0).stderr
    kit.rewright(root, "trust", "--check", code=0)


def test_a_script_of_a_tool_needs_trust_too(tmp_path):
    script = "from bowler import Query\nQuery().select_root().execute()\n"
    files = {"q.py": script, "rules.yaml": "version: 1\nrules:\n- id: q\n  bowler: q.py\n"}
    root = kit.target(tmp_path, files)
    with pytest.raises(RewrightError, match="q.py is not trusted"):
        kit.load(root, trusted=False)
    trust.write_lock(root, trust.hashes(trust.read_code(root, "q.py")))
    kit.load(root, trusted=False)


def test_the_command_line_refuses_trusts_and_stays_clean(tmp_path):
    body = "import os\nprint('at load')\nos.write(1, b'raw')\n" + GOOD.replace(
        "    start =", "    print('noise'); os.write(2, b'raw')\n    start =", 1
    )
    root = target(tmp_path, body)
    refused = kit.rewright(root, "scan", ".", "--no-cache", code=2)
    assert refused.stdout == "" and "mine/loud.py is not trusted" in refused.stderr
    done = kit.rewright(root, "scan", ".", "--no-cache", "--trust", "--output-format", "jsonl", "-j", "2", code=1)
    assert [(one["type"], one["path"]) for one in kit.items(done)] == [("change", "a0.py")]
    assert done.stderr == ""


def test_the_schema_for_editors_knows_the_codemods_that_are_trusted(tmp_path):
    root = target(tmp_path, GOOD)
    told = kit.rewright(root, "rules", "--schema", code=0)
    assert "loud" not in json.loads(told.stdout)["$defs"]["RuleModel"]["properties"]["codemod"]["enum"]
    assert "not in this schema" in told.stderr and "mine/loud.py is not trusted" in told.stderr
    kit.rewright(root, "trust", code=0)
    told = kit.rewright(root, "rules", "--schema", code=0)
    schema = json.loads(told.stdout)
    assert "loud" in schema["$defs"]["RuleModel"]["properties"]["codemod"]["enum"] and told.stderr == ""
    assert schema["$defs"]["options-loud"]["additionalProperties"] is False


BODIES = {
    "raises": ("    raise KeyError('x')\n    yield\n", "codemod-error", "mine/loud.py:4: KeyError: 'x'"),
    "exits": ("    import sys; sys.exit(0)\n    yield\n", "codemod-error", "mine/loud.py:4: SystemExit: 0"),
    "dies": ("    import os; os._exit(3)\n    yield\n", "crash", "exit code 3"),
    "hangs": ("    while True: pass\n    yield\n", "timeout", "took longer than 2 seconds"),
    "eats": ("    x = bytearray(4 << 30)\n    yield\n", "codemod-error", "MemoryError"),
    "connects": (
        "    import socket; socket.create_connection(('127.0.0.1', 9))\n    yield\n",
        "codemod-error",
        "may not open a connection",
    ),
    "starts": ("    import subprocess; subprocess.run(['true'])\n    yield\n", "codemod-error", "may not start a program"),
    "writes": ("    open(source.path + '.out', 'w')\n    yield\n", "codemod-error", "may not write files"),
    "draws": (
        "    import random\n    yield Skip(Site(source.path, 1), 'drawn', str(random.random()))\n",
        "not-deterministic",
        "says different things",
    ),
    "counts elsewhere": (
        "    import ast\n    ast.n = getattr(ast, 'n', 0) + 1\n    yield Skip(Site(source.path, 1), 'n', str(ast.n))\n",
        "not-deterministic",
        "says different things",
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_a_codemod_does_wrong_costs_the_file(name, tmp_path):
    body, reason, sentence = BODIES[name]
    root = target(tmp_path, "def run_file(source, project, options):\n" + body)
    with Pool(1, Limits(seconds=2, memory_mb=1500)) as pool:
        [failure] = kit.plan(root, runner=pool).items
    assert isinstance(failure, Failure) and failure.reason == reason and sentence in failure.message
    assert sorted(path.name for path in root.iterdir()) == [".git", "a0.py", "mine", "rules.yaml"]


def test_what_is_kept_in_globals_and_done_to_a_tree_reaches_no_other_file(tmp_path):
    body = (
        "SEEN = []\n\ndef run_file(source, project, options):\n    SEEN.append(source.path)\n    source.tree.body.clear()\n"
        "    yield Skip(Site(source.path, 1), 'seen', str(SEEN))\n"
    )
    root = target(tmp_path, body, count=3)
    made = kit.plan(root)
    assert [item.message for item in made.items] == [f"['a{number}.py']" for number in range(3)]
    with Pool(2, Limits()) as pool:
        assert kit.plan(root, runner=pool) == made


REFUSED = {
    "no codemod": ("def run_file(source, project, options): ...\n", "it has no CODEMOD"),
    "name taken": (HEAD + GOOD + TAIL.replace('"loud"', '"broad-except"'), "may not be called 'broad-except': the name is taken"),
    "bad name": (HEAD + GOOD + TAIL.replace('"loud"', '"Loud!"'), "may not be called 'Loud!'"),
    "hints that are text": (HEAD + GOOD + TAIL.replace('b"quiet"', "'quiet'"), "its hints are no bytes"),
    "syntax": ("def (:\n", "mine/loud.py:1: SyntaxError: "),
    "raises": ("raise OSError('at load')\n", "mine/loud.py:1: OSError: at load"),
    "exits": ("import sys; sys.exit('bye')\n", "mine/loud.py:1: SystemExit: bye"),
    "missing import": ("\nimport nowhere_at_all\n", "loud.py:2: ModuleNotFoundError: No module named 'nowhere_at_all'"),
    "imports the target": ("import a0\n", "No module named 'a0'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_codemod_is_refused_when_the_rule_file_is_read(name, tmp_path):
    text, sentence = REFUSED[name]
    root = kit.target(tmp_path, {"a0.py": "raise SystemExit\n", "mine/loud.py": text, "rules.yaml": RULES})
    with pytest.raises(RewrightError) as caught:
        kit.load(root)
    assert f"{root}/mine/loud.py:" in str(caught.value) and sentence in str(caught.value)


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ("nowhere", "is not there"),
        ("../mine", "leads out of the target"),
        ("/etc", "is absolute"),
        ("rules.yaml", "is no .py file"),
    ],
)
def test_a_path_that_holds_no_codemod_is_a_sentence(named, sentence, tmp_path):
    root = kit.target(tmp_path, {"rules.yaml": RULES.replace("mine", named)})
    with pytest.raises(RewrightError) as caught:
        kit.load(root)
    assert sentence in str(caught.value)


def test_a_lock_that_is_no_lock_is_a_sentence(tmp_path):
    root = kit.target(target(tmp_path, GOOD), {"rules.lock": "abc  mine/loud.py\n"})
    with pytest.raises(RewrightError, match=r"rules.lock:1: expected a SHA-256"):
        kit.load(root, trusted=False)


def test_what_a_codemod_raises_names_its_line_and_keeps_the_traceback(tmp_path):
    body = "def deep():\n    return int('x')\n\n\ndef run_file(source, project, options):\n    deep()\n    yield\n"
    [failure] = kit.plan(target(tmp_path, body)).items
    assert failure.message == "mine/loud.py:4: ValueError: invalid literal for int() with base 10: 'x'"
    assert 'File "mine/loud.py", line 8, in run_file' in failure.detail and failure.reason == "codemod-error"
    assert failure.detail.count("Traceback") == 1 and failure.detail.rstrip().endswith(failure.message.partition(": ")[2])


def test_a_line_is_named_in_the_module_of_a_package_and_above_what_a_library_raises(tmp_path):
    inside = "from ._words import read\n" + HEAD + "def run_file(source, project, options):\n    read()\n    yield\n" + TAIL
    words = "import json\n\n\ndef read():\n    json.loads('{')\n"
    root = kit.target(tmp_path, {"a1.py": "quiet\n", "mine/__init__.py": inside, "mine/_words.py": words, "rules.yaml": RULES})
    [failure] = kit.plan(root).items
    assert failure.message.startswith("mine/_words.py:5: JSONDecodeError: Expecting property name")


def test_a_codemod_that_stops_the_program_is_named_too(tmp_path):
    body = "def run_file(source, project, options):\n    raise KeyboardInterrupt\n    yield\n"
    [failure] = kit.plan(target(tmp_path, body)).items
    assert failure.message == "mine/loud.py:4: RuntimeError: raised KeyboardInterrupt"
