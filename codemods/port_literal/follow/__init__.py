"""A port from its birth to what gets it: through names, calls, attributes, base classes and files."""
