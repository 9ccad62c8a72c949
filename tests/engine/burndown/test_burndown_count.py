"""Blobs counted once and alone, from the cache where it knows them; numbers that are those of the working tree."""

import dataclasses

import burndown_kit
import kit
import pytest
from burndown_kit import History, breaks, cache, git, marks, others, request, rule

from engine.burndown import blobs
from engine.burndown.count import count_blobs, counting
from engine.burndown.history import Window, commits, steps
from engine.burndown.reader import reader
from engine.burndown.scan import Blob, count
from engine.burndown.series import samples, wanted
from engine.cache import Cache
from engine.model import Change, Finding, RewrightError
from engine.parallel import Inline, Limits, Pool
from engine.vcs.git import Git


@dataclasses.dataclass(frozen=True)
class Spy(Git):
    """Git that remembers what it was asked."""

    asked: list = dataclasses.field(default_factory=list)

    def run(self, *arguments, **more):
        self.asked.append(arguments)
        return super().run(*arguments, **more)


def inside(path):
    return not path.startswith("out/")


def numbers(folder, asked, runner=None, kept=None, spy=None):
    """The samples of every commit, and what was said of the counting."""
    repository, prefix = reader(folder)
    if spy is not None:
        repository = Spy(repository.folder, variables=repository.variables, asked=spy)
    trees = list(steps(repository, commits(repository, Window(every="commit")), prefix))
    counted = count_blobs(repository, wanted(trees, inside), counting(asked), runner or Inline(), kept or Cache(None))
    rules = [(one.bound.id, one.covers) for one in asked.rules]
    return list(samples(trees, counted.counts, rules, inside)), counted


def totals(folder, asked, **more):
    return [(sample.total("marks"), sum(sample.unparsable.values())) for sample in numbers(folder, asked, **more)[0]]


def test_sites_by_rule_and_top_folder(tmp_path):
    made = History(tmp_path / "r").commit({"a.py": b"MARK\n", "src/b.py": b"MARK\nMARK\nOTHER\n", "out/c.py": b"MARK\n"})
    made.commit({"src/b.py": None, "src/deep/c.pyi": b"OTHER\n"}).commit({"a.py": None, "src/deep/c.pyi": None})
    folder = made.done()
    asked = request(folder, rule(marks), rule(others, covers=lambda path: not path.endswith(".pyi")))
    first, second, third = numbers(folder, asked)[0]
    assert first.sites == {("marks", "."): 1, ("marks", "src"): 2, ("others", "src"): 1}
    assert (first.files, first.touched) == ({".": 1, "src": 1}, 2)
    assert (second.sites, second.files, second.touched) == ({("marks", "."): 1}, {".": 1, "src": 1}, 1)
    assert (third.sites, third.files, third.touched) == ({}, {}, 0)


def test_what_is_no_python_file_is_left_out_and_what_does_not_parse_is_told_apart(tmp_path):
    made = History(tmp_path / "r").commit(
        {
            "good.py": b"MARK\n",
            "bad.py": b"MARK def\n",
            "latin.py": b"MARK = '\xe9'\n",
            "pointer.py": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "link.py": ("120000", b"good.py"),
            "sub.py": ("160000", b"1" * 40),
            "notes.txt": b"MARK\n",
            "generated.py": b"# @generated\nMARK\n",
            "ours.py": b"# rewright-support: x\nMARK\n",
            "large.py": b"MARK\n" + b"#" * 600 + b"\n",
        }
    )
    folder = made.done(checkout=False)
    found, counted = numbers(folder, request(folder, rule(marks), max_bytes=500))
    assert (found[0].files, found[0].unparsable, found[0].total()) == ({".": 6}, {".": 3}, 1)
    assert ["large.py" in note and "606 bytes" in note for note in counted.notes] == [True]


def test_one_blob_under_many_paths_is_counted_once(tmp_path):
    folder = (
        History(tmp_path / "r").commit({f"d{number}/a.py": b"MARK\n" for number in range(9)}).commit({"b.py": b"MARK\n"}).done()
    )
    found, counted = numbers(folder, request(folder, rule(marks)))
    assert [sample.total() for sample in found] == [9, 10]
    assert counted.read == 1


def test_a_cached_run_reads_no_blob_and_says_the_same(tmp_path):
    folder = burndown_kit.random_history(tmp_path / "r", 5)
    asked = request(folder, rule(marks, hints=b""), rule(others))
    first, second = [], []
    cold, counted = numbers(folder, asked, kept=cache(tmp_path), spy=first)
    assert counted.read and sum(call[0] == "cat-file" for call in first) == 2
    warm, counted = numbers(folder, asked, kept=cache(tmp_path), spy=second)
    assert not counted.read and not any(call[0] == "cat-file" for call in second)
    assert warm == cold
    assert not numbers(folder, request(folder, rule(others)), kept=cache(tmp_path))[1].read


def test_another_choice_of_rules_finds_what_it_shares(tmp_path):
    folder = History(tmp_path / "r").commit({"a.py": b"try:\n    f()\nexcept Exception:\n    pass\n"}).done()
    rules = [kit.bound(name) for name in ("broad-except", "port-literal")]
    numbers(folder, request(folder, *rules), kept=cache(tmp_path))
    for one in rules:
        assert not numbers(folder, request(folder, one), kept=cache(tmp_path))[1].read


@pytest.mark.parametrize("more", [{"program": b"newer"}, {"python": (3, 12)}, {"max_bytes": 3}])
def test_what_a_count_depends_on_is_in_its_key(tmp_path, more):
    folder = History(tmp_path / "r").commit({"a.py": b"MARK\n"}).done()
    numbers(folder, request(folder, rule(marks)), kept=cache(tmp_path))
    asked = dataclasses.replace(request(folder, rule(marks)), **more)
    assert numbers(folder, asked, kept=cache(tmp_path))[1].read == 1


def test_blobs_come_in_chunks_that_fit(tmp_path):
    files = {f"f{number}.py": b"#" * number * 10 for number in range(30)}
    folder = History(tmp_path / "r").commit(files).done()
    oids = git(folder, "ls-tree", "-r", "--format=%(objectname)", "HEAD").decode().split()
    known = blobs.sizes(Git(folder), oids)
    parts = list(blobs.chunks(Git(folder), known, 400))
    assert len(parts) > 5 and all(sum(map(len, part.values())) <= 400 for part in parts)
    assert sorted(data for part in parts for data in part.values()) == sorted(files.values())
    assert all(len(part) == known[oid] for some in parts for oid, part in some.items())


def test_head_is_what_the_working_tree_counts(tmp_path):
    """On fixtures of every codemod that has sites in one file, under its own name and with CRLF line ends too."""
    files = {}
    for case in kit.cases():
        for file in (case.folder / "before").rglob("*.py"):
            files[f"{case.codemod}/{case.folder.name}/{file.relative_to(case.folder)}"] = file.read_bytes()
    folder = History(tmp_path / "r").commit(dict(list(files.items())[:60])).commit(files).done()
    rules = [kit.bound(name) for name in ("broad-except", "get-event-loop", "port-literal")]
    asked = request(folder, *rules)
    head = numbers(folder, asked)[0][-1]
    how = counting(asked).alone
    alone = [count(how, (folder / path).read_bytes()).sites for path in files]
    assert [head.total(one.bound.id) for one in rules] == [sum(column) for column in zip(*alone)]
    assert head.total("broad-except") > 100 and head.total("get-event-loop") > 20


def test_alone_a_file_counts_what_scan_finds_in_it_as_a_project(tmp_path):
    (tmp_path / "blob.py").write_bytes(
        b"import json\nimport asyncio\n\n\ndef load(path):\n    try:\n        return json.load(open(path))\n"
        b"    except Exception:\n        return None\n\n\nasync def now():\n    return asyncio.get_event_loop().time()\n"
    )
    rules = [kit.bound("broad-except"), kit.bound("get-event-loop")]
    made = kit.plan(tmp_path, rules, unsafe=False)
    told = [sum(item.rule == one.bound.id for item in made.of((Change, Finding))) for one in rules]
    how = counting(request(tmp_path, *rules)).alone
    assert list(count(how, (tmp_path / "blob.py").read_bytes()).sites) == told
    assert told[0] == 1 and told[1]


def test_a_suppressed_site_is_none(tmp_path):
    alone = counting(request(tmp_path, kit.bound("broad-except"))).alone
    text = b"def f():\n    try:\n        g()\n    except Exception:%s\n        h()\n"
    assert count(alone, text % b"").sites == (1,)
    assert count(alone, text % b"  # rewright: ignore[broad-except] said so").sites == (0,)


# -- what costs only itself ------------------------------------------------------------------------


def test_fault_89_a_blob_that_kills_its_worker_or_never_ends_costs_only_itself(tmp_path):
    files = {f"f{number}.py": b"MARK = %d\n" % number for number in range(6)}
    folder = History(tmp_path / "r").commit({**files, "dies.py": b"DIES\n", "loops.py": b"LOOPS\n"}).done()
    with Pool(2, Limits(seconds=2, memory_mb=1000)) as pool:
        found, counted = numbers(folder, request(folder, rule(breaks)), runner=pool, kept=cache(tmp_path))
    assert (found[0].total(), found[0].unparsable) == (6, {".": 2})
    assert sorted(note.split(" ")[0] for note in counted.notes) == ["dies.py", "loops.py"]
    again = wanted_again(folder, request(folder, rule(breaks)), tmp_path)
    assert again == 2  # tried again, as a machine may only have been busy


def wanted_again(folder, asked, kept):
    """How many blobs the cache does not know, without giving them to anybody."""

    class Nobody:
        def run(self, task, context, jobs):
            return iter(())

    return numbers(folder, asked, runner=Nobody(), kept=cache(kept))[1].read


def test_fault_26_deep_nesting_is_one_unparsable_file(tmp_path):
    folder = (
        History(tmp_path / "r").commit({"deep.py": b"x = " + b"[" * 3000 + b"]" * 3000 + b"  # MARK\n", "a.py": b"MARK\n"}).done()
    )
    with Pool(1, Limits(seconds=20, memory_mb=1000)) as pool:
        assert totals(folder, request(folder, rule(marks)), runner=pool) == [(1, 1)]


def test_a_blob_that_is_gone_costs_only_itself(tmp_path):
    folder = History(tmp_path / "r").commit({"a.py": b"MARK\n"}).commit({"a.py": b"MARK 2\n", "b.py": b"MARK\n"}).done()
    oid = git(folder, "rev-parse", "HEAD:a.py").decode().strip()
    unpacked(folder)
    (folder / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    found, counted = numbers(folder, request(folder, rule(marks)))
    assert [(one.total(), sum(one.unparsable.values())) for one in found] == [(1, 0), (1, 1)]
    assert "git has not got it" in counted.notes[0]


def unpacked(folder):
    """Every object in a file of its own."""
    for pack in list((folder / ".git" / "objects" / "pack").glob("*.pack")):
        data = pack.read_bytes()
        for file in pack.parent.glob(pack.stem + ".*"):
            file.unlink()
        git(folder, "unpack-objects", "-q", stdin=data)


def test_fault_80_a_partial_clone_is_an_error_and_fetches_nothing(tmp_path):
    folder = History(tmp_path / "r").commit({"a.py": b"MARK\n"}).commit({"a.py": b"MARK = 2\n"}).done()
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{folder}", "part")
    here = git(tmp_path / "part", "count-objects", "-v")
    with pytest.raises(RewrightError, match=r"partial clone.*name a --since"):
        numbers(tmp_path / "part", request(tmp_path / "part", rule(marks)))
    assert git(tmp_path / "part", "count-objects", "-v") == here


def test_the_two_suffixes_are_two_things_to_count():
    assert Blob("1", ".py") != Blob("1", ".pyi")
