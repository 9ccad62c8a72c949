"""Ports of configuration files: startup YAML of any shape, compose, Dockerfiles, and files that are broken."""

import time

import pytest

from codemods.port_literal.config_files import parse, port_in


def services(text, path="main_pc/config/startup_config.yaml"):
    found, notes = parse(path, text if isinstance(text, bytes) else text.encode())
    assert notes == ()
    return [(one.line, one.name, one.port, one.role) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7200", (7200, "")),
        (" 7200 ", (7200, "")),
        ("${PORT_OFFSET}+7200", (7200, "PORT_OFFSET")),
        ("${PORT_OFFSET} + 7200", (7200, "PORT_OFFSET")),
        ("7200+$PORT_OFFSET", (7200, "PORT_OFFSET")),
        ("${PORT_OFFSET:-0}+7200", (7200, "PORT_OFFSET")),
        ("${PORT_OFFSET:-100}+7200", (7300, "PORT_OFFSET")),
        ("${PORT:-7200}", (7200, "")),
        ("${PORT-7200}", (7200, "")),
        ("${PORT}", (0, "")),
        ("$PORT", (0, "")),
        ("", (0, "")),
        ("0", (0, "")),
        ("70000", (0, "")),
        ("9" * 5000, (0, "")),
        ("7200a", (0, "")),
        ("a7200", (0, "")),
        ("-7200", (0, "")),
        ("tcp://x:7200", (0, "")),
        ("12:30", (0, "")),
    ],
)
def test_a_port_as_it_is_written(text, expected):
    assert port_in(text) == expected


def test_groups_of_agents():
    text = """\
agent_groups:
  core:
    SessionAgent:
      script_path: main_pc/session_agent.py
      port: "${PORT_OFFSET}+5601"
      health_check_port: ${PORT_OFFSET}+6601
      timeout: 5000
      config:
        pub_port: 5602
        redis: {host: pc2, port: 6379}
    Other:
      port: 5603
"""
    found, _ = parse("main_pc/config/startup_config.yaml", text.encode())
    assert [(one.line, one.name, one.port, one.role, one.script, one.offset) for one in found] == [
        (5, "SessionAgent", 5601, "main", "main_pc/session_agent.py", "PORT_OFFSET"),
        (6, "SessionAgent", 6601, "health", "main_pc/session_agent.py", "PORT_OFFSET"),
        (9, "SessionAgent", 5602, "pub", "main_pc/session_agent.py", ""),
        (10, "redis", 6379, "main", "", ""),
        (12, "Other", 5603, "main", "", ""),
    ]
    assert [one.host for one in found] == ["", "", "", "pc2", ""]
    assert {one.kind for one in found} == {"startup"}


def test_a_list_of_services():
    text = """\
pc2_services:
- name: MemoryStore
  script_path: pc2/memory_store.py
  host: 0.0.0.0
  port: 7140
  health_check_port: "8140"
- {name: HealthMonitor, port: 7150}
"""
    assert services(text) == [
        (5, "MemoryStore", 7140, "main"),
        (6, "MemoryStore", 8140, "health"),
        (7, "HealthMonitor", 7150, "main"),
    ]


def test_names_that_are_no_port_keys():
    assert services("a: {max_port: 65535, port_range: 5000, timeout: 5000, report: 5601, transport: 5602}") == []


def test_compose():
    text = """\
version: "3"
services:
  web:
    image: web
    ports:
      - "8080:80"
      - "127.0.0.1:8081:81/tcp"
      - 8082:82
      - "9000"
      - "${WEB_PORT:-8083}:83"
      - "[::1]:8084:84"
      - "8100-8102:100-102"
      - target: 85
        published: "8085"
        host_ip: 10.0.0.1
  store:
    build: .
    expose: ["7140"]
"""
    found, _ = parse("docker-compose.yml", text.encode())
    assert [one.port for one in found] == [8080, 8081, 8082, 8083, 8084, 8100, 8101, 8102, 8085]
    assert {(one.name, one.kind) for one in found} == {("web", "compose")}
    assert [one.host for one in found if one.host] == ["127.0.0.1", "[::1]", "10.0.0.1"]
    assert [one.line for one in found][:3] == [6, 7, 8]


def test_dockerfile():
    text = "FROM x\nARG WEB_PORT=8080\nENV OTHER 9090\nEXPOSE ${WEB_PORT}/tcp $OTHER 7000/udp # 1234\n"
    text += "expose 7001\nEXPOSE $NOWHERE abc\n"
    found, _ = parse("gateway/Dockerfile", text.encode())
    assert [(one.line, one.name, one.port, one.kind) for one in found] == [
        (4, "gateway", 8080, "dockerfile"),
        (4, "gateway", 9090, "dockerfile"),
        (4, "gateway", 7000, "dockerfile"),
        (5, "gateway", 7001, "dockerfile"),
    ]
    assert parse("Dockerfile.web", b"EXPOSE 80")[0][0].name == "web"


def test_several_documents_anchors_and_merges():
    text = """\
base: &base
  host: h
  port: 5601
---
agents:
  A: &a
    port: 5602
  B: *a
  C:
    <<: *a
    health_port: 6602
"""
    assert services(text) == [(3, "base", 5601, "main"), (7, "A", 5602, "main"), (11, "C", 6602, "health")]


def test_a_bomb_of_anchors_costs_nothing():
    lines = ["a0: &a0 {port: 5601}"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
    started = time.perf_counter()
    assert [port for _, _, port, _ in services("\n".join(lines))] == [5601]
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        b"a:\n\tport: 5601\n",
        b"a: [",
        b"\xff\xfe\x00",
        b"a: &a *b : c",
        b"[" * 100000,
        b"{a: " * 500,
        b"x" * 3_000_000,
        b"%YAML 9\n- !!python/object:os.system x: [",
    ],
    ids=["tab", "open", "bytes", "alias", "deep", "deep-map", "huge", "tag"],
)
def test_what_cannot_be_read_is_a_note(text):
    found, notes = parse("config/startup.yaml", text)
    assert found == ()
    assert len(notes) == 1 and notes[0].startswith("config/startup.yaml is ") and "\n" not in notes[0]


@pytest.mark.parametrize(
    "text", ["", "# nothing", "---", "5601", "- 5601", "port", "null", "a: !!thing {port: x}", "? [a, b]\n: {port: [1]}"]
)
def test_odd_documents_say_nothing(text):
    assert services(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nports:\n- {name: A, port: 5601}",
        "apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - {name: http, port: 80}",
        "name: ci\non: push\njobs:\n  test:\n    services: {redis: {image: redis, ports: ['6379:6379']}}",
    ],
    ids=["registry", "kubernetes", "workflow"],
)
def test_registries_manifests_and_workflows_start_nothing_here(text):
    assert services(text) == []


def test_a_byte_order_mark_and_crlf_are_no_trouble():
    assert services(b"\xef\xbb\xbfA:\r\n  port: 5601\r\n") == [(2, "A", 5601, "main")]
