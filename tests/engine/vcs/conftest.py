"""Every test has a home of its own: the machine's git configuration counts for nothing."""

import pytest
import vcs_kit

IDENTITY = "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A folder with .gitconfig, which tests may add to."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(IDENTITY)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("EMAIL", raising=False)
    return home


@pytest.fixture
def plain(tmp_path):
    """A repository with a.py, pkg/b.py and README in one commit on main."""
    return vcs_kit.make(tmp_path / "plain")
