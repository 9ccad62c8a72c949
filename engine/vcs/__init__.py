"""git: one way to run it, what a repository allows, worktrees and commits off to the side."""
