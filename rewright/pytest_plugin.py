"""pytest's items for fixtures of rules: one a case. Imports nothing of ours, so that it works inside any environment and target.

It does nothing unless `--rewright` or `rewright = true` asks for it. What the cases come to is asked of `rewright test`,
started once a session. With pytest-snapshot's `--snapshot-update` the cases that run are updated, and fail once, as its own do.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_CASE = "case.yaml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option, and the lines for pytest.ini."""
    parser.getgroup("rewright").addoption(
        "--rewright",
        action="store_true",
        default=False,
        help="collect and run the fixtures of rules.yaml",
    )
    parser.addini("rewright", "collect the fixtures of rules.yaml, as --rewright does", type="bool", default=False)
    parser.addini("rewright_fixtures", "the folder of fixtures, from the root folder", default="fixtures")


def pytest_configure(config: pytest.Config) -> None:
    """Take part only where somebody asks."""
    if config.getoption("--rewright") or config.getini("rewright"):
        config.pluginmanager.register(Fixtures(config), "rewright-fixtures")


class Fixtures:
    """What is registered when fixtures are wanted."""

    def __init__(self, config: pytest.Config) -> None:
        self.root = config.rootpath
        self.folder = Path(os.path.abspath(self.root / config.getini("rewright_fixtures")))
        self.update = bool(config.getoption("snapshot_update", False))  # pytest-snapshot's, where it is installed
        self._told: dict[str, Any] | None = None
        named = config.args_source is pytest.Config.ArgsSource.ARGS
        below = [Path(os.path.abspath(config.invocation_params.dir / argument)) for argument in config.args]
        if not named and self.folder.is_dir() and not any(self.folder.is_relative_to(place) for place in below):
            config.args.append(str(self.folder))  # testpaths names other folders: they are not meant to leave this one out

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """What lies in before/ and after/ of a case is data, though it may be called test_x.py."""
        is_code = collection_path.name in ("before", "after") and self.is_case(collection_path.parent)
        return True if is_code else None

    def is_case(self, folder: Path) -> bool:
        """Is this the folder of a case?"""
        return folder.parent.parent == self.folder and (folder / "before").is_dir()

    @pytest.hookimpl(optionalhook=True)  # from pytest 8 on
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """A case without a case.yaml is its folder."""
        if not self.is_case(path) or (path / _CASE).is_file():
            return None
        folder: CaseFolder = CaseFolder.from_parent(parent, path=path)
        folder.fixtures = self
        return folder

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """A case.yaml beside a before/ is one item."""
        if file_path.name != _CASE or not self.is_case(file_path.parent):
            return None
        file: CaseFile = CaseFile.from_parent(parent, path=file_path)
        file.fixtures = self
        return file

    def problems(self, item: pytest.Item) -> list[str] | None:
        """What is wrong with a case; None when `rewright test` did not run it. Raises CaseFailed where it cannot run."""
        if self._told is None:
            self._told = self._asked([one.name for one in item.session.items if isinstance(one, CaseItem)])
        found: list[str] | None = self._told.get(os.path.realpath(_folder(item.path)))
        return found

    def _asked(self, names: list[str]) -> dict[str, list[str]]:
        import json

        argv = [sys.executable, "-P", "-m", "rewright", "test", "--output-format", "json", "--root", str(self.root)]
        argv += ["--fixtures", str(self.folder), *(("--update",) if self.update else ()), *names]
        done = subprocess.run(argv, cwd=self.root, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode not in (0, 1):
            raise CaseFailed(done.stderr.decode("utf-8", "replace").strip() or f"`rewright test` ended with {done.returncode}")
        cases = json.loads(done.stdout)["cases"]
        return {os.path.realpath(case["folder"]): [*map(_modified, case["updated"]), *_texts(case)] for case in cases}


def _texts(case: dict[str, Any]) -> list[str]:
    return [problem["text"] for problem in case["problems"]]


def _modified(what: str) -> str:
    return f"snapshot modified: {what} (verify that the change is expected before committing it)"


class CaseFailed(Exception):
    """A case that is not as it says, or that could not be run."""


class CaseFile(pytest.File):
    """A case.yaml."""

    fixtures: Fixtures

    def collect(self) -> Iterator[pytest.Item]:
        """One item, named like the case."""
        yield _item(self, self.fixtures)


class CaseFolder(getattr(pytest, "Directory", pytest.Collector)):  # type: ignore[misc]
    """The folder of a case that has no case.yaml."""

    fixtures: Fixtures

    def collect(self) -> Iterator[pytest.Item]:
        """One item, named like the case."""
        yield _item(self, self.fixtures)


def _item(parent: pytest.Collector, fixtures: Fixtures) -> pytest.Item:
    folder = _folder(parent.path)
    item: CaseItem = CaseItem.from_parent(parent, name=f"{folder.parent.name}/{folder.name}")
    item.fixtures = fixtures
    return item


def _folder(path: Path) -> Path:
    return path.parent if path.name == _CASE else path


class CaseItem(pytest.Item):
    """A case."""

    fixtures: Fixtures

    def runtest(self) -> None:
        """Raises CaseFailed with what was expected against what was found."""
        problems = self.fixtures.problems(self)
        if problems is None:
            raise CaseFailed(f"`rewright test` did not run {self.name}")
        if problems:
            raise CaseFailed("\n".join(problems))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The diff, without a traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, CaseFailed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the case stands."""
        return self.path, None, self.name
