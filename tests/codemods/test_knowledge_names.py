"""What is asked of the knowledge base: canonical names, parents, entries and defaults, and chains of types."""

import pytest

from codemods.broad_except.knowledge import load

KNOWN = load()


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("zmq.error.ZMQError", "zmq.ZMQError"),
        ("zmq.sugar.socket.Socket.recv", "zmq.Socket.recv"),
        ("builtins.ValueError", "ValueError"),
        ("IOError", "OSError"),
        ("EnvironmentError", "OSError"),
        ("socket.error", "OSError"),
        ("socket.timeout", "TimeoutError"),
        ("asyncio.exceptions.TimeoutError", "TimeoutError"),
        ("concurrent.futures._base.CancelledError", "concurrent.futures.CancelledError"),
        ("requests.exceptions.ConnectionError", "requests.ConnectionError"),
        ("json.decoder.JSONDecodeError", "json.JSONDecodeError"),
        ("posixpath.join", "os.path.join"),
        ("io.open", "open"),
        ("sqlalchemy.orm.exc.NoResultFound", "sqlalchemy.exc.NoResultFound"),
        ("my.own.Thing", "my.own.Thing"),
        ("zmqueue.error.X", "zmqueue.error.X"),
        ("", ""),
    ],
)
def test_canonical(name, canonical):
    assert KNOWN.canonical(name) == canonical


@pytest.mark.parametrize(
    ("child", "parent", "expected"),
    [
        ("zmq.Again", "zmq.error.ZMQError", True),
        ("zmq.ZMQError", "OSError", False),
        ("json.JSONDecodeError", "ValueError", True),
        ("UnicodeDecodeError", "ValueError", True),
        ("requests.ConnectionError", "IOError", True),
        ("requests.JSONDecodeError", "json.JSONDecodeError", True),
        ("requests.ConnectionError", "ConnectionError", False),
        ("socket.timeout", "OSError", True),
        ("torch.cuda.OutOfMemoryError", "RuntimeError", True),
        ("asyncio.CancelledError", "Exception", False),
        ("asyncio.CancelledError", "BaseException", True),
        ("Exception", "BaseException", True),
        ("BaseException", "Exception", False),
        ("Exception", "ValueError", False),
        ("my.Error", "Exception", True),
        ("my.Error", "OSError", False),
        ("my.Error", "my.Error", True),
    ],
)
def test_is_a(child, parent, expected):
    assert KNOWN.is_a(child, parent) is expected


def test_absorb():
    assert KNOWN.absorb(["OSError", "FileNotFoundError", "socket.timeout", "ValueError", "json.JSONDecodeError"]) == (
        "OSError",
        "ValueError",
    )
    assert KNOWN.absorb(["zmq.error.ZMQError", "zmq.Again", "zmq.ZMQError"]) == ("zmq.ZMQError",)
    assert KNOWN.absorb(["KeyError", "IndexError"]) == ("IndexError", "KeyError")
    assert KNOWN.absorb(["Exception", "my.Error"]) == ("Exception",)
    assert KNOWN.absorb([]) == ()


def test_old_pythons_have_three_timeouts():
    assert KNOWN.absorb(["OSError", "asyncio.TimeoutError"]) == ("OSError",)
    assert KNOWN.absorb(["OSError", "asyncio.TimeoutError"], (3, 11)) == ("OSError",)
    assert KNOWN.absorb(["OSError", "asyncio.TimeoutError"], (3, 10)) == ("OSError", "asyncio.TimeoutError")
    assert KNOWN.absorb(["Exception", "asyncio.TimeoutError"], (3, 8)) == ("Exception",)
    assert KNOWN.spelling("socket.timeout", (3, 9)) == "socket.timeout"
    assert KNOWN.spelling("socket.timeout", (3, 10)) == KNOWN.spelling("socket.timeout") == "TimeoutError"
    assert KNOWN.entry("asyncio.wait_for").raises == ("asyncio.TimeoutError",)


def test_module():
    assert KNOWN.module("zmq.error.ZMQError") == "zmq"
    assert KNOWN.module("imaplib.IMAP4.error") == "imaplib"  # the class IMAP4 is no module
    assert KNOWN.module("xml.parsers.expat.ExpatError") == "xml.parsers.expat"
    assert KNOWN.module("my.errors.Odd") == "my.errors"
    assert KNOWN.module("OSError") == ""


# -- entries ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "raises", "returns"),
    [
        ("json.loads", ("json.JSONDecodeError",), ""),
        ("int", ("ValueError",), "int"),
        ("builtins.open", ("OSError",), "io.TextIOBase"),
        ("os.remove", ("OSError",), ""),
        ("pathlib.Path.read_text", ("OSError", "UnicodeDecodeError"), "str"),
        ("pathlib.PosixPath.read_text", ("OSError", "UnicodeDecodeError"), "str"),
        ("subprocess.run", ("OSError",), "subprocess.CompletedProcess"),
        ("zmq.Context.instance", ("zmq.ZMQError",), "zmq.Context"),
        ("zmq.Context.socket", ("zmq.ZMQError",), "zmq.Socket"),
        ("zmq.asyncio.Context.socket", ("zmq.ZMQError",), "zmq.asyncio.Socket"),
        ("zmq.asyncio.Socket.recv_json", ("zmq.ZMQError", "json.JSONDecodeError"), ""),
        ("requests.get", ("requests.RequestException",), "requests.Response"),
        ("sqlite3.Connection.execute", ("sqlite3.Error",), "sqlite3.Cursor"),
        ("sqlite3.dbapi2.connect", ("sqlite3.Error",), "sqlite3.Connection"),
        ("ssl.SSLSocket.recv", ("OSError",), "bytes"),
        ("gzip.GzipFile.seek", ("OSError",), "int"),
        ("http.client.HTTPSConnection.getresponse", ("OSError", "http.client.HTTPException"), "http.client.HTTPResponse"),
        ("time.sleep", (), ""),
        ("collections.OrderedDict.get", (), ""),
        ("psutil.Process.nice_new_method", ("psutil.Error",), ""),
        ("psutil.Popen.other", ("psutil.Error",), ""),
        ("redis.asyncio.Redis.geoadd", ("redis.RedisError",), ""),
        ("requests.something.new", ("requests.RequestException",), ""),
        ("torch.cuda.empty_cache", ("RuntimeError",), ""),
    ],
)
def test_entry(name, raises, returns):
    entry = KNOWN.entry(name)
    assert (entry.raises, entry.returns) == (raises, returns)
    assert entry.source.startswith("https://")


def test_nearest_default_wins_and_is_named():
    assert KNOWN.entry("requests.adapters.odd").name == "requests.*"
    assert KNOWN.entry("psutil.Popen.other").name == "psutil.Process.*"
    assert KNOWN.entry("psutil.Process.name").name == "psutil.Process.name"


def test_keywords_add_and_optional_is_told():
    run = KNOWN.entry("subprocess.run")
    assert run.keywords == {"check": ("subprocess.CalledProcessError",), "timeout": ("subprocess.TimeoutExpired",)}
    assert KNOWN.entry("re.match").optional and KNOWN.entry("re.match").returns == "re.Match"
    assert not KNOWN.entry("re.compile").optional


def test_making_an_exception_raises_nothing():
    entry = KNOWN.entry("zmq.error.ZMQError")
    assert (entry.name, entry.raises, entry.returns) == ("zmq.ZMQError", (), "zmq.ZMQError")


@pytest.mark.parametrize(
    "name", ["", "foo", "zmq.nothing_such", "my.module.call", "str.no_such", "*", "concurrent.futures.Future.result"]
)
def test_the_unknown_stays_unknown(name):
    assert KNOWN.entry(name) is None


def test_chains_lead_on():
    """Receiver types: each step's returned type is where the next method is looked up."""
    for start, *methods in (
        ("sqlite3.connect", "cursor", "execute", "fetchall"),
        ("zmq.Context", "socket", "recv_json"),
        ("requests.Session", "get", "json"),
        ("open", "read", "strip"),
        ("pathlib.Path", "open", "readlines"),
        ("subprocess.Popen", "communicate"),
        ("psycopg2.connect", "cursor", "execute"),
        ("aiohttp.ClientSession", "get", "json"),
        ("re.compile", "match", "groups"),
    ):
        entry = KNOWN.entry(start)
        for method in methods:
            found = KNOWN.entry(f"{entry.returns}.{method}")
            assert found is not None, f"{start}: {entry.returns}.{method}"
            entry = found
