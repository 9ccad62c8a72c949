"""The figures of docs/reference-target.md: handlers by kind and fate, and names that a rewrite lost."""

import pytest

from bench import handlers, reference


def item(type_="change", path="main_pc_code/a.py", kind="swallow", recoverable=("Exception",), because="", reason=None):
    data = {"kind": kind, "recoverable": list(recoverable), "because": f"swallow: it goes on; {because}"}
    return {"type": type_, "rule": "broad-except", "path": path, "reason": reason, "data": data, "applicability": "safe"}


NOTHING = "keeps Exception: nothing is known of "
ITEMS = [
    item(recoverable=["OSError"], because="expects OSError", path="pc2_code/x/b.py"),
    item(recoverable=["ImportError"], because="expects ImportError", kind="import-guard", path="common/c.py"),
    item(because=NOTHING + "run() at line 3"),
    item(because=NOTHING + "self.bus.close() at line 9 and of 2 more", kind="fallback"),
    item("skip", reason="finally"),
    item("finding", reason="re-raise", kind="re-raise"),
]


@pytest.mark.parametrize(
    ("because", "why"),
    [
        ("keeps Exception", "a boundary or a REP reply"),
        ("keeps Exception: only IndexError, KeyError is known, by the way", "only look-ups and bugs are known, by the way"),
        ("keeps Exception: masked-name-error: zmq is bound nowhere", "a name is bound nowhere"),
        ("keeps Exception: inferred name cannot be named here: a.B", "what was inferred cannot be named there"),
        ("keeps Exception: a call in the body raises Exception itself", "a call in the body raises Exception itself"),
    ],
)
def test_why_a_handler_keeps_exception(because, why):
    assert handlers.fate(item(because=because)) == ("keeps Exception", why)


def test_only_handlers_of_the_chosen_folders_count():
    others = [item(path="common_utils/a.py"), item(path="a.py"), item() | {"rule": "port-literal"}]
    assert handlers.inside([*ITEMS, *others]) == ITEMS


def test_handlers_by_kind_and_by_fate():
    head, rows = handlers.by_kind(ITEMS)
    assert head == ("kind", "narrowed", "keeps Exception", "finding", "skip", "sum")
    assert rows == [
        ("swallow", "1", "1", "0", "1", "3"),
        ("fallback", "0", "1", "0", "0", "1"),
        ("import-guard", "1", "0", "0", "0", "1"),
        ("re-raise", "0", "0", "1", "0", "1"),
        ("sum", "2", "2", "1", "1", "6"),
    ]
    assert handlers.by_fate(ITEMS)[1] == [
        ("narrowed", "2", "33.3%"),
        ("keeps Exception: nothing is known of a call", "2", "33.3%"),
        ("finding: re-raise", "1", "16.7%"),
        ("skip: finally", "1", "16.7%"),
    ]


def test_the_report_holds_both_tables():
    text = reference.report([*ITEMS, {"type": "summary", "rule": None, "reason": None, "message": "6 in all"}], [], {})
    assert "The 6 broad handlers of main_pc_code, pc2_code, common, in files that parse:" in text
    assert "| sum | 2 | 2 | 1 | 1 | 6 |" in text
    assert "| skip: finally | 1 | 16.7% |" in text


def test_a_name_that_a_rewrite_lost_is_told(tmp_path):
    for side, texts in {
        "old": {"a.py": "import os\nos.sep\nmissing\n", "b.py": "x = 1\n", "c.txt": "oops"},
        "new": {"a.py": "os.sep\nmissing\n", "b.py": "x = 2\n", "c.txt": "os", "made.py": "nowhere\n"},
    }.items():
        (tmp_path / side).mkdir()
        for name, text in texts.items():
            (tmp_path / side / name).write_text(text)
    found = handlers.newly_undefined(tmp_path / "old", tmp_path / "new", ["b.py", "a.py", "c.txt", "made.py"])
    assert found == ["a.py: os"]
    undefined = [name for name, held in checks(tmp_path) if not held and "undefined" in name]
    assert undefined == ["no newly undefined name in 1 changed files, by pyflakes (1)"]


def checks(folder):
    edited = [{"type": "change", "edits": [{"path": "a.py"}]}]
    return reference.applied(folder / "old", folder / "new", edited, {"a.py": "1"}, {"a.py": "2"})
