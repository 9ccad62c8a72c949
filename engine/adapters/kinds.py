"""The tools that a rule may name, as codemods that are bound to a rule when the rule file is read."""

from __future__ import annotations

from functools import cache
from typing import Any

from engine.adapters.rope_options import codemod as rope
from engine.adapters.tool import APPLICABILITY, HINTS, WHOLE, Tool, bad_hints, hints_of
from engine.codemod import Codemod, Option


def module_of(kind: str) -> Any:
    """The module that drives a tool: `prepare()` imports it, `probe(options, code)` looks at a rule, `run` at a file.

    Imports that one alone: no worker need load what the other four stand on.
    """
    if kind == "libcst":
        from engine.adapters import libcst_command

        return libcst_command
    if kind == "bowler":
        from engine.adapters import bowler_script

        return bowler_script
    if kind == "fixit":
        from engine.adapters import fixit_rule

        return fixit_rule
    if kind == "ast-grep":
        from engine.adapters import ast_grep_rule

        return ast_grep_rule
    from engine.adapters import rope_rule

    return rope_rule


@cache
def tools() -> dict[str, Codemod]:
    """Every tool by the key that names it in a rule."""
    return {
        "libcst": Codemod(
            name="libcst",
            summary="Run a LibCST codemod command.",
            version=1,
            run_file=Tool("libcst"),
            hints=hints_of,
            options=(
                Option("libcst", "str", "", "the command's class: package.module.Class, or path.py:Class"),
                Option("arguments", "map", {}, "the command's own arguments, by name"),
                *(APPLICABILITY, HINTS, WHOLE),
            ),
            check=bad_hints,
        ),
        "bowler": Codemod(
            name="bowler",
            summary="Run a Bowler query script.",
            version=1,
            run_file=Tool("bowler"),
            hints=hints_of,
            options=(Option("bowler", "str", "", "the script, relative to the rule file"), APPLICABILITY, HINTS, WHOLE),
            reads="text",
            packages=("bowler", "fissix"),
            extra="bowler",
            check=bad_hints,
        ),
        "fixit": Codemod(
            name="fixit",
            summary="Run a Fixit lint rule, and its fix.",
            version=1,
            run_file=Tool("fixit"),
            hints=hints_of,
            options=(
                Option("fixit", "str", "", "the rule's class: package.module:Rule, or path.py:Rule"),
                *(APPLICABILITY, HINTS, WHOLE),
            ),
            packages=("fixit",),
            extra="fixit",
            check=bad_hints,
        ),
        "ast-grep": Codemod(
            name="ast-grep",
            summary="Run an ast-grep rule, and its fix.",
            version=1,
            run_file=Tool("ast-grep"),
            hints=hints_of,
            options=(Option("ast-grep", "str", "", "the rule's YAML file, relative to the rule file"), APPLICABILITY, HINTS),
            packages=("ast_grep_py",),
            extra="ast-grep",
            check=bad_hints,
        ),
        "rope": rope(),
    }
