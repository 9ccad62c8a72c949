"""Plans for the report tests: one with an item of every kind, and big ones."""

from engine.model import (
    Applicability,
    Change,
    Edit,
    Evidence,
    Failure,
    FileDelta,
    Finding,
    ImportNeed,
    Plan,
    Site,
    Skip,
    Span,
)

HUB = """import zmq

logger = get_logger(__name__)


def run(self):
    while True:
        try:
            self.step()
        except Exception as e:
            logger.error(e)


def helper():
    return 1


def connect(self, host):
    socket = self.context.socket(zmq.REQ)
    socket.connect("tcp://localhost:5556")
    return socket
"""

BODY = """        with SafeExecutor(logger, recoverable=(Exception,)):
            self.step()
"""
TRY = """        try:
            self.step()
        except Exception as e:
            logger.error(e)
"""
ENDPOINT, PORT = '"tcp://localhost:5556"', "f\"tcp://localhost:{get_port('HUB')}\""
IMPORT = "from common_utils.error_handling import SafeExecutor\n"

HUB_AFTER = HUB.replace("import zmq\n", "import zmq\n\n" + IMPORT).replace(TRY, BODY).replace(ENDPOINT, PORT)

PING = "import time\r\n\r\n\r\ndef ping():\r\n    # caf\xe9\r\n    time.sleep(5)\r\n    return 5600"
SUPPORT = '"""Support module of Rewright: SafeExecutor."""\n' + "".join(f"LINE_{n} = {n}\n" for n in range(20))


def change(path, text, old, new, rule, applicability, message, **more):
    """A change of the first place where `old` stands in `text`."""
    start = text.index(old)
    line = text.count("\n", 0, start) + 1
    end_line = line + old.count("\n")
    site = Site(path, line, start - text.rfind("\n", 0, start), end_line, 1)
    return Change(
        site,
        message,
        applicability,
        (Edit(path, start, start + len(old), new),),
        (Span(path, start, start + len(old)),),
        rule=rule,
        fingerprint=f"{rule}:{line}",
        **more,
    )


TRACEBACK = """Traceback (most recent call last):
  File "x.py", line 1, in f
ZeroDivisionError: division by zero
"""

ITEMS = (
    Skip(
        Site("main_pc/gpu.py", 8, 5, 9, 12),
        "helper-reads-exception",
        "log_crash() looks at the current exception",
        {"callee": "log_crash"},
        "broad-except",
        "f1",
    ),
    Skip(
        Site("main_pc/gpu.py", 30, 5),
        "helper-reads-exception",
        "report() looks at the current exception",
        {},
        "broad-except",
        "f2",
    ),
    change(
        "main_pc/hub.py",
        HUB,
        TRY,
        BODY,
        "broad-except",
        Applicability.SAFE,
        "a daemon loop keeps Exception: the thread stays alive, and tracebacks appear",
        imports=(ImportNeed("main_pc/hub.py", "common_utils.error_handling", "SafeExecutor"),),
        support=("error_handling",),
        evidence=(
            Evidence("compiles", "pass"),
            Evidence("meaning", "pass", "1 statement equal"),
            Evidence("import-root", "unknown", "sys.path is changed at run time"),
        ),
        data={"kind": "boundary", "inferred": ["zmq.ZMQError"], "because": ["self.step"]},
    ),
    change(
        "main_pc/hub.py",
        HUB.replace("import zmq\n", "import zmq\n\n" + IMPORT).replace(TRY, BODY),
        ENDPOINT,
        PORT,
        "port-literal",
        Applicability.UNSAFE,
        "5556 is HUB in config/ports.yaml",
        evidence=(Evidence("port-value", "pass", "get_port('HUB') == 5556"),),
        data={"name": "HUB"},
    ),
    Failure(Site("main_pc/mess.py", 3, 1), "syntax-error", "invalid syntax: expected ':'"),
    Failure(Site("main_pc/odd.py", 1, 1), "crash", "the codemod raised ZeroDivisionError", "port-literal", TRACEBACK),
    Finding(
        Site("pc2/base.py", 12, 1, 14, 10),
        "broad handler raises again",
        "re-raise",
        {"kind": "re-raise"},
        None,
        "broad-except",
        "f3",
    ),
    Finding(
        Site("pc2/base.py", 40, 1, 44, 10),
        "narrowing to OSError changes what surfaces",
        "needs-unsafe",
        {},
        Applicability.UNSAFE,
        "broad-except",
        "f4",
    ),
    change(
        "pc2/ping.py",
        PING,
        "time.sleep(5)",
        "await asyncio.sleep(5)",
        "port-literal",
        Applicability.MANUAL,
        "blocks the loop; nobody but a person can tell",
    ),
    change(
        "pc2/ping.py",
        PING,
        "return 5600",
        'return get_port("PING")',
        "port-literal",
        Applicability.SAFE,
        "5600 is PING in config/ports.yaml",
    ),
)

PLAN = Plan(
    root="/home/someone/agents",
    rules=("broad-except", "port-literal"),
    items=ITEMS,
    deltas=(
        FileDelta("common_utils/empty/__init__.py", None, b""),
        FileDelta("common_utils/error_handling.py", None, SUPPORT.encode()),
        FileDelta("main_pc/hub.py", HUB.encode(), HUB_AFTER.encode()),
        FileDelta(
            "pc2/ping.py",
            PING.encode("latin-1"),
            PING.replace("return 5600", 'return get_port("PING")').encode("latin-1"),
            "iso-8859-1",
        ),
    ),
    files=57,
    support={"error_handling": "common_utils/error_handling.py"},
    warnings=("rule get-event-loop found nothing to do in 57 files; is its `paths` right?",),
)


def many(files, changes):
    """A plan of files x changes rewritten handlers, 700 lines a file."""
    items, deltas = [], []
    block = (
        "def function_{0}(self):\n    try:\n        step_{0}()\n    except Exception:\n        pass\n" + "    value = {0}\n" * 65
    )
    for number in range(files):
        path = f"pkg/m{number:03}.py"
        before = "".join(block.format(n) for n in range(changes))
        at = 0
        for n in range(changes):
            at = before.index("except Exception:", at + 1)
            line = before.count("\n", 0, at) + 1
            edit = Edit(path, at, at + 17, "except OSError:")
            checks = (Evidence("compiles", "pass"), Evidence("meaning", "pass", "1 statement equal"))
            item = Change(
                Site(path, line, 5, line + 1, 9),
                "narrowed to OSError, which is all that step raises",
                Applicability.UNSAFE,
                (edit,),
                (),
                evidence=checks,
                data={"kind": "swallow"},
                rule="broad-except",
                fingerprint=f"{number}:{n}",
            )
            items.append(item)
        deltas.append(FileDelta(path, before.encode(), before.replace("except Exception:", "except OSError:").encode()))
    return Plan("/t", ("broad-except",), tuple(items), tuple(deltas), files)
