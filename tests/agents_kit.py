"""Start the system in fixtures/agents, or a rewritten copy of it, for real, on loopback; talk to it; say what was seen.

The addresses of peers are literals in that system, so its ports cannot be moved out of the way of another run:
a lock file lets one run at a time happen on this machine, whatever the number of test workers.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import zmq
from filelock import FileLock

PATIENCE = 60  # seconds that anything may take on a busy machine
SPEAKERS = (5601, 5610, 5612, 5630, 7124, 7140, 7150)  # they answer a ping
HEALTH = (6601, 6610, 6612, 6630, 8115, 8124, 8140, 8150)
LATER = ("AudioCapture",)  # speaks at once, and not for long: started by us, when somebody listens


@dataclass(frozen=True)
class Observation:
    """What a run showed. Two runs of one system are equal."""

    ports: dict[str, list[int]]  # agent's module to the TCP ports that it listened on
    said: dict[str, object]  # what was asked, and the answer
    heard: dict[str, list[dict]]  # publisher to its events, in order
    ended: dict[str, int]  # agents that did not last, and their exit codes


def observe(folder, env=None, at=lambda port: port):
    """Run the system in `folder`. `env`: more environment variables. `at`: where a port of the fixture is now."""
    with FileLock(Path(tempfile.gettempdir()) / "rewright-agents.lock", timeout=240), tempfile.TemporaryDirectory() as temporary:
        own = {
            "TMPDIR": temporary,
            "MEMORY_DATABASE": f"{temporary}/memory.db",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LOG_LEVEL": "INFO",
        }
        cleared = {key: value for key, value in os.environ.items() if not key.startswith(("AGENT_", "REWRIGHT_", "PORT_"))}
        system = _System(Path(folder), cleared | own | (env or {}))
        with contextlib.closing(_Talk(at)) as talk, contextlib.closing(system):
            system.start("main_pc")
            system.start("pc2")
            talk.wait_for_everybody()
            seen = system.ports()
            seen["main_pc.audio_capture"] = system.ports_of_audio_capture()
            system.start("main_pc", "Translator")
            talk.ask(5630, action="ping")
            seen |= system.ports()
            said, heard = talk.converse(lambda: system.start("main_pc", *LATER))
            ended = until(system.ended, lambda ended: set(ended) >= set(LATER))
        return Observation(seen, said, heard, ended)


class _System:
    """Launchers, each in a session of its own, and what the kernel says about their children."""

    def __init__(self, folder, env):
        self.folder, self.env, self.launchers = folder, env, []

    def start(self, machine, *only):
        text = (self.folder / machine / "config" / "startup_config.yaml").read_text("utf-8")
        names = re.findall(r"^    (\w+):$|^  - name: (\w+)$", text, re.M)
        wanted = only or [name for name in map("".join, names) if name not in (*LATER, "Translator")]
        flags = [part for name in wanted for part in ("--only", name)]
        with open(f"{self.env['TMPDIR']}/{len(self.launchers)}.log", "wb") as log:
            command = [sys.executable, "-m", "common.launcher", machine, *flags]
            process = subprocess.Popen(command, cwd=self.folder, env=self.env, stderr=log, stdout=log, start_new_session=True)
        self.launchers.append(process)
        return process

    def processes(self):
        """{pid: module} of the agents that live now."""
        found = {}
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
                words = (entry / "cmdline").read_bytes().decode().split("\0")
                if session in {launcher.pid for launcher in self.launchers} and len(words) > 2:
                    found[int(entry.name)] = words[2]
        return found

    def ports(self):
        """{module: ports it listens on} of the agents that live now."""
        inodes = {}
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            for row in Path(table).read_text().splitlines()[1:]:
                cells = row.split()
                if cells[3] == "0A":
                    inodes[f"socket:[{cells[9]}]"] = int(cells[1].rpartition(":")[2], 16)
        found = {}
        for pid, module in self.processes().items():
            with contextlib.suppress(OSError):
                links = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
                ports = sorted({inodes[link] for link in links if link in inodes})
                if ports:
                    found[module] = ports
        return found

    def ports_of_audio_capture(self):
        """Where it pushes: looked at while nobody pulls yet, so that it waits."""
        launcher = self.start("main_pc", *LATER)
        found = until(lambda: self.ports().get("main_pc.audio_capture"), bool)
        launcher.terminate()
        launcher.wait(PATIENCE)
        return found

    def ended(self):
        """What the launchers say of agents that are gone: name to exit code."""
        logs = "".join(log.read_text("utf-8") for log in Path(self.env["TMPDIR"]).glob("*.log"))
        return {name: int(code) for name, code in re.findall(r"launcher: (\w+) ended with (-?\d+)", logs)}

    def close(self):
        """Ask the launchers to stop their agents; fail when one of these outlives them."""
        for launcher in self.launchers:
            if launcher.poll() is None:
                launcher.terminate()
        for launcher in self.launchers:
            launcher.wait(PATIENCE)
        left = self.processes()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert not left, left


class _Talk:
    """Sockets of ours, and a conversation."""

    def __init__(self, at):
        self.at, self.context = at, zmq.Context()
        self.followed = {"session_agent": self._socket(zmq.SUB, 5602), "model_manager": self._socket(zmq.SUB, 5611)}
        self.followed["health_monitor"] = self._socket(zmq.SUB, 7151)

    def _socket(self, kind, port):
        made = self.context.socket(kind)
        made.linger, made.rcvtimeo = 0, PATIENCE * 1000
        if kind == zmq.SUB:
            made.subscribe(b"")
        made.connect(f"tcp://127.0.0.1:{self.at(port)}")
        return made

    def close(self):
        self.context.destroy(linger=0)

    def ask(self, port, **request):
        with self._socket(zmq.REQ, port) as channel:
            channel.send_json(request)
            return channel.recv_json()

    def status_line(self):
        with socket.create_connection(("127.0.0.1", self.at(5640)), timeout=PATIENCE) as connection:
            return json.loads(connection.makefile("rb").readline())

    def wait_for_everybody(self):
        for port in SPEAKERS:
            if port != 5630:
                assert self.ask(port, action="ping")["status"] == "ok", port
        assert self.ask(7115, action="result", id="none") == {"status": "ok", "result": None}
        self.ask(8115)
        until(self.status_line, bool)

    def events(self, publisher):
        """What has come from a publisher by now."""
        channel, found = self.followed[publisher], []
        while channel.poll(200):
            found.append({key: value for key, value in channel.recv_json().items() if key != "at"})
        return found

    def _follow(self):
        """A subscription takes a moment: publishers speak until everybody who follows has heard them."""
        until(lambda: self.ask(5601, action="open", session="warm") and self.followed["session_agent"].poll(50), bool)
        until(lambda: self.ask(7150, action="report", agent="x", what="y") and self.followed["health_monitor"].poll(50), bool)
        until(lambda: self.status_line()["events"], bool)

        def load_again():
            self.ask(5610, action="unload", model="small")
            self.ask(5610, action="load", model="small")
            return self.ask(5612, action="usage")["usage"] == {"small": 2400} and self.followed["model_manager"].poll(50)

        until(load_again, bool)
        for publisher in self.followed:
            self.events(publisher)

    def converse(self, speak):
        """(what was asked and answered, what was published meanwhile). `speak` starts the voice."""
        self._follow()
        said = {f"say {word}": self.ask(5601, action="say", session="s", text=word) for word in ("hello", "again")}
        said["history"] = self.ask(5601, action="history", session="s")
        said["memory"] = self.ask(7140, action="get", session="s")
        said["translate"] = self.ask(5630, action="translate", text="MERCI ")
        speak()
        voice = until(lambda: self.ask(7140, action="get", session="voice"), lambda got: len(got["lines"]) == 3)
        said["voice"] = sorted(voice["lines"])
        job = self.ask(7115, action="submit", words=[1, 2, 3])["id"]
        said["job"] = until(lambda: self.ask(7115, action="result", id=job)["result"], bool)
        said["alive"] = until(lambda: self.ask(7150, action="alive")["alive"], lambda got: len(got) == 4 and all(got.values()))
        said["health"] = {port: self._health(port) for port in HEALTH}
        heard = {publisher: self.events(publisher) for publisher in ("session_agent", "model_manager")}
        heard["session_agent"] = [event for event in heard["session_agent"] if event["session"] == "s"]
        return said, heard

    def _health(self, port):
        reply = self.ask(port)
        return {key: reply[key] for key in ("status", "agent")}


def until(call, wanted):
    """The first outcome of `call` that is `wanted`; fails when none comes."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(ConnectionError):
            outcome = call()
            if wanted(outcome):
                return outcome
        assert time.monotonic() < deadline, call
        time.sleep(0.02)
