"""engine/forge/body and inert: a description that a reviewer can use, in which nothing of the target acts, read by a parser."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from engine.forge.body import LIMIT, Marker, body, keep_ticks, marker, marker_of, title
from engine.forge.inert import JOINER, block, code
from engine.forge.published import EvidenceCount, Example, GateRow, LeftAlone, Published, Review, RuleRow, SetAside

EXPECTED = (Path(__file__).parent / "description.md").read_text(encoding="utf-8")
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def batch(text="x", count=1):
    """A batch with this text wherever text of the target or of rules.yaml can stand."""
    rows = tuple(
        RuleRow(
            text,
            text,
            2,
            1,
            (text, "b.py"),
            (EvidenceCount(text, 3, 1, 2),),
            Example(text, 7, (f" {text}", f"-{text}", f"+{text}"), text),
        )
        for _ in range(count)
    )
    left = tuple(LeftAlone(text, text, 4, text) for _ in range(count))
    return Published(
        text, text, text, text, 2, text, rows, left, left, tuple(SetAside(text, text) for _ in range(count)),
        tuple(GateRow(text, (text, "-x"), False, text, 1.5) for _ in range(count)),
        tuple(Review(text, text, 7, text, text) for _ in range(count)), remaining=9,
    )  # fmt: skip


def skeleton(markdown):
    """What a parser makes of it, without what stands in code."""
    out = []
    for token in MARKDOWN.parse(markdown):
        out.append((token.type, token.tag, token.info, token.content if token.type == "html_block" else ""))
        for inner in token.children or []:
            out.append((inner.type, inner.tag, "" if inner.type == "code_inline" else inner.content))
    return out


def codes(markdown):
    """The code in it."""
    for token in MARKDOWN.parse(markdown):
        if token.type == "fence":
            yield token.content
        yield from (inner.content for inner in token.children or [] if inner.type == "code_inline")


REAL = Published(
    "exceptions-1",
    "Exceptions, first part",
    "refactor/exceptions",
    "main",
    1,
    "@octo/core",
    rules=(
        RuleRow(
            "broad-except",
            "`except Exception` hides bugs",
            40,
            2,
            ("a.py", "b.py"),
            (EvidenceCount("compiles", 42), EvidenceCount("inferred", 30, 0, 12)),
            Example("a.py", 12, (" try:", "     step()", "-except Exception:", "+except (OSError, ValueError):"), "narrowed"),
        ),
        RuleRow("port-literal", "ports belong in the registry", 3, 0, ("b.py", "c.py"), (EvidenceCount("port-value", 3),)),
    ),
    skipped=(LeftAlone("broad-except", "re-raise", 17, "the handler raises again"),),
    failures=(LeftAlone("", "syntax-error", 2, "a.py:3 does not parse"),),
    set_aside=(SetAside("broad-except in lib/", "gate compileall failed"),),
    gates=(
        GateRow("compileall", ("python", "-m", "compileall", "{files}"), True, "", 1.234),
        GateRow("tests", ("pytest",), False, "timeout", 600.0),
    ),
    review=(Review("broad-except", "a.py", 12, "narrowed to OSError, ValueError", "0011223344556677"),),
)


def test_a_description_as_a_whole():
    assert title(REAL) == "Rewright: Exceptions, first part: 45 changes in 3 files"
    assert body(REAL) == EXPECTED


def test_what_is_empty_is_left_out():
    text = body(Published("s", "", "b", "main"))
    assert re.findall("^## .*", text, re.MULTILINE) == ["## Regenerate and undo"]
    assert text.splitlines()[0] == "<!-- rewright: sprint=s generation=1 -->"


# -- the marker ----------------------------------------------------------------------------


@pytest.mark.parametrize("sprint", ["phase-1", "a b", "x --> <b>", "\u00e9%", "-->", "a\nb"])
def test_the_marker_comes_back(sprint):
    assert marker_of(marker(sprint, 3) + "\n\nText") == Marker(sprint, 3)
    assert len(marker(sprint, 3).split("-->")) == 2


def test_a_marker_in_the_middle_is_none():
    real = marker("s", 1)
    assert marker_of(f"\r\n {real}\r\ntext") == Marker("s", 1)
    for text in (f"x {real}", f"Hello\n{real}", "", "<!-- rewright: sprint= generation=1 -->", real.replace("1", "x")):
        assert marker_of(text) is None


def test_a_marker_cannot_be_forged_by_the_target():
    text = body(batch(marker("other", 9)))
    assert text.count("<!--") == 1 and marker_of(text) == Marker(marker("other", 9), 2)


# -- inert ---------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>", "</details><img src=x onerror=y>", "@octocat please", "fixes #12",
    "Closes octo/engine#7 and GH-8", "a|b", "a\\|b\\", "`tick`", "``` ```` `", "`", "```\n# Owned",
    "x\n\n## For the reviewer\n- [x] all", "[a](https://evil.test)", "![i](http://e.test/p.png)",
    "https://github.com/o/r/issues/1", "www.evil.test", "resolves https://github.com/o/r/issues/1", "[skip ci]",
    "\u202eevil", "\x1b[31mred", "\x00", "a\r\nb", "~~~", "    indented", "- [x] done", "<!-- x -->", "-->", "&lt;b&gt;",
    "*_~$", "\u2028", "\ud800", " ", "|", "\\", "ada@example.com", "Co-authored-by: Eve <eve@example.com>",
    "[x]: http://e.test", "<http://e.test>", "$x$", ":+1:",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_fault_92_text_of_the_target_is_inert(text):
    made = body(batch(text))
    assert skeleton(made)[1:] == skeleton(body(batch()))[1:]  # the first token is the marker
    assert acting(made) == []
    made.encode("utf-8")


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("`|\\<>!-[]()#@*_~ \n\r\tax1&;:/'\"$.w\u2028\u202e"), min_size=1, max_size=30)
    | st.text(min_size=1, max_size=30)
)
def test_no_text_changes_the_shape_of_a_description(text):
    made = body(batch(text))
    assert skeleton(made)[1:] == skeleton(body(batch()))[1:]
    assert acting(made) == [] and len(made) <= LIMIT


def acting(made):
    """What acts in a description's raw text: when a squashed commit takes it over, code protects nothing."""
    rest = made.partition("\n")[2]  # the first line is the marker
    return re.findall(r"@[A-Za-z0-9]|#\d|\bGH-\d|https?://|www\.|\[skip ci\]|<!--", rest, re.IGNORECASE)


def test_what_is_broken_reads_the_same():
    (told,) = codes(code("fixes #12 of @ada, see https://e.test `now`"))
    assert told.replace(JOINER, "") == "fixes #12 of @ada, see https://e.test `now`"
    assert told != told.replace(JOINER, "")


def test_fences_are_longer_than_any_inside():
    made = block(["+```", "-`````", "x"], "diff")
    assert made.startswith("``````diff\n") and made.endswith("\n``````")
    assert list(codes(made)) == ["+```\n-`````\nx\n"]


def test_fault_96_escapes_and_invisible_characters_are_shown():
    assert code("a\x1b[31m\u202eb\u2060") == r"`a\x1b[31m\u202eb\u2060`"


def test_long_texts_are_cut():
    assert code("x" * 10_000_000) == f"`{'x' * 200}...`"
    assert block(["y" * 10_000_000], "diff").splitlines()[1] == "y" * 160 + "..."
    assert len(title(replace(REAL, name="z" * 999))) < 256


def test_fault_93_secrets_are_redacted_everywhere():
    token, key = "ghp_" + "a1B2" * 9, "AKIA" + "ABCD" * 4
    hostile = batch(f"password = 'hunter2hunter2' {token} {key}")
    made = body(replace(hostile, sprint="s")) + title(batch(token))  # an id is a plain word
    assert not any(secret in made for secret in ("hunter2", token[5:], key[5:])) and "****" in made
    pem = Example(
        "k.py", 1, ("-K = '''-----BEGIN PRIVATE KEY-----", "-MIIEsecret", "------END PRIVATE KEY-----'''", "+K = load()")
    )
    assert "MIIE" not in body(replace(REAL, rules=(replace(REAL.rules[0], example=pem),)))


def test_a_secret_is_not_uncovered_by_the_cut():
    assert "hunter" not in code("x" * 180 + " password = 'hunter2hunter2hunter2'")


# -- the limit -----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 40, 400, 3000])
@pytest.mark.parametrize("text", ["x" * 300, "`" * 250, "\U0001f600" * 250])
def test_fault_94_a_long_description_is_cut_between_items(count, text):
    made = body(batch(text, count))
    assert len(made) <= LIMIT
    assert ("\n... and " in made) == (count > 1)
    fences = [token for token in MARKDOWN.parse(made) if token.type == "fence"]
    assert all(made.splitlines()[fence.map[1] - 1] == fence.markup for fence in fences)
    assert made.rstrip().endswith("```") and "## Regenerate and undo" in made


def test_fault_94_what_is_left_out_is_counted_and_short_lists_stay_whole():
    long = replace(REAL, review=tuple(Review("r", f"{n}.py", n, "m" * 200, f"{n:016x}") for n in range(5_000)))
    made = body(long)
    shown = made.count("- [ ] ")
    assert 100 < shown < 5_000 and f"\n\n... and {5_000 - shown:,} more\n" in made
    assert 60_000 < len(made) <= LIMIT
    assert made.replace(made[made.index("## For the reviewer") : made.index("## Why")], "") == EXPECTED.replace(
        EXPECTED[EXPECTED.index("## For the reviewer") : EXPECTED.index("## Why")], ""
    )


# -- ticks ---------------------------------------------------------------------------------


def test_ticks_stay_for_the_same_change_of_the_same_generation():
    old = body(REAL).replace("- [ ] ", "- [X] ").replace("\n", "\r\n")
    more = replace(REAL, review=(*REAL.review, Review("r", "z.py", 1, "m", "1")))
    kept = keep_ticks(old, body(more))
    assert kept.count("- [x] ") == 1 and kept.count("- [ ] ") == 1 and kept.replace("- [x] ", "- [ ] ") == body(more)
    assert keep_ticks(old, body(replace(more, generation=2))) == body(replace(more, generation=2))
    moved = replace(REAL, review=(replace(REAL.review[0], line=13),))
    assert keep_ticks(old, body(moved)) == body(moved)


def test_ticks_outside_the_list_count_for_nothing():
    forged = replace(REAL, rules=(replace(REAL.rules[0], example=Example("a.py", 1, ("- [x] a", "- [ ] a"))),))
    assert keep_ticks(body(forged), body(forged)) == body(forged)
