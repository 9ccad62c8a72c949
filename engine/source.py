"""One file as a value: bytes, text, encoding, newline style and a lazy `ast`.

Reading a file means decoding it so that encoding it again gives the same bytes; a file for
which that does not hold is refused here, before any codemod sees it. Offsets are 0-based
characters of `text`, which excludes a byte-order mark and keeps every newline as written.
"""

from __future__ import annotations

import ast
import bisect
import itertools
import re
import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import TypeVar

from engine.encoding import decode
from engine.model import Edit, RefusedFile, Site, Span
from engine.names import Names
from engine.walk import blocks, every_node, statements

N = TypeVar("N", bound=ast.AST)

_NEWLINE = re.compile(r"\r\n|\n|\r")  # what the tokenizer counts as a line end; U+2028 is not one
_CONFLICT = re.compile(rb"^(<{7} |>{7} |={7}\r?$)", re.M)
_NEWER = re.compile(
    r"^\s*(type\s+\w+(\[.*\])?\s*=|(async\s+)?(def|class)\s+\w+\s*\[|except\*?\s+[\w.]+(\s*,\s*[\w.]+)+\s*:)|\bt[\"']"
)


class Source:
    """One file of the target. Immutable; everything derived is computed on first use.

    Raises RefusedFile from the constructor for bytes that cannot be read and written back
    unchanged, and from `tree` for text that the running Python does not parse.
    """

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self.bom, self.encoding, self.text = decode(data)
        self._versions: dict[tuple[int, int], bool] = {}

    @classmethod
    def of_text(cls, like: Source, text: str) -> Source:
        """The same file with other text. Raises RefusedFile when it cannot be encoded."""
        return cls(like.path, like.encode(text))

    def encode(self, text: str) -> bytes:
        """Text to the bytes of this file: its encoding, its byte-order mark."""
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise RefusedFile(
                "not-encodable",
                f"the new text holds {error.object[error.start : error.end]!r}, which the file's declared encoding "
                f"{self.encoding} cannot write; declare utf-8 in the file, or decline the change",
            ) from error

    @cached_property
    def newline(self) -> str:
        """The newline that inserted lines get: the one most lines end with."""
        crlf = self.text.count("\r\n")
        return "\r\n" if crlf * 2 > self.text.count("\n") else "\n"

    @cached_property
    def tree(self) -> ast.Module:
        """The module, parsed by the running Python. Raises RefusedFile when it does not parse."""
        return parse(self.text, self.path)

    @cached_property
    def parses(self) -> bool:
        """Does the running Python parse it?"""
        try:
            self.tree  # noqa: B018
        except RefusedFile:
            return False
        return True

    def parsed_for(self, python: tuple[int, int]) -> bool:
        """Is this syntax of that Python version, as far as `ast` can tell? When it is, `tree` comes for free."""
        if python not in self._versions:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    tree = ast.parse(self.text, self.path, feature_version=python)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._versions[python] = False
            else:
                self._versions[python] = True
                self.__dict__.setdefault("tree", tree)
        return self._versions[python]

    def adopt(self, python: tuple[int, int], tree: ast.Module | None) -> None:
        """This text is known to be syntax of that version; and its tree, when it was made elsewhere."""
        self._versions[python] = True
        if tree is not None:
            self.__dict__["tree"] = tree

    @cached_property
    def names(self) -> Names:
        """Scopes, bindings and the import table."""
        return Names(self.tree, self.text)

    # -- positions ---------------------------------------------------------------------

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset of the first character of each line; index 0 is line 1."""
        if self.text.count("\r") != self.text.count("\r\n"):
            return [0, *(match.end() for match in _NEWLINE.finditer(self.text))]
        lengths = map(len, self.text.split("\n")[:-1])
        return [before + number for number, before in enumerate(itertools.accumulate(lengths, initial=0))]

    @cached_property
    def _ascii(self) -> bool:
        return self.text.isascii()

    def offset(self, line: int, utf8_column: int) -> int:
        """An `ast` position (1-based line, 0-based UTF-8 column) as a character offset."""
        start = self.line_starts[line - 1]
        if self._ascii:
            return start + utf8_column
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return start + len(self.text[start:end].encode("utf-8", "surrogatepass")[:utf8_column].decode("utf-8", "replace"))

    def position(self, offset: int) -> tuple[int, int]:
        """A character offset as (line, column), both 1-based."""
        line = bisect.bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def start(self, node: ast.AST) -> int:
        """Offset of a node's first character; a decorated definition starts at its first decorator's `@` line."""
        return self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Offset just behind a node's last character."""
        return self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def segment(self, node: ast.AST) -> str:
        """A node's text as written."""
        return self.text[self.start(node) : self.end(node)]

    def site(self, node: ast.AST) -> Site:
        """A node's place, for a finding, change or skip."""
        (line, column), (end_line, end_column) = self.position(self.start(node)), self.position(self.end(node))
        return Site(self.path, line, column, end_line, end_column)

    def span(self, node: ast.AST) -> Span:
        """A node's extent, for a change."""
        return Span(self.path, self.start(node), self.end(node))

    def line_start(self, offset: int) -> int:
        """Offset of the first character of the line that holds `offset`."""
        return self.line_starts[bisect.bisect_right(self.line_starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Offset behind the newline of the line that holds `offset`, or the end of the text."""
        index = bisect.bisect_right(self.line_starts, offset)
        return self.line_starts[index] if index < len(self.line_starts) else len(self.text)

    def edit(self, start: int, end: int, text: str) -> Edit:
        """Replace text[start:end] of this file."""
        return Edit(self.path, start, end, text)

    # -- walking -----------------------------------------------------------------------

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Child to parent for statements and their containers (handlers, match cases); not for expressions."""
        return {child: parent for parent in [self.tree, *self._statements] for child in blocks(parent)}

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The statements, handlers and at last the module around a statement, innermost first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def statements(self, kind: type[N]) -> list[N]:
        """Statements, handlers and match cases of one class, in source order. Cheap: expressions are not walked."""
        return [node for node in self._statements if isinstance(node, kind)]

    @cached_property
    def _statements(self) -> list[ast.AST]:
        return list(statements(self.tree))

    @cached_property
    def calls(self) -> list[ast.Call]:
        """Every call in the file, in source order. Walks the whole tree once."""
        found = [node for node in every_node(self.tree) if isinstance(node, ast.Call)]
        return sorted(found, key=lambda call: (call.lineno, call.col_offset))


def parse(text: str, path: str) -> ast.Module:
    """`ast.parse` with every way it can fail turned into RefusedFile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's invalid escapes are not ours to print
            return ast.parse(text, path)
    except SyntaxError as error:
        raise _refusal(text, error) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise RefusedFile("too-deep", f"the parser gave up: {type(error).__name__} {error}".rstrip()) from error


def _refusal(text: str, error: SyntaxError) -> RefusedFile:
    line, column = error.lineno or 1, error.offset or 1
    message = error.msg
    marker = _CONFLICT.search(text.encode("utf-8", "surrogatepass"))
    if marker:
        line = text.encode("utf-8", "surrogatepass").count(b"\n", 0, marker.start()) + 1
        return RefusedFile("merge-markers", "holds merge conflict markers; resolve them first", line)
    if text.lstrip().startswith("{") and '"cells"' in text:
        return RefusedFile("notebook", "is a notebook in JSON, not Python; convert it first", line)
    lines = _NEWLINE.split(text)  # splitlines would also split at form feeds and U+2028
    failed = lines[line - 1] if 0 < line <= len(lines) else ""
    if re.search(r"^\s*\{%.*%\}", text, re.M) or re.match(r"[^'\"#]*\{\{.*\}\}", failed):
        return RefusedFile("template", f"is a template, not Python ({message})", line, column)
    if _NEWER.search(failed):
        return RefusedFile(
            "unverifiable",
            f"{message}; perhaps syntax newer than the Python that runs Rewright: run it under that Python",
            line,
            column,
        )
    return RefusedFile("syntax-error", message, line, max(column, 1))
