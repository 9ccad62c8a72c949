"""Topologies made by hand: what the tests of the graph, its picture and `rewright ports` share."""

import random

from codemods.port_literal.nouns import Entry, Service, Topology, Use

PEER = {"PUB": "SUB", "REP": "REQ", "PUSH": "PULL", "PULL": "PUSH", "": ""}
ROLE = {"PUB": "pub", "REP": "main", "PUSH": "push", "PULL": "pull"}


def bind(owner, port, socket="REP", machine="main_pc", line=1, **more):
    """A bind; `port` None: unresolved."""
    return use(owner, "bind", port, socket, machine, line, host="*", **more)


def connect(owner, port, socket="REQ", machine="main_pc", peer="", line=50, **more):
    """A connect to a port of the machine `peer`."""
    return use(owner, "connect", port, socket, machine, line, peer_machine=peer, **more)


def use(owner, direction, port, socket, machine, line, **more):
    ports = () if port is None else (port,)
    more = {"via": "zmq", "role": ROLE.get(socket, "main"), "path": f"{machine}/{owner.lower()}.py", "ports": ports} | more
    return Use(line=line, column=1, direction=direction, owner=owner, machine=machine, socket=socket, **more)


def agents():
    """Eleven services on two machines, much like fixtures/agents, with every mark that a picture knows."""
    far = {"machine": "pc2"}
    uses = [
        bind("SessionAgent", 5601, line=20),
        bind("SessionAgent", 5602, "PUB", line=21),
        bind("SessionAgent", 6601, role="health", subclass_of="BaseAgent"),
        connect("SessionAgent", 5610, peer="main_pc"),
        connect("SessionAgent", 7140, peer="pc2"),
        bind("ModelManager", 5610),
        bind("ModelManager", 5611, "PUB"),
        connect("ModelManager", 11434, "", peer="main_pc", via="urllib", role="http"),
        bind("VramOptimizer", 5612),
        bind("VramOptimizer", 5613, "PUB", derived=1),
        connect("VramOptimizer", 5611, "SUB", peer="main_pc"),
        bind("AudioCapture", 5620, "PUSH"),
        connect("Translator", 5620, "PULL", peer="main_pc"),
        bind("Translator", 5630),
        connect("Gateway", 5602, "SUB", peer="main_pc"),
        connect("Gateway", 7151, "SUB", peer="pc2"),
        bind("Gateway", 5640, "", via="asyncio", role="http"),
        bind("MemoryStore", 7140, **far),
        bind("MemoryStore", 8140, role="health", subclass_of="BaseAgent", **far),
        bind("HealthMonitor", 7150, **far),
        bind("HealthMonitor", 7151, "PUB", **far),
        connect("HealthMonitor", 8140, peer="pc2", role="health", line=60, **far),
        connect("HealthMonitor", 6601, peer="main_pc", role="health", line=61, **far),
        bind("TaskScheduler", 7115, **far),
        bind("TaskScheduler", 7116, "PUSH", **far),
        connect("TaskScheduler", 7116, "PULL", peer="pc2", **far),
        connect("TaskScheduler", 7999, peer="pc2", line=70, **far),
        bind("RemoteConnector", 7124, **far),
        connect("RemoteConnector", None, peer="pc2", reason="the port is a parameter that no caller gives", **far),
        connect("RemoteConnector", 5601, peer="main_pc", **far),
    ]
    services = (
        Service("pc2/config/startup_config.yaml", 26, "LegacyBridge", 7160, "main", "pc2", "pc2/legacy_bridge.py"),
        Service("main_pc/config/startup_config.yaml", 8, "SessionAgent", 5601, "main", "main_pc", "main_pc/sessionagent.py"),
    )
    entries = (
        Entry("SESSION_AGENT", 5601, "main", "main_pc", "main_pc/sessionagent.py"),
        Entry("SESSION_EVENTS", 5602, "pub", "main_pc", "SessionAgent"),
        Entry("SESSION_AGENT_HEALTH", 6601, "health", "main_pc"),
        Entry("MODEL_MANAGER", 5610, "main", "main_pc"),
        Entry("MODEL_STATUS", 5611, "pub", "main_pc"),
        Entry("AUDIO_OUT", 5620, "push", "main_pc"),
        Entry("GATEWAY_HTTP", 5640, "http", "main_pc"),
        Entry("MEMORY_STORE", 7140, "main", "pc2"),
        Entry("MEMORY_STORE_HEALTH", 8140, "health", "pc2"),
        Entry("HEALTH_EVENTS", 7151, "pub", "pc2"),
        Entry("OLLAMA", 11434, "http", "main_pc", "ollama", external=True),
    )
    return Topology(uses=tuple(uses), services=services), entries


def crowd(count, machines=3, seed=4):
    """`count` services that bind two ports each and connect to up to three others, circles and idle ones among them."""
    chance = random.Random(seed)
    owners = [
        (f"{chance.choice(['Session', 'Model', 'Memory', 'Tutor', 'Vision'])}Service{i:03}", f"machine{i % machines}")
        for i in range(count)
    ]
    uses, entries = [], []
    for number, (owner, machine) in enumerate(owners):
        kind = chance.choice(["PUB", "PUSH"])
        uses += [bind(owner, 5000 + number, machine=machine), bind(owner, 7000 + number, kind, machine=machine)]
        entries.append(Entry(f"{owner.upper()}_MAIN_REQUESTS", 5000 + number, machine=machine))
        for _ in range(chance.choice([0, 1, 1, 2, 3])):
            other = chance.randrange(count) if chance.random() < 0.15 else chance.randrange(number + 1)
            port, socket = (5000 + other, "REQ") if chance.random() < 0.6 else (7000 + other, "SUB")
            uses.append(connect(owner, port, socket, machine, owners[other][1]))
    return Topology(uses=tuple(uses)), tuple(entries)
