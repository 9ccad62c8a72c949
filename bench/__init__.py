"""Measurements: speed against other tools, and all rules over code that nobody wrote for us.

Nothing in the product imports this folder. It writes to .bench/, which git ignores, and
between the markers of docs/performance.md and docs/ecosystem.md.
"""
