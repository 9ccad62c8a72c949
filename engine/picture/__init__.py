"""Graphs as pictures: boxes in columns with edges between them, as SVG inside a page that loads nothing. Pure."""
