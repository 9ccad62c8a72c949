"""Modules imported first in child processes: what a module does costs only itself, and the target stays as it was."""

import os
import sys
import time
from pathlib import Path

import pytest

from engine.cold import cold_import
from engine.cold.child import _marked
from engine.cold.layout import Copy
from engine.cold.names import imported, names_of
from engine.cold.prove import Seen, evidence

PYTHON = Path(sys.executable)


@pytest.fixture(params=[False, True], ids=["as-allowed", "no-name-spaces"])
def alone(request, tmp_path, monkeypatch):
    """A temporary folder of this test's own, in which children get theirs; with name spaces if they are allowed, and without."""
    if request.param:
        monkeypatch.setattr("engine.cold.child._without_network", lambda: ())
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return tmp_path


def cold(folder, text, name="one", seconds=20.0):
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / f"{name}.py").write_text(text)
    return cold_import(name, [folder / "code"], PYTHON, seconds)


def left(folder):
    """Processes that were started with a home in this folder."""
    wanted = str(folder).encode()
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if b"HOME=" + wanted in (one / "environ").read_bytes():
                found.append(int(one.name))
        except OSError:
            continue
    return found


# -- one module ------------------------------------------------------------------------------


def test_the_public_names_are_told(alone):
    told = cold(alone, "import os\n_private = 1\n\n\ndef f():\n    pass\n")
    assert told.works and told.names == {"os", "f"} and told.error == ""


def test_a_missing_module_is_named(alone):
    assert cold(alone, "import no_such_module_here\n").error == "ModuleNotFoundError: no_such_module_here"


def test_an_error_is_one_line_without_temporary_names(alone):
    told = cold(alone, "import os\nraise ValueError('first\\nsecond ' + __file__ + ' ' + os.getcwd())\n")
    assert not told.works and told.error == "ValueError: first second one.py ~"


def test_a_module_that_hangs_costs_its_time(alone):
    start = time.monotonic()
    told = cold(alone, "import time\ntime.sleep(60)\n", seconds=1.0)
    assert told.error == "took longer than 1 seconds" and time.monotonic() - start < 20
    assert left(alone) == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import os\nos._exit(0)\n", "ended the process with exit status 0"),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "killed by SIGKILL"),
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
    ],
)
def test_a_module_that_ends_the_process(alone, text, error):
    told = cold(alone, text)
    assert not told.works and told.error == error


def test_what_it_prints_is_heard_by_nobody(alone, capfd):
    text = "import os, sys\nprint('out')\nprint('err', file=sys.stderr)\nos.system('echo shell; echo shell >&2')\n"
    assert cold(alone, text + "os.write(1, b'raw')\n").works
    assert capfd.readouterr() == ("", "")


def test_it_has_no_terminal_and_nothing_to_read(alone):
    assert cold(alone, "import sys\nassert sys.stdin.read() == ''\nopen('/dev/tty')\n").error.startswith("OSError")


@pytest.mark.parametrize(
    "call",
    [
        "socket.create_connection(('127.0.0.1', {port}), timeout=3)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
        "socket.getaddrinfo('example.org', 80)",
    ],
)
def test_it_has_no_network(alone, call):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        told = cold(alone, "import socket\n" + call.format(port=server.getsockname()[1]) + "\n")
    assert not told.works and told.error == "PermissionError: no network during a cold import"


def test_its_environment_is_empty_and_its_folder_its_own(alone, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    text = "import os\nassert 'SECRET_TOKEN' not in os.environ\nassert os.listdir() == []\n"
    assert cold(alone, text + "assert os.path.expanduser('~') == os.getcwd()\n").works


def test_a_file_that_it_deletes_or_writes_by_a_relative_path_is_its_own(alone, monkeypatch):
    monkeypatch.chdir(alone)
    (alone / "keep.txt").write_text("kept")
    told = cold(alone, "import os\nopen('made.txt', 'w').close()\nos.remove('keep.txt')\n")
    assert told.error.startswith("FileNotFoundError")
    assert (alone / "keep.txt").read_text() == "kept" and not (alone / "made.txt").exists()


FORKS = """
import os, time
if os.fork() == 0:
    {session}
    time.sleep(300)
"""


@pytest.mark.parametrize("session", ["pass", "os.setsid()"])
def test_a_child_that_stays_is_ended(alone, session):
    assert cold(alone, FORKS.format(session=session)).works
    assert left(alone) == []


def test_a_fork_that_goes_on_answers_nothing(alone):
    told = cold(alone, "import os, time\npid = os.fork()\nif pid:\n    os.waitpid(pid, 0)\n    mine = 1\nelse:\n    other = 1\n")
    assert told.names == {"os", "time", "pid", "mine"}


def test_only_marked_processes_are_found():
    assert os.getpid() not in list(_marked(b"HOME=/no/such/folder"))
    assert os.getpid() in list(_marked(Path("/proc/self/environ").read_bytes().split(b"\0")[0]))


def test_a_thread_that_runs_on_delays_nothing(alone):
    start = time.monotonic()
    assert cold(alone, "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n").works
    assert time.monotonic() - start < 15


def test_nothing_is_left_in_the_temporary_folder(alone):
    cold(alone, "open('a', 'w').close()\n")
    assert list((alone / "tmp").iterdir()) == []


# -- the copy --------------------------------------------------------------------------------


def target(folder):
    where = folder / "target"
    (where / "pkg").mkdir(parents=True)
    (where / "pkg" / "a.py").write_text("A = 1\n")
    (where / "pkg" / "data.json").write_text("{}")
    (where / ".git").mkdir()
    (where / ".git" / "config").write_text("")
    (where / "env").mkdir()
    (where / "env" / "pyvenv.cfg").write_text("")
    (where / "link.py").symlink_to("pkg/a.py")
    (where / "outside.py").symlink_to(PYTHON)
    os.mkfifo(where / "pipe")
    return where


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_copy_holds_code_and_data_and_no_links(tmp_path):
    made = Copy(target(tmp_path), tmp_path / "copy", {"new/b.py": b"B = 1\n"}).fresh()
    assert files(made) == {"pkg/a.py": b"A = 1\n", "pkg/data.json": b"{}", "link.py": b"A = 1\n", "new/b.py": b"B = 1\n"}
    assert not any(path.is_symlink() for path in made.rglob("*"))


def test_large_data_is_left_out_and_code_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.cold.layout.LARGEST", 3)
    (target(tmp_path) / "pkg" / "data.json").write_text("[1, 2]")
    made = Copy(tmp_path / "target", tmp_path / "copy", {}).fresh()
    assert set(files(made)) == {"pkg/a.py", "link.py"}


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / "pkg" / "a.py").unlink(),
        lambda folder: (folder / "pkg" / "a.py").write_text("A = 2\n"),
        lambda folder: (folder / "pkg" / "more").mkdir(),
        lambda folder: (folder / "link.py").rename(folder / "pkg" / "link.py"),
        lambda folder: os.utime(folder / "pkg" / "a.py", (1, 1)),
    ],
)
def test_a_copy_that_was_touched_is_made_anew(tmp_path, harm):
    copy = Copy(target(tmp_path), tmp_path / "copy", {})
    before = files(copy.fresh())
    inode = copy.folder.stat().st_ino
    assert copy.fresh().stat().st_ino == inode
    time.sleep(0.02)  # change times are as coarse as the kernel's clock
    harm(copy.folder)
    assert files(copy.fresh()) == before


# -- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (
            {"pkg/__init__.py": "", "pkg/a.py": "", "pkg/sub/b.py": ""},
            {"pkg/sub/b.py": (".", "pkg.sub.b"), "pkg/__init__.py": (".", "pkg")},
        ),
        ({"src/pkg/__init__.py": "from pkg import a", "src/pkg/a.py": ""}, {"src/pkg/a.py": ("src", "pkg.a")}),
        ({"tools/a.py": "import b", "tools/b.py": "import a"}, {"tools/a.py": ("tools", "a"), "tools/b.py": ("tools", "b")}),
        ({"space/a.py": "import space.b", "space/b.py": "from space import a"}, {"space/a.py": (".", "space.a")}),
        ({"space/a.py": "from . import b", "space/b.py": ""}, {"space/b.py": (".", "space.b")}),
        ({"__init__.py": "import a", "a.py": "import b"}, {"a.py": (".", "a"), "__init__.py": (".", "__init__")}),
    ],
)
def test_a_file_is_called_as_its_neighbours_call_it(tmp_path, texts, names):
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = names_of(tmp_path, sorted(texts))
    assert {path: found[path] for path in names} == names


def test_names_that_imports_bind(tmp_path):
    (tmp_path / "a.py").write_text("import a.b\nfrom c import d as e\nif 1:\n    import f\ndef g():\n    import h\n")
    assert imported(tmp_path / "a.py") == {"a", "e", "f"}


# -- the evidence ----------------------------------------------------------------------------


def seen(name, before, after=None, cut=()):
    """`before` and `after`: public names, or an error."""
    from engine.cold import Cold

    was, now = (
        Cold(name, False, error=one) if isinstance(one, str) else Cold(name, True, frozenset(one))
        for one in (before, before if after is None else after)
    )
    gone = was.names - now.names if was.works and now.works else frozenset()
    return Seen(was, now, gone, gone & frozenset(cut))


def test_what_is_said_of_modules_that_hold():
    assert evidence([seen("a", {"f"}), seen("b", {"g"})]).detail == (
        "2 modules import first, before and after, with the same public names"
    )
    assert evidence([seen("a", {"f"}), seen("b", "ImportError: half", {"g"})]).detail == (
        "1 module imports first, before and after, with the same public names; only after the change: b"
    )
    told = evidence([seen("a", {"f", "g"}, {"f"}, cut={"g"})])
    assert (told.result, told.detail.partition(" but ")[2]) == ("pass", "for those of imports that were cut: a.g")


def test_what_is_said_of_modules_that_cannot_be_imported_here():
    told = evidence([seen("a", "ModuleNotFoundError: zmq"), seen("b", {"g"})])
    assert told.result == "unknown" and told.detail.endswith("; not importable here: a: ModuleNotFoundError: zmq")


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (seen("a", {"f"}, "ImportError: b"), "a imports first before, and not after: ImportError: b"),
        (seen("a", {"f", "g"}, {"g"}), "a loses f"),
        (seen("a", {"f", "g"}, {"g"}, cut={"f"}), ""),
        (seen("a", "ImportError: x", "ImportError: y"), ""),
        (seen("a", {"f"}, {"f", "new"}), ""),
    ],
)
def test_what_breaks_a_rewrite(one, why):
    assert one.broken == why
