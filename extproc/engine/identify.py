"""Decide who acts in an exchange and whose session it is, before anything is judged; what is unclear goes nowhere."""

from dataclasses import replace
from typing import Final

from extproc.engine.records import owner_of
from extproc.engine.settings import Route
from extproc.engine.single import JSON_HEADERS, http, reject
from extproc.engine.state import ExchangeState, session_key
from extproc.identity.fault import FaultKind, IdentityFault
from extproc.mcp.authorization import (
    CHALLENGE_HEADER,
    INVALID_REQUEST,
    INVALID_TOKEN,
    UNAUTHORIZED,
    Authorization,
    challenge,
)
from extproc.mcp.headers import SESSION, Headers
from extproc.mcp.refusals import INTERNAL_ERROR, POLICY_DENIED
from extproc.model.attested import Attested
from extproc.model.rejection import Rejection
from extproc.wire.answers import Respond

_OK: Final = range(200, 300)
NO_TOKEN: Final = Rejection(
    reason="unauthenticated",
    message="this server needs a token; none was sent",
    code=UNAUTHORIZED,
    http_status=401,
)
# One text for both reasons: who tries ids of sessions must not learn which of them exist.
_NO_SESSION: Final = "there is no such session; begin a new one with initialize"


async def identify(state: ExchangeState, headers: Headers, attested: Attested, route: Route) -> Respond | None:
    """Find the principal and check the session; return the refusal, if it comes to one.

    Until both are done a fault of ours lets nothing pass, whatever `unsafe_fail_open` says: it may let messages go on
    that no rule was asked about, but never as somebody who was not verified.
    """
    settings, ports, authorization = state.engine.settings, state.engine.ports, route.authorization
    state.token_headers = _credentials(headers, settings.identity.token_headers)
    if not settings.identity.sources:
        return None if authorization is None or not authorization.required else _refuse(state, NO_TOKEN, authorization)
    state.decided = True
    found = await state.engine.identifier.identify(headers, attested, foreign=route.foreign, now=ports.clock.now())
    if isinstance(found, IdentityFault):
        return _refused(state, found, authorization)
    if authorization is not None and authorization.required and not found.verified:
        return _refuse(state, NO_TOKEN, authorization)
    state.principal = found
    refusal = await _check_session(state)
    state.decided = refusal is not None
    return refusal


async def bind_session(state: ExchangeState) -> None:
    """Bind the session that an answer to `initialize` opens to the principal that asked for it."""
    issued = state.response_headers.get(SESSION)
    if state.initializing and issued is not None and state.status in _OK and state.engine.settings.identity.sources:
        await state.engine.ports.sessions.bind(session_key(state.server, issued), owner_of(state.principal))


async def _check_session(state: ExchangeState) -> Respond | None:
    """Refuse a session of somebody else with 404, upon which clients begin a new one (Streamable HTTP, "Sessions")."""
    if state.session is None:
        return None
    sessions, key = state.engine.ports.sessions, session_key(state.server, state.session)
    owner, own = await sessions.owner(key), owner_of(state.principal)
    if owner == own:
        return None
    if owner is None and state.engine.settings.identity.adopt_sessions:
        await sessions.bind(key, own)
        return None
    return reject(state, http(404, "unknown_session" if owner is None else "foreign_session", _NO_SESSION))


def _credentials(headers: Headers, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name in names if (value := headers.get(name)) is not None)


def _refused(state: ExchangeState, fault: IdentityFault, authorization: Authorization | None) -> Respond:
    """Answer as RFC 6750 §3.1 has it, so that a client knows what to do next."""
    match fault.kind:
        case FaultKind.INVALID_TOKEN:
            return _refuse(state, _rejection(fault, 401, UNAUTHORIZED), authorization, INVALID_TOKEN)
        case FaultKind.INVALID_REQUEST:
            return _refuse(state, _rejection(fault, 400, UNAUTHORIZED), authorization, INVALID_REQUEST)
        case FaultKind.FORBIDDEN:
            return reject(state, _rejection(fault, 403, POLICY_DENIED))
        case FaultKind.UNAVAILABLE:
            answer = reject(state, _rejection(fault, 503, INTERNAL_ERROR))
            return replace(answer, headers=(*answer.headers, ("retry-after", "5")))
        case FaultKind.MISCONFIGURED:
            return reject(state, _rejection(fault, 500, INTERNAL_ERROR))


def _rejection(fault: IdentityFault, status: int, code: int) -> Rejection:
    return Rejection(reason=fault.reason, message=fault.message, code=code, http_status=status)


def _refuse(
    state: ExchangeState, rejection: Rejection, authorization: Authorization | None, error: str | None = None
) -> Respond:
    """Refuse with a challenge."""
    text = challenge(authorization, error=error, description=rejection.message if error is not None else None)
    return replace(reject(state, rejection), headers=(*JSON_HEADERS, (CHALLENGE_HEADER, text)))


def refuse_query_token(state: ExchangeState, authorization: Authorization | None) -> Respond:
    """Refuse a token in the query (Authorization, "Access Token Usage")."""
    fault = IdentityFault(
        kind=FaultKind.INVALID_REQUEST, reason="token_in_query", message="a token must not be sent in the query"
    )
    return _refused(state, fault, authorization)
