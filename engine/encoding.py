"""Bytes to text and the way back, by PEP 263. What would not come back the same is refused here."""

from __future__ import annotations

import codecs
import io
import tokenize

from engine.model import RefusedFile

MAX_LINE = 500_000  # bytes; a longer line is data, not code a person reviews


def decode(data: bytes) -> tuple[bytes, str, str]:
    """Bytes to (byte-order mark, encoding, text), by PEP 263.

    Raises RefusedFile with a reason code for everything that would not write back unchanged.
    """
    _check_bytes(data)
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    encoding = declared_encoding(data)
    try:
        text = data[len(bom) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, len(bom) + error.start) + 1
        raise RefusedFile(
            "encoding", f"byte 0x{error.object[error.start]:02x} is not {encoding}; declare the file's encoding in a cookie", line
        ) from error
    if text.encode(encoding) != data[len(bom) :]:
        raise RefusedFile("encoding", f"{encoding} does not write these bytes back unchanged; convert the file to utf-8")
    if "\r" in text and "\n" not in text:
        raise RefusedFile("cr-only", "lines end in a lone carriage return; convert the newlines first")
    return bom, encoding, text


def declared_encoding(data: bytes) -> str:
    """The encoding that PEP 263 gives these bytes, as a codec name without `-sig`."""
    try:
        name, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        codec = codecs.lookup(name)
    except (SyntaxError, LookupError) as error:
        raise RefusedFile("encoding", f"{error}; declare an encoding that Python knows") from error
    if not getattr(codec, "_is_text_encoding", True):
        raise RefusedFile("encoding", f"{name} is not a text encoding; declare one that is")
    return "utf-8" if name == "utf-8-sig" else name


def _check_bytes(data: bytes) -> None:
    if data.startswith(b"version https://git-lfs.github.com/spec/"):
        raise RefusedFile("lfs-pointer", "this is a Git LFS pointer, not the file; run git lfs pull")
    if (nul := data.find(b"\0")) >= 0:
        raise RefusedFile("nul-byte", "holds a NUL byte; is it UTF-16 or binary?", data.count(b"\n", 0, nul) + 1)
    if len(data) > MAX_LINE and max(map(len, data.split(b"\n"))) > MAX_LINE:
        raise RefusedFile("too-large", f"a line is longer than {MAX_LINE:,} bytes")
