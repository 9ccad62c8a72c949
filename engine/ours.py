"""Where Rewright keeps what is its own in a target. Apart from `engine.apply`, whose import takes longer than that is worth."""

from __future__ import annotations

OURS = ".rewright"  # the target's folder for Rewright's own files
JOURNAL = (OURS, "journal")
