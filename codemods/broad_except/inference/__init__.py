"""Which exceptions may the body of a try raise that signal the environment or the input?

Evidence comes from three places: the knowledge base (what a library's call raises), the operations of the language
(`d[k]`, `int(s)`, `import`), and summaries of the project's own functions, which are a fact. Exceptions that signal bugs
are left out unless the body plainly expects them. Timid: what is not known is named in `unknown`, never guessed.
"""

from __future__ import annotations

import ast

from codemods.broad_except.inference.model import Inference, Step
from codemods.broad_except.inference.summaries import FACTS
from engine import Project, Source

__all__ = ["FACTS", "Inference", "Step", "infer"]


def infer(source: Source, project: Project, node: ast.Try, handler: ast.ExceptHandler) -> Inference:
    """What the body of `node` may raise that reaches `handler`; loaded by the first call: see conclude.py."""
    from codemods.broad_except.inference.conclude import infer as act

    return act(source, project, node, handler)
