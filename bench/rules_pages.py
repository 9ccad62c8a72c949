"""Writes docs/rules/: a page for each codemod and each ready rule, and their index.

Usage: python -m bench.rules_pages
"""

import codemods
from bench import common
from engine import config as configuration
from engine import reference

# The case that a page shows.
EXAMPLES = {
    "broad-except": "log-only",
    "get-event-loop": "script-function",
    "import-cycle": "type-checking",
    "pattern": "running-loop",
    "port-literal": "constants",
    "rename-exception": "plain",
}


def made_pages() -> dict[str, str]:
    """Every page by the name of its file."""
    known = codemods.load()
    rules = [rule for rule in configuration.load(common.REPO / "rules.yaml", known).rules if rule.codemod == "pattern"]
    return reference.pages(known, common.REPO / "fixtures", EXAMPLES, rules)


def main() -> None:
    folder = common.REPO / "docs" / "rules"
    made = made_pages()
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
