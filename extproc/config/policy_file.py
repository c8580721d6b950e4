"""The policy file of this version: a default effect, rules with globs, and literal redactions by pointer."""

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict, check
from extproc.config.yaml import Source, read_yaml
from extproc.mcp.methods import GROUPS
from extproc.mcp.pointer import PatternError, PointerPattern, parse_pattern
from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.policy.rules import Kind, Policy, Redaction, Rule, globs
from extproc.redact.plan import is_protocol

_MAX_BYTES = 4 * 1024 * 1024


def _enum(kind: type[Effect] | type[Kind] | type[Direction]) -> BeforeValidator:
    def convert(value: object) -> object:
        names = [member.value for member in kind]
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return kind(value)

    return BeforeValidator(convert)


_Effect = Annotated[Effect, _enum(Effect)]
_Kind = Annotated[Kind, _enum(Kind)]
_Direction = Annotated[Direction, _enum(Direction)]
_Globs = Annotated[list[Annotated[str, Field(min_length=1, max_length=256)]], Field(min_length=1)]


class RedactionModel(Strict):
    """One redaction of a rule."""

    pointer: str
    replacement: Annotated[str, Field(alias="with", max_length=1024)] = "[REDACTED]"
    text: Annotated[str, Field(min_length=1, max_length=4096)] | None = None

    def pattern(self) -> PointerPattern:
        """Return the parsed pointer. Raises: `PatternError`."""
        pattern = parse_pattern(self.pointer)
        if is_protocol(pattern.tokens):
            raise PatternError("this member belongs to the protocol and is never altered")
        return pattern

    @model_validator(mode="after")
    def _check(self) -> "RedactionModel":
        self.pattern()
        if self.text is not None and self.text in self.replacement:
            raise ValueError("'with' must not contain 'text': the same message would change again and again")
        return self


class RuleModel(Strict):
    """One rule."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    effect: _Effect | None = None
    reason: Annotated[str, Field(max_length=500)] | None = None
    on: Annotated[list[_Kind], Field(min_length=1)] | None = None
    direction: _Direction | None = None
    servers: _Globs | None = None
    methods: _Globs | None = None
    tools: _Globs | None = None
    redact: Annotated[list[RedactionModel], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _check(self) -> "RuleModel":
        if self.effect is None and self.redact is None:
            raise ValueError("a rule needs an effect, redact, or both")
        unknown = [name for name in self.methods or () if name.startswith("@") and name not in GROUPS]
        if unknown:
            raise ValueError(f"unknown group of methods; there are {', '.join(GROUPS)}")
        return self


class PolicyModel(Strict):
    """The file."""

    version: Annotated[int, Field(ge=1, le=1)]  # a literal 1 would let true pass
    default: _Effect
    rules: Annotated[list[RuleModel], Field(min_length=1)]


def load_policy(path: Path) -> Policy:
    """Read a policy file. Raises: `ConfigError` with every fault; `OSError` text becomes one too."""
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ConfigError([Fault(file=str(path), line=1, column=1, where="", message=message)]) from None
    return parse_policy(data, str(path))


def parse_policy(data: bytes, file: str) -> Policy:
    """Read the text of a policy; its revision is the digest of these bytes."""
    if len(data) > _MAX_BYTES:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="larger than 4 MiB")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError([Fault(file=file, line=1, column=1, where="", message="not UTF-8")]) from None
    source = read_yaml(text, file)
    model = check(source, PolicyModel)
    _unique_ids(source, model)
    revision = hashlib.sha256(data).hexdigest()[:12]
    return Policy(revision=revision, default=model.default, rules=tuple(_rule(rule) for rule in model.rules))


def _unique_ids(source: Source, model: PolicyModel) -> None:
    ids = [rule.id for rule in model.rules]
    faults = [
        source.fault(("rules", index, "id"), "another rule has this id")
        for index, name in enumerate(ids)
        if name in ids[:index]
    ]
    if faults:
        raise ConfigError(faults)


def _rule(model: RuleModel) -> Rule:
    methods = [method for name in model.methods or () for method in sorted(GROUPS.get(name, {name}))]
    return Rule(
        id=model.id,
        effect=model.effect,
        reason=model.reason,
        kinds=frozenset(model.on) if model.on else None,
        direction=model.direction,
        servers=globs(tuple(model.servers)) if model.servers else None,
        methods=globs(tuple(methods)) if model.methods else None,
        tools=globs(tuple(model.tools)) if model.tools else None,
        redactions=tuple(
            Redaction(pattern=redaction.pattern(), replacement=redaction.replacement, text=redaction.text)
            for redaction in model.redact or ()
        ),
    )
