"""Gitignore-style patterns: match root-relative posix paths, and refuse patterns that are no use.

A pattern becomes a regex, and both rules.yaml and a .gitignore come from the target, so a
pattern that could backtrack for minutes is refused here. No I/O.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

MAX_LENGTH = 500
MAX_STARS = 3  # in one path segment; each further one multiplies the worst case by the name's length
MAX_DEEP = 4  # `**` segments in one pattern


def matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """A function that says whether a path matches; the last matching pattern wins, `!x` takes back.

    Takes root-relative posix paths; a folder ends in `/`. No pattern matches nothing.
    Raises ValueError for a pattern that `problem` names.
    """
    for pattern in patterns:
        if complaint := problem(pattern):
            raise ValueError(f"{pattern!r} {complaint}")
    if not patterns:
        return lambda path: False
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(patterns)
    if any(pattern.startswith("!") for pattern in patterns):
        return spec.match_file
    # Without `!` the order is of no matter, and one regex is ten times faster than the spec's loop.
    regexes = [pattern.regex.pattern for pattern in spec.patterns if isinstance(pattern.regex, re.Pattern)]
    joined = re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", regex) for regex in regexes))
    return lambda path: joined.match(path) is not None


def problem(pattern: str) -> str:
    """What is wrong with a pattern, as the rest of a sentence that begins with it; empty when it is fine."""
    bare = pattern.removeprefix("!")
    segments = bare.split("/")
    if not bare.strip():
        return "is empty"
    if bare.startswith("#"):
        return "is a comment to git; write \\# for a name that begins with #"
    if ".." in segments:
        return "points out of the target; patterns are relative to its root"
    if any(ord(character) < 32 for character in bare):
        return "holds a control character"
    stars = max(len(re.findall(r"\*+", segment)) for segment in segments)
    if len(bare) > MAX_LENGTH or stars > MAX_STARS or segments.count("**") > MAX_DEEP:
        return f"is too costly to match; use at most {MAX_STARS} stars in a name, {MAX_DEEP} `**` and {MAX_LENGTH} characters"
    if re.search(r"[\[\\]", bare):
        return _malformed(pattern)
    return ""


def _malformed(pattern: str) -> str:
    from pathspec import GitIgnoreSpec

    try:
        compiled = GitIgnoreSpec.from_lines([pattern]).patterns[0]
    except (ValueError, re.error):
        return "is not a valid pattern"
    return "" if compiled.include is not None else "is not a valid pattern: it can match nothing"
