"""The style of a page with pictures and tables. Pure.

Colours keep a contrast of 4.5 to 1 for text and 3 to 1 for lines, in light and in dark.
"""

_LIGHT = """
:root{--ground:#fff;--text:#1f2328;--dim:#59636e;--band:#f6f8fa;--rim:#d1d9e0;--box:#fff;
"""
_DARK = """@media(prefers-color-scheme:dark){:root{--ground:#0d1117;--text:#e6edf3;--dim:#9198a1;--band:#151b23;\
--rim:#3d444d;--box:#0d1117;
"""
_BOXES = """*{box-sizing:border-box}
body{margin:0;padding:1rem 1.5rem 3rem;background:var(--ground);color:var(--text);font:15px/1.45 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:1.8rem 0 .5rem}header p{margin:.2rem 0 .6rem;color:var(--dim)}
a{color:var(--req)}a:focus-visible,.scroll:focus-visible{outline:2px solid var(--req);outline-offset:2px}
.skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:.3rem;background:var(--ground);padding:.2rem .5rem}
.legend ul{display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;list-style:none;margin:0;padding:0;font-size:.85rem;color:var(--dim)}
.legend li{display:flex;align-items:center;gap:.4rem}.legend p{margin:.5rem 0;font-size:.9rem}
.scroll{overflow:auto;border:1px solid var(--rim);border-radius:8px}main>.scroll{max-height:88vh}
svg{display:block}svg a{color:inherit;text-decoration:none}
.band{fill:var(--band);stroke:var(--rim)}
.machine{font:600 13px system-ui,sans-serif;fill:var(--dim)}
.n text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono','DejaVu Sans Mono',monospace;fill:var(--text)}
.n .owner{font-weight:600}.n .more{fill:var(--dim);font-style:italic}
.box{fill:var(--box);stroke:var(--rim);stroke-width:1.2}
"""
_FOCUS = """.n:hover>.box,.n:focus>.box{stroke:var(--text)}.n:target>.box{stroke:var(--text);stroke-width:2.5}
.n:focus{outline:none}.n:focus-visible>.box{stroke-width:3}
"""
_LINES = """.e path,.e line{fill:none;stroke:var(--c);stroke-width:1.5;transition:opacity .1s}
"""
_ARROWS = """.e path.wide{stroke:transparent;stroke-width:9;stroke-dasharray:none}
.e:hover path:not(.wide){stroke-width:4}
marker path{fill:var(--c)}
.port circle{fill:var(--c);stroke:var(--box);stroke-width:1}
"""
_TABLES = """table{border-collapse:collapse;font-size:.85rem;width:100%}caption{\
text-align:left;padding:.4rem .6rem;color:var(--dim)}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem}thead th{border-bottom:2px solid var(--rim)}
tr.first>*{border-top:1px solid var(--rim)}tr:target>*{background:var(--band)}
"""
_END = """@media(prefers-reduced-motion:reduce){*{transition:none!important}}
@media print{.scroll{max-height:none!important;overflow:visible;border:0}}
"""


def page_style(
    light: str, dark: str, boxes: str = "", colours: str = "", dashes: str = "", pins: str = "", tables: str = ""
) -> str:
    """The style of one kind of page. Each part is lines of CSS with their newlines.

    `light` and `dark`: variables for its own colours, among them --req, which links have, and --critical, for faults.
    `colours`: classes that give a line its colour, as `--c`.
    """
    themes = f"{_LIGHT}{light}}}\n{_DARK}{dark}}}}}\n"
    return "".join((themes, _BOXES, boxes, _FOCUS, colours, _LINES, dashes, _ARROWS, pins, _TABLES, tables, _END))
