"""Puts the repository and this folder first, so that tests find `engine`, `codemods`, `cli` and `kit`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
