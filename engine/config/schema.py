"""The shape of rules.yaml as pydantic models.

Importing this module imports pydantic (about 40 ms): only `load` and `json_schema` do. Types
are strict, so that a `no` or a `3.10` that YAML reads as something else is never coerced.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from engine.config.values import Granularity, Mode, Severity

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)]
Text = Annotated[str, Field(max_length=10_000)]
Globs = list[str]
Count = Annotated[int, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=_kebab)


class TargetModel(_Model):
    """What belongs to the target."""

    python: str | None = Field(
        default=None, pattern=r"^3\.\d{1,2}$", description="Oldest Python the target supports, quoted: '3.8'."
    )
    include: Globs = Field(default_factory=list, description="Patterns as in .gitignore; empty: every Python file.")
    exclude: Globs = Field(default_factory=list, description="Patterns as in .gitignore; the last one that matches wins.")
    report_unparsable: bool = Field(
        default=True, description="Report every file that does not parse, whether or not a rule would look at it."
    )


class LimitsModel(_Model):
    """What one file may cost before it is given up."""

    file_seconds: Seconds = Field(default=30.0, description="Seconds of one file in one worker.")
    project_seconds: Seconds = Field(default=600.0, description="Seconds of a rule that looks at the whole target at once.")
    memory_mb: Annotated[int, Field(ge=200)] = Field(default=1500, description="Mebibytes of one worker process.")
    max_bytes: Count = Field(default=4_000_000, description="A larger file is not read.")


# Any value, to editors one of these:
_Pattern = Annotated[Any, WithJsonSchema({"type": "string"})]  # the codemod's check says what is wrong with it, and the remedy
_Replacement = Annotated[Any, WithJsonSchema({"type": ["string", "object"]})]
_Mapping = Annotated[Any, WithJsonSchema({"type": "object"})]
_Patterns = Annotated[Any, WithJsonSchema({"type": "array", "items": {"type": ["string", "object"]}, "minItems": 1})]


class RuleModel(_Model):
    """A codemod with options, paths and a mode; or a pattern, and what takes its place."""

    id: Identifier = Field(description="Unique; reports and `# rewright: ignore[id]` name it.")
    codemod: Identifier | None = Field(default=None, description="The codemod to run; the id when left out.")
    message: Text = Field(default="", description="What is wrong, in one sentence; heads the rule's sites in reports.")
    note: Text = Field(default="", description="What to do about it, and why; shown once for the rule.")
    severity: Severity = "warning"
    url: Text = Field(default="", description="Where a reader learns more.")
    metadata: dict[str, Any] = Field(default_factory=dict, description="Anything; passed on to json, jsonl and sarif.")
    options: dict[str, Any] = Field(default_factory=dict, description="The codemod's options.")
    include: Globs = Field(default_factory=list, description="Only these files of the target.")
    exclude: Globs = Field(default_factory=list, description="Not these files of the target.")
    mode: Mode = Field(default="rewrite", description="rewrite: propose changes; report: findings only; off: not run.")
    max_files_percent: Annotated[float, Field(gt=0, le=100)] = Field(
        default=50.0, description="Warn when more of 20 files or more have a site."
    )
    owner: Text = Field(default="", description="Who answers for the rule.")
    libcst: str | None = Field(default=None, description="A LibCST command: package.module.Class, or path.py:Class.")
    bowler: str | None = Field(default=None, description="A Bowler query script, relative to this file.")
    rope: dict[str, Any] | None = Field(
        default=None, description="A refactoring of rope: rename or move with `to`; inline; change_signature with `parameters`."
    )
    fixit: str | None = Field(default=None, description="A Fixit rule: package.module:Rule, or path.py:Rule.")
    ast_grep: str | None = Field(default=None, description="An ast-grep rule file, relative to this file.")
    arguments: dict[str, Any] = Field(default_factory=dict, description="The arguments of a LibCST command.")
    match: _Pattern = Field(default=None, description="Python with metavariables: $X one node, $$$ARGS many (docs/patterns.md).")
    any: _Patterns = Field(default=None, description="Patterns of which one must match.")
    all: _Patterns = Field(default=None, description="Patterns and conditions that must all hold of the same code.")
    not_: Annotated[Any, WithJsonSchema({"type": ["string", "object", "array"]})] = Field(
        default=None, alias="not", description="What the code must not match."
    )
    where: _Mapping = Field(
        default=None, description="Conditions: inside, has, follows, precedes, imported, file-has; and of each metavariable."
    )
    replace: _Replacement = Field(default=None, description="What takes its place; empty text deletes statements.")
    imports: list[str] = Field(default_factory=list, description="Imports that the replacement needs.")
    transform: _Mapping = Field(default=None, description="Metavariables that are computed: by what, and of which source.")
    applicability: Any = Field(
        default=None,
        description="Whether the change keeps the meaning.",
        json_schema_extra={"enum": ["safe", "unsafe", "manual"]},
    )


class BudgetModel(_Model):
    """How much one batch may hold."""

    files: Count | None = Field(default=None, description="Files a batch.")
    changes: Count | None = Field(default=None, description="Changes a batch.")


class GateModel(_Model):
    """A command that must succeed on the branch."""

    name: Identifier
    run: Annotated[str, Field(min_length=1, max_length=2_000)] = Field(
        description="One command, run without a shell; the argument {files} stands for the changed files."
    )
    timeout_seconds: Seconds = 600.0


class SprintModel(_Model):
    """A named batch of rules."""

    id: Identifier
    name: Text = ""
    rules: Annotated[list[Identifier], Field(min_length=1)] = Field(description="Rule ids; they run in the order of the file.")
    branch: str = Field(description="The branch it lands on, such as refactor/exceptions.")
    base: str = Field(default="", description="Where the branch starts; empty: the branch that is checked out.")
    depends_on: list[Identifier] = Field(default_factory=list, description="Sprints that come first.")
    budget: BudgetModel = Field(default_factory=BudgetModel)
    paths: Globs = Field(default_factory=list, description="Only these files of the target.")
    code_owners: list[str] = Field(default_factory=list, description="Only files that CODEOWNERS gives to one of these.")
    options: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Options of its rules that it overrides, by rule id."
    )
    gates: list[GateModel] = Field(default_factory=list)
    owner: Text = ""
    applicability: Literal["safe", "unsafe"] = Field(default="safe", description="The boldest change that the sprint may hold.")
    granularity: Granularity = Field(default="rule", description="What one commit holds.")


class ConfigModel(_Model):
    """rules.yaml: a refactoring roadmap."""

    version: Annotated[int, Field(ge=1, le=1)] = Field(description="The version of this format: 1.")
    target: TargetModel = Field(default_factory=TargetModel)
    limits: LimitsModel = Field(default_factory=LimitsModel)
    codemods: list[str] = Field(
        default_factory=list, description="Your own codemods: Python files, or folders of them, relative to this file."
    )
    rules: Annotated[list[RuleModel], Field(min_length=1)]
    sprints: list[SprintModel] = Field(default_factory=list)


def keys(model: type[BaseModel]) -> list[str]:
    """The keys that rules.yaml may have where `model` stands."""
    return [field.alias or _kebab(name) for name, field in model.model_fields.items()]
