"""What a file must hold to be looked at for a dotted name: every way to say it, and little else."""

import re

import pytest
from pattern_kit import found, options

from codemods.pattern import hints

SAID = [
    "import os\nos.path.join(a)\n",
    "import os.path\nos.path.join(a)\n",
    "import os as o\no.path.join(a)\n",
    "import os\nos . path \\\n  . join(a)\n",
    "import os\n(os.path  # here\n  # and there\n  .join)(a)\n",
    "import os\n(os.path).join(a)\n",
    "import os.path as p\np.join(a)\n",
    "import os.path \\\n as p\np.join(a)\n",
    "from os import path\npath.join(a)\n",
    "from os import path as p\np.join(a)\n",
    "from os import (\n    path\n    as p,\n)\np.join(a)\n",
    "from os import (\n    path  # of files\n    as p,\n)\np.join(a)\n",
    "from os.path import join\njoin(a)\n",
    "from os.path import join as j\nj(a)\n",
    "from os.path import exists, join, split\njoin(a)\n",
    "from os.path import (join)\njoin(a)\n",
    "from os.path import (\n    exists,\n    join  # this one\n)\njoin(a)\n",
    "from os.path import exists, \\\n    join\njoin(a)\n",
    "from os.path import join; join(a)\n",
    "from os.path import join \\\n    as j\nj(a)\n",
    "from os.path import join as \\\n    j\nj(a)\n",
    "from os.path import (join as  # so\n    j)\nj(a)\n",
    "import os\r\nos.path.join(a)\r\n",
]
OTHERWISE = [
    "', '.join(a)\n",
    "thread.join()\n",
    "# join the two\n'and join them'\n",
    "import os\nos.path.joined(a)\nmy_path.join(a)\n",
    "import os\nos.path.exists(', '.join(a))\n",
]


def hinted(pattern, text):
    return any(re.search(one, text.encode()) for one in hints(options(match=pattern)))


@pytest.mark.parametrize("text", SAID)
def test_every_way_to_say_it_is_looked_at(text):
    assert len(found("os.path.join($X)", text)) == 1
    assert hinted("os.path.join($X)", text)


@pytest.mark.parametrize("text", OTHERWISE)
def test_other_files_are_left_unread(text):
    assert not hinted("os.path.join($X)", text)


def test_a_star_import_is_looked_at():
    assert hinted("os.path.join($X)", "from os.path import *\njoin(a)\n")


def test_a_builtin_needs_no_import():
    assert hinted("builtins.open($X)", "open(a)\n")
    assert found("builtins.open($X)", "open(a)\n") == ["open(a)"]


def test_what_stands_behind_a_metavariable_or_a_call_is_a_word():
    for pattern in ("$X.join($Y)", "f().join($Y)", "''.join($Y)"):
        assert hinted(pattern, "f().join(a); ''.join(a)\n")
