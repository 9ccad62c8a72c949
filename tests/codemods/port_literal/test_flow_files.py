"""Values followed across files: base classes, constructors, constants, helpers."""

import pytest
from facts_kit import one_use, topology, uses

BIND = "zmq.Context().socket(zmq.REP).bind"

BASE = """
import os, zmq
class Base:
    def __init__(self, name, port=None, health_port=None, **options):
        self.port = int(os.environ.get("AGENT_PORT", port))
        self.health_port = health_port or self.port + 1000
        self.socket = zmq.Context().socket(zmq.REP)
        self.health_socket = zmq.Context().socket(zmq.REP)
        self.socket.bind(f"tcp://*:{self.port}")
        self.health_socket.bind(f"tcp://*:{self.health_port}")
"""


@pytest.mark.parametrize(
    "body",
    [
        "super().__init__('A', 5601)",
        "super().__init__('A', port=5601)",
        "super(A, self).__init__('A', 5601)",
        "Base.__init__(self, 'A', 5601)",
        "super().__init__('A', port=self.NUMBER)",
        "super().__init__('A', **{'port': 5601})",
    ],
)
def test_super_init_through_a_base_of_another_file(body):
    agent = f"from lib.base import Base\nclass A(Base):\n    NUMBER = 5601\n    def __init__(self):\n        {body}\n"
    found = uses({"lib/base.py": BASE, "agents/a.py": agent})
    assert [(one.owner, one.ports, one.subclass_of) for one in found if one.path == "agents/a.py"] == [
        ("A", (5601,), "Base"),
        ("A", (6601,), "Base"),
    ]
    assert [one.derived for one in found if one.owner == "A"] == [0, 1000]
    assert [one.role for one in found if one.owner == "A"] == ["main", "health"]


def test_each_subclass_has_its_own_port_and_the_base_none():
    files = {
        "base.py": BASE,
        "a.py": "from base import Base\nclass A(Base):\n"
        "    def __init__(self, port=5601):\n        super().__init__('A', port)\n",
        "b.py": "from base import Base\nclass B(Base):\n    pass\nB('B', 5602)\n",
        "c.py": "from a import A\nclass C(A):\n    def __init__(self):\n        super().__init__(port=5603)\n",
    }
    found = {(one.owner, one.role): one for one in uses(files)}
    assert {key: one.ports for key, one in found.items() if key[0] != "Base"} == {
        ("A", "main"): (5601,),
        ("A", "health"): (6601,),
        ("B", "main"): (5602,),
        ("B", "health"): (6602,),
        ("C", "main"): (5603,),
        ("C", "health"): (6603,),
    }
    assert "subclasses" in found["Base", "main"].reason


def test_keyword_arguments_that_are_passed_on():
    files = {
        "base.py": "import zmq\nclass Base:\n    def __init__(self, *args, **kwargs):\n"
        "        self.port = kwargs.get('port')\n        zmq.Context().socket(zmq.REP).bind(f'tcp://*:{self.port}')\n",
        "a.py": "from base import Base\nclass A(Base):\n"
        "    def __init__(self, **kwargs):\n        super().__init__(**kwargs)\nA(port=5601)\n",
    }
    assert [one.ports for one in uses(files) if one.owner == "A"] == [(5601,)]


def test_a_subclass_that_replaces_the_method_does_not_inherit_its_bind():
    text = """
        import zmq
        class Base:
            def open(self):
                zmq.Context().socket(zmq.REP).bind("tcp://*:5601")
        class A(Base):
            def open(self):
                pass
        class B(Base):
            def open(self):
                super().open()
    """
    assert [one.owner for one in uses(text)] == ["Base", "B"]


def test_constructor_arguments_across_files():
    files = {
        "net.py": """
            import zmq
            def address(port, host="127.0.0.1"):
                return f"tcp://{host}:{port}"
            class Client:
                def __init__(self, host="localhost", port=5600):
                    self.address = address(port, host)
                    self.socket = None
                def open(self):
                    self.socket = zmq.Context().socket(zmq.REQ)
                    self.socket.connect(self.address)
        """,
        "a.py": "from net import Client\nfrom constants import STORE_PORT\nClient(port=STORE_PORT)\nClient('h', 5602)\n",
        "constants.py": "STORE_PORT = 5601\n",
    }
    use = one_use(files)
    assert use.ports == (5600, 5601, 5602)
    assert {path for path, _ in use.births} == {"net.py", "a.py", "constants.py"}


@pytest.mark.parametrize(
    "line",
    [
        "from pkg.constants import PORT",
        "from .constants import PORT",
        "from pkg import constants\nPORT = constants.PORT",
        "import pkg.constants\nPORT = pkg.constants.PORT",
        "from pkg.constants import *",
        "from pkg import PORT",
        "from constants import PORT",
    ],
)
def test_constants_of_other_modules(line):
    files = {
        "pkg/__init__.py": "from pkg.constants import PORT\n",
        "pkg/constants.py": "PORT = 5601\n",
        "pkg/a.py": f"import zmq\n{line}\n{BIND}(f'tcp://*:{{PORT}}')\n",
    }
    assert one_use(files).ports == (5601,)


def test_configuration_objects():
    text = """
        import zmq
        from dataclasses import dataclass
        @dataclass
        class Config:
            port: int = 5601
        class A:
            def __init__(self, config=None):
                self.config = config or Config(port=5602)
            def run(self):
                zmq.Context().socket(zmq.REP).bind(f"tcp://*:{self.config.port}")
    """
    assert one_use(text).ports == (5602,)


def test_a_helper_that_cannot_be_read_but_says_that_it_makes_an_address():
    text = (
        f"import zmq\nfrom gone import get_zmq_connection_string, thing\n{BIND}(get_zmq_connection_string(5601, 'localhost'))\n"
    )
    (birth,) = topology(text).births
    assert (birth.port, birth.shape, birth.name) == (5601, "helper-call", "get_zmq_connection_string")
    assert "thing()" in one_use(text.replace("(get_zmq_connection_string(", "(thing(")).reason


def test_a_site_that_is_already_rewritten_gets_its_port_from_the_registry():
    files = {
        "config/ports.yaml": "version: 1\nports:\n- {name: A, port: 5601}\n",
        "common_utils/port_registry.py": "def get_port(name):\n    return load()[name].port\n",
        "a.py": "import zmq\nfrom common_utils.port_registry import get_port\n"
        "class A:\n    def __init__(self, port=get_port('A')):\n        zmq.Context().socket(zmq.REP).bind(f'tcp://*:{port}')\n",
    }
    use = one_use(files)
    assert (use.ports, use.births, use.reason) == ((5601,), (), "")
    unknown = one_use({path: text.replace("'A'", "'B'") for path, text in files.items()})
    assert unknown.ports == () and unknown.reason
