"""The style of the ports page: what is its own in the style of every page."""

from engine import page_style

_LIGHT = "--pub:#8250df;--req:#0969da;--push:#1a7f37;--http:#9a6700;--other:#59636e;--critical:#cf222e"
_DARK = "--pub:#ab7df8;--req:#4493f8;--push:#3fb950;--http:#d29922;--other:#9198a1;--critical:#ff6b66"
_BOXES = """.configured>.box{stroke-dasharray:5 3;stroke:var(--dim)}.external>.box{stroke:var(--req);fill:var(--band)}
.n.critical>.box{stroke:var(--critical);stroke-width:2.2}
"""
_COLOURS = """.pub{--c:var(--pub)}.req{--c:var(--req)}.push{--c:var(--push)}.http{--c:var(--http)}.other{--c:var(--other)}
.e.critical,marker.critical{--c:var(--critical)}
"""
_DASHES = """.e.pub path,.e.pub line{stroke-dasharray:2 3}.e.push path,.e.push line{stroke-dasharray:9 3}
.e.http path,.e.http line{stroke-dasharray:7 3 2 3}
.e.critical path,.e.critical line{stroke-width:2.8}
"""
_PINS = """.port.fault circle{fill:var(--box);stroke:var(--critical);stroke-width:2}
.n .port.fault text,.fault{fill:var(--critical);color:var(--critical)}
"""
_TABLES = "tbody th.critical{border-left:4px solid var(--critical)}\n"
STYLE = page_style(_LIGHT, _DARK, _BOXES, _COLOURS, _DASHES, _PINS, _TABLES)
