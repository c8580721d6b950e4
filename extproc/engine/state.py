"""What one exchange remembers between its phases; the only mutable value of the engine, and private to one task."""

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from extproc.classify.profile import ToolProfile
from extproc.engine.definitions import listed_by, standing_for
from extproc.engine.explaining import explanation, refusal_data
from extproc.engine.held_back import HeldBack
from extproc.engine.judging import Engine
from extproc.engine.records import Judged, owner_of
from extproc.engine.settings import Route
from extproc.engine.surroundings import (
    NO_PROFILES,
    ask_opinion,
    opinion_texts,
    profile_for,
    remember,
    schema_for,
)
from extproc.engine.values import NO_ENTRIES, keep_values, known_marks
from extproc.mcp.headers import Headers
from extproc.mcp.refusals import denied
from extproc.mcp.versions.revision import Era, Revision
from extproc.model.decision import Effect, Outcome
from extproc.model.message import Call, Direction, JsonObject, Message, Notification, Request, RequestId
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.rejection import Rejection
from extproc.model.standing import NEVER_SEEN, Standing
from extproc.pipeline.context import Context
from extproc.pipeline.standings import NOTHING_LISTED, Listed
from extproc.pipeline.trails import history_of
from extproc.policy.facts import NO_HISTORY, History
from extproc.policy.rules import Policy
from extproc.ports import Resolution, SessionKey
from extproc.redact.restore import VaultEntry
from extproc.redact.schema import OutputSchema
from extproc.sessions.scope import Hints, scope_of
from extproc.sessions.trail import Trail
from extproc.wire.answers import Answer, Metadata

# Before a route is known there is no server to name.
NO_SERVER = "-"
_LONGEST_SESSION = 256


def session_key(server: str, session: str) -> SessionKey:
    """Return what a session is remembered by: its id, or a digest where a peer made it longer than ids are."""
    short = session if len(session) <= _LONGEST_SESSION else hashlib.sha256(session.encode()).hexdigest()
    return SessionKey(server=server, session=short)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message that waits: what is answered when it is released, and when it is not."""

    judged: Judged
    released: Callable[[], Coroutine[Any, Any, Answer]]
    refused: Callable[[Resolution], Answer]


@dataclass(slots=True, kw_only=True)
class ExchangeState:
    """Filled in by the request side, read by the response side.

    `token_headers` are the client's tokens, which go no further unless an obligation of a rule puts them back.

    `asked` is the id of the request as soon as it is read, `calls` what was let through and has no response yet,
    `decided` whether a decision on the present part stands: a fault that comes later lets nothing pass by it.
    """

    engine: Engine
    policy: Policy
    server: str = NO_SERVER
    http_method: str = ""
    session: str | None = None
    traceparent: str | None = None
    route: Route | None = None
    principal: Principal = ANONYMOUS
    token_headers: tuple[tuple[str, str], ...] = ()
    revision: Revision | None = None
    batch: bool = False
    asked: RequestId | None = None
    calls: dict[tuple[type, RequestId], Call] = field(default_factory=dict)
    refusals: list[JsonObject] = field(default_factory=list)
    initializing: bool = False
    response_headers: Headers = field(default_factory=lambda: Headers(()))
    status: int = 0
    local: bool = False
    held: Held | None = None
    held_back: HeldBack = field(default_factory=HeldBack)
    decided: bool = False

    @property
    def key(self) -> SessionKey | None:
        """Return the legacy session this exchange belongs to; the modern era has none."""
        if self.session is None or (self.revision is not None and self.revision.era is Era.MODERN):
            return None
        return session_key(self.server, self.session)

    @property
    def marks(self) -> str:
        """Return within what marks mean the same: for a principal, in a legacy session or over all its requests."""
        key = self.key
        return f"{owner_of(self.principal)}/{key.session if key is not None else ''}"

    def scope(self, message: Message) -> str:
        """Return whose trail a message of this exchange belongs to."""
        hints = Hints(traceparent=_traceparent(message) or self.traceparent, session=self.session)
        settings = self.engine.settings
        return scope_of(self.principal, hints, settings.runs, tenant=settings.tenant)

    def context(
        self,
        direction: Direction,
        call: Call | None = None,
        *,
        history: History = NO_HISTORY,
        trail: Trail | None = None,
        standing: Standing = NEVER_SEEN,
        listed: Listed = NOTHING_LISTED,
        profile: ToolProfile | None = None,
        profiles: Mapping[str, ToolProfile] = NO_PROFILES,
        schema: OutputSchema | None = None,
        vault: Mapping[str, VaultEntry] = NO_ENTRIES,
    ) -> Context:
        """Return where a message of this exchange belongs, with what was loaded for it."""
        return Context(
            direction=direction,
            server=self.server,
            principal=self.principal,
            session=self.session,
            protocol_version=self.revision.name if self.revision else None,
            call=call,
            profile=profile,
            profiles=profiles,
            history=history,
            trail=trail,
            standing=listed.own or standing,
            standings=listed.standings,
            shadows=listed.shadows,
            names=self.engine.tool_names,
            inside=self.engine.settings.inside,
            namespace=self.route.namespace if self.route is not None else None,
            now=self.engine.ports.clock.now(),
            scope=self.marks,
            vault=vault,
            schema=schema,
            before=self.held_back.before if direction is Direction.SERVER_TO_CLIENT else "",
        )

    async def judge(
        self,
        message: Message,
        direction: Direction,
        call: Call | None = None,
        profiles: Mapping[str, ToolProfile] = NO_PROFILES,
    ) -> Judged:
        """Load what is known around a message of this exchange, judge it, and remember what it was."""
        engine, scope = self.engine, self.scope(message)
        sent = direction is Direction.CLIENT_TO_SERVER
        trail = await engine.ports.trails.of(scope)
        listed = NOTHING_LISTED if sent else await listed_by(engine, self.server, message, call)
        profile = await profile_for(engine, self.server, message) if sent else None
        context = self.context(
            direction,
            call,
            history=history_of(trail, engine.ports.clock.now()),
            trail=trail,
            standing=await standing_for(engine, self.server, message) if sent else NEVER_SEEN,
            listed=listed,
            profile=profile,
            profiles=profiles,
            schema=None if sent else await schema_for(engine, self.server, message, call),
            vault=await known_marks(engine, self.policy, self.marks, message) if sent else NO_ENTRIES,
        )
        texts = opinion_texts(engine, message, context)
        if texts and engine.opinions is not None:
            context = replace(context, objected=engine.opinions.known(texts))
        self.decided = True
        inspection = engine.inspect(message, context, self.policy)
        if inspection.plan.to_keep and inspection.decision.effect is not Effect.DENY:
            letters = await keep_values(engine, inspection)
            inspection = engine.inspect(message, replace(context, letters=letters), self.policy)
        judged = engine.conclude(inspection)
        await remember(engine, scope, judged)
        ask_opinion(engine, texts, judged, scope)
        return judged

    def reject(self, rejection: Rejection, direction: Direction) -> str:
        """Refuse malformed input of this exchange; return the decision id."""
        self.decided = True
        return self.engine.reject(rejection, self.context(direction), self.policy)

    def open_call(self, call: Call) -> None:
        """Expect a response to this call."""
        self.calls[type(call.id), call.id] = call

    def call(self, identifier: RequestId) -> Call | None:
        """Return the open call that a response answers; the type of the id counts."""
        return self.calls.get((type(identifier), identifier))

    def close_call(self, call: Call) -> None:
        """Expect no response to this call any more."""
        self.calls.pop((type(call.id), call.id), None)


def _traceparent(message: Message) -> str | None:
    """Return the trace that a message says it belongs to (W3C Trace Context in `_meta`, SEP-414)."""
    match message:
        case (
            Request(params={"_meta": {"traceparent": str(found)}})
            | Notification(params={"_meta": {"traceparent": str(found)}})
        ):
            return found
        case _:
            return None


def refusal_of(judged: Judged, call: Call, resolution: Resolution | None = None) -> JsonObject:
    """Return the answer a client gets for a call that was refused."""
    return denied(call, explanation(judged, resolution), refusal_data(judged))


def request_metadata(state: ExchangeState, judged: Judged) -> Metadata:
    """Return what the filters and access logs of Envoy can read of the decision on a request."""
    metadata = {
        "decision_id": judged.decision_id,
        "policy_revision": state.policy.revision,
        "outcome": judged.decision.outcome.value,
        "server": state.server,
    }
    if judged.method is not None:
        metadata["method"] = judged.method
    if judged.tool is not None:
        metadata["tool"] = judged.tool
    inspection = judged.inspection
    if inspection.classification is not None:
        metadata["intent"] = inspection.classification.intent.value
    if inspection.obligations.rate_limits:
        metadata["rate_limit"] = ",".join(sorted(inspection.obligations.rate_limits))
    return metadata


def rejection_metadata(state: ExchangeState, decision_id: str, *, response: bool = False) -> Metadata:
    """Return the same for input that was refused before any rule was asked."""
    prefix = "response_" if response else ""
    return {
        f"{prefix}decision_id": decision_id,
        f"{prefix}outcome": Outcome.DENY.value,
        "policy_revision": state.policy.revision,
        "server": state.server,
    }


def response_metadata(judged: Judged) -> Metadata:
    """Return the same for the decision on a message of the server."""
    return {"response_decision_id": judged.decision_id, "response_outcome": judged.decision.outcome.value}
