"""Which exceptions may the body of a try raise that signal the environment or the input?

Evidence comes from three places: the knowledge base (what a library's call raises), the operations of the language
(`d[k]`, `int(s)`, `import`), and summaries of the project's own functions, which are a fact. Exceptions that signal bugs
are left out unless the body plainly expects them. Timid: what is not known is named in `unknown`, never guessed.
"""

from codemods.broad_except.inference.infer import infer
from codemods.broad_except.inference.model import Inference, Step
from codemods.broad_except.inference.summaries import FACTS

__all__ = ["FACTS", "Inference", "Step", "infer"]
