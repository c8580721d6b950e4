"""The policy file as a model: the envelope, its rules and the short forms; unknown keys and empty lists are faults."""

from typing import Annotated, Final, Literal, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from extproc.config import policy_fields as f
from extproc.config.model import Strict
from extproc.config.policy_cases import CaseModel
from extproc.config.policy_redaction import Redact, Restore
from extproc.model.decision import Effect
from extproc.policy.rules import LayerKind, Mode
from extproc.policy.window import Window, WindowError, parse_window

API_VERSION: Final = "mcp-extproc/v1"
_KIND: Final = "Policy"
_Part = TypeVar("_Part", bound=Strict)
_WILD: Final = frozenset("*?")
_SCOPES: Final = {LayerKind.NAMESPACE: "namespaces", LayerKind.SERVER: "servers", LayerKind.AGENT: "agents"}


def _is(expected: str) -> BeforeValidator:
    def compare(value: object) -> object:
        if value != expected:
            raise ValueError(f"must be {expected}")
        return value

    return BeforeValidator(compare)


def _not_empty(model: _Part) -> "_Part":
    if all(getattr(model, name) is None for name in model.model_fields_set):
        raise ValueError("this says nothing; leave it out or name a condition")
    return model


class Metadata(Strict):
    """What the file is, and for which part of the traffic it stands."""

    name: f.Name
    description: f.Text | None = None
    layer: f.LayerWord = LayerKind.PLATFORM
    namespaces: f.Words | None = None
    servers: f.Words | None = None
    agents: f.Words | None = None

    @property
    def scope(self) -> list[str] | None:
        """Return the globs of the layer."""
        return self.namespaces or self.servers or self.agents

    @model_validator(mode="after")
    def _check(self) -> "Metadata":
        wanted = _SCOPES.get(self.layer)
        for name in _SCOPES.values():
            if (getattr(self, name) is not None) is not (name == wanted):
                raise ValueError(
                    f"a layer of kind {self.layer} names its {wanted}, and nothing else"
                    if wanted
                    else "a platform layer is about everything: it names no namespaces, servers or agents"
                )
        return self


class SessionMatch(Strict):
    """What the principal did and saw before in the session."""

    calls_over: Annotated[int, Field(ge=0)] | None = None
    refused_over: Annotated[int, Field(ge=0)] | None = None
    tools: f.Words | None = None
    intents: f.Intents | None = None
    labels: f.Words | None = None
    risk_over: Annotated[float, Field(ge=0, lt=1, strict=False)] | None = None

    @model_validator(mode="after")
    def _check(self) -> "SessionMatch":
        return _not_empty(self)


class Facts(Strict):
    """The members that `match` and `not` share."""

    servers: f.Words | None = None
    methods: f.Methods | None = None
    tools: f.Words | None = None
    prompts: f.Words | None = None
    resources: f.Words | None = None
    subjects: f.Words | None = None
    issuers: f.Words | None = None
    sources: f.Words | None = None
    groups: f.Words | None = None
    roles: f.Words | None = None
    scopes: f.Words | None = None
    agents: f.Words | None = None
    organisations: f.Words | None = None
    teams: f.Words | None = None
    namespaces: f.Words | None = None
    intents: f.Intents | None = None
    evidence: f.EvidenceCodes | None = None
    findings: f.Entities | None = None
    flags: f.Flags | None = None


class Negated(Facts):
    """What must not hold; every member by itself."""

    @model_validator(mode="after")
    def _check(self) -> "Negated":
        return _not_empty(self)


class Match(Facts):
    """What a rule is about; all members must hold."""

    on: f.Kinds | None = None
    direction: f.DirectionWord | None = None
    verified: bool | None = None
    session: SessionMatch | None = None
    negated: Annotated[Negated | None, Field(alias="not")] = None

    @model_validator(mode="after")
    def _check(self) -> "Match":
        return _not_empty(self)


class Within(Strict):
    """A time window; at least one of its members beside the zone."""

    tz: f.Zone
    days: str | None = None
    hours: str | None = None
    start: Annotated[str | None, Field(alias="from")] = None
    until: str | None = None

    def window(self) -> Window:
        """Return the condition. Raises: `WindowError`."""
        return parse_window(self.tz, self.days, self.hours, self.start, self.until)

    @model_validator(mode="after")
    def _check(self) -> "Within":
        if not self.days and not self.hours and not self.start and not self.until:
            raise ValueError("a window says days, hours, from or until")
        try:
            self.window()
        except WindowError as error:
            raise ValueError(str(error)) from None
        return self


class Approval(Strict):
    """Who may release what is held."""

    groups: f.Words


class RuleModel(Strict):
    """One rule."""

    id: f.Name
    match: Match | None = None
    within: Within | None = None
    when: f.Expression | None = None
    effect: f.EffectWord | None = None
    reason: f.Text | None = None
    mode: f.ModeWord = Mode.ENFORCE
    redact: Annotated[list[Redact], Field(min_length=1)] | None = None
    restore: Annotated[list[Restore], Field(min_length=1)] | None = None
    strip: f.Arguments | None = None
    log: f.LogWord | None = None
    notify: f.Channels | None = None
    record: f.Recorded | None = None
    rate_limit: f.Name | None = None
    approval: Approval | None = None
    scopes: f.Words | None = None
    max_response_bytes: Annotated[int, Field(ge=1, le=1 << 30)] | None = None
    forward_token: Literal[True] | None = None
    warn: Literal[True] | None = None

    @model_validator(mode="after")
    def _check(self) -> "RuleModel":
        asked = self.model_fields_set - {"id", "match", "within", "when", "reason", "mode"}
        if not any(getattr(self, name) is not None for name in asked):
            raise ValueError("a rule needs an effect or an obligation")
        if self.forward_token and self.effect is not Effect.ALLOW:
            raise ValueError("forward_token belongs to a rule with effect: allow")
        if self.restore is not None:
            self._check_restore()
        if self.approval is not None and self.effect not in {Effect.HOLD, None}:
            raise ValueError("approval belongs to a rule with effect: hold, or to one without an effect")
        return self

    def _check_restore(self) -> None:
        if self.effect is not Effect.ALLOW:
            raise ValueError("restore belongs to a rule with effect: allow")
        names = [*(self.match.servers or ()), *(self.match.tools or ())] if self.match else []
        if not self.match or not self.match.servers or not self.match.tools or any(_WILD & {*name} for name in names):
            raise ValueError("a rule that restores names its servers and tools, in full: values go to nobody else")


class Grant(Strict):
    """One thing that a role may do."""

    servers: f.Words | None = None
    methods: f.Methods | None = None
    tools: f.Words | None = None
    prompts: f.Words | None = None
    resources: f.Words | None = None
    intents: f.Intents | None = None

    @model_validator(mode="after")
    def _check(self) -> "Grant":
        if sum(names is not None for names in (self.tools, self.prompts, self.resources)) > 1:
            raise ValueError("tools, prompts and resources are different messages: write a line for each")
        return _not_empty(self)


class Role(Strict):
    """The short form: who holds a role, and what it may do. Without holders, those with the role in their identity."""

    role: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,55}$")]
    groups: f.Words | None = None
    subjects: f.Words | None = None
    agents: f.Words | None = None
    allow: Annotated[list[Grant], Field(min_length=1)]


class Approved(Strict):
    """A server that may be reached, and of it these tools, prompts and resources; a kind that is left out is whole."""

    server: f.Word
    tools: list[f.Word] | None = None
    prompts: list[f.Word] | None = None
    resources: list[f.Word] | None = None


class Spec(Strict):
    """What holds."""

    default: f.EffectWord | None = None
    mode: f.ModeWord = Mode.ENFORCE
    approved: Annotated[list[Approved], Field(min_length=1)] | None = None
    roles: Annotated[list[Role], Field(min_length=1)] | None = None
    rules: Annotated[list[RuleModel], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _check(self) -> "Spec":
        if self.rules is None and self.roles is None and self.approved is None:
            raise ValueError("a policy has rules, roles or an approved list")
        return self


class PolicyModel(Strict):
    """The file."""

    api_version: Annotated[str, Field(alias="apiVersion"), _is(API_VERSION)]
    kind: Annotated[str, _is(_KIND)]
    metadata: Metadata
    spec: Spec
    tests: Annotated[list[CaseModel], Field(min_length=1)] | None = None
