"""Replace literal port numbers by `get_port("NAME")`, looked up in the port registry.

What it does
    A number is a port where it is born as one: a module constant, a class or instance attribute, a local, a default
    argument, the default of an environment variable, of `.get("port", ...)` or of a command line option, a dict
    value, an argument, a literal address or URL. What a bind, a connect or a server gets is a port, whatever it is
    called; elsewhere its name must say so. Which row of the registry is meant is decided by who binds the number or
    speaks to it, on which machine, in which role: a connect takes the peer's name. The number becomes
    `get_port("NAME")`, and an address `f"tcp://*:{get_port('NAME')}"`. Where it is evaluated while the module is
    imported (a default argument stays evaluated once), the old number is the `fallback`, so that importing never
    fails for want of the file. An environment variable stays where it is, and so does an agent's `--port` argument:
    only the default is looked up, `int(os.environ.get("X_PORT", get_port("X")))`, which has the old value whatever
    the variable holds, be it empty, 0 or no number. The support module `port_registry.py` is created when missing.

Why
    A number that two files repeat drifts apart, and nobody can see who owns it.

When it skips
    `no-registry`: the target has none (literal addresses only). `registry-unreadable`: it has one that is not valid.
    `not-in-registry`: no row has this number. `ambiguous-port`: several have, and nothing says which is meant.
    `disputed`: its row is marked so. `other-machine`: this code's machine, or its peer's, is not the row's.
    `other-owner`: the row belongs to another that binds the number too. `other-name`: nobody is seen to use the
    number, and it is not called what the row is called; or it is called what another row is called.
    `derived-port`: something is added to the number first. `computed-endpoint`: the address is put together by `+`,
    `%` or `format`, or is bytes. `split-literal`: the address is several adjacent strings. `shadowed`: `get_port`
    means something else there. `decorator`: it stands in a decorator's arguments. `no-support-place`: no free place
    for the support module. `moved-code`: another rule rewrote the code around it. Time-outs, sizes and rates are no
    sites at all.

Applicability
    Always unsafe: the number is read when the code runs, and for a constant when it is imported. The evidence
    says that the value is the same today.

Options
    `registry-file`: the port registry, from the root of the target.
    `machines`: which machine each top folder runs on, `{main_pc_code: main_pc}`; a folder that is named like a machine
    of the registry runs on that, and one with a startup file and code that binds is a machine of its own name.
    `hosts`: which machine a literal host, or the name of what gives it, stands for.
    `config-files`: the startup, compose and Docker files that give ports to services, as globs.
    `derivations`: ports that a base class derives, `{BaseAgent: {health: port+1000}}`, where its code cannot be read.
    `external`: names of ports that somebody else runs, `{"6379": redis}`.
    `alternatives`: groups of owners of which one runs at a time, `{translators: [TranslatorA, TranslatorB]}`.
    `support-folder`: where the support module goes.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from codemods.port_literal.nouns import Birth, Topology
from codemods.port_literal.registry import DEFAULT_PATH, REGISTRIES, Errors, Registry
from codemods.port_literal.rewriting import judging
from codemods.port_literal.rewriting.births import Place, births_in
from codemods.port_literal.rewriting.matching import Refusal, Verdict
from codemods.port_literal.rewriting.naming import contradicts
from codemods.port_literal.rewriting.rewrite import SUPPORT, change, data_of, is_looked_up
from codemods.port_literal.topology import CONFIG_FILES, TOPOLOGY
from engine import Change, Codemod, Option, Project, Skip, SliceError, Source

_MARK = "# rewright-support: port_registry"


def run_file(source: Source, project: Project, options: Mapping[str, Any]) -> Iterator[Change | Skip]:
    """One item for each port that is born in this file."""
    registries: Mapping[str, Registry | Errors] = project.facts[REGISTRIES.name]
    registry = registries.get(options["registry-file"])
    entries = registry.entries if isinstance(registry, Registry) else ()
    topology: Topology = project.facts[TOPOLOGY.name]
    known = judging.of_file(source.path, topology, entries, options)
    if registry is None:
        known = tuple(pair for pair in known if pair[0].shape == "endpoint")  # of the others there is nothing to say
    if not known or source.text.startswith(_MARK):
        return
    path, module = options["registry-file"], project.support_import(SUPPORT.name)
    for place, birth, verdict in births_in(source, known, topology.texts.get(source.path)):
        if is_looked_up(source, place) or not _is_site(source, place, birth):
            continue
        found: Change | Refusal
        if isinstance(registry, Registry):
            found = _item(source, place, birth, verdict, registry, module, path)
        elif isinstance(registry, Errors):
            found = Refusal("registry-unreadable", f"{path}: {registry}")
        elif birth.shape == "endpoint":
            found = Refusal("no-registry", f"the target has no {path}; write one to give ports names")
        else:
            continue
        if isinstance(found, Refusal):
            yield Skip(source.site(place.node), found.reason, found.message, data_of(birth))
        else:
            yield found


def _is_site(source: Source, place: Place, birth: Birth) -> bool:
    """A text with a colon and a number in it, that nobody is seen to use, is an address only with a scheme."""
    return birth.evidence == "use" or birth.shape not in ("endpoint", "url-default") or "://" in source.segment(place.node)


def _item(
    source: Source, place: Place, birth: Birth, verdict: Verdict, registry: Registry, module: str | None, path: str
) -> Change | Refusal:
    if isinstance(verdict, Refusal):
        return verdict
    name = verdict.entry.name
    if contradicts(place, birth, verdict, registry.entries):
        return Refusal("other-name", f"port {birth.port} is {name}, and this is called something else; one of them is wrong")
    if _is_computed(place):
        return Refusal("computed-endpoint", f"the address of {name} is put together; write one f-string")
    if module is None:
        return Refusal("no-support-place", "there is no free place for port_registry.py; set support-folder")
    try:
        return change(source, place, birth, verdict.entry, module, path)
    except SliceError as error:
        return Refusal(error.reason, str(error))


def _is_computed(place: Place) -> bool:
    """Is the address bytes, a template, or one part of a sum?"""
    node = place.node
    if isinstance(node, ast.Constant) and not isinstance(node.value, bytes):
        return isinstance(node.value, str) and ":" in node.value and isinstance(place.around[0], ast.BinOp)
    return not isinstance(node, ast.JoinedStr)


CODEMOD = Codemod(
    name="port-literal",
    summary="Replace literal ports by names from the port registry.",
    version=2,
    run_file=run_file,
    hints=TOPOLOGY.hints or b"",
    options=(
        Option("registry-file", "str", DEFAULT_PATH, "the port registry, from the root of the target"),
        Option("machines", "map", {}, "top folder to the machine it runs on, as the registry spells it"),
        Option("hosts", "map", {}, "literal host, or the name of what gives it, to the machine that it stands for"),
        Option("config-files", "list", list(CONFIG_FILES), "startup, compose and Docker files that give ports, as globs"),
        Option("derivations", "map", {}, 'class to {role: "port+1000"}: ports that a base derives from an agent\'s own'),
        Option("external", "map", {}, 'number to the name of what somebody else runs there, {"6379": redis}'),
        Option("alternatives", "map", {}, "group to the list of owners of which one runs at a time"),
        Option("support-folder", "str", "common_utils", "where the support module port_registry.py goes"),
    ),
    globs=("*.py",),
    facts=(REGISTRIES, TOPOLOGY),
    support=(SUPPORT,),
    doc=__doc__ or "",
)
