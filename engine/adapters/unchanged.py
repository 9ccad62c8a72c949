"""The parts of the standard library that the engine stands on, put back when foreign code has changed them."""

from __future__ import annotations

import ast
import bisect
import builtins
import collections
import contextlib
import dataclasses
import functools
import gc
import io
import itertools
import os
import pickle
import re
import tokenize
import traceback
from types import ModuleType
from typing import Any

_MODULES = (
    *(builtins, re, ast, os, os.path, io, pickle, gc, tokenize, traceback),
    *(bisect, collections, contextlib, dataclasses, functools, itertools),
)
_OWN = {module: frozenset(module.__dict__) for module in _MODULES}  # a name that foreign code made is no business of ours
_GONE = object()
Names = list[tuple[ModuleType, dict[str, Any]]]


def names() -> Names:
    """What the names of these modules mean now."""
    return [(module, module.__dict__.copy()) for module in _MODULES]


def put_back(before: Names) -> list[str]:
    """Give every name its meaning again; those that had another, as `re.finditer`. Names that are new may stay.

    Calls no builtin: it runs while they may be broken.
    """
    changed = []
    for module, meanings in before:
        now = module.__dict__
        if now == meanings:
            continue
        for name, meaning in meanings.items():
            if name in _OWN[module] and now.get(name, _GONE) is not meaning:
                now[name] = meaning
                changed.append(f"{meanings['__name__']}.{name}")
    return changed
