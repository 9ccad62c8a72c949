"""Findings along a history: commits and trees from git, each blob counted once, numbers per commit, and how they are told.

Nothing is written but the cache, and nothing is fetched. Like every room, it knows no codemod.
"""
