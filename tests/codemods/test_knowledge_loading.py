"""Loading the knowledge base: fast, by either reader, and with every fault of its files told with its place."""

import pickle
import time

import pytest

from codemods.broad_except.knowledge import PACKAGE, build, load
from codemods.broad_except.knowledge_file import read
from codemods.broad_except.knowledge_lines import read_lines
from engine import RewrightError, data_names, parse_data, read_data

FILES = {name: read_data(PACKAGE, name) for name in data_names(PACKAGE, "data")}
KNOWN = load()


def broken(text, name="data/x.yaml", **others):
    with pytest.raises(RewrightError) as caught:
        build({name: text, **others})
    return str(caught.value)


def test_load_is_cached_and_fast():
    assert load() is load()
    build(FILES)
    best = min(_seconds(lambda: build(FILES)) for _ in range(7))
    assert best < 0.060, f"{best * 1000:.0f} ms of processor time"


def _seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.mark.parametrize("name", FILES)
def test_both_readers_say_the_same(name):
    problems = []
    slowly = tuple(read(name, parse_data(name, FILES[name]), problems))
    assert problems == []
    assert read_lines(name, FILES[name]) == slowly


def test_knowledge_can_be_sent_to_workers():
    assert pickle.loads(pickle.dumps(KNOWN)) == KNOWN


def test_other_yaml_layouts_are_read_too():
    text = (
        "sources: {d: 'https://x.y/'}\ncalls:\n  a.b:  # why\n    raises:\n    - OSError\n    source: d\n    returns: 'a.C?'\n"
        + BASE
    )
    assert read_lines("x", text) is None
    entry = build({"x": text}).entry("a.b")
    assert (entry.raises, entry.returns, entry.optional, entry.source) == (("OSError",), "a.C", True, "https://x.y/")


BASE = (
    'exceptions:\n  BaseException: {bases: [], source: "https://x.y"}\n  Exception: {bases: [BaseException], source: "https://x.y"}\n'
    '  OSError: {bases: [Exception], source: "https://x.y"}\n'
)
SOURCES = "sources:\n  d: https://x.y/#\n"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "a.b: {raises: [OSError], source: d, retruns: int}",
            "'a.b': unknown key 'retruns'; known: raises, returns, keywords, source",
        ),
        ("a.b: {source: d}", "'a.b' has no 'raises'"),
        ("a.b: {raises: [OSError]}", "'a.b' has no 'source'"),
        ("a.b: {raises: OSError, source: d}", "'a.b': 'raises' must be a list of dotted names, such as [OSError]"),
        ("a.b: {raises: [[OSError]], source: d}", "'a.b': 'raises' must be text, not a sequence"),
        ("a.b: {raises: [OS Error], source: d}", "'a.b': 'raises': 'OS Error' is not a dotted name"),
        ("a.b: {raises: [OSErorr], source: d}", "'a.b': unknown exception 'OSErorr'; record it under 'exceptions:'"),
        (
            "a.b: {raises: [], keywords: {check: [Odd]}, source: d}",
            "'a.b': unknown exception 'Odd'; record it under 'exceptions:'",
        ),
        ("a.b: {raises: [], keywords: [check], source: d}", "'a.b': 'keywords' must be a mapping, not a sequence"),
        ("a.b: {raises: [], returns: [int], source: d}", "'a.b': 'returns' must be text, not a sequence"),
        ("a.b: {raises: [], returns: a b, source: d}", "'a.b': 'returns' is a dotted name, perhaps with '?', not 'a b'"),
        ("a.b: {raises: [], source: e}", "'a.b': source 'e' is neither an address nor one of this file's 'sources:'"),
        ("a.b: {raises: [], source: }", "'a.b': 'source' must be text, not nothing"),
        ("a.b: OSError", "'a.b' must be a mapping, not a scalar"),
        ("a b: {raises: [], source: d}", "'a b' is not a dotted name"),
        ("a.*.b: {raises: [], source: d}", "'a.*.b' is not a dotted name"),
        ("a.b: {raises: [], raises: [OSError], source: d}", "'raises' is here twice; the first is on line 4"),
    ],
)
def test_malformed_entry(line, complaint):
    text = f"{SOURCES}calls:\n  {line}\n{BASE}"
    assert f"data/x.yaml:4: {complaint}" in broken(text).splitlines()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("a.E: {source: d}", "'a.E' has no 'bases'"),
        ("a.E: {bases: [], source: d}", "'a.E' needs a base"),
        ("a.E: {bases: [Odd], source: d}", "'a.E': unknown exception 'Odd'; record it under 'exceptions:'"),
        ("a.E: {bases: [a.E], source: d}", "'a.E' leads back to itself, a ring"),
        (
            'a.E: {bases: [OSError], since: {b.E: "3.11"}, source: d}',
            "'a.E': 'since' takes an alias and a Python version, such as \"3.11\"",
        ),
        (
            "a.E: {bases: [OSError], aliases: [b.E], since: {b.E: new}, source: d}",
            "'a.E': 'since' takes an alias and a Python version, such as \"3.11\"",
        ),
        ("a.E: {bases: [OSError], aliases: [a.E], source: d}", "'a.E' leads back to itself, a ring"),
        ("a.E: {bases: [OSError], aliases: b, source: d}", "'a.E': 'aliases' must be a list of dotted names, such as [OSError]"),
    ],
)
def test_malformed_exception(line, complaint):
    text = f"{SOURCES}{BASE}  {line}\n"
    assert f"data/x.yaml:7: {complaint}" in broken(text).splitlines()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("aliases:\n  a: b\n  b: a\n", "data/x.yaml:2: 'a' leads back to itself, a ring"),
        ("types:\n  a.A: [a.B]\n  a.B: [a.A]\n", "data/x.yaml:3: 'a.B' leads back to itself, a ring"),
        ("aliases:\n  a: [b]\n", "data/x.yaml:2: 'a' must be text, not a sequence"),
        ("types:\n  a.A: a.B\n", "data/x.yaml:2: 'a.A' must be a list of dotted names, such as [OSError]"),
        ("callz:\n  a: b\n", "data/x.yaml:2: unknown section 'callz'; known: sources, aliases, types, exceptions, calls"),
        ("calls: [a]\n", "data/x.yaml:1: 'calls' must be a mapping, not a sequence"),
        ("- a\n", "data/x.yaml:1: the file must be a mapping, not a sequence"),
        ("", "data/x.yaml:1: says nothing; it needs a section such as 'calls:'"),
        ("calls:\n  a: {raises: [\n", "data/x.yaml:3: not YAML: did not find expected node content"),
        ("calls:\n\ta: {}\n", "data/x.yaml:2: not YAML: found character that cannot start any token"),
        (
            SOURCES + "aliases:\n  a: b\ncalls:\n  a.f: {raises: [], source: d}\n",
            "data/x.yaml:6: 'a.f' is an alias; write 'b.f'",
        ),
    ],
)
def test_malformed_file(text, complaint):
    assert complaint in broken(text).splitlines()


def test_a_name_twice_names_both_places():
    line = "  a.b: {raises: [], source: d}\n"
    text = f"{SOURCES}calls:\n{line}"
    assert "data/x.yaml:5: 'a.b' is here twice; the first is at data/x.yaml:4" in broken(text + line).splitlines()
    assert (
        "data/y.yaml:4: 'a.b' is here twice; the first is at data/x.yaml:4" in broken(text, **{"data/y.yaml": text}).splitlines()
    )


def test_every_fault_of_every_file_is_listed():
    calls = "calls:\n  a.b: {raises: [Odd], source: d}\n  a.c: {raises: [Odder], source: d}\n"
    said = broken(SOURCES + calls, **{"data/y.yaml": "callz:\n  a: b\n"}).splitlines()
    assert [line.split(" ")[0] for line in said[1:]] == ["data/x.yaml:4:", "data/x.yaml:5:", "data/y.yaml:2:"]


def test_load_raises_what_build_says(monkeypatch):
    load.cache_clear()
    monkeypatch.setattr("engine.data.read_data", lambda package, name: "calls:\n  os.remove: {raises: [OSError]}\n")
    try:
        with pytest.raises(RewrightError, match=r"codemods/broad_except/data/builtins\.yaml:2: 'os.remove' has no 'source'"):
            load()
    finally:
        load.cache_clear()


def test_a_data_file_that_is_not_there():
    with pytest.raises(RewrightError, match="install rewright again"):
        read_data(PACKAGE, "data/none.yaml")
    with pytest.raises(RewrightError, match="holds no .yaml file"):
        data_names(PACKAGE, "inference")
