"""The port registry: what is read, and every error at once, with its line."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from codemods.port_literal.nouns import Entry
from codemods.port_literal.registry import Errors, PortSet, Registry, clashes, parse, with_set

ROWS = "version: 1\nports:\n"


def errors(text):
    found = parse(text if isinstance(text, bytes) else text.encode())
    assert isinstance(found, Errors), found
    return [str(item) for item in found.items]


def test_every_key_is_read():
    row = "{name: A.b-c_1, port: 65535, role: main, machine: m, owner: o, purpose: p, env: E, external: true, alternatives: g}"
    top = "sets: {staging: {offset: -10, A.b-c_1: 1}}\nmachines: [m]\noffset-env: PORT_OFFSET\nx-ours: [1, {a: b}]\n"
    registry = parse(f"{ROWS}  - {row}\n{top}".encode())
    entry = Entry("A.b-c_1", 65535, "main", "m", "o", "p", "E", True, "g", line=3)
    assert registry == Registry((entry,), (PortSet("staging", -10, (("A.b-c_1", 1),), 4),), ("m",), "PORT_OFFSET")


def test_nothing_is_a_registry_too():
    assert parse(b"version: 1\nports: []") == Registry()
    assert parse(b"\xef\xbb\xbfversion: 1\r\nports: []\r\n") == Registry()
    assert parse(b'{"version": 1, "ports": []}') == Registry()
    assert parse(f"{ROWS}  - {{name: A, port: 1, owner: , role: ''}}".encode()) == Registry((Entry("A", 1, line=3),))


PORT = "is not a port number (an integer from 1 to 65535)"
WHOLE = "must be a whole number in plain decimals"
LETTERS = "must be made of letters, digits, `_`, `.` and `-`, the first a letter or `_`"
WRONG = {
    "- 1": "line 1: expected a mapping: `version: 1` and a list `ports`",
    "": "line 1: expected a mapping: `version: 1` and a list `ports`",
    "version: 2\nports: []": "line 1: expected `version: 1`",
    "ports: []": "line 1: expected `version: 1`",
    "version: '1'\nports: []": "line 1: expected `version: 1`",
    "version: 1": "line 1: expected a list `ports`; `ports: []` when there are none",
    "version: 1\nports: {}": "line 2: ports: expected a list of rows, not a mapping",
    "version: 1\nports: [1]": "line 2: row 1 of ports is not a mapping; write `- name: ...` and `port: ...`",
    "version: 1\nports: []\nprots: []": "line 3: the registry: unknown key 'prots'; did you mean ports?",
    "version: 1\nversion: 1\nports: []": "line 2: the registry: the key 'version' is given twice",
    "version: 1\nports: []\n1: 2": "line 3: the registry: a key must be a text; '1' is read as a number: quote it",
    "version: 1\nports: []\n[a]: 2": "line 3: the registry: a key must be a text",
    "version: 1\nports: []\noffset-env: A B": "line 3: offset-env: 'A B' is no name of an environment variable",
    "version: 1\nports: []\nmachines: pc2": "line 3: machines: expected a list of names, `[main_pc, pc2]`",
    "version: 1\nports: []\nmachines: [2]": "line 3: machines: expected a text; '2' is read as a number: quote it",
    "version: 1\nports: []\nsets: [a]": "line 3: sets: expected a mapping, `staging: {offset: 1000}`",
    "version: 1\nports: []\nsets: {a: 1000}": "line 3: set a: expected a mapping, `{offset: 1000, NAME: 6601}`",
    "version: 1\nports: []\nsets: {a: {offset: true}}": f"line 3: set a: offset {WHOLE}, not 'true'",
}
ROW = {
    "{port: 1}": "row 1 of ports has no name",
    "{name: , port: 1}": "row 1 of ports has no name",
    "{name: A}": "A has no port",
    "{name: A, port: }": "A has no port",
    "{name: '', port: 1}": f"row 1 of ports: the name '' {LETTERS}",
    "{name: 1A, port: 1}": f"row 1 of ports: the name '1A' {LETTERS}",
    "{name: NO, port: 1}": "NO: name: expected a text; 'NO' is read as true or false: quote it",
    "{name: A, port: '5555'}": f"A: '5555' {PORT}; take the quotes away",
    "{name: A, port: x}": f"A: 'x' {PORT}; it is a text",
    "{name: A, port: true}": f"A: 'true' {PORT}; it is true or false",
    "{name: A, port: 80.0}": f"A: '80.0' {PORT}; it is a number",
    "{name: A, port: 0}": f"A: '0' {PORT}",
    "{name: A, port: -1}": f"A: '-1' {PORT}",
    "{name: A, port: 65536}": f"A: '65536' {PORT}",
    "{name: A, port: 0x15}": f"A: '0x15' {PORT}; write it in plain decimals",
    "{name: A, port: 9:30}": f"A: '9:30' {PORT}; write it in plain decimals",
    "{name: A, port: [1]}": f"A: this {PORT}; it is a list",
    "{name: A, port: 1, owner: [x]}": "A: owner: expected a text, not a list",
    "{name: A, port: 1, machine: 2}": "A: machine: expected a text; '2' is read as a number: quote it",
    "{name: A, port: 1, external: 1}": "A: external: expected true or false",
    "{name: A, port: 1, disputed: 'true'}": "A: disputed: expected true or false",
    "{name: A, port: 1, role: helth}": "A: unknown role 'helth'; did you mean health?",
    "{name: A, port: 1, prt: 5}": "A: unknown key 'prt'; did you mean port?",
    "{name: A, port: 1, env: A-B}": "A: env: 'A-B' is no name of an environment variable",
}


@pytest.mark.parametrize("text", WRONG, ids=ascii)
def test_one_error(text):
    assert WRONG[text] in errors(text)


@pytest.mark.parametrize("row", ROW, ids=ascii)
def test_one_error_of_a_row(row):
    assert errors(f"{ROWS}  - {row}\n") == [f"line 3: {ROW[row]}"]


def test_all_errors_at_once_by_line():
    text = """\
version: 3
machines: [main_pc, pc2]
ports:
  - name: A
    port: 70000
    machine: mian_pc
  - {name: B, port: 5601, machine: main_pc, role: boss}
  - {name: B, port: 5602, machine: main_pc}
  - {name: C, port: 5601, machine: main_pc, colour: red}
  - 7
sets:
  staging: {offset: 60000, BB: 1}
colour: red
"""
    how = "change one number, give both one `alternatives` group if only one runs at a time, or mark both `disputed: true`"
    keys = "alternatives, disputed, env, external, machine, name, owner, port, purpose, role"
    assert errors(text) == [
        "line 1: expected `version: 1`",
        "line 4: A: unknown machine 'mian_pc'; did you mean main_pc?",
        f"line 5: A: '70000' {PORT}",
        "line 7: B: unknown role 'boss'; known: health, http, main, metrics, pub, pull, push, sub",
        "line 8: the name B is used twice, first in line 7",
        f"line 9: C: port 5601 of main_pc is B's already (line 7); {how}",
        f"line 9: C: unknown key 'colour'; known: {keys}",
        "line 10: row 5 of ports is not a mapping; write `- name: ...` and `port: ...`",
        "line 12: set staging: B 5601 moved by 60000 is no port number",
        "line 12: set staging: B 5602 moved by 60000 is no port number",
        "line 12: set staging: C 5601 moved by 60000 is no port number",
        "line 12: set staging: no port is named 'BB'; did you mean B?",
        "line 13: the registry: unknown key 'colour'; known: machines, offset-env, ports, sets, version",
    ]


def test_listed_names_the_file():
    found = parse(b"version: 1\nports: [1, 2]")
    assert found.listed("config/ports.yaml").splitlines()[1].startswith("config/ports.yaml:2: row 2 of ports is not a mapping")


@pytest.mark.parametrize(
    ("one", "other", "allowed"),
    [
        ("", "", False),
        ("machine: a", "machine: b", True),
        ("machine: a", "machine: a", False),
        ("alternatives: g", "alternatives: g", True),
        ("alternatives: g", "alternatives: h", False),
        ("alternatives: g", "", False),
        ("disputed: true", "disputed: true", True),
        ("disputed: true", "", False),
        ("external: true", "external: true", False),
    ],
)
def test_one_number_on_one_machine(one, other, allowed):
    found = parse(f"{ROWS}  - {{name: A, port: 1, {one}}}\n  - {{name: B, port: 1, {other}}}\n".encode())
    assert isinstance(found, Registry) is allowed


def test_a_third_claimant_is_held_against_each_earlier_one():
    rows = [Entry("A", 1, alternatives="g"), Entry("B", 1, alternatives="g"), Entry("C", 1), Entry("D", 1, alternatives="g")]
    assert [(one.name, other.name) for one, other in clashes(rows)] == [("A", "C"), ("C", "D")]


def test_tabs():
    text = "version: 1\nports:\n\t- name: A\n\t  port: 1\n"
    assert errors(text) == [f"line {line}: a tab in the indentation; YAML wants spaces" for line in (3, 4)]


def test_several_documents():
    found = errors("version: 1\nports: []\n---\nversion: 1\nports: []\n---\n1\n")
    assert found == ["line 3: a second document begins here; keep one, without `---` between"]
    assert isinstance(parse(b"%YAML 1.1\n---\nversion: 1\nports: []\n...\n"), Registry)


def test_fault_51_tags_are_refused():
    found = errors("version: 1\nports: !!python/object/apply:os.system ['true']\nx-a: !!str 1\n")
    assert found[0] == "line 2: row 1 of ports is not a mapping; write `- name: ...` and `port: ...`"
    assert found[1] == "line 2: the tag tag:yaml.org,2002:python/object/apply:os.system is refused; write plain YAML"
    assert found[2] == "line 3: the tag tag:yaml.org,2002:str is refused; write plain YAML"


def test_fault_52_anchors_and_alias_bombs_are_refused():
    bomb = ["x-a0: &a0 [1, 1]"] + [f"x-a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    found = errors("version: 1\nports: []\n" + "\n".join(bomb))
    assert "line 3: the anchor &a0 is refused; write values out" in found
    assert "line 4: the alias *a0 is refused; write the value out" in found
    assert len(found) == 40 + 39


def test_an_alias_does_not_hide_other_errors():
    found = errors(f"{ROWS}  - &a {{name: A, port: 0}}\n  - {{<<: *a, name: B}}\n")
    assert {item.partition(":")[0] for item in found} == {"line 3", "line 4"} and len(found) > 3


def test_depth_is_bounded():
    assert errors(b"version: 1\nports: []\nx-a: " + b"[" * 50000) == ["line 3: not valid YAML: nested more than 40 deep"]


def test_not_utf_8():
    assert errors(b"version: 1\nports: []\n# caf\xe9\n") == ["line 3: byte 0xe9 is not UTF-8; save the file as UTF-8"]
    assert errors("version: 1".encode("utf-16")) == ["line 1: byte 0xff is not UTF-8; save the file as UTF-8"]


def test_characters_that_yaml_or_a_terminal_refuses():
    assert errors(b"version: 1\nports: []\n# \x01") == ["line 3: not valid YAML: the character '\\x01' may not be there"]
    assert "\x1b" not in errors(f'{ROWS}  - {{name: A, port: 1, role: "\\e[1m", "\\e[2m": 1}}')[1]


def test_broken_yaml_says_where():
    (found,) = errors("version: 1\nports:\n  - name: A\n    port: 1: 2\n")
    assert found.startswith("line 4: not valid YAML: ")


def test_a_huge_number_is_no_port():
    assert len(errors(f"{ROWS}  - {{name: A, port: {'9' * 5000}}}")[0]) < 200


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_break_it(data):
    assert isinstance(parse(data), Registry | Errors)


@given(
    st.text("[]{}:-,&*!#'\"\n\t aA1?|>%", max_size=40).map(lambda text: f"version: 1\nports:\n  - {{name: A, port: 1}}\n{text}")
)
def test_what_it_accepts_pyyaml_reads_the_same(text):
    found = parse(text.encode())
    if isinstance(found, Registry):
        assert [row["name"] for row in yaml.safe_load(text)["ports"]] == [entry.name for entry in found.entries]


def test_a_set_moves_what_is_ours():
    rows = (Entry("A", 5601), Entry("B", 5602), Entry("REDIS", 6379, external=True), Entry("OLLAMA", 11434, external=True))
    moved = with_set(rows, PortSet("s", 1000, (("B", 7000), ("OLLAMA", 1))))
    assert [entry.port for entry in moved] == [6601, 7000, 6379, 1]
    assert with_set(rows, None) == rows


def test_a_set_may_not_bring_two_together():
    rows = "  - {name: A, port: 5601}\n  - {name: B, port: 5602}\n  - {name: offset, port: 1}\n"
    assert errors(f"{ROWS}{rows}sets:\n  s: {{A: 5602, B: 70000}}\n  t:\n    A: 5602\n") == [
        "line 5: the name offset means something else in `sets`; choose another",
        f"line 7: set s: B: '70000' {PORT}",
        "line 9: set t: A and B both get 5602; change one",
    ]
