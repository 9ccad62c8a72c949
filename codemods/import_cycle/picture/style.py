"""The style of the page of imports: what is its own in the style of every page. And the one script of it, the filter."""

from engine import page_style

_LIGHT = "--runs:#bc4c00;--export:#1a7f37;--req:#0969da;--note:#8250df;--plain:#59636e;--critical:#cf222e"
_DARK = "--runs:#f0883e;--export:#3fb950;--req:#4493f8;--note:#ab7df8;--plain:#9198a1;--critical:#ff6b66"
_BOXES = """.n.cyclic>.box{stroke:var(--runs);stroke-width:1.8}
.n.off{opacity:.15}tr.off{display:none}h3,tr,section{scroll-margin-top:3.5rem}
.find{display:flex;gap:.6rem;align-items:center;margin:.6rem 0;position:sticky;top:0;background:var(--ground);padding:.3rem 0}
.find[hidden]{display:none}.find input{font:inherit;padding:.25rem .5rem;width:22rem;max-width:60vw;color:inherit;
background:var(--box);border:1px solid var(--rim);border-radius:6px}.find input:focus-visible{outline:2px solid var(--req)}
section>.scroll{max-height:88vh}h3{font-size:1rem;margin:1.4rem 0 .3rem}section p{margin:.3rem 0 .5rem;max-width:70rem}
"""
_COLOURS = """.runs{--c:var(--runs)}.export{--c:var(--export)}.function{--c:var(--req)}.annotation{--c:var(--note)}
.package,.unused,.folder{--c:var(--plain)}.port.planned text{fill:var(--critical);font-weight:600}
"""
_DASHES = """.e.later path,.e.later line{stroke-dasharray:1.5 4;stroke-linecap:round}
.e.planned path,.e.planned line{stroke-dasharray:9 5;stroke-width:2.6}
.e path.wide{stroke-dasharray:none!important}
"""
_TABLES = "td.path{overflow-wrap:anywhere}\n"
STYLE = page_style(_LIGHT, _DARK, _BOXES, _COLOURS, _DASHES, tables=_TABLES)

SCRIPT = """
"use strict";
const field = document.getElementById("filter"), count = document.getElementById("found");
const every = [...document.querySelectorAll("[data-name]")], rows = every.filter(one => one.tagName === "TR");
field.closest("[hidden]").hidden = false;
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const one of every) one.classList.toggle("off", !words.every(word => one.dataset.name.includes(word)));
  const left = rows.filter(one => !one.classList.contains("off")).length;
  count.textContent = words.length ? left + " of " + rows.length + " modules" : "";
});
"""
