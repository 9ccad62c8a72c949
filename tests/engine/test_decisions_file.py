"""decisions.yaml: read strictly, edited line by line, merged by git, committed."""

import itertools
import subprocess
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.apply.layer import FileLayer
from engine.cache import Cache
from engine.decisions import store
from engine.decisions.reading import KEYS, parse
from engine.decisions.values import Decision, short
from engine.decisions.writing import edited, render
from engine.model import RewrightError

NAMES = [f"{n:016x}" for n in range(9)]


def one(n, **more):
    given_ = {
        "path": f"p{n}.py",
        "rule": "broad-except",
        "decision": "decline",
        "why": "because",
        "by": "A",
        "date": "2026-01-01",
    }
    return Decision(fingerprint=NAMES[n], **(given_ | more))


def lines(*rows):
    return "version: 1\ndecisions:\n" + "".join(f"{row}\n" for row in rows)


FILE = "# mine\nversion: 1\n\ndecisions: # all\n# of one\n" + "".join(
    f"{render(one(n))}  # {n}\n" for n in (1, 3)
) + "\n# the last\n" + render(one(5)) + "\n# end\n"  # fmt: skip


def decisions(text):
    return parse(text, "f").decisions


# -- reading -----------------------------------------------------------------------------------


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["", "2026-02-28"]), st.integers(1, 9999))
def test_a_line_reads_back_as_it_was_written(text, until, equal):
    decision = one(1, why=f"w{text}", by=text, path=f"p{text}", until=until, equal=equal)
    line = render(decision)
    assert "\n" not in line and decisions(lines(line)) == (decision,)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "version: 1\ndecisions:\n", "\ufeffversion: 1\ndecisions:\n"])
def test_nothing_is_no_decision(text):
    assert decisions(text) == ()


def test_people_may_write_it_by_hand():
    row = "{decision: decline, fingerprint: 0000000000000001,\n     rule: r, path: a b.py, why: 'it''s', until: 2026-12-31}"
    text = f'decisions:\n  - {row}\nversion: "1"\n'
    assert decisions(text) == (Decision("a b.py", "r", NAMES[1], "decline", "it's", "2026-12-31"),)


GOOD = f'fingerprint: "{NAMES[1]}", rule: r, path: a.py, decision: decline, why: w'


@pytest.mark.parametrize(
    "text, told",
    [
        ("[]\n", "f:1: expected `version: 1`"),
        ("version: 2\ndecisions:\n", "f:1: expected `version: 1`"),
        ("version: 1\n", "f:1: expected"),
        ("version: 1\ndecisons:\n", "f:2: expected.*did you mean 'decisions'"),
        ("version: 1\ndecisions: []\n", "f:2: .*list of lines"),
        ("version: 1\ndecisions:\n---\na: 1\n", "f:3: a second YAML document"),
        (lines("- x"), "f:3: each decision is one line"),
        (lines("- a: b"), "f:3: each decision is one line"),
        (lines("-", "  {a: b}"), "f:4: each decision is one line"),
        (lines("- {why: [1]}"), "f:3: only text"),
        (lines("- &a {why: *a}"), "f:3: only text"),
        (lines("- {"), "not valid YAML"),
        (lines("- \t\x01"), "not valid YAML"),
        (lines(f"- {{{GOOD}, whu: w}}"), "f:3: there is no key 'whu'; did you mean 'why'"),
        (lines(f"- {{{GOOD}, why: v}}"), "f:3: why stands here twice"),
        (lines(f"- {{{GOOD}}}", f"- {{{GOOD.replace('why: w', 'why: ')}}}"), "f:4: why is missing"),
        (lines(f"- {{{GOOD.replace('path: a.py, ', '')}}}"), "f:3: path is missing"),
        (lines(f"- {{{GOOD.replace(NAMES[1], '12')}}}"), "f:3: '12' is no fingerprint"),
        (lines(f"- {{{GOOD.replace('decline', 'declined')}}}"), "f:3: .*did you mean 'decline'"),
        (lines(f"- {{{GOOD}, until: 2026-02-30}}"), "f:3: until: '2026-02-30' is no date"),
        (lines(f"- {{{GOOD}, until: 20260228}}"), "f:3: until: '20260228' is no date"),
        (lines(f"- {{{GOOD}, equal: 0}}"), "f:3: equal"),
        (lines(f"- {{{GOOD}}}").replace("a.py", '"a\u2028.py"'), "f:3: holds the line break"),
        (lines(f"- {{{GOOD}}}", f"- {{{GOOD.replace('decline', 'accept')}}}"), "f:4: .*decline in line 3 and accept in line 4"),
        (lines("<<<<<<< HEAD", "- {a: b}", "=======", "- {b: c}", ">>>>>>> x"), r"f:3: a merge conflict.*\(3, 5, 7\)"),
        (lines("<<<<<<< HEAD", "=======", ">>>>>>> x").replace("\n", "\r\n"), "f:3: a merge conflict"),
    ],
)
def test_every_error_says_where_and_what(text, told):
    with pytest.raises(RewrightError, match=told):
        parse(text, "f")


def test_all_errors_of_a_file_are_told_at_once():
    with pytest.raises(RewrightError) as caught:
        parse(lines("- {why: w}", f"- {{{GOOD}, until: soon}}"), "f")
    assert [line.split(": ")[0] for line in str(caught.value).split("\n")] == ["f:3"] * 4 + ["f:4"]


def test_the_same_said_twice_is_no_error():
    assert len(decisions(lines(f"- {{{GOOD}}}", f"- {{{GOOD}, by: B}}"))) == 2


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_an_error_and_no_crash(opening):
    for text in (opening * 50_000, "version: 1\ndecisions:\n" + opening * 50_000):
        with pytest.raises(RewrightError):
            parse(text, "f")


PARTS = st.sampled_from([*FILE.split("\n"), *KEYS, "- ", "{", "}", ":", "&a", "*a", '"', "  ", "#", "|", "---", "\t", "!!x"])


@settings(derandomize=True, deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from([*FILE.split("\n"), "- ", "{", "}", ":", "&a", "*a", '"', "  ", "#", "|", "---", "\t", "!!x", *KEYS])
    )
)
def test_whatever_the_file_holds_it_is_read_or_refused(parts):
    for text in ("\n".join(parts), " ".join(parts), lines(" ".join(parts))):
        try:
            parse(text, "f")
        except RewrightError as error:
            assert str(error).startswith("f:")


# -- writing -----------------------------------------------------------------------------------


def test_a_new_file_says_what_it_is():
    text = edited("", "f", [one(3), one(1)])
    assert text.startswith("# What people decided") and decisions(text) == (one(1), one(3))
    assert edited("# mine\r\n", "f", [one(1)]).count("\r\n") == 5


def test_a_decision_takes_its_place_and_other_lines_stay():
    for n in (0, 2, 4, 6):
        text = edited(FILE, "f", [one(n)])
        assert decisions(text) == tuple(one(m) for m in sorted({1, 3, 5, n}))
        assert text.replace(render(one(n)) + "\n", "") == FILE
        assert edited(text, "f", [], [NAMES[n]]) == FILE
    assert edited(FILE, "f", [one(1, why="now")]) == FILE.replace(f"{render(one(1))}  # 1", render(one(1, why="now")))


def test_line_ends_indents_and_a_missing_last_line_end_stay():
    crlf = FILE.replace("\n", "\r\n")
    assert edited(crlf, "f", [one(2)]) == edited(FILE, "f", [one(2)]).replace("\n", "\r\n")
    bare = lines("  " + render(one(1))).rstrip("\n")
    assert edited(bare, "f", [one(2)]) == bare + "\n  " + render(one(2)) + "\n"
    assert edited(lines(render(one(1)), render(one(2))).rstrip("\n"), "f", [], [NAMES[1]]) == lines(render(one(2))).rstrip("\n")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["accept", "decline", "forget"])), max_size=30))
def test_a_file_is_what_was_last_said_of_each_site(steps):
    text, known = "", {}
    for n, word in steps:
        if word == "forget":
            known.pop(n, None)
            text = edited(text, "f", [], [NAMES[n]])
        else:
            known[n] = one(n, decision=word)
            text = edited(text, "f", [known[n]])
    assert decisions(text) == tuple(sorted(known.values()))


def git(folder, *arguments, ok=True):
    identity = ["-c", "user.name=A", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert not ok or done.returncode == 0, done.stderr
    return done.stdout


def test_branches_that_decide_on_other_files_merge_and_git_sees_the_file(tmp_path):
    git(tmp_path, "init")
    store.record(tmp_path, [one(n) for n in (1, 3, 5, 7)])
    git(tmp_path, "add", ".")
    assert git(tmp_path, "ls-files").split() == [".rewright/decisions.yaml"]
    git(tmp_path, "commit", "-m", "base")
    for branch, n in (("left", 2), ("right", 6)):
        git(tmp_path, "checkout", "-q", "-b", branch, "main")
        store.record(tmp_path, [one(n)])
        git(tmp_path, "commit", "-am", branch)
    git(tmp_path, "merge", "left", "-m", "both")
    assert decisions((tmp_path / store.FILE).read_text()) == tuple(one(n) for n in (1, 2, 3, 5, 6, 7))


def test_learned_yaml_can_be_committed_too(tmp_path):
    git(tmp_path, "init")
    store.record(tmp_path, [one(1)])
    (tmp_path / ".rewright" / "learned.yaml").write_text("version: 1\n")
    assert set(git(tmp_path, "status", "--porcelain", "-uall").split()) == {
        "??",
        ".rewright/decisions.yaml",
        ".rewright/learned.yaml",
    }


# -- the disk ----------------------------------------------------------------------------------


def load(root):
    return store.load(store.place(root), Cache(None), b"test")


def test_a_file_that_is_not_there_holds_nothing(tmp_path):
    assert load(tmp_path) == ()
    (tmp_path / ".rewright").write_text("a file")
    assert load(tmp_path) == ()


def test_what_is_no_regular_file_is_neither_read_nor_written(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    (tmp_path / ".rewright").mkdir()
    (tmp_path / ".rewright" / "decisions.yaml").symlink_to(elsewhere)
    with pytest.raises(RewrightError, match="not a regular file"):
        load(tmp_path)
    with pytest.raises(RewrightError, match="not a regular file"):
        store.record(tmp_path, [one(1)])
    assert elsewhere.read_text() == ""


def test_bytes_that_are_not_utf_8(tmp_path):
    store.record(tmp_path, [one(1)])
    with (tmp_path / store.FILE).open("ab") as stream:
        stream.write(b"# \xff\n")
    for act in (load, lambda root: store.record(root, [one(2)])):
        with pytest.raises(RewrightError, match=r"decisions.yaml:5: is not UTF-8"):
            act(tmp_path)
    with pytest.raises(RewrightError, match="its name is not UTF-8"):
        store.record(tmp_path, [one(1, path="\udcff.py")])


def test_what_was_read_before_comes_from_the_cache(tmp_path, monkeypatch):
    from engine.decisions import reading

    store.record(tmp_path, [one(1)])
    cache = Cache(tmp_path / "c.sqlite3")
    assert store.load(store.place(tmp_path), cache, b"p") == (one(1),)
    monkeypatch.setattr(reading, "parse", None)
    assert store.load(store.place(tmp_path), cache, b"p") == (one(1),)
    cache.close()


def test_a_crash_at_any_step_leaves_the_old_file_or_the_new_one(tmp_path):
    class Killed(BaseException):
        pass

    class Failing(FileLayer):
        def __init__(self, at):
            self.left = at

    def step(name):
        def method(self, *arguments, **more):
            self.left -= 1
            if self.left < 0:
                raise Killed
            return getattr(FileLayer, name)(self, *arguments, **more)

        return method

    for name in ("write", "fsync", "replace", "open"):
        setattr(Failing, name, step(name))
    seen = set()
    for at in itertools.count():
        root = tmp_path / str(at)
        root.mkdir()
        store.record(root, [one(1)])
        try:
            store.record(root, [one(2)], layer=Failing(at))
        except Killed:
            seen.add(load(root))
            store.record(root, [one(3)])  # nothing is left locked
            continue
        break
    assert at > 5 and seen <= {(one(1),), (one(1), one(2))} and (one(1),) in seen


def test_a_disk_that_fails_is_told(tmp_path):
    class Full(FileLayer):
        def replace(self, *arguments, **more):
            raise OSError(28, "No space left on device")

    with pytest.raises(RewrightError, match="No space left on device"):
        store.record(tmp_path, [one(1)], layer=Full())
    assert load(tmp_path) == ()


def test_two_who_decide_at_once_both_count_or_are_told(tmp_path):
    told = []

    def decide(n):
        try:
            store.record(tmp_path, [one(n)])
        except RewrightError as error:
            told.append(str(error))

    threads = [threading.Thread(target=decide, args=(n,)) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(load(tmp_path)) + len(told) == 8 and all("another run is at work" in one_ for one_ in told)


def test_what_a_person_types():
    assert (short("0123456789abcdef"), short("0123456789abcdef-12")) == ("01234567", "01234567-12")
