"""The knowledge base: what it holds, that it agrees with the interpreter that runs the tests, and how it fails."""

import importlib.util
import pickle
import re
import time
from collections import Counter

import pytest

from codemods.broad_except.knowledge import PACKAGE, build, load
from codemods.broad_except.knowledge_file import read
from codemods.broad_except.knowledge_lines import read_lines
from engine import RewrightError, data_names, parse_data, read_data

FILES = {name: read_data(PACKAGE, name) for name in data_names(PACKAGE, "data")}
KNOWN = load()
# Modules that are safe to import here, ours to depend on included. Left out: what is not on every machine, or makes a window.
MODULES = (
    "argparse ast asyncio atexit base64 binascii bisect builtins bz2 calendar cmath codecs collections concurrent.futures"
    " configparser contextlib contextvars copy csv ctypes ctypes.util dataclasses datetime decimal difflib email"
    " email.encoders email.header email.message email.mime.application email.mime.base email.mime.image email.mime.multipart"
    " email.mime.text email.utils fileinput filecmp fnmatch fractions ftplib functools gc getopt getpass gettext glob"
    " graphlib gzip hashlib heapq hmac html html.parser http.client http.cookies http.server imaplib importlib"
    " importlib.metadata importlib.resources importlib.util inspect io ipaddress itertools json linecache locale logging"
    " logging.config logging.handlers lzma mailbox marshal math mimetypes mmap multiprocessing multiprocessing.pool"
    " multiprocessing.shared_memory netrc operator optparse os os.path pathlib pickle pkgutil platform plistlib poplib"
    " pprint queue random re sched secrets select selectors shelve shlex shutil signal smtplib socket socketserver sqlite3"
    " ssl statistics string struct subprocess sys sysconfig tarfile tempfile textwrap threading time timeit tokenize tomllib"
    " traceback tracemalloc types typing unicodedata urllib.error urllib.parse urllib.request uuid warnings wave weakref"
    " xml.dom.minidom xml.etree.ElementTree xml.parsers.expat xml.sax xmlrpc.client zipfile zipimport zlib zoneinfo yaml"
    " yaml.scanner yaml.parser yaml.composer yaml.constructor yaml.reader yaml.representer click click.exceptions pydantic"
).split()
# What the entries speak of under the name of a factory, of an instance, or only from some Python or on some system.
NOT_ATTRIBUTES = re.compile(
    r"csv\.(reader|writer)\.|hashlib\._Hash\.|select\.(poll|epoll)\b|multiprocessing\.Queue\.|threading\.(Lock|RLock|Condition)\."
    r"|asyncio\.Condition\.|io\.IOBase\.(read|write)$|sqlite3\.Connection\.(enable_load_extension|load_extension)$|.*\.\*$|.*\.(wfile|stdin|stdout|stderr)\."
    r"|hashlib\.file_digest$|importlib\.resources\.(read|open|path)|ssl\.|os\.(getcwdu|posix_fallocate|copy_file_range)"
    r"|asyncio\.(timeout|timeout_at|Runner)$|asyncio\.Task\.(uncancel|cancelling)$|BaseException\.add_note|datetime\.UTC"
    r"|pathlib\.Path\.(link_to|is_mount|lchmod)|itertools\.pairwise|configparser\.SafeConfigParser|threading\.Thread\.setDaemon"
    r"|sys\.(setcheckinterval|_current_frames|audit)"
)


def resolved(name):
    """The object that a dotted name of the standard library stands for; None where its module is not in MODULES."""
    parts = name.split(".")
    if hasattr(importlib.import_module("builtins"), parts[0]):
        found, rest = importlib.import_module("builtins"), parts
    else:
        modules = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        known = [module for module in modules if module in MODULES]
        if not known:
            return None
        found, rest = importlib.import_module(known[0]), parts[known[0].count(".") + 1 :]
    for part in rest:
        found = getattr(found, part)
    return found


def broken(text, name="data/x.yaml", **others):
    with pytest.raises(RewrightError) as caught:
        build({name: text, **others})
    return str(caught.value)


# -- what it holds ---------------------------------------------------------------------

PROMISED = (
    "zmq requests httpx aiohttp redis sqlite3 psycopg psycopg2 asyncpg yaml pydantic torch transformers numpy PIL cv2"
    " psutil subprocess websockets paho fastapi discord botocore boto3 sqlalchemy jinja2 pymongo paramiko docker kubernetes"
    " flask click lxml dateutil pytz os shutil pathlib io json csv pickle configparser re struct socket ssl select urllib"
    " http smtplib ftplib imaplib zipfile tarfile gzip bz2 lzma zlib base64 binascii hashlib uuid datetime time locale"
    " codecs ast importlib queue asyncio concurrent multiprocessing threading signal tempfile pwd grp xml ipaddress shlex"
    " string statistics math random collections inspect ctypes webbrowser pkgutil plistlib tomllib unicodedata decimal"
    " fractions"
).split()
HARMLESS = (
    "print len isinstance str list dict.get dict.items list.append str.strip str.split str.join str.format"
    " logging.Logger.error logging.getLogger time.time time.sleep datetime.datetime.now threading.Thread.start"
    " threading.Event.set uuid.uuid4 json.dumps os.path.join os.path.exists os.getenv math.floor random.random"
    " collections.deque.append zmq.Socket.close platform.system"
).split()


def test_at_least_four_hundred_that_raise():
    assert sum(bool(entry.raises) for entry in KNOWN.entries.values()) >= 1_000


def test_at_least_two_hundred_that_are_harmless():
    assert sum(not entry.raises for entry in KNOWN.entries.values()) >= 1_000
    assert [name for name in HARMLESS if KNOWN.entries[name].raises] == []


@pytest.mark.parametrize("library", PROMISED)
def test_each_promised_library_is_there(library):
    raising = Counter(name.partition(".")[0] for name, entry in KNOWN.entries.items() if entry.raises or entry.keywords)
    assert raising[library] >= 1


def test_every_entry_has_a_source():
    sources = [entry.source for entry in KNOWN.entries.values()] + [base.source for base in KNOWN.exceptions.values()]
    assert [source for source in sources if not re.fullmatch(r"https://[\w./#*-]+", source)] == []


def test_every_returned_type_is_one_that_entries_speak_of():
    """A type that nothing is known of would end a chain without anybody noticing a misspelling."""
    opaque = {
        "type", "object", "logging.Handler", "torch.device", "os.statvfs_result", "os.terminal_size", "inspect.Signature",
        "time.struct_time", "datetime.tzinfo", "types.ModuleType", "types.FrameType", "importlib.machinery.ModuleSpec",
        "os.stat_result", "httpx.Request", "zipfile.ZipInfo",
    }  # fmt: skip
    owners = {name.rpartition(".")[0] for name in KNOWN.entries} | set(KNOWN.types) | set(KNOWN.entries) | opaque
    returned = {entry.returns for entry in KNOWN.entries.values() if entry.returns}
    assert {KNOWN.canonical(one) for one in returned} - owners - set(KNOWN.exceptions) == set()
    assert {one for one in returned if KNOWN.canonical(one) != one} == set()


def test_bugs_are_left_out():
    bugs = {"NameError", "UnboundLocalError", "AssertionError", "RecursionError", "MemoryError", "KeyboardInterrupt", "Exception"}
    assert {name: entry.raises for name, entry in KNOWN.entries.items() if bugs & set(entry.raises)} == {}
    loose = {
        name.partition(".")[0] for name, entry in KNOWN.entries.items() if {"TypeError", "AttributeError"} & set(entry.raises)
    }
    assert loose <= {"pickle", "pkgutil", "aiohttp"}  # where the documentation says so


def test_files_are_laid_out_to_be_read():
    for name, text in FILES.items():
        assert text.startswith("# "), name
        sources = set(re.findall(r"^  ([\w.-]+): https", text, re.M))
        assert sources == set(re.findall(r"source: ([\w.-]+)\}", text)), name
        for section in ("calls", "exceptions", "types", "aliases"):
            body = re.search(rf"^{section}:\n((?:  .*\n)*)", text, re.M)
            names = re.findall(r"^  ([\w.*]+):", body[1], re.M) if body else []
            assert names == sorted(names), f"{name}: {section} is not sorted"


# -- the standard library, against the real one ----------------------------------------

STANDARD = [name for name in KNOWN.entries if not NOT_ATTRIBUTES.match(name) and not name.startswith("object.")]


def test_named_callables_exist():
    old = {line.partition(":")[0].strip() for line in FILES["data/legacy.yaml"].splitlines()}
    missing, found = [], 0
    for name in STANDARD:
        try:
            found += resolved(name) is not None
        except AttributeError:
            missing.append(name)
    assert [name for name in missing if name not in old] == []
    assert found >= 1_500


def test_hierarchy_is_the_real_one():
    """For each pair of recorded classes: is_a says what issubclass says."""
    real = {}
    for name in KNOWN.exceptions:
        try:
            found = resolved(name)
        except AttributeError:  # newer than this Python
            continue
        if found is not None:
            real[name] = found
    assert len(real) >= 150
    wrong = [
        (child, parent) for child in real for parent in real if KNOWN.is_a(child, parent) != issubclass(real[child], real[parent])
    ]
    assert wrong == []


def test_aliases_of_the_standard_library_are_the_same_object():
    wrong = []
    for alias, target in KNOWN.aliases.items():
        try:
            same = resolved(alias)
            if isinstance(same, type) and same is not resolved(target):
                wrong.append(alias)
        except AttributeError:
            continue
    assert [alias for alias in wrong if not alias.startswith(("typing.", "multiprocessing."))] == []


def test_every_builtin_exception_is_recorded():
    real = {
        name
        for name, value in vars(__import__("builtins")).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
    assert {name for name in real if not KNOWN.is_known_exception(name) and not name.startswith("_")} == set()


# -- names -----------------------------------------------------------------------------


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


def test_every_recorded_exception_has_its_module():
    """What `from MODULE import` names must be a module, where this interpreter can tell."""
    wrong = []
    for name in KNOWN.exceptions:
        module = KNOWN.module(name)
        if module in MODULES or module.partition(".")[0] not in {one.partition(".")[0] for one in MODULES}:
            continue
        wrong += [name] if not module or importlib.util.find_spec(module) is None else []
    assert wrong == []


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


# -- loading ---------------------------------------------------------------------------


def test_load_is_cached_and_fast():
    assert load() is load()
    build(FILES)
    best = min(_seconds(lambda: build(FILES)) for _ in range(7))
    assert best < 0.060, f"{best * 1000:.0f} ms of processor time"


def _seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.mark.parametrize("name", FILES)
def test_both_readers_say_the_same(name):
    problems = []
    slowly = tuple(read(name, parse_data(name, FILES[name]), problems))
    assert problems == []
    assert read_lines(name, FILES[name]) == slowly


def test_knowledge_can_be_sent_to_workers():
    assert pickle.loads(pickle.dumps(KNOWN)) == KNOWN


def test_other_yaml_layouts_are_read_too():
    text = (
        "sources: {d: 'https://x.y/'}\ncalls:\n  a.b:  # why\n    raises:\n    - OSError\n    source: d\n    returns: 'a.C?'\n"
        + BASE
    )
    assert read_lines("x", text) is None
    entry = build({"x": text}).entry("a.b")
    assert (entry.raises, entry.returns, entry.optional, entry.source) == (("OSError",), "a.C", True, "https://x.y/")


BASE = (
    'exceptions:\n  BaseException: {bases: [], source: "https://x.y"}\n  Exception: {bases: [BaseException], source: "https://x.y"}\n'
    '  OSError: {bases: [Exception], source: "https://x.y"}\n'
)
SOURCES = "sources:\n  d: https://x.y/#\n"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "a.b: {raises: [OSError], source: d, retruns: int}",
            "'a.b': unknown key 'retruns'; known: raises, returns, keywords, source",
        ),
        ("a.b: {source: d}", "'a.b' has no 'raises'"),
        ("a.b: {raises: [OSError]}", "'a.b' has no 'source'"),
        ("a.b: {raises: OSError, source: d}", "'a.b': 'raises' must be a list of dotted names, such as [OSError]"),
        ("a.b: {raises: [[OSError]], source: d}", "'a.b': 'raises' must be text, not a sequence"),
        ("a.b: {raises: [OS Error], source: d}", "'a.b': 'raises': 'OS Error' is not a dotted name"),
        ("a.b: {raises: [OSErorr], source: d}", "'a.b': unknown exception 'OSErorr'; record it under 'exceptions:'"),
        (
            "a.b: {raises: [], keywords: {check: [Odd]}, source: d}",
            "'a.b': unknown exception 'Odd'; record it under 'exceptions:'",
        ),
        ("a.b: {raises: [], keywords: [check], source: d}", "'a.b': 'keywords' must be a mapping, not a sequence"),
        ("a.b: {raises: [], returns: [int], source: d}", "'a.b': 'returns' must be text, not a sequence"),
        ("a.b: {raises: [], returns: a b, source: d}", "'a.b': 'returns' is a dotted name, perhaps with '?', not 'a b'"),
        ("a.b: {raises: [], source: e}", "'a.b': source 'e' is neither an address nor one of this file's 'sources:'"),
        ("a.b: {raises: [], source: }", "'a.b': 'source' must be text, not nothing"),
        ("a.b: OSError", "'a.b' must be a mapping, not a scalar"),
        ("a b: {raises: [], source: d}", "'a b' is not a dotted name"),
        ("a.*.b: {raises: [], source: d}", "'a.*.b' is not a dotted name"),
        ("a.b: {raises: [], raises: [OSError], source: d}", "'raises' is here twice; the first is on line 4"),
    ],
)
def test_malformed_entry(line, complaint):
    text = f"{SOURCES}calls:\n  {line}\n{BASE}"
    assert f"data/x.yaml:4: {complaint}" in broken(text).splitlines()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("a.E: {source: d}", "'a.E' has no 'bases'"),
        ("a.E: {bases: [], source: d}", "'a.E' needs a base"),
        ("a.E: {bases: [Odd], source: d}", "'a.E': unknown exception 'Odd'; record it under 'exceptions:'"),
        ("a.E: {bases: [a.E], source: d}", "'a.E' leads back to itself, a ring"),
        (
            'a.E: {bases: [OSError], since: {b.E: "3.11"}, source: d}',
            "'a.E': 'since' takes an alias and a Python version, such as \"3.11\"",
        ),
        (
            "a.E: {bases: [OSError], aliases: [b.E], since: {b.E: new}, source: d}",
            "'a.E': 'since' takes an alias and a Python version, such as \"3.11\"",
        ),
        ("a.E: {bases: [OSError], aliases: [a.E], source: d}", "'a.E' leads back to itself, a ring"),
        ("a.E: {bases: [OSError], aliases: b, source: d}", "'a.E': 'aliases' must be a list of dotted names, such as [OSError]"),
    ],
)
def test_malformed_exception(line, complaint):
    text = f"{SOURCES}{BASE}  {line}\n"
    assert f"data/x.yaml:7: {complaint}" in broken(text).splitlines()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("aliases:\n  a: b\n  b: a\n", "data/x.yaml:2: 'a' leads back to itself, a ring"),
        ("types:\n  a.A: [a.B]\n  a.B: [a.A]\n", "data/x.yaml:3: 'a.B' leads back to itself, a ring"),
        ("aliases:\n  a: [b]\n", "data/x.yaml:2: 'a' must be text, not a sequence"),
        ("types:\n  a.A: a.B\n", "data/x.yaml:2: 'a.A' must be a list of dotted names, such as [OSError]"),
        ("callz:\n  a: b\n", "data/x.yaml:2: unknown section 'callz'; known: sources, aliases, types, exceptions, calls"),
        ("calls: [a]\n", "data/x.yaml:1: 'calls' must be a mapping, not a sequence"),
        ("- a\n", "data/x.yaml:1: the file must be a mapping, not a sequence"),
        ("", "data/x.yaml:1: says nothing; it needs a section such as 'calls:'"),
        ("calls:\n  a: {raises: [\n", "data/x.yaml:3: not YAML: did not find expected node content"),
        ("calls:\n\ta: {}\n", "data/x.yaml:2: not YAML: found character that cannot start any token"),
        (
            SOURCES + "aliases:\n  a: b\ncalls:\n  a.f: {raises: [], source: d}\n",
            "data/x.yaml:6: 'a.f' is an alias; write 'b.f'",
        ),
    ],
)
def test_malformed_file(text, complaint):
    assert complaint in broken(text).splitlines()


def test_a_name_twice_names_both_places():
    line = "  a.b: {raises: [], source: d}\n"
    text = f"{SOURCES}calls:\n{line}"
    assert "data/x.yaml:5: 'a.b' is here twice; the first is at data/x.yaml:4" in broken(text + line).splitlines()
    assert (
        "data/y.yaml:4: 'a.b' is here twice; the first is at data/x.yaml:4" in broken(text, **{"data/y.yaml": text}).splitlines()
    )


def test_every_fault_of_every_file_is_listed():
    calls = "calls:\n  a.b: {raises: [Odd], source: d}\n  a.c: {raises: [Odder], source: d}\n"
    said = broken(SOURCES + calls, **{"data/y.yaml": "callz:\n  a: b\n"}).splitlines()
    assert [line.split(" ")[0] for line in said[1:]] == ["data/x.yaml:4:", "data/x.yaml:5:", "data/y.yaml:2:"]


def test_load_raises_what_build_says(monkeypatch):
    load.cache_clear()
    monkeypatch.setattr("engine.data.read_data", lambda package, name: "calls:\n  os.remove: {raises: [OSError]}\n")
    try:
        with pytest.raises(RewrightError, match=r"codemods/broad_except/data/builtins\.yaml:2: 'os.remove' has no 'source'"):
            load()
    finally:
        load.cache_clear()


def test_a_data_file_that_is_not_there():
    with pytest.raises(RewrightError, match="install rewright again"):
        read_data(PACKAGE, "data/none.yaml")
    with pytest.raises(RewrightError, match="holds no .yaml file"):
        data_names(PACKAGE, "inference")
