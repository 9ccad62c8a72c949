"""A file of our own, replaced wholly or not at all. (What a plan writes goes through engine.apply, which can be undone.)"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def replace_file(file: Path, data: bytes) -> None:
    """Give a file these bytes; its mode stays, and its folders are made. Raises OSError, and then it is as it was."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temp = file.with_name(f".{file.name}.rewright-{os.getpid()}")
    temp.unlink(missing_ok=True)  # of a killed process that had our number
    handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(stream.fileno(), file.stat().st_mode & 0o7777)
            os.fsync(stream.fileno())
        os.replace(temp, file)
    finally:
        temp.unlink(missing_ok=True)  # it is there only where something went wrong
