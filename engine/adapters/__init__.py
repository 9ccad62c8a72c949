"""What other people wrote, as rules: codemods of the user's, and rules of LibCST, Bowler, rope, Fixit and ast-grep.

The only room that loads foreign code, in worker processes, when it is trusted (docs/decisions/0008-adapters.md). What comes
out passes the gates that everything passes.
"""
