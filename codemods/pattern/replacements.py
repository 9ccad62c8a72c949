"""What a rule does with a match, read from its options: `replace`, `imports` and `transform`, with every fault in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codemods.pattern.again import endless
from codemods.pattern.asked import names_of
from codemods.pattern.faults import Faults, Path, template_faults
from codemods.pattern.known import own_names, pattern_binds
from codemods.pattern.language import Meta, Parsed, PatternError, metavariable_text, parse
from codemods.pattern.rules import Rule, patterns
from codemods.pattern.transforms import KINDS, Transform
from codemods.pattern.wanted import Wanted, wanted_imports
from engine import near_miss

OWN = ("replace", "imports", "transform")  # what an alternative of a rule may have of its own


@dataclass(frozen=True, slots=True)
class Replacement:
    """What takes the place of a match: one template, or one for what each of some metavariables holds; neither: nothing."""

    text: str = ""  # as it is written in the rule
    template: Parsed | None = None
    parts: tuple[tuple[Parsed, Meta], ...] = ()
    imports: tuple[Wanted, ...] = ()
    transforms: tuple[Transform, ...] = ()
    own: frozenset[str] = frozenset()  # names in it that need no import
    binds: frozenset[str] = frozenset()  # names that what it replaces binds already
    speaks_of_returns: bool = False  # a pattern that it replaces says what a function returns

    @property
    def templates(self) -> tuple[Parsed, ...]:
        """Every template in it; empty for a rule that only reports."""
        return tuple(template for template, _ in self.places)

    @property
    def places(self) -> tuple[tuple[Parsed, Meta | None], ...]:
        """Each template, and the metavariable whose code it replaces; None: the whole match."""
        return ((self.template, None),) if self.template is not None else self.parts


def read_replacement(given: Mapping[str, Any], rule: Rule, path: Path, faults: Faults) -> Replacement:
    """What `given` says, which stands at `path`, about the matches of `rule`."""
    held = names_of(rule) | faults.unread
    transforms = tuple(_transforms(given.get("transform"), held, (*path, "transform"), faults))
    every = held | {one.meta.name for one in transforms}
    text, template = given.get("replace"), None
    parts: tuple[tuple[Parsed, Meta], ...] = ()
    if isinstance(text, dict):
        parts = tuple(_parts(text, held, every, (*path, "replace"), faults))
        if not parts and not faults.found:
            faults.add((*path, "replace"), "replace: expected a template, or a mapping of metavariables to templates")
    elif text is not None:
        template = _template(text, every, (*path, "replace"), faults)
        if template is not None:
            _fits(template, rule, (*path, "replace"), faults)
    imports = tuple(_imports(given.get("imports"), (*path, "imports"), faults))
    own = own_names(rule, [node for one in ([template] if template else [one for one, _ in parts]) for node in one.nodes])
    found = Replacement(_said(text), template, parts, imports, transforms, own, pattern_binds(rule), _speaks_of_returns(rule))
    if text is None:
        if imports:
            faults.add((*path, "imports"), "imports are planned for a replacement, and this rule has none")
        if transforms:
            faults.add((*path, "transform"), "what is computed is for a replacement, and this rule has none")
    used = {meta.name for one in found.templates for meta in one.metas}
    for one in transforms if found.templates else ():
        if one.meta.name not in used:
            faults.add((*path, "transform", str(one.meta)), f"the replacement does not say {one.meta}")
    return found


def _speaks_of_returns(rule: Rule) -> bool:
    return any(getattr(pattern.parsed.nodes[0], "returns", None) is not None for pattern in patterns(rule))


def _said(text: object) -> str:
    if isinstance(text, dict):
        return ", ".join(f"{meta} with {' '.join(str(code).split())}" for meta, code in text.items())
    return " ".join(str(text or "").split())


def _imports(lines: Sequence[object] | None, path: Path, faults: Faults) -> Iterator[Wanted]:
    for index, line in enumerate(lines or ()):
        found = wanted_imports(line)
        if not found:
            faults.add((*path, index), f"{line!r} is no import; write `json`, `import json` or `from json import dumps`")
        yield from found


# -- templates ---------------------------------------------------------------------------


def _template(text: object, held: set[str], path: Path, faults: Faults) -> Parsed | None:
    said = faults.text(text, path)
    if said is None:
        return None
    try:
        template = parse(said)
    except PatternError as error:
        faults.add(path, f"the replacement is {error}" if str(error).startswith("not Python") else f"replace: {error}")
        return None
    faults.metas_of(template, path)
    for meta in dict.fromkeys(template.metas):
        if meta.name == "_":
            faults.add(path, f"`{meta}` binds nothing, so there is nothing to write for it; give it a name in the pattern")
        elif meta.name not in held:
            faults.add(path, f"the pattern binds no {meta}{_miss(meta.name, held)}")
    return template


def _fits(template: Parsed, rule: Rule, path: Path, faults: Faults) -> None:
    for fault in template_faults(template, rule):
        faults.add(path, fault)
    if not faults.found and endless(template, rule):
        remedy = "say under `not` (try: --not PATTERN) what is done"
        faults.add(path, f"the pattern matches its own replacement, which would be replaced again without end; {remedy}")


def _miss(name: str, held: set[str]) -> str:
    return near_miss(name, held, lambda name: f"${name}") if held else "; the pattern binds no metavariable"


def _parts(
    given: Mapping[Any, Any], held: set[str], every: set[str], path: Path, faults: Faults
) -> Iterator[tuple[Parsed, Meta]]:
    """`{$VALUE: None, $$$BODY: ...}`: a template for what each metavariable holds; what is between stays as it is."""
    for key, text in given.items():
        meta = _meta(key, (*path, key), faults)
        template = _template(text, every, (*path, key), faults)
        if meta is None or template is None:
            continue
        if faults.metas.get(meta.name) != meta.many or meta.name not in held:
            faults.add((*path, key), f"the pattern binds no {meta}{_miss(meta.name, held)}")
        elif template.kind not in (("statements",) if meta.many else ("expression", "statements")):
            wanted = "statements" if meta.many else "an expression or a statement"
            faults.add((*path, key), f"{meta} is replaced by {wanted} only")
        else:
            yield template, meta


def _meta(key: object, path: Path, faults: Faults) -> Meta | None:
    meta = metavariable_text(key) if isinstance(key, str) else None
    if meta is None:
        faults.add(path, f"expected a metavariable, such as $X or $$$ARGS, not {key!r}")
    return meta


# -- transform ---------------------------------------------------------------------------


def _transforms(given: object, held: set[str], path: Path, faults: Faults) -> Iterator[Transform]:
    if given in (None, {}):
        return
    if not isinstance(given, dict):
        faults.add(path, "transform: expected a mapping, such as {$WORDS: {source: $COMMAND, by: shell-words}}")
        return
    for key, value in given.items():
        at = (*path, key)
        meta = _meta(key, at, faults)
        if not isinstance(value, dict):
            faults.add(at, "expected a mapping, such as {source: $COMMAND, by: shell-words}")
        elif meta is not None and (found := _transform(meta, value, held, at, faults)) is not None:
            yield found


def _transform(meta: Meta, value: Mapping[Any, Any], held: set[str], path: Path, faults: Faults) -> Transform | None:
    before = len(faults.found)
    for name in value:
        if name not in ("source", "by"):
            faults.add((*path, name), f"unknown key {name!r}{near_miss(str(name), ('source', 'by'))}")
    for name in ("source", "by"):
        if name not in value:
            faults.add(path, f"`{name}` is missing: {'the metavariable it is made of' if name == 'source' else 'how it is made'}")
    if len(faults.found) > before:
        return None
    kind = KINDS.get(str(value["by"]))
    if kind is None:
        faults.add((*path, "by"), f"unknown transform {value['by']!r}{near_miss(str(value['by']), KINDS)}")
    source = _meta(value["source"], (*path, "source"), faults)
    if source is not None and source.name not in held:
        faults.add((*path, "source"), f"the pattern binds no {source}{_miss(source.name, held)}")
        source = None
    if meta.name in held or meta.name == "_":
        faults.add(path, f"the pattern binds {meta} itself; give what is computed another name")
    faults.metas.setdefault(meta.name, meta.many)
    if kind is None or source is None:
        return None
    many = faults.metas.get(source.name, source.many)
    if many != kind.takes_many or source.many != many:
        takes = "many, such as $$$ARGS" if kind.takes_many else "one, such as $X"
        faults.add((*path, "source"), f"{value['by']} is made of {takes}")
    if meta.many != kind.gives_many:
        faults.add(path, f"{value['by']} makes {'many' if kind.gives_many else 'one'}; write {Meta(meta.name, kind.gives_many)}")
    return Transform(meta, source, str(value["by"]))
