"""Sprints on branches: a plan in batches, each batch as commits that a reviewer likes, gates passed, on a branch of its own."""
