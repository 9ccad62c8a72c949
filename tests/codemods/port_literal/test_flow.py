"""Values followed from birth to use inside a file, and why some are not."""

import pytest
from facts_kit import one_use

BIND = "zmq.Context().socket(zmq.REP).bind"


def ports(text):
    """What arrives at the only use of a file, with zmq imported."""
    return one_use("import os, zmq\n" + text).ports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PORT = 5601\nBIND(f'tcp://*:{PORT}')", (5601,)),
        ("PORT = 5601\nBIND('tcp://*:%d' % PORT)", (5601,)),
        ("PORT = 5601\nBIND('tcp://*:{}'.format(PORT))", (5601,)),
        ("PORT = 5601\nBIND('tcp://{host}:{port}'.format(host='*', port=PORT))", (5601,)),
        ("PORT = 5601\nBIND('tcp://*:' + str(PORT))", (5601,)),
        ("PORT = '5601'\nBIND('tcp://*:' + PORT)", (5601,)),
        ("ADDRESS = 'tcp://*:5601'\nBIND(ADDRESS)", (5601,)),
        ("BASE = 5600\nBIND(f'tcp://*:{BASE + 1}')", (5601,)),
        ("BASE = 5601\nBIND(f'tcp://*:{BASE - 1}')", (5600,)),
        ("PORT = int(os.environ.get('PORT', '5601'))\nBIND(f'tcp://*:{PORT}')", (5601,)),
        ("PORT = int(os.getenv('PORT') or 5601)\nBIND(f'tcp://*:{PORT}')", (5601,)),
        ("PORT = 5601 if os.name else 5602\nBIND(f'tcp://*:{PORT}')", (5601, 5602)),
        ("CONFIG = {'zmq': {'port': 5601}, 'x': 5602}\nBIND(f\"tcp://*:{CONFIG['zmq']['port']}\")", (5601,)),
        (
            "TABLE = {'a': 5601, 'b': 5602}\ndef g(name):\n    return TABLE.get(name, 5000)\nBIND(f\"tcp://*:{g('b')}\")",
            (5000, 5602),
        ),
        ("TABLE = {'a': 5601, 'b': 5602}\nKEY = 'a'\nBIND(f'tcp://*:{TABLE[KEY]}')", (5601,)),
        ("PORTS = [5601, 5602]\nfor port in PORTS:\n    BIND(f'tcp://*:{port}')", (5601, 5602)),
        ("for address in ('tcp://*:5601', 'tcp://*:5602'):\n    BIND(address)", (5601, 5602)),
        ("T = {'a': 5601}\nfor name, port in T.items():\n    BIND(f'tcp://*:{port}')", (5601,)),
        ("T = {'a': 5601}\nfor port in T.values():\n    BIND(f'tcp://*:{port}')", (5601,)),
        ("T = {'a': 5601}\nfor name in T:\n    BIND(f'tcp://*:{T[name]}')", (5601,)),
        ("for number, port in enumerate([5601]):\n    BIND(f'tcp://*:{port}')", (5601,)),
        ("for name, port in [('a', 5601), ('b', 5602)]:\n    BIND(f'tcp://*:{port}')", (5601, 5602)),
        ("[BIND(f'tcp://*:{port}') for port in (5601, 5602)]", (5601, 5602)),
        ("def f(port=5601):\n    BIND(f'tcp://*:{port}')", (5601,)),
        ("def f(port):\n    BIND(f'tcp://*:{port}')\nf(5601)\nf(port=5602)", (5601, 5602)),
        ("def f(*, port):\n    BIND(f'tcp://*:{port}')\nf(port=5602)", (5602,)),
        ("def f(**options):\n    BIND(f\"tcp://*:{options.get('port', 5601)}\")\nf(port=5602)", (5601, 5602)),
        ("def f(port):\n    def g():\n        BIND(f'tcp://*:{port}')\n    g()\nf(5601)", (5601,)),
        ("def address(port, host='*'):\n    return f'tcp://{host}:{port}'\nBIND(address(5601))", (5601,)),
        ("def f():\n    return 'tcp://*', 5601\nhost, port = f()\nBIND(f'{host}:{port}')", (5601,)),
    ],
)
def test_inside_a_file(text, expected):
    assert ports(text.replace("BIND(", f"{BIND}(")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("port = 5601\nport = 5602", (5602,)),
        ("port = 5601\nif x:\n    port = 5602", (5601, 5602)),
        ("if x:\n    port = 5601\nelse:\n    port = 5602", (5601, 5602)),
        ("try:\n    port = int(x)\nexcept ValueError:\n    port = 5602", (5602,)),
        ("port = 5601\nport += 1", (5602,)),
        ("port, other = 5601, 5000", (5601,)),
        ("with thing() as x:\n    port = 5603", (5603,)),
    ],
)
def test_the_latest_assignment_counts(body, expected):
    indented = "\n".join(f"    {line}" for line in body.split("\n"))
    assert ports(f"def f(x):\n{indented}\n    {BIND}(f'tcp://*:{{port}}')") == expected


def test_what_comes_after_the_use_does_not_count():
    assert ports(f"def f():\n    port = 5601\n    {BIND}(f'tcp://*:{{port}}')\n    port = 5602") == (5601,)


@pytest.mark.parametrize(
    "init",
    [
        "self.port = 5601",
        "self.port = port",
        "self.port = int(os.environ.get('X', port))",
        "self.port = config.get('port', 5601)",
        "self.port = getattr(config, 'port', 5601)",
        "self.configure(port)",
    ],
)
def test_attributes_of_self(init):
    text = f"""
import os, zmq
class A:
    def __init__(self, config, port=5601):
        {init}
        self.socket = zmq.Context().socket(zmq.REP)
    def configure(self, number):
        self.port = number
    def run(self):
        self.socket.bind(f"tcp://*:{{self.port}}")
"""
    use = one_use(text)
    assert (use.ports, use.owner, use.socket) == ((5601,), "A", "REP")


def test_argparse():
    text = """
        import argparse, zmq
        def main():
            parser = argparse.ArgumentParser()
            parser.add_argument("--health-port", default=5601)
            args = parser.parse_args()
            zmq.Context().socket(zmq.REP).bind(f"tcp://*:{args.health_port}")
    """
    assert one_use(text).ports == (5601,)


def test_argparse_through_a_function_of_another_file():
    files = {
        "options.py": """
            import argparse
            def parse():
                parser = argparse.ArgumentParser()
                parser.add_argument("-p", "--port", type=int, default=5601)
                return parser.parse_args()
        """,
        "a.py": """
            import zmq
            from options import parse
            args = parse()
            zmq.Context().socket(zmq.REP).bind(f"tcp://*:{getattr(args, 'port', 5602)}")
        """,
    }
    assert one_use(files).ports == (5601, 5602)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("PORT = os.environ['A_PORT']\nBIND(f'tcp://*:{PORT}')", "environment variable A_PORT, which has no default"),
        ("PORT = os.getenv('A_PORT')\nBIND(f'tcp://*:{PORT}')", "environment variable A_PORT, which has no default"),
        ("def f(port):\n    BIND(f'tcp://*:{port}')", "parameter port of f()"),
        ("def f(port=None):\n    BIND(f'tcp://*:{port}')", "None until somebody gives it"),
        ("config = load()\nBIND(f\"tcp://*:{config['port']}\")", 'looked up as "port"'),
        ("BIND(f'tcp://*:{nowhere}')", "nowhere"),
        ("for port in range(5000, 5100):\n    BIND(f'tcp://*:{port}')", "range"),
        ("BIND(f'tcp://*:{find_free_port()}')", "find_free_port() finds free"),
        ("BIND('ipc:///tmp/x')", "ipc:// has no port"),
        ("p.add_argument('--port', type=int)\nargs = p.parse_args()\nBIND(f'tcp://*:{args.port}')", "--port has no default"),
        ("TABLE = {" + ",".join(f"'{n}': {5600 + n}" for n in range(9)) + "}\nBIND(f'tcp://*:{TABLE[unknown()]}')", "one of 9"),
    ],
)
def test_unresolved_with_a_reason_that_a_person_understands(text, reason):
    use = one_use("import os, zmq\n" + text.replace("BIND(", f"{BIND}("))
    assert use.ports == ()
    assert reason in use.reason


def test_the_host_of_a_connect_is_named_by_what_gives_it():
    text = """
        import os, zmq
        PC2_HOST = os.environ.get("PC2_HOST", "127.0.0.1")
        zmq.Context().socket(zmq.SUB).connect(f"tcp://{PC2_HOST}:5601")
    """
    use = one_use(text)
    assert (use.host, use.hosts) == ("127.0.0.1", (("PC2_HOST", "127.0.0.1"),))


def test_an_unknown_host_keeps_its_name():
    use = one_use("import zmq\ndef f(host):\n    zmq.Context().socket(zmq.SUB).connect(f'tcp://{host}:5601')\n")
    assert (use.host, use.hosts, use.ports) == ("host", (("host", ""),), (5601,))


def test_calls_that_go_in_circles_end():
    text = """
        import zmq
        class A:
            def __init__(self, port):
                self.port = self.next(port)
            def next(self, port):
                return self.other(port) or A(port).next(port + 1)
            def other(self, port):
                return self.next(self.port)
            def run(self):
                zmq.Context().socket(zmq.REP).bind(f"tcp://*:{self.port}")
        A(5601)
    """
    assert one_use(text).owner == "A"
