"""What get_port promises. Plain Python 3.8 without pytest, so that test_support_interpreters.py can run it everywhere.

The template runs where it will live: as common_utils/port_registry.py of a target, fresh for each test.
"""

from __future__ import annotations

import importlib.util
import os
import threading

from port_registry_kit import PORTS, document, main, raised, target

# --- where the number comes from


def test_the_registry():
    with target() as it:
        it.write(document(PORTS))
        assert {name: it.get_port(name) for name in PORTS} == PORTS


def test_precedence():
    table = [
        # environment, name, keywords, port
        ({"P": "9001"}, "SESSION_AGENT", {"env": "P"}, 9001),
        ({"P": " 9001 "}, "SESSION_AGENT", {"env": "P"}, 9001),
        ({"P": "9001"}, "SESSION_AGENT", {}, 5601),  # not asked for
        ({"P": ""}, "SESSION_AGENT", {"env": "P"}, 5601),
        ({"P": "  "}, "SESSION_AGENT", {"env": "P"}, 5601),
        ({}, "SESSION_AGENT", {"env": "P"}, 5601),
        ({}, "SESSION_AGENT", {"env": "P", "fallback": 1234}, 5601),
        ({"P": "9001"}, "NO_SUCH", {"env": "P", "fallback": 1234}, 9001),
        ({"P": ""}, "NO_SUCH", {"env": "P", "fallback": 1234}, 1234),
        ({}, "NO_SUCH", {"fallback": 1234}, 1234),
        ({"SESSION_AGENT": "9002"}, "SESSION_AGENT", {}, 5601),
    ]
    for environment, name, keywords, port in table:
        with target(**environment) as it:
            it.write(document(PORTS))
            assert it.get_port(name, **keywords) == port, (environment, name, keywords)


def test_the_environment_alone_needs_no_registry():
    with target(P="9001") as it:
        it.write("{ this is not JSON")
        assert it.get_port("SESSION_AGENT", env="P") == 9001


# --- which file


def test_found_upward_from_the_package_then_from_the_working_directory():
    with target() as it:
        outer = it.root.parent
        it.write(document({"A": 1001}), root=outer)
        assert it.get_port("A") == 1001
    with target() as it:
        it.write(document({"A": 1001}), root=it.root.parent)
        it.write(document({"A": 1002}))
        assert it.get_port("A") == 1002  # the nearest
    with target() as it:
        it.write(document({"A": 1003}), root=it.root.parent / "elsewhere")
        assert it.get_port("A") == 1003  # the working directory
    with target() as it:
        it.write(document({"A": 1003}), root=it.root.parent / "elsewhere")
        it.write(document({"A": 1002}))
        assert it.get_port("A") == 1002  # the package before the working directory
    with target() as it:
        it.write(document({"A": 1004}), root=it.root / "common_utils")
        assert isinstance(raised(KeyError, lambda: it.get_port("A")), it.module.UnknownPortError)  # not beside the module


def test_a_working_directory_that_is_gone():
    with target() as it:
        gone = it.root.parent / "gone"
        gone.mkdir()
        os.chdir(str(gone))
        gone.rmdir()
        it.write(document(PORTS))
        assert it.get_port("MEMORY_STORE") == 7140


def test_a_file_named_by_the_environment():
    with target() as it:
        it.write(document({"A": 1001}))
        for name in ("other.yaml", "other.json"):
            os.environ["REWRIGHT_PORTS_FILE"] = str(it.write(document({"A": 1002}), name))
            assert it.fresh().get_port("A") == 1002
    with target(REWRIGHT_PORTS_FILE="/no/such/ports.json") as it:
        it.write(document({"A": 1001}))
        error = raised(it.module.PortRegistryError, lambda: it.get_port("A"))
        assert "/no/such/ports.json" in str(error)
        assert it.get_port("A", fallback=5) == 5  # a missing file is no error where there is a fallback
        it.write("{ not JSON", "other.json")
        os.environ["REWRIGHT_PORTS_FILE"] = str(it.root / "other.json")
        raised(it.module.PortRegistryError, lambda: it.get_port("A", fallback=5))  # a bad one is


def test_json():
    for yaml in ("fake", "missing"):
        with target(yaml=yaml) as it:
            it.write(document({"A": 1001}), "config/ports.json")
            assert it.get_port("A") == 1001
    with target(yaml="fake") as it:
        it.write(document({"A": 1001}), "config/ports.json")
        it.write(document({"A": 1002}), "config/ports.yaml")
        assert it.get_port("A") == 1002
    with target(yaml="missing") as it:
        it.write(document({"A": 1001}), "config/ports.json")
        it.write(document({"A": 1002}), "config/ports.yaml")
        assert it.get_port("A") == 1001


def test_yaml_without_pyyaml():
    with target(yaml="missing") as it:
        path = it.write(document({"A": 1001}))
        message = str(raised(it.module.PortRegistryError, lambda: it.get_port("A", fallback=5)))
        assert str(path) in message
        assert "PyYAML" in message
        assert "ports.json" in message


def test_pyyaml_itself_where_it_is_installed():
    if importlib.util.find_spec("yaml") is None:
        return
    with target(yaml="real") as it:
        it.write("# ports\nversion: 1\nports:\n  - {name: A, port: 1001}\n  - name: B\n    port: 1002\n")
        assert (it.get_port("A"), it.get_port("B")) == (1001, 1002)
    for bad in ("ports: [", "version: 1\nports: 2020-13-45\n", "a: !!python/object:os.system {}\n"):
        with target(yaml="real") as it:
            it.write(bad)
            raised(it.module.PortRegistryError, lambda: it.get_port("A"))


# --- what is refused


def test_an_unknown_name():
    with target() as it:
        path = it.write(document(PORTS))
        for name, near in (("SESSION_AGNET", "SESSION_AGENT"), ("session_agent", "SESSION_AGENT"), ("MEMORY", "MEMORY_STORE")):
            error = raised(KeyError, lambda n=name: it.get_port(n))
            assert isinstance(error, it.module.UnknownPortError)
            assert str(error).startswith(f"no port '{name}' in {path}")
            assert near in str(error)
        assert "did you mean" not in str(raised(KeyError, lambda: it.get_port("ZZZ")))


def test_no_registry_at_all():
    with target() as it:
        message = str(raised(KeyError, lambda: it.get_port("A")))
        assert "ports.yaml" in message
        assert str(it.root) in message
        assert "REWRIGHT_PORTS_FILE" in message
        assert it.get_port("A", fallback=1234) == 1234


def test_registries_that_are_refused():
    row = {"name": "A", "port": 1001}
    bad = [
        ("{ not JSON", "not valid"),
        ("[" * 5000, "not valid"),
        ("when: 2026-13-45", "not valid"),
        ("a: !!bool x", "not valid"),
        ("a: !!timestamp x", "not valid"),
        ("[]", "version: 1"),
        ("null", "version: 1"),
        (document(PORTS, version=2), "version: 1"),
        ({"ports": [row]}, "version: 1"),
        ({"version": 1, "ports": {"A": 1001}}, "version: 1"),
        ({"version": 1, "ports": ["A"]}, "entry 1 of ports has no name"),
        ({"version": 1, "ports": [row, {"port": 1002}]}, "entry 2 of ports has no name"),
        ({"version": 1, "ports": [{"name": "", "port": 1}]}, "has no name"),
        ({"version": 1, "ports": [row, dict(row, port=1002)]}, "A is used twice"),
        ({"version": 1, "ports": [{"name": "A"}]}, "entry 1 of ports, A: None is not a port number"),
    ]
    bad += [(document({"A": port}), f"{port!r} is not a port number") for port in (0, 65536, -1, "1001", 1.5, True, [1])]
    for name in ("config/ports.yaml", "config/ports.json"):
        for data, text in bad:
            with target() as it:
                path = it.write(data, name)
                for keywords in ({}, {"fallback": 5}):
                    error = raised(ValueError, lambda i=it, k=keywords: i.get_port("A", **k))
                    assert isinstance(error, it.module.PortRegistryError)
                    assert str(path) in str(error)
                    assert text in str(error), (data, str(error))


def test_bytes_that_are_no_text():
    with target() as it:
        path = it.write(document(PORTS), "config/ports.json")
        path.write_bytes(b'{"version": 1, "x": "\xff"}')
        raised(it.module.PortRegistryError, lambda: it.get_port("A"))


def test_numbers_out_of_range():
    for text in ("0", "65536", "-5", "x", "1.5", "0x10"):
        with target(P=text) as it:
            message = str(raised(it.module.PortRegistryError, lambda i=it: i.get_port("A", env="P", fallback=5)))
            assert "environment variable P" in message
            assert text in message
    for fallback in (0, 65536, -1, "80", True, 1.5):
        with target() as it:
            assert "fallback" in str(raised(it.module.PortRegistryError, lambda i=it, f=fallback: i.get_port("A", fallback=f)))
    with target(LOW="1", HIGH="65535") as it:
        assert (it.get_port("A", env="LOW"), it.get_port("A", env="HIGH")) == (1, 65535)


# --- read once


def test_lazy_and_cached():
    count = []
    with target(count=count) as it:
        path = it.write(document(PORTS))
        assert count == []
        assert it.get_port("MEMORY_STORE") == it.get_port("MEMORY_STORE", fallback=1) == 7140
        assert it.get_port("NO_SUCH", fallback=1) == 1
        assert count == [1]
        path.unlink()
        assert it.get_port("SESSION_AGENT") == 5601


def test_a_registry_that_failed_is_read_again():
    with target() as it:
        it.write("{ not JSON")
        raised(it.module.PortRegistryError, lambda: it.get_port("A"))
        it.write(document({"A": 1001}))
        assert it.get_port("A") == 1001


def test_threads_read_it_once():
    count, seen = [], []
    with target(count=count) as it:
        it.write(document(PORTS))
        barrier = threading.Barrier(8)

        def ask():
            barrier.wait()
            seen.append(it.get_port("MEMORY_STORE"))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [7140] * 8
    assert count == [1]


if __name__ == "__main__":
    main(globals())
