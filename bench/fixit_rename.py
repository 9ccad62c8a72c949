"""The job of bench/rules.yaml as a Fixit rule."""

import libcst as cst
from fixit import LintRule


class RenameException(LintRule):
    """`except Exception` to `except OSError`, also in the tuple of classes."""

    MESSAGE = "catch OSError in place of Exception"

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        """A plain clause."""
        members = [part.value for part in node.type.elements] if isinstance(node.type, cst.Tuple) else [node.type]
        for member in members:
            if isinstance(member, cst.Name) and member.value == "Exception":
                self.report(member, replacement=member.with_changes(value="OSError"))

    visit_ExceptStarHandler = visit_ExceptHandler
