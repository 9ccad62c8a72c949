"""sync: rows are added, and nothing that was there is touched."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from codemods.port_literal.nouns import Entry
from codemods.port_literal.registry import Registry, parse
from codemods.port_literal.registry.sync import synced
from engine import RewrightError

NEW = (Entry("B", 2, "health", "m", "O", "derived: port + 1000"), Entry("A", 1, "main", "m", "a/o.py", env="E", external=True))
ROWS = """\
{0}- name: A
{0}  port: 1
{0}  role: main
{0}  machine: m
{0}  owner: a/o.py
{0}  env: E
{0}  external: true
{0}- name: B
{0}  port: 2
{0}  role: health
{0}  machine: m
{0}  owner: O
{0}  purpose: "derived: port + 1000"
"""
Z = "version: 1\nports:\n  - name: Z\n    port: 9"
LONG = "\n    purpose: |\n      a\n\n      b\n"


@pytest.mark.parametrize("text", [None, "", "# mine\n", "# mine"])
def test_a_new_registry(text):
    made = synced(text, NEW)
    assert made.endswith("version: 1\nports:\n" + ROWS.format("  ")) and made.startswith(text or "# The ports by name")
    assert synced(made, NEW) == made
    assert synced(synced(text, ()), NEW) == made


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Z, Z + "\n" + ROWS.format("  ")),
        (Z + "\n", Z + "\n" + ROWS.format("  ")),
        (Z + "   # nine\n# end\nsets: {}\n", Z + "   # nine\n" + ROWS.format("  ") + "# end\nsets: {}\n"),
        ("ports:\n- {name: Z,   port: 9}\nversion:  1\n", "ports:\n- {name: Z,   port: 9}\n" + ROWS.format("") + "version:  1\n"),
        (Z + LONG + "sets: {}\n", Z + LONG + ROWS.format("  ") + "sets: {}\n"),
        ("version: 1\nports: []\nsets: {}\n", "version: 1\nports:\n" + ROWS.format("  ") + "sets: {}\n"),
        ("version: 1\nports: []  # none\n", "version: 1\nports:   # none\n" + ROWS.format("  ")),
        ("version: 1\nports: []", "version: 1\nports:\n" + ROWS.format("  ")),
    ],
)  # fmt: skip
def test_where_rows_go(before, after):
    assert synced(before, NEW) == after
    windows = before.replace("\n", "\r\n")
    if "\n" in before:
        assert synced(windows, NEW) == after.replace("\n", "\r\n")
    assert synced("\ufeff" + before, NEW) == "\ufeff" + after


def test_brackets():
    assert synced("version: 1\nports: [{name: Z, port: 9},]  # c\n", [Entry("A", 1)]) == (
        "version: 1\nports: [{name: Z, port: 9}, {name: A, port: 1},]  # c\n"
    )
    assert synced("version: 1\nports: [\n  {name: Z, port: 9}, # c\n]\n", [Entry("A", 1)]) == (
        "version: 1\nports: [\n  {name: Z, port: 9},\n  {name: A, port: 1}, # c\n]\n"
    )
    assert synced('{"version": 1, "ports": []}', [Entry("A", 1)]) == '{"version": 1, "ports": [{"name": "A", "port": 1} ]}'


def test_a_persons_row_stays_whatever_the_code_says():
    text = Z + "  # moved by hand\n    x-team: 'voice'\n"
    assert synced(text, [Entry("Z", 1, "pub", "m")]) == text


@pytest.mark.parametrize("text", ["version: 1", "version: 1\nports:\n", "- 1", "ports: {", "a: 1\n---\nports: []\n"])
def test_what_is_not_valid_is_refused(text):
    with pytest.raises(RewrightError):
        synced(text, NEW)


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,6}", fullmatch=True)
COMMENTS = st.sampled_from(["", "  # c", " #: [x]", "   "])


@st.composite
def registries(draw):
    """A valid registry as a person may have written it."""
    newline, indent = draw(st.sampled_from(["\n", "\r\n"])), " " * draw(st.integers(0, 5))
    lines = [draw(st.sampled_from(["", "# h\u00e9 \U0001f600", "---"])), "version: 1" + draw(COMMENTS), "ports:" + draw(COMMENTS)]
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    for number, name in enumerate(names):
        gap = " " * draw(st.integers(1, 4))
        quoted = yaml.safe_dump(name, width=1000).split("\n")[0] if yaml.safe_load(name) != name else name
        if draw(st.booleans()):
            lines.append(f"{indent}-{gap}{{name: {quoted}, port:  {100 + number}, x-more: [1,2]}}{draw(COMMENTS)}")
        else:
            lines += [f"{indent}-{gap}name: {quoted}{draw(COMMENTS)}", f"{indent} {gap}port:   {100 + number}{draw(COMMENTS)}"]
            lines += draw(st.sampled_from([[], ["", "# between"], [f"{indent} {gap}purpose: >", f"{indent} {gap}  a", ""]]))
    lines += draw(st.sampled_from([[], [""], ["# end", ""], ["sets: {}"], ["x-a: [", "]", ""]]))
    return newline.join(lines)


@given(
    registries(),
    st.lists(st.builds(Entry, NAMES, st.integers(1, 99), st.sampled_from(["", "pub"]), WORDS, WORDS, WORDS), max_size=4),
)
def test_law_every_byte_survives_and_a_second_run_adds_nothing(text, entries):
    entries = list({entry.name: entry for entry in entries}.values())
    before = parse(text.encode())
    assert isinstance(before, Registry)
    made = synced(text, entries)
    added = [entry for entry in entries if entry.name not in {row.name for row in before.entries}]
    middle = len(made) - len(text)
    assert any(made[:cut] + made[cut + middle :] == text for cut in range(len(text) + 1))
    assert (made == text) == (not added)
    assert synced(made, entries) == made
    rows = {row["name"]: row for row in yaml.safe_load(made)["ports"]}
    assert len(rows) == len(before.entries) + len(added)
    for entry in added:
        for key in ("port", "role", "machine", "owner", "purpose"):
            assert rows[entry.name].get(key, "") == getattr(entry, key)
