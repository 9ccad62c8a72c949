"""Journaled, atomic application of a plan; undo and resume. The only room that writes to the target's files.

For a person the promise is: whatever happens, a crash or a full disk included, each file is
wholly old or wholly new, no edit of theirs is lost, and `undo` and `resume` work.
"""

from engine.apply.journal import Pending
from engine.apply.layer import DISK, FileLayer
from engine.apply.perform import ApplyResult, apply
from engine.apply.record import Phase
from engine.apply.recover import UndoResult, pending, resume, undo

__all__ = ["DISK", "ApplyResult", "FileLayer", "Pending", "Phase", "UndoResult", "apply", "pending", "resume", "undo"]
