"""Folders to discover, in git and outside; and rules.yaml texts to load."""

import pytest
from config_kit import CODEMODS
from discover_kit import git

from engine import config


@pytest.fixture
def plain(tmp_path):
    """A folder that no git repository holds."""
    root = tmp_path / "plain"
    root.mkdir()
    return root


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q")
    return root


@pytest.fixture(params=["git", "walk"])
def target(request, tmp_path):
    """The same empty target, inside git and outside."""
    root = tmp_path / "target"
    root.mkdir()
    if request.param == "git":
        git(root, "init", "-q")
    return root


@pytest.fixture
def codemods():
    return CODEMODS


@pytest.fixture
def load(tmp_path, codemods):
    """A rules.yaml of the given text, loaded."""

    def loader(text, known=codemods):
        path = tmp_path / "rules.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return config.load(path, known)

    return loader


@pytest.fixture
def problems(load):
    """The problems of a text as `line:column: message`."""

    def of(text):
        with pytest.raises(config.ConfigError) as caught:
            load(text)
        return [f"{problem.line}:{problem.column}: {problem.message}" for problem in caught.value.problems]

    return of
