"""Where foreign code raised what it raised: the innermost line of the user's own files, from a traceback."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from engine.adapters.load import Code
from engine.model import RefusedFile, RewrightError


def blamed(error: BaseException, code: Code | None) -> str:
    """`tools/loud.py:12: NameError: ...`, path as in rules.yaml, line 1-based; empty where no line of `code` is to blame."""
    own = {path for _, path, _ in code.files} if code is not None else set()
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    sentence = f"{type(error).__name__}: {said}".rstrip(": ")
    if isinstance(error, SyntaxError) and error.filename in own:
        return f"{error.filename}:{error.lineno or 1}: {sentence}"
    seen: BaseException | None = error
    while seen is not None:
        lines = [frame for frame in traceback.extract_tb(seen.__traceback__) if frame.filename in own]
        if lines:
            return f"{lines[-1].filename}:{lines[-1].lineno}: {sentence}"
        seen = seen.__cause__
    return ""


@contextmanager
def blaming(code: Code | None) -> Iterator[None]:
    """What is raised in here by a line of `code` is raised as a RefusedFile that names the line; all else as it is."""
    try:
        yield
    except RefusedFile:
        raise
    except (Exception, SystemExit) as error:  # rewright: ignore[broad-except] it is raised again, with its place
        if told := blamed(error, code):
            raise RefusedFile("codemod-error", told) from error
        raise


def refused(error: BaseException, code: Code | None) -> RewrightError:
    """What foreign code raised while it was looked at, as a sentence that begins with its place, or with the file alone."""
    if not isinstance(error, RewrightError) and (told := blamed(error, code)):
        return RewrightError(told)
    said = str(error) if isinstance(error, RewrightError) else f"{type(error).__name__}: {error}".rstrip(": ")
    return RewrightError(said if code is None or said.startswith(code.path) else f"{code.path}: {said}")
