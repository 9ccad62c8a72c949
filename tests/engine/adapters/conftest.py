"""Puts this folder first, so that tests find `tools_kit`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
