"""The README shows what Rewright prints today: its block is part of the real output, in order."""

import os
import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).parent.parent


def test_the_block_of_output_is_real(tmp_path):
    text = (REPO / "README.md").read_text("utf-8")
    block = text.split("<!-- demo:begin -->")[1].split("<!-- demo:end -->")[0]
    command, *shown = block.strip().removeprefix("```console").removesuffix("```").strip("\n").split("\n")
    assert command == "$ rewright diff --unsafe fixtures/agents"
    done = subprocess.run(
        [sys.executable, "-m", "rewright", *command.split()[2:]],
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path), "COLUMNS": "120"},
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    real = [line.rstrip() for line in done.stdout.split("\n")]
    for part in "\n".join(line.rstrip() for line in shown).split("\n...\n"):
        lines = part.removeprefix("...\n").split("\n")
        at = next((i for i in range(len(real)) if real[i : i + len(lines)] == lines), None)
        assert at is not None, part
        real = real[at + len(lines) :]
