"""A birth, the registry row it means, and the code that takes its place."""
