"""The command groups of the command line, one module each. Like `cli`, which gathers them, they may print."""
