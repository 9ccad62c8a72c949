"""A GitHub on this machine, a client for it, and a description of a pull request."""

import threading

import pytest
from github_kit import REPO, TOKEN, Clock, GitHub

from engine.forge.body import body
from engine.forge.github import Forge
from engine.forge.published import Published, RuleRow


@pytest.fixture
def start():
    """Starts servers, and stops them at the end."""
    servers = []

    def starter():
        server = GitHub()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return server

    yield starter
    for server, thread in servers:
        server.gone.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def github(start):
    """A GitHub that must have been asked only what its description describes."""
    server = start()
    yield server
    assert server.wrong == []


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def forge(github, clock):
    return Forge(REPO, TOKEN, github.url, sleep=clock.sleep, now=clock.now)


@pytest.fixture
def text():
    """The description of a small batch of sprint `phase-1`."""
    return body(Published("phase-1", "Phase one", "refactor/x", "main", rules=(RuleRow("broad-except", "why", 1, 0, ("a.py",)),)))
