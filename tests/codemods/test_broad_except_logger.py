"""The facts `own-logger` and `logged`: who surely has self.logger, and at which levels a handler says its own."""

import ast
import textwrap

import pytest

from codemods.broad_except import logged, own_logger
from engine.project import Project
from engine.source import Source


def sources(files):
    return {f"{name}.py": Source(f"{name}.py", textwrap.dedent(text).lstrip("\n").encode()) for name, text in files.items()}


def combined(module, **files):
    made = sources(files)
    scanned = {path: found for path, source in sorted(made.items()) if (found := module.scan(source)) is not None}
    return module.combine(scanned, Project(paths=frozenset(made)))


def setter(body, methods="", bases="", more="", path="a.py", **files):
    """What sets the logger of class A with this `__init__`."""
    init = f"    def __init__(self, x=None):\n{textwrap.indent(textwrap.dedent(body), '        ')}\n" if body else ""
    text = f"class A({bases}):\n{init}{textwrap.indent(textwrap.dedent(methods), '    ')}\n    x = 1\n{textwrap.dedent(more)}"
    return combined(own_logger, a=text, **files).get((path, "A"))


SET = "self.logger = logging.getLogger('a')"


@pytest.mark.parametrize(
    ("body", "methods", "expected"),
    [
        (SET, "", "set "),
        ("self.name = x\n" + SET, "", "set "),
        ("self.setup()", f"def setup(self):\n    {SET}", "call setup"),
        ("self.port = self.free()\nself.setup()", f"def free(self):\n    return 1\ndef setup(self):\n    {SET}", "call setup"),
        ("if x:\n    self.setup()", f"def setup(self):\n    {SET}", None),
        ("if x:\n    " + SET, "", None),
        ("self.start()\n" + SET, "", None),
        ("run(self)\n" + SET, "", None),
        ("getattr(self, 'x', 1)\n" + SET, "", "set "),
        ("Thread(target=self.loop)\n" + SET, "def loop(self):\n    pass", None),
        ("f(self.name)\n" + SET, "", "set "),
        ("if x:\n    return\n" + SET, "", None),
        (SET, "def close(self):\n    self.logger = None", None),
        (SET, "def close(self):\n    del self.logger", None),
        (SET, "def more(self):\n    self.logger = logging.LoggerAdapter(self.logger, {})", "set "),
        ("self.logger = x", "", None),
        ("self.setup()", "def setup(self):\n    self.setup()", None),
        ("", "logger = logging.getLogger('a')", ""),
        ("", "", None),
    ],
)
def test_the_logger_is_sure_when_nothing_runs_before_it(body, methods, expected):
    assert setter(body, methods) == expected


BASE = f"class Base:\n    def __init__(self):\n        {SET}\n"


@pytest.mark.parametrize(
    ("body", "bases", "head", "expected"),
    [
        ("super().__init__()", "Base", "from base import Base", "super __init__"),
        ("super(A, self).__init__()", "Base", "from base import Base", "super __init__"),
        ("Base.__init__(self)", "Base", "from base import Base", "super __init__"),
        ("super().__init__()", "base.Base", "import base", "super __init__"),
        ("", "Base", "from base import Base", ""),
        ("", "Base", "from elsewhere.base import Base", ""),  # one class of that name in the project
        ("pass", "Base", "from base import Base", None),
        ("if x:\n    super().__init__()", "Base", "from base import Base", None),
        ("self.go()\nsuper().__init__()", "Base", "from base import Base", None),
        ("super().__init__()", "Mixin, Base", "from base import Base\nfrom lib import Mixin", None),
        ("super().__init__()", "ABC, Base", "from base import Base\nfrom abc import ABC", "super __init__"),
        ("super().__init__()", "pick()", "from base import Base", None),
    ],
)
def test_a_base_class_of_the_project_gives_its_logger(body, bases, head, expected):
    init = f"    def __init__(self, x=None):\n{textwrap.indent(body, '        ')}\n" if body else "    pass\n"
    assert combined(own_logger, a=f"{head}\nclass A({bases}):\n{init}", base=BASE).get(("a.py", "A")) == expected


def test_a_derived_class_can_take_the_certainty_away():
    override = "class B(A):\n    def setup(self):\n        pass\n"
    forgets = "class B(A):\n    def __init__(self):\n        pass\n"
    methods = f"def setup(self):\n    {SET}"
    assert setter("self.setup()", methods) == "call setup"
    assert setter("self.setup()", methods, more=override) is None
    assert setter(SET, more=forgets) is None
    assert setter(SET, more=forgets.replace("pass", "super().__init__()")) == "set "


def test_two_classes_of_one_name_or_a_ring_of_bases_say_nothing():
    assert (
        combined(
            own_logger, a="class A:\n    logger = getLogger()\nclass A:\n    pass\nclass C:\n    def f(self): self.logger\n"
        ).get(("a.py", "A"))
        is None
    )
    assert ("a.py", "A") not in combined(own_logger, a="class A(B):\n    pass\nclass B(A):\n    pass\n")


def test_code_of_init_above_the_statement_comes_too_early():
    holder = ast.parse("class A(Base):\n    def __init__(self):\n        x()\n        super().__init__()\n        y()\n").body[0]
    init = holder.body[0]
    assert [own_logger.is_set_by(holder, init, "super __init__", line) for line in (3, 4, 5)] == [False, False, True]
    assert own_logger.is_set_by(holder, init, "", 3) and not own_logger.is_set_by(holder, init, "call setup", 5)


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        ("log.error(1)", {"error"}),
        ("log.exception(1); log.warn(2); log.fatal(3)", {"error", "warning", "critical"}),
        ("logging.log(logging.DEBUG, 1)", {"debug"}),
        ("logger.log(30, 1)", {"warning"}),
        ("logger.log(level, 1)", {"?"}),
        ("logger.log(15, 1)", {"?"}),
        ("logger.log()", {"?"}),
        ("math.log(2)", set()),
        ("print(1)", set()),
    ],
)
def test_levels_of_log_calls(code, levels):
    assert logged.levels_in(ast.walk(ast.parse(code))) == levels


def test_functions_that_log_an_error_are_known_by_place_and_by_name():
    known = combined(
        logged,
        a="def tell(e): log.error(e)\ndef note(e): log.info(e)\ndef safe():\n    try: x()\n    except ValueError: log.error(1)\n",
        b="class B:\n    def tell(self): print()\n    def report(self): self.logger.exception(1)\n",
    )
    assert known == {("a.py", "tell"), ("", "tell"), ("b.py", "report"), ("", "report")}
