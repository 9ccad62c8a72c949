"""Port sets, offsets, doubles and disputes: what get_port makes of the rest of the registry. Plain Python 3.8, as above."""

from __future__ import annotations

import os
import sys

from port_registry_kit import document, main, raised, target

ROWS = {"A": 1001, "B": {"port": 1002, "machine": "main_pc"}, "REDIS": {"port": 6379, "external": True}}
SETS = {"staging": {"offset": 100}, "demo": {"A": 2001}, "both": {"offset": 100, "A": 2001, "REDIS": 7000}, "none": None}


def test_precedence_with_sets_and_offset():
    table = [
        # environment, name, keywords, port
        ({}, "A", {}, 1001),
        ({"REWRIGHT_PORT_SET": ""}, "A", {}, 1001),
        ({"REWRIGHT_PORT_SET": "  "}, "A", {}, 1001),
        ({"REWRIGHT_PORT_SET": "demo"}, "A", {}, 2001),
        ({"REWRIGHT_PORT_SET": "demo"}, "B", {}, 1002),
        ({"REWRIGHT_PORT_SET": "demo"}, "A", {"fallback": 5}, 2001),
        ({"REWRIGHT_PORT_SET": "none"}, "A", {}, 1001),
        ({"REWRIGHT_PORT_SET": "staging"}, "A", {}, 1101),
        ({"REWRIGHT_PORT_SET": "staging"}, "REDIS", {}, 6379),  # nobody moves what is not ours
        ({"REWRIGHT_PORT_SET": "both"}, "A", {}, 2001),  # its own number is not moved by its offset
        ({"REWRIGHT_PORT_SET": "both"}, "B", {}, 1102),
        ({"REWRIGHT_PORT_SET": "both"}, "REDIS", {}, 7000),
        ({"REWRIGHT_PORT_SET": "both", "P": "9001"}, "A", {"env": "P"}, 9001),
        ({"REWRIGHT_PORT_SET": "both", "P": ""}, "A", {"env": "P"}, 2001),
        ({"REWRIGHT_PORT_SET": "both"}, "NO_SUCH", {"fallback": 5}, 5),
        ({"PORT_OFFSET": "10000"}, "A", {}, 11001),
        ({"PORT_OFFSET": " 10000 "}, "A", {"fallback": 5}, 11001),
        ({"PORT_OFFSET": "-1000"}, "A", {}, 1),
        ({"PORT_OFFSET": ""}, "A", {}, 1001),
        ({"PORT_OFFSET": "10000"}, "REDIS", {}, 6379),
        ({"PORT_OFFSET": "10000", "P": "9001"}, "A", {"env": "P"}, 9001),
        ({"PORT_OFFSET": "10000"}, "NO_SUCH", {"fallback": 5}, 5),
        ({"PORT_OFFSET": "10000", "REWRIGHT_PORT_SET": "both"}, "A", {}, 12001),
        ({"PORT_OFFSET": "10000", "REWRIGHT_PORT_SET": "both"}, "B", {}, 11102),
        ({"PORT_OFFSET": "10000", "REWRIGHT_PORT_SET": "both"}, "REDIS", {}, 7000),
    ]
    for environment, name, keywords, port in table:
        with target(**environment) as it:
            it.write(document(ROWS, sets=SETS, **{"offset-env": "PORT_OFFSET"}))
            assert it.get_port(name, **keywords) == port, (environment, name, keywords)


def test_no_offset_unless_the_registry_names_its_variable():
    with target(PORT_OFFSET="10000") as it:
        it.write(document(ROWS))
        assert it.get_port("A") == 1001


def test_an_offset_that_is_none_or_leads_out():
    for text, told in (("x", "'x' is not a whole number"), ("1.5", "'1.5'"), ("64535", "65536 is not"), ("-1001", "0 is not")):
        with target(PORT_OFFSET=text) as it:
            it.write(document(ROWS, **{"offset-env": "PORT_OFFSET"}))
            message = str(raised(it.module.PortRegistryError, lambda i=it: i.get_port("A", fallback=5)))
            assert told in message and "PORT_OFFSET" in message, message


def test_an_unknown_set():
    with target(REWRIGHT_PORT_SET="stagign", P="9001") as it:
        path = it.write(document(ROWS, sets=SETS))
        for keywords in ({}, {"fallback": 5}):
            message = str(raised(it.module.PortRegistryError, lambda k=keywords: it.get_port("A", **k)))
            assert str(path) in message and "'stagign'" in message and "did you mean staging?" in message
        assert it.get_port("A", env="P") == 9001
        path.unlink()
        it.fresh()
        assert it.get_port("A", fallback=5) == 5  # without a registry there are no sets to choose from


def test_sets_that_are_refused():
    bad = [
        ({"staging": 5}, "set staging"),
        ({"staging": {"offset": "100"}}, "set staging: offset"),
        ({"staging": {"offset": True}}, "set staging: offset"),
        ({"staging": {"offset": 65000}}, "set staging: A: 66001 is not a port number"),
        ({"staging": {"A": 0}}, "set staging: A: 0 is not a port number"),
        ({"staging": {"A": "1001"}}, "set staging: A: '1001' is not a port number"),
        ({"staging": {"REDSI": 7000}}, "set staging: no port has the name 'REDSI'; did you mean REDIS?"),
        ({"staging": {"A": 6379}}, "set staging: A and REDIS both claim port 6379 on pc2"),
        ([], "sets must be"),
    ]
    for sets, told in bad:
        with target() as it:
            path = it.write(document(ROWS, sets=sets))
            for keywords in ({}, {"fallback": 5}):
                message = str(raised(it.module.PortRegistryError, lambda i=it, k=keywords: i.get_port("A", **k)))
                assert str(path) in message and told in message, message


def test_two_names_for_one_port_of_one_machine():
    def load(first, second):
        with target() as it:
            path = it.write(document({"A": {"port": 1001, **first}, "B": {"port": 1001, **second}}))
            try:
                return it.get_port("B", fallback=5)
            except it.module.PortRegistryError as error:
                assert str(path) in str(error)
                return str(error)

    refused = "A and B both claim port 1001 on pc2"
    assert refused in load({}, {})
    assert refused in load({"alternatives": "x"}, {"alternatives": "y"})
    assert refused in load({"alternatives": "x"}, {})
    assert refused in load({"disputed": True}, {})
    assert refused in load({"external": True}, {})
    assert "A and B both claim port 1001 on one machine" in load({"machine": ""}, {"machine": None})
    assert load({"machine": "main_pc"}, {}) == 1001
    assert load({"alternatives": "x"}, {"alternatives": "x"}) == 1001
    assert load({"disputed": True}, {"disputed": True}) == 5


def test_a_third_name_is_compared_with_every_other():
    with target() as it:
        rows = {"A": {"port": 1001, "disputed": True}, "B": {"port": 1001, "alternatives": "x", "disputed": True}}
        it.write(document({**rows, "C": {"port": 1001, "alternatives": "x"}}))
        assert "A and C both claim" in str(raised(it.module.PortRegistryError, lambda: it.get_port("A")))


def test_a_disputed_name():
    sets = {"settled": {"A": 2001}, "moved": {"offset": 100}}
    rows = {name: {"port": 1001, "disputed": True} for name in "AB"}
    with target(P="9001") as it:
        path = it.write(document({**rows, "C": 1003}, sets=sets))
        message = str(raised(it.module.PortRegistryError, lambda: it.get_port("A")))
        assert message.startswith("A: port 1001 of pc2 is disputed with B") and str(path) in message
        assert it.get_port("A", fallback=1001) == 1001
        assert it.get_port("A", env="P") == 9001
        assert it.get_port("C") == 1003
        os.environ["REWRIGHT_PORT_SET"] = "moved"
        assert "disputed with B" in str(raised(it.module.PortRegistryError, lambda: it.get_port("A")))
        os.environ["REWRIGHT_PORT_SET"] = "settled"
        assert it.get_port("A") == 2001
        assert "disputed with A" in str(raised(it.module.PortRegistryError, lambda: it.get_port("B")))


def test_rows_of_a_wrong_type():
    for key, value in (("machine", 5), ("alternatives", ["x"]), ("external", "yes"), ("disputed", 1)):
        with target() as it:
            it.write(document({"A": {"port": 1001, key: value}}))
            message = str(raised(it.module.PortRegistryError, lambda i=it: i.get_port("A")))
            assert f"entry 1 of ports, A: {key} must be of type" in message
    with target() as it:
        it.write(document({"A": 1001}, **{"offset-env": 5}))
        assert "offset-env must be of type str, not 5" in str(raised(it.module.PortRegistryError, lambda: it.get_port("A")))


def test_one_mapping_for_two_sets():
    """A YAML alias makes one object of two sets: what is made of the one must not leak into the other."""
    with target() as it:
        it.write(document(ROWS))
        shared = {"offset": 100}
        sys.modules["yaml"].safe_load = lambda data: document(ROWS, sets={"x": shared, "y": shared})
        for name in "xy":
            os.environ["REWRIGHT_PORT_SET"] = name
            assert it.get_port("A") == 1101
        assert shared == {"offset": 100}


if __name__ == "__main__":
    main(globals())
