"""The job of bench/rules.yaml as a codemod for LibCST's own command line, written as its manual suggests."""

import libcst as cst
from libcst.codemod import VisitorBasedCodemodCommand


class RenameException(VisitorBasedCodemodCommand):
    """`except Exception` to `except OSError`, also in the tuple of classes."""

    DESCRIPTION = "Catch OSError in place of Exception."

    def leave_ExceptHandler(self, original_node: cst.ExceptHandler, updated_node: cst.ExceptHandler) -> cst.ExceptHandler:
        """A plain clause."""
        return updated_node if updated_node.type is None else updated_node.with_changes(type=_renamed(updated_node.type))

    def leave_ExceptStarHandler(
        self, original_node: cst.ExceptStarHandler, updated_node: cst.ExceptStarHandler
    ) -> cst.ExceptStarHandler:
        """An `except*` clause."""
        return updated_node.with_changes(type=_renamed(updated_node.type))


def _renamed(classes: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(classes, cst.Name) and classes.value == "Exception":
        return classes.with_changes(value="OSError")
    if isinstance(classes, cst.Tuple):
        return classes.with_changes(elements=[part.with_changes(value=_renamed(part.value)) for part in classes.elements])
    return classes
