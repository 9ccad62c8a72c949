"""A sprint's branch as a pull request: the text (body, pure), and the GitHub client that opens it (github, over http).

Nothing here runs unless it is asked for; nothing here starts git.
"""
