"""Text for a picture: nothing in it is hidden, and it is no wider than its place. Pure."""

from unicodedata import east_asian_width


def shown_text(text: str) -> str:
    """The text with control, invisible and direction-changing characters as Python escapes."""
    return text if text.isprintable() else "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def text_width(text: str) -> int:
    """How many columns of a monospaced font it takes."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def cut_text(text: str, room: int) -> str:
    """The text as it is shown, or as much of its beginning as fits into `room` columns, and an ellipsis."""
    text = shown_text(text)
    if text_width(text) <= room:
        return text
    end = len(text)
    while end and text_width(text[:end]) >= room:
        end -= 1
    return text[:end] + "\u2026"
