"""The knowledge base: what it holds, and that it agrees with the interpreter that runs the tests."""

import importlib.util
import re
from collections import Counter

import pytest

from codemods.broad_except.knowledge import PACKAGE, load
from engine import data_names, read_data

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


def test_every_recorded_exception_has_its_module():
    """What `from MODULE import` names must be a module, where this interpreter can tell."""
    wrong = []
    for name in KNOWN.exceptions:
        module = KNOWN.module(name)
        if module in MODULES or module.partition(".")[0] not in {one.partition(".")[0] for one in MODULES}:
            continue
        wrong += [name] if not module or importlib.util.find_spec(module) is None else []
    assert wrong == []
