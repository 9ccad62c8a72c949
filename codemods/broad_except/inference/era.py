"""Code that still runs on Python 2 cannot name the classes that Python 3 brought: there their parents are raised."""

from __future__ import annotations

import re
from functools import lru_cache

_OLD = re.compile(
    r"^[ \t]*from __future__ import (?!annotations)|^[ \t]*(import|from) (six|future|urllib2|cPickle|ConfigParser)\b"
    r"|\b(unicode|xrange|basestring|raw_input|long)\(|\.(iteritems|itervalues|has_key)\(|(?<![\w'\"])u['\"]",
    re.M,
)
_OS_ERRORS = """FileNotFoundError PermissionError FileExistsError IsADirectoryError NotADirectoryError ConnectionError
    ConnectionRefusedError ConnectionResetError ConnectionAbortedError BrokenPipeError TimeoutError ProcessLookupError
    BlockingIOError InterruptedError ChildProcessError"""
_PARENTS = {
    **dict.fromkeys(_OS_ERRORS.split(), "OSError"),
    "json.JSONDecodeError": "ValueError",
    "ModuleNotFoundError": "ImportError",
    "RecursionError": "RuntimeError",
}


def dated(name: str, text: str) -> str:
    """The name to use in a file with this text: the parent, where Python 2 looks to have run the file too."""
    return _PARENTS[name] if name in _PARENTS and _is_old(text) else name


@lru_cache(maxsize=2)
def _is_old(text: str) -> bool:
    """Asked for every exception of a file, one file after the other."""
    return bool(_OLD.search(text))
