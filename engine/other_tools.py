"""Keys that rules of ast-grep and Semgrep have, and what says the same here. Pure."""

from __future__ import annotations

_TEXT = "write a pattern under 'match'; of what a metavariable holds, ask `where: {$X: {matches: ...}}`"
_WHERE = "it is a condition, and stands below 'where'"
_META = "conditions on a metavariable are `where: {$X: {matches: ...}}` here, or is, resolves-to, match, has"

_HERE = {
    **dict.fromkeys(("fix", "rewrite"), "what takes the place of the code is 'replace' here"),
    "pattern": "the code to look for is 'match' here",
    "rule": "the code to look for is 'match' here, beside the id",
    "patterns": "patterns that must all match are 'all' here",
    "pattern-either": "patterns of which one must match are 'any' here",
    "pattern-not": "what must not match is 'not' here",
    "pattern-inside": "what the code must stand in is 'where: {inside: ...}' here",
    "pattern-not-inside": "what the code must not stand in is 'where: {not-inside: ...}' here",
    **dict.fromkeys(("pattern-regex", "regex", "kind"), _TEXT),
    **dict.fromkeys(("inside", "not-inside", "has", "not-has", "follows", "precedes", "imported"), _WHERE),
    **dict.fromkeys(("constraints", "metavariable-regex", "metavariable-pattern"), _META),
    **dict.fromkeys(("paths", "files"), "the files of a rule are 'include' and 'exclude' here"),
    "ignores": "the files that a rule leaves out are 'exclude' here",
    **dict.fromkeys(("language", "languages"), "leave it out: every rule is for Python"),
}
# A rule with one of these is meant as a rule of patterns.
FOREIGN_SHAPES = ("pattern", "patterns", "pattern-either", "pattern-regex", "regex", "kind", "rule")


def elsewhere(key: str) -> str:
    """`; ` and what to write in place of a rule's key that other tools have; empty for any other key."""
    return f"; {_HERE[key]}" if key in _HERE else ""
