"""derive and check over small hand-made topologies."""

from dataclasses import replace

from codemods.port_literal.nouns import Birth, Entry, Service, Topology, Use
from codemods.port_literal.placing import machines_of
from codemods.port_literal.registry import Registry, clashes, parse
from codemods.port_literal.registry.check import problems
from codemods.port_literal.registry.derive import derive
from codemods.port_literal.registry.sync import synced


def bind(owner, port, role="main", machine="m", path="", line=1, derived=0, births=()):
    ports = (port,) if isinstance(port, int) else port
    file = path or f"{machine}/{owner.lower()}.py"
    return Use(file, line, 1, "bind", "zmq", owner, machine, role, host="*", ports=ports, births=births, derived=derived)


def connect(port, owner="Client", peer="m", births=(), line=50):
    return Use(
        f"m/{owner.lower()}.py",
        line,
        1,
        "connect",
        "zmq",
        owner,
        "m",
        "main",
        host="h",
        peer_machine=peer,
        ports=(port,),
        births=births,
    )


def born(port, name="", env="", shape="env-default", start=1, path="m/client.py"):
    return Birth(path, start, 1, start, start + 4, port, shape, name, "", env)


def service(name, port, role="main", machine="m", script="", kind="startup", line=5):
    return Service(f"{machine}/startup.yaml", line, name, port, role, machine, script, kind=kind)


def topology(*things):
    kinds = {Birth: [], Use: [], Service: []}
    for thing in things:
        kinds[type(thing)].append(thing)
    return Topology(tuple(kinds[Birth]), tuple(kinds[Use]), tuple(kinds[Service]))


def names(topo, existing=(), **options):
    return {entry.name: entry.port for entry in derive(topo, existing, options)}


def kinds(topo, entries=(), **more):
    return [(problem.kind, problem.port) for problem in problems(topo, entries, **more)]


# --- derive


def test_names_are_made_of_owner_and_role():
    topo = topology(bind("SessionAgent", 1), bind("SessionAgent", 2, "pub"), bind("SessionAgent", 1001, "health", derived=1000))
    assert names(topo) == {"SESSION_AGENT": 1, "SESSION_AGENT_PUB": 2, "SESSION_AGENT_HEALTH": 1001}
    assert {entry.purpose for entry in derive(topo)} == {"", "derived: port + 1000"}


def test_a_noise_word_goes_only_where_the_rest_is_unique():
    assert names(topology(bind("UnifiedMemoryServer", 1))) == {"UNIFIED_MEMORY": 1}
    both = topology(bind("UnifiedMemoryServer", 1), bind("UnifiedMemory", 2))
    assert names(both) == {"UNIFIED_MEMORY_SERVER": 1, "UNIFIED_MEMORY": 2}
    assert names(topology(bind("HTTPServer", 1))) == {"HTTP_SERVER": 1}


def test_one_class_on_two_machines_gets_the_machines_names():
    assert names(topology(bind("A", 1, machine="pc1"), bind("A", 1, machine="pc2"))) == {"PC1_A": 1, "PC2_A": 1}
    assert names(topology(bind("A", 1, machine="pc1")), [Entry("A", 7, machine="pc2")]) == {"A": 7, "PC1_A": 1}


def test_two_sockets_of_one_role_are_named_after_what_holds_them():
    births = (born(1, "port", path="m/a.py", start=1), born(2, "STATUS_PORT", path="m/a.py", start=9))
    topo = topology(
        *births, bind("A", 1, births=(births[0].key,)), bind("A", 2, line=2, births=(births[1].key,)), bind("A", 3, line=3)
    )
    assert names(topo) == {"A": 1, "A_STATUS": 2, "A_3": 3}


def test_a_startup_file_says_owner_and_role_and_number():
    topo = topology(bind("Manager", 1, path="m/agents/manager.py"), service("ModelManager", 9, script="agents/manager.py"))
    (entry,) = derive(topo)
    assert (entry.name, entry.port, entry.owner) == ("MODEL_MANAGER", 9, "agents/manager.py")
    assert kinds(topo, [entry]) == [("disagreement", 1)]


def test_a_second_socket_beside_the_startup_files_gets_a_row():
    topo = topology(bind("A", 1), bind("A", 2, line=2), service("A", 1, script="m/a.py"))
    assert names(topo) == {"A": 1, "A_2": 2}


def test_code_outside_of_classes_belongs_to_the_class_of_its_file():
    topo = topology(bind("Gateway", 1, path="m/gw.py"), bind("gw", 1, path="m/gw.py", line=9))
    assert names(topo) == {"GATEWAY": 1}
    assert kinds(topo, derive(topo)) == []
    assert derive(topology(bind("gw", 1, path="m/gw.py")))[0].owner == "m/gw.py"


def test_two_owners_are_disputed_and_the_registry_stays_valid():
    topo = topology(bind("A", 1), bind("B", 1), bind("C", 2))
    assert [(entry.name, entry.disputed) for entry in derive(topo)] == [("A", True), ("B", True), ("C", False)]
    assert isinstance(parse(synced(None, derive(topo)).encode()), Registry)
    grouped = derive(topo, (), {"alternatives": {"ab": ["A", "m/b.py"]}})
    assert [(entry.alternatives, entry.disputed) for entry in grouped] == [("ab", False), ("ab", False), ("", False)]
    assert kinds(topo, grouped) == [] and kinds(topo, derive(topo)) == [("conflict", 1)]
    assert kinds(topo, derive(topo), alternatives={"ab": ["A", "B"]}) == []


def test_a_dispute_that_a_person_settled_stays_settled():
    topo = topology(bind("A", 1), bind("B", 1))
    for settled in ([Entry("A", 1, "main", "m", "A")], [Entry("A", 1, "main", "m", "A"), Entry("B", 7, "main", "m", "B")]):
        assert derive(topo, settled) == tuple(settled)
        assert ("conflict", 1) in kinds(topo, settled)


def test_a_third_claimant_joins_a_dispute():
    rows = [Entry("A", 1, machine="m", owner="A", disputed=True), Entry("B", 1, machine="m", owner="B", disputed=True)]
    found = derive(topology(bind("A", 1), bind("B", 1), bind("C", 1)), rows)
    assert [(entry.name, entry.disputed) for entry in found] == [("A", True), ("B", True), ("C", True)]


def test_peoples_rows_are_never_renamed_renumbered_or_deleted():
    rows = (
        Entry("MINE", 1, "http", "m", "m/a.py", line=4),
        Entry("MOVED", 8, "main", "m", "B", line=5),
        Entry("OLD", 9, "pub", "m", "Gone"),
    )
    topo = topology(bind("A", 1), bind("B", 2), bind("B", 3, "pub"))
    found = derive(topo, rows)
    assert found[:3] == rows and [entry.name for entry in found[3:]] == ["B_PUB"]
    assert kinds(topo, rows) == [("unused-entry", 9), ("disagreement", 2), ("unregistered", 3)]


def test_ports_that_are_only_spoken_to():
    births = (born(7, "ZMQ_MODEL_MANAGER_PORT"), born(8, "port", "MEMORY_PORT", start=20), born(6379, "x", start=30))
    uses = [connect(birth.port, births=(birth.key,), line=birth.start) for birth in births]
    topo = topology(*births, *uses, connect(99), connect(4000, peer=""))
    found = {entry.name: entry for entry in derive(topo, (), {"external": {"4000": "their gate"}})}
    assert {name: entry.port for name, entry in found.items()} == {
        "MODEL_MANAGER": 7,
        "MEMORY": 8,
        "REDIS": 6379,
        "THEIR_GATE": 4000,
    }
    assert found["MEMORY"].env == "MEMORY_PORT" and not found["MEMORY"].external
    assert found["REDIS"].external and found["REDIS"].machine == "m" and found["THEIR_GATE"].external
    assert kinds(topo, list(found.values())) == [("unbound-connect", 7), ("unbound-connect", 8), ("unbound-connect", 99)]


def test_a_connect_to_somebody_who_binds_adds_nothing():
    assert names(topology(bind("A", 1), connect(1), connect(1, peer=""))) == {"A": 1}
    topo = topology(bind("A", 1, machine="pc2"), connect(1, peer="m"))
    (problem,) = [one for one in problems(topo, derive(topo)) if one.kind == "unbound-connect"]
    assert problem.message.endswith("it is bound on pc2: check the host")


def test_the_variable_of_one_owner_is_its_own_and_a_shared_one_nobodys():
    births = (born(1, env="A_PORT", path="m/a.py"), born(2, env="PORT", path="m/b.py"), born(3, env="PORT", path="m/c.py"))
    births += (born(4, env="D_URL", shape="url-default", path="m/d.py"),)
    topo = topology(*births, *(bind(owner, birth.port, births=(birth.key,)) for owner, birth in zip("ABCD", births, strict=True)))
    assert [entry.env for entry in derive(topo)] == ["A_PORT", "", "", ""]


def test_a_compose_port_is_a_row_only_where_nobody_has_it():
    topo = topology(bind("A", 1), service("web", 1, kind="compose"), service("grafana", 3000, kind="compose"))
    assert names(topo) == {"A": 1, "GRAFANA": 3000}


def test_derive_is_a_fixed_point_and_adds_no_clash():
    topo = topology(*(bind(owner, port, role, machine) for machine in ("m", "n") for owner in "AB" for role in ("main", "pub")
                      for port in (1, 2)))  # fmt: skip
    found = derive(topo)
    assert derive(topo, found) == found and not list(clashes(found)) and len({entry.name for entry in found}) == len(found)
    assert isinstance(parse(synced(None, found).encode()), Registry)


# --- check


def test_a_derived_port_conflicts_too():
    topo = topology(bind("A", 1001, "health", derived=1000, line=3), bind("B", 1001))
    (problem,) = [one for one in problems(topo, derive(topo)) if one.kind == "conflict"]
    assert problem.message == (
        "port 1001 on m has 2 owners: A (health, derived +1000, m/a.py:3), B (main, m/b.py:1); "
        "give one another number, or group them under `alternatives` if only one runs at a time"
    )
    assert (problem.path, problem.line, problem.others, problem.names) == ("m/a.py", 3, (("m/b.py", 1),), ("A", "B"))


def test_one_number_on_two_machines_is_no_conflict():
    topo = topology(bind("A", 1, machine="m"), bind("B", 1, machine="n"), bind("A", 1, machine="m", line=9))
    assert kinds(topo, derive(topo)) == []


def test_three_sources_that_disagree_are_one_problem():
    topo = topology(bind("A", 1), service("A", 2, script="m/a.py"))
    (problem,) = problems(topo, [Entry("A", 3, "main", "m", "m/a.py", line=4)])
    assert problem.kind == "disagreement" and set(problem.others) | {(problem.path, problem.line)} == {
        ("config/ports.yaml", 4), ("m/a.py", 1), ("m/startup.yaml", 5)
    }  # fmt: skip
    assert "the code says 1 (m/a.py:1), the startup file says 2 (m/startup.yaml:5), the registry says 3" in problem.message


def test_roles_are_loose_words_in_a_registry():
    topo = topology(bind("Gateway", 1), bind("Gateway", 2, "http", line=2))
    assert kinds(topo, [Entry("GATEWAY_HTTP", 1, "http", "m", "Gateway")]) == [("unregistered", 2)]


def test_an_external_row_is_neither_unused_nor_unbound():
    rows = [Entry("THEIRS", 99, machine="m", external=True), Entry("IDLE", 98, external=True)]
    assert kinds(topology(connect(99)), rows) == []


# --- machines


def test_a_folder_with_a_startup_file_and_code_that_binds_is_a_machine():
    services = [service("A", 1, machine="left"), service("C", 3, machine="docs")]
    topo = topology(bind("A", 1, machine="left"), bind("B", 2, machine="right"), *services)
    assert machines_of(topo, [], {}) == {"left": "left"}
    assert machines_of(topo, [], {"left": "one"}) == {"left": "one"}


def test_a_plain_socket_to_an_address_outside_has_no_peer_to_miss():
    probe = replace(connect(9, peer=""), via="socket", host="10.255.255.255")
    assert kinds(topology(probe)) == []
    assert (
        kinds(topology(replace(probe, via="zmq")))
        == kinds(topology(replace(probe, host="127.0.0.1")))
        == [("unbound-connect", 9)]
    )
