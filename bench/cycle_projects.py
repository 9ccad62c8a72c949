"""PyPI projects with module-level import cycles and tests in their sdist, found with our own graph."""

from __future__ import annotations

from dataclasses import dataclass

from bench.projects import FABRIC, PARAMIKO, WERKZEUG, Project


@dataclass(frozen=True, slots=True)
class Cyclic:
    """A project with cycles.

    `root`: the folder of its sdist that holds its packages. `explained`: a part of a test id and why such a test fails
    after the rewrite; whatever differs and is not explained is a breach.
    """

    project: Project
    root: str = ""
    explained: tuple[tuple[str, str], ...] = ()


# Under coverage the whole suite takes ten minutes: a part of it.
_JEDI_TEXT = "annotations context docstring extension imports mixed namespace_package representation signature sys_path"
# The rest needs a network, other processes, or sub-interpreters.
_ANYIO_TEXT = """
concurrency_utils contextmanagers debugging eventloop fileio from_thread functools futures itertools lazyimport lowlevel
synchronization taskgroups tempfile to_thread typedattr
"""

PROJECTS = (
    Cyclic(Project("click", "8.5.1"), "src"),
    Cyclic(Project("invoke", "3.0.3", FABRIC, arguments=("-s",))),  # its tests read from the standard input
    Cyclic(WERKZEUG, "src"),
    Cyclic(
        Project(
            "anyio",
            "4.16.0",
            (
                "blockbuster==1.5.29",
                "exceptiongroup==1.3.1",
                "hypothesis==6.170.15",
                "psutil==7.2.2",
                "pytest-mock==3.17.0",
                "pytest-timeout==2.4.0",
                "trio==0.35.0",
                "trustme==1.2.1",
                "truststore==0.10.5",
                "uvloop==0.23.0",
            ),
            tests=("tests/streams", *(f"tests/test_{name}.py" for name in _ANYIO_TEXT.split())),
        ),
        "src",
    ),
    Cyclic(
        Project(
            "jedi",
            "0.20.1",
            (
                "asgiref==3.13.0",
                "attrs==26.1.0",
                "colorama==0.4.6",
                "django==5.2.19",
                "docopt==0.6.2",
                "typing-extensions==4.16.0",
            ),
            tests=(
                "test/test_utils.py",
                "test/test_cache.py",
                *(f"test/test_inference/test_{name}.py" for name in _JEDI_TEXT.split()),
            ),
        )
    ),
    Cyclic(Project("rope", "1.15.2", ("pytest-cov==7.1.0", "pytest-timeout==2.4.0"), tests=("ropetest",))),
    Cyclic(Project("prompt_toolkit", "3.0.53"), "src"),
    Cyclic(PARAMIKO),
)
