"""Rewright: rule-driven refactoring for Python. The one name that the wheel installs."""

__version__ = "0.1.0"
