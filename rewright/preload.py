"""Imported once by the process that workers are forked from, so that each starts with everything loaded."""

from rewright.__main__ import prepare

prepare()

import codemods  # noqa: E402

codemods.load()
