"""A new rule: its entry in rules.yaml, its first case, and for a codemod its code. Texts only; `commands.new` writes them."""
