"""rules.yaml to a checked, frozen `Config`: every error at once, each with its place.

The target may have written the file, so it is hostile data: no tags, no aliases, no path
that leaves the target. pydantic and PyYAML stay inside this room and load only when asked.
"""

from engine.config.errors import ConfigError, Problem
from engine.config.load import find, json_schema, load
from engine.config.values import Budget, Config, Gate, Limits, Rule, Sprint

__all__ = [
    "Budget",
    "Config",
    "ConfigError",
    "Gate",
    "Limits",
    "Problem",
    "Rule",
    "Sprint",
    "find",
    "json_schema",
    "load",
]
