"""A command of a shell as a list of words, where the shell has nothing to do but to take it apart."""

from __future__ import annotations

import re
import shlex

_READ = {
    "|": "a pipe",
    ";": "several commands",
    "&": "several commands, or one in the background",
    "<": "a redirection",
    ">": "a redirection",
    "$": "a variable",
    "`": "a command within the command",
    "*": "a wildcard",
    "?": "a wildcard",
    "[": "a wildcard",
    "]": "a wildcard",
    "~": "a home folder",
    "#": "a comment",
    "!": "an exclamation mark, which shells read",
    "{": "braces, which shells read",
    "}": "braces, which shells read",
    "(": "parentheses, which shells read",
    ")": "parentheses, which shells read",
    "\\": "a backslash",
    "\n": "several lines",
    "\r": "a carriage return, which belongs to a word",
}
_ALWAYS = "$`\\!\n"  # read between double quotes, too
# No programs: the shell itself does these, POSIX's and Windows'.
_NAMES = """
. : alias bg bind break builtin caller case cd command continue coproc declare dirs disown do done elif else enable esac eval
exec exit export fc fg fi for function getopts hash help history if in jobs let local logout mapfile popd pushd pwd read readonly
return select set shift shopt source suspend then time times trap type typeset ulimit umask unalias unset until wait while
assoc call cls color copy del dir echo. endlocal erase ftype goto md mklink move path pause popd prompt rd rem ren rename
setlocal start title ver verify vol
"""
_BUILTINS = frozenset(_NAMES.split())
# Programs too, which know other options than the shell's own.
_DOUBLED = frozenset({"echo", "false", "kill", "printf", "test", "true"})


class Shell(Exception):
    """A shell would do more with the command than take it apart."""


def words_of(command: str) -> list[str]:
    """The words of a command, the program first. Raises Shell with what the shell reads in it."""
    quote = ""
    for mark in command:
        if quote:
            if mark == quote:
                quote = ""
            elif quote == '"' and mark in _ALWAYS:
                raise Shell(_READ[mark])
            elif mark == "\n":
                raise Shell("several lines")
        elif mark in "\"'":
            quote = mark
        elif mark in _READ:
            raise Shell(_READ[mark])
    if re.search(r"%\w+%", command):
        raise Shell("a variable of Windows")
    try:
        found = shlex.split(command)
    except ValueError:
        raise Shell("a quotation mark that nothing closes") from None
    if not found or not found[0]:
        raise Shell("no program")
    if re.match(r"[A-Za-z_]\w*\+?=", found[0]):
        raise Shell("a variable before the program")
    if found[0].lower() in _BUILTINS:
        raise Shell(f"{found[0]}, which the shell itself does")
    if found[0].lower() in _DOUBLED and any(word.startswith("-") for word in _without_signal(found)):
        raise Shell(f"{found[0]} with an option, and the program of that name has others than the shell's own")
    return found


def _without_signal(words: list[str]) -> list[str]:
    """The arguments of a command, less the signal of `kill -9` and `kill -TERM`."""
    is_signal = words[0] == "kill" and len(words) > 2 and re.fullmatch(r"-(\d+|[A-Z][A-Z0-9]+)", words[1])
    return words[2:] if is_signal else words[1:]
