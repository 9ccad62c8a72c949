"""One file between the rules: places on disk, and fingerprints."""

from badmods import rule, swap
from kit import plan

from engine import Source
from engine.fingerprint import fingerprint
from engine.model import Applicability, Change, Edit, Failure, Finding, Site, Skip
from engine.overlay import Overlay


def advanced():
    old = Source("m.py", b"a = 1\nb = 2\nc = 3\n")
    overlay = Overlay(old, old)
    overlay.advance(Source("m.py", b"a = [\n1]\nb = 2\nc = 3\n"), (Edit("m.py", 4, 5, "[\n1]"),))
    overlay.advance(Source("m.py", b"a = [\n1]\nc = 3\n"), (Edit("m.py", 9, 15, ""),))
    return overlay


def test_sites_are_told_as_they_are_on_disk():
    overlay = advanced()
    assert overlay.original_site(Site("m.py", 3, 1, 3, 6)) == Site("m.py", 3, 1, 3, 6)
    assert overlay.original_site(Site("m.py", 2, 1, 2, 2)) == Site("m.py", 1, 5, 1, 5)
    assert overlay.original_site(Site("m.py", 1, 1)) == Site("m.py", 1, 1)


def test_a_change_outranks_what_was_said_before_and_is_not_outranked():
    overlay = advanced()
    site = Site("m.py", 3, 1)
    change = Change(site, "c", Applicability.SAFE, (Edit("m.py", 9, 10, "d"),), (), rule="r")
    for item, kind in [(Finding(site, "f", rule="r"), Finding), (change, Change), (Skip(site, "s", "s", rule="r"), Change)]:
        overlay.record(item)
        assert [type(one) for one in overlay.items.values()] == [kind]
    overlay.record(Failure(Site("m.py", 3, 2), "x", "x", "r"))
    assert len(overlay.items) == 2


def test_fingerprint_survives_moves_and_white_space_only():
    def of(text, line, rule="r", path="m.py"):
        return fingerprint(rule, Site(path, line), Source(path, text))

    one = of(b"x = f(1)\n", 1)
    assert len(one) == 16
    assert of(b"\n\nx  =  f( 1 )\n", 3) == one
    assert len({one, of(b"x = f(2)\n", 1), of(b"x = f(1)\n", 1, "s"), of(b"x = f(1)\n", 1, path="n.py")}) == 4


def test_equal_sites_of_one_file_have_distinct_fingerprints(tmp_path):
    (tmp_path / "a.py").write_bytes(b"f(old)\nf(old)\nf(old)\n")

    def run(source, _, options):
        yield from swap(source, "old", "1")

    prints = [change.fingerprint for change in plan(tmp_path, [rule(run)]).of(Change)]
    assert prints == [prints[0], f"{prints[0]}-2", f"{prints[0]}-3"]
