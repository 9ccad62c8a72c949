"""The run-time claim on a port: real processes, real locks. Plain Python 3.8, as test_support_port_registry.py is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from port_registry_kit import document, main, raised, target

ROWS = {"A": 1001, "B": 1002, "C": {"port": 1003, "machine": "main_pc"}}
GROUP = {"X": {"port": 1004, "alternatives": "one/two"}, "Y": {"port": 1004, "alternatives": "one/two"}}
ASK = """
import json, sys
sys.modules["yaml"] = type(sys)("yaml")
sys.modules["yaml"].safe_load = json.loads
sys.modules["yaml"].YAMLError = ValueError
sys.path.insert(0, {root!r})
from common_utils.port_registry import PortRegistryError, get_port
try:
    print(get_port({name!r}, env="P"), flush=True)
except PortRegistryError as error:
    print(error, flush=True)
sys.stdin.readline()
"""


@contextlib.contextmanager
def asking(it, name, **environment):
    """A process that has asked for a port and lives on; what it got, in `.answer`."""
    variables = {**os.environ, "TMPDIR": tempfile.gettempdir(), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = [sys.executable, "-c", ASK.format(root=str(it.root), name=name)]
    with subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.answer = process.stdout.readline().decode().strip()
        try:
            yield process
        finally:
            if process.poll() is None:
                process.stdin.close()


def test_one_name_in_many_processes():
    with target() as it:
        it.write(document(ROWS))
        with asking(it, "A") as one, asking(it, "A") as two, asking(it, "B") as three:
            assert [one.answer, two.answer, three.answer] == ["1001", "1001", "1002"]
            assert it.get_port("A") == it.get_port("A") == 1001


def test_another_name_is_refused_while_the_first_one_lives():
    with target(P="1001") as it:
        it.write(document(ROWS))
        with asking(it, "A", P="") as holder, asking(it, "B") as second:
            assert holder.answer == "1001"
            told = f"B cannot have port 1001 of pc2: process {holder.pid} holds it as A"
            assert second.answer.startswith(told), second.answer
            assert "REWRIGHT_PORT_CLAIMS=off" in second.answer
            assert told in str(raised(it.module.PortRegistryError, lambda: it.get_port("B", env="P", fallback=5)))
            assert it.get_port("C", env="P") == 1001  # of another machine
            with asking(it, "B", REWRIGHT_PORT_CLAIMS=" Off ") as careless:
                assert careless.answer == "1001"
        assert it.get_port("B", env="P") == 1001


def test_a_claim_dies_with_its_process():
    with target(P="1001") as it:
        it.write(document(ROWS))
        with asking(it, "A", P="") as holder:
            os.kill(holder.pid, signal.SIGKILL)
            holder.wait()
            assert it.get_port("B", env="P") == 1001
            with asking(it, "A", P="") as late:
                assert f"process {os.getpid()} holds it as B" in late.answer


def test_it_outlives_the_first_of_several_holders():
    with target(P="1001") as it:
        it.write(document(ROWS))
        with asking(it, "A", P="") as first, asking(it, "A", P="") as second:
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
            assert "holds it as A" in str(raised(it.module.PortRegistryError, lambda: it.get_port("B", env="P")))
            os.kill(second.pid, signal.SIGKILL)
            second.wait()
            assert it.get_port("B", env="P") == 1001


def test_two_names_in_one_process():
    with target(P="1001") as it:
        it.write(document(ROWS))
        assert it.get_port("A") == 1001
        told = f"B cannot have port 1001 of pc2: process {os.getpid()} holds it as A"
        for _ in range(2):
            assert told in str(raised(it.module.PortRegistryError, lambda: it.get_port("B", env="P")))
        assert told in str(raised(it.fresh().module.PortRegistryError, lambda: it.get_port("B", env="P")))  # imported twice
        assert it.get_port("A") == 1001


def test_a_port_set_brings_two_names_together():
    rows = {"A": 1001, "B": 1002}
    with target() as it:
        it.write(document(rows, sets={"here": {"A": 1005}, "there": {"B": 1005}}))
        with asking(it, "A", REWRIGHT_PORT_SET="here") as one, asking(it, "B", REWRIGHT_PORT_SET="there") as two:
            assert (one.answer, "holds it as A" in two.answer) == ("1005", True)


def test_alternatives_share():
    with target(P="1004") as it:
        it.write(document({**ROWS, **GROUP}))
        with asking(it, "X", P="") as holder:
            assert holder.answer == "1004"
            assert it.get_port("Y") == 1004
            assert "as one of one/two" in str(raised(it.module.PortRegistryError, lambda: it.get_port("A", env="P")))


def test_a_fallback_and_a_broken_registry_claim_nothing():
    with target(P="1001") as it:
        assert it.get_port("A", fallback=1001) == it.get_port("B", fallback=1001) == 1001
        it.write("{ not JSON")
        assert it.get_port("A", env="P") == it.get_port("B", env="P") == 1001
        assert os.listdir(tempfile.tempdir) == []


def test_nothing_breaks_where_nothing_can_be_locked():
    def file_in_the_way(it, folder):
        folder.write_text("")

    def link_in_the_way(it, folder):
        folder.mkdir()
        (folder / "pc2-1001").symlink_to(it.root / "elsewhere")

    def no_temporary_folder(it, folder):
        tempfile.tempdir = str(it.root / "config" / "ports.yaml")

    def no_fcntl(it, folder):
        it.module.fcntl = None

    def no_locks(it, folder):
        it.module.fcntl.flock = broken

    def of_somebody_else(it, folder):
        os.getuid, uid = lambda: real() + 1, real()
        folder.with_name(f"rewright-ports-{uid + 1}").mkdir()

    def broken(*_):
        raise OSError(37, "No locks available")

    for spoil in (file_in_the_way, link_in_the_way, no_temporary_folder, no_fcntl, no_locks, of_somebody_else):
        with target(P="1001") as it:
            it.write(document(ROWS))
            real, flock = os.getuid, it.module.fcntl.flock
            handles = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
            try:
                spoil(it, Path(tempfile.tempdir) / f"rewright-ports-{os.getuid()}")
                assert it.get_port("A") == it.get_port("B", env="P") == 1001, spoil.__name__
                assert not (it.root / "elsewhere").exists()
            finally:
                os.getuid = real
                if it.module.fcntl:
                    it.module.fcntl.flock = flock
            assert not handles or len(os.listdir("/proc/self/fd")) == handles, spoil.__name__


def test_threads_and_forks():
    with target(P="1001") as it:
        it.write(document(ROWS))
        barrier, seen = threading.Barrier(8), []

        def ask():
            barrier.wait()
            seen.append((it.get_port("A"), it.get_port("C")))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [(1001, 1003)] * 8
        it.module._lock.acquire()  # as if another thread were in the middle of it
        child = os.fork()
        if child == 0:
            refused = False
            try:
                assert it.get_port("A") == 1001
                it.get_port("B", env="P")
            except it.module.PortRegistryError:
                refused = True
            finally:
                os._exit(0 if refused else 1)
        it.module._lock.release()
        assert os.waitpid(child, 0)[1] == 0


def test_names_that_are_no_file_names():
    with target() as it:
        it.write(document({"A/../x": {"port": 1001, "machine": "../../etc"}, "B": {"port": 1002, "machine": "x" * 500}}))
        assert (it.get_port("A/../x"), it.get_port("B")) == (1001, 1002)
        (folder,) = Path(tempfile.tempdir).iterdir()
        assert [path.name for path in folder.iterdir()] == ["..%2F..%2Fetc-1001"]
        assert oct(folder.stat().st_mode & 0o777) == "0o700"


if __name__ == "__main__":
    main(globals())
