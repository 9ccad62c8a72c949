"""Writes docs/rules/: a page for each codemod, and their index.

Usage: python -m bench.rules_pages
"""

import codemods
from bench import common
from engine import reference

# The case that a page shows.
EXAMPLES = {
    "broad-except": "log-only",
    "get-event-loop": "script-function",
    "import-cycle": "type-checking",
    "port-literal": "constants",
    "rename-exception": "plain",
}


def main() -> None:
    folder = common.REPO / "docs" / "rules"
    made = reference.pages(codemods.load(), common.REPO / "fixtures", EXAMPLES)
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.md"):
        if file.name not in made:
            file.unlink()
            common.say(f"removed {file.name}")
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
    common.say(f"{len(made)} pages in docs/rules/")


if __name__ == "__main__":
    main()
