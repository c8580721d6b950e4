"""The tests of a policy file as a model, and the messages that they describe."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, model_validator

from extproc.classify.intent import classify
from extproc.config import policy_fields as f
from extproc.config.model import Strict, enum
from extproc.mcp.jsonrpc import read_message
from extproc.model.decision import Outcome
from extproc.model.message import (
    Call,
    Direction,
    JsonObject,
    JsonValue,
    Message,
    Notification,
    Request,
    Response,
    named_target,
)
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.rejection import Rejection
from extproc.model.standing import Standing
from extproc.pipeline.context import Context
from extproc.policy.facts import History
from extproc.rehearsal.cases import REMOVED, Case, Expected
from extproc.rehearsal.situation import Situation

# A Wednesday at noon: a case that is about time says when.
DEFAULT_TIME: Final = datetime.fromisoformat("2026-01-07T12:00:00+00:00").timestamp()
_Json = Annotated[dict[str, f.Plain], Field()]


def _time(value: object) -> float:
    """Read a time with its offset. Raises: `ValueError`."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise ValueError('a time is a text with its offset, such as "2026-03-03T10:00:00+00:00"')
    return time.timestamp()


class GivenPrincipal(Strict):
    """A verified caller. What is left out is not known of it."""

    subject: f.Word = "somebody"
    source: f.Word = "test"
    issuer: f.Word | None = None
    groups: list[f.Word] | None = None
    roles: list[f.Word] | None = None
    scopes: list[f.Word] | None = None
    agent: f.Word | None = None
    organisation: f.Word | None = None
    team: f.Word | None = None

    def principal(self) -> Principal:
        """Return the value."""
        sets = {name: _set(getattr(self, name)) for name in ("groups", "roles", "scopes")}
        return Principal(**{**self.model_dump(exclude=set(sets)), **sets})


class GivenSession(Strict):
    """What the caller did before."""

    calls: Annotated[int, Field(ge=0)] = 0
    refused: Annotated[int, Field(ge=0)] = 0
    tools: tuple[f.Word, ...] = ()
    intents: tuple[f.IntentWord, ...] = ()
    labels: tuple[f.Word, ...] = ()
    counts: dict[f.Word, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    risk: Annotated[float, Field(ge=0, le=1, strict=False)] = 0.0

    def history(self) -> History:
        """Return the value."""
        return History(
            calls=self.calls,
            refused=self.refused,
            tools=frozenset(self.tools),
            intents=frozenset(self.intents),
            labels=frozenset(self.labels),
            counts=self.counts,
            risk=self.risk,
        )


class Given(Strict):
    """A message in short or in full, and what is known around it."""

    tool: f.Word | None = None
    prompt: f.Word | None = None
    resource: f.Word | None = None
    method: f.Word | None = None
    message: _Json | None = None
    args: _Json | None = None
    params: _Json | None = None
    response: _Json | None = None
    direction: f.DirectionWord | None = None
    server: f.Word = "default"
    namespace: f.Word | None = None
    principal: GivenPrincipal | None = None
    session: GivenSession | None = None
    at: Annotated[float, BeforeValidator(_time)] = DEFAULT_TIME
    intent: f.IntentWord | None = None
    evidence: f.EvidenceCodes | None = None
    findings: f.Entities | None = None
    flags: f.Flags | None = None
    drift: f.Words | None = None

    @model_validator(mode="after")
    def _check(self) -> "Given":
        forms = ("tool", "prompt", "resource", "method", "message")
        if sum(getattr(self, form) is not None for form in forms) != 1:
            raise ValueError(f"one of {', '.join(forms)} says what is judged")
        if self.args is not None and self.tool is None and self.prompt is None:
            raise ValueError("args belong to a tool or a prompt")
        if self.params is not None and self.method is None:
            raise ValueError("params belong to a method")
        if self.response is not None and self.message is not None:
            raise ValueError("a message is given whole; a response answers a tool, prompt, resource or method")
        if self.evidence is not None and self.intent is None:
            raise ValueError("evidence belongs to an intent")
        self.situation()
        return self

    def situation(self) -> Situation:
        """Return what is to be judged. Raises: `ValueError` when its message would be refused before any rule."""
        document, response = self._document(), self.response
        asked = _read(document)
        direction = Direction.CLIENT_TO_SERVER
        message, call = asked, None
        if response is not None and isinstance(asked, Request):
            message, call = _read({"jsonrpc": "2.0", "id": asked.id, "result": response}), self._call(asked)
            direction = Direction.SERVER_TO_CLIENT
        elif response is not None:
            raise ValueError("a notification has no response")
        elif isinstance(asked, Response):
            direction = Direction.SERVER_TO_CLIENT
        context = Context(
            direction=self.direction or direction,
            server=self.server,
            principal=self.principal.principal() if self.principal else ANONYMOUS,
            session="test" if self.session else None,
            call=call,
            namespace=self.namespace,
            history=self.session.history() if self.session else History(),
            standing=Standing(
                pinned=not self.flags and not self.drift,
                flags=frozenset(self.flags or ()),
                drift=frozenset(self.drift or ()),
            ),
            now=self.at,
        )
        own = isinstance(message, Request | Notification)
        return Situation(
            message=message,
            context=context,
            intent=self.intent if own else None,
            evidence=tuple(self.evidence or ()) if own else (),
            findings=frozenset(self.findings or ()),
        )

    def _call(self, request: Request) -> Call:
        intent = self.intent or classify(request, None).intent
        target = named_target(request.method, request.params)
        return Call(id=request.id, method=request.method, target=target, decision_id="", intent=intent)

    def _document(self) -> JsonObject:
        if self.message is not None:
            return self.message
        if self.tool is not None:
            return _request("tools/call", {"name": self.tool, "arguments": self.args or {}})
        if self.prompt is not None:
            return _request("prompts/get", {"name": self.prompt, "arguments": self.args or {}})
        if self.resource is not None:
            return _request("resources/read", {"uri": self.resource})
        method = self.method or ""
        document = _request(method, self.params or {})
        if method.startswith("notifications/"):
            del document["id"]
        return document


class ExpectedEdit(Strict):
    """One edit that is expected."""

    pointer: f.Word
    value: f.Plain = None
    removed: bool = False

    @model_validator(mode="after")
    def _check(self) -> "ExpectedEdit":
        if ("value" in self.model_fields_set) is self.removed:
            raise ValueError("an expected edit has a value, or removed: true")
        return self


class ExpectedShadow(Strict):
    """What is expected in shadow."""

    outcome: Annotated[Outcome, enum(Outcome)]
    rules: list[f.Word] | None = None


class Expect(Strict):
    """What is expected; what is left out is not looked at."""

    outcome: Annotated[Outcome, enum(Outcome)]
    rules: list[f.Word] | None = None
    edits: list[ExpectedEdit] | None = None
    shadow: ExpectedShadow | None = None
    intent: f.IntentWord | None = None
    missing_scopes: list[f.Word] | None = None
    log: f.LogWord | None = None
    notify: list[f.Word] | None = None
    record: bool | None = None
    rate_limits: list[f.Word] | None = None
    approval: list[f.Word] | None = None
    max_response_bytes: int | None = None
    forward_token: bool | None = None

    def expected(self) -> Expected:
        """Return the value."""
        edits = self.edits
        return Expected(
            outcome=self.outcome,
            rules=_set(self.rules),
            edits=None if edits is None else {one.pointer: REMOVED if one.removed else one.value for one in edits},
            shadow=(self.shadow.outcome, _set(self.shadow.rules)) if self.shadow else None,
            intent=self.intent,
            missing_scopes=_set(self.missing_scopes),
            log=self.log,
            notify=_set(self.notify),
            record=self.record,
            rate_limits=_set(self.rate_limits),
            approval=_set(self.approval),
            response_bytes=self.max_response_bytes,
            forward_token=self.forward_token,
        )


class CaseModel(Strict):
    """One test."""

    name: f.Text
    given: Given
    expect: Expect

    def case(self) -> Case:
        """Return the value."""
        return Case(name=self.name, situation=self.given.situation(), expected=self.expect.expected())


def _read(document: Mapping[str, JsonValue]) -> Message:
    message = read_message(dict(document))
    if isinstance(message, Rejection):
        raise ValueError(f"this message would be refused before any rule is asked: {message.message}")  # noqa: TRY004
    return message


def _request(method: str, params: JsonObject) -> JsonObject:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def _set(words: list[str] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(words)
