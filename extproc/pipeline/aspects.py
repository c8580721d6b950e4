"""What a message does, in policy terms: the same list whichever era it is written in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from extproc.mcp.methods import equivalents
from extproc.mcp.versions.revision import META_LOG_LEVEL
from extproc.model.message import (
    Call,
    Direction,
    ErrorResponse,
    JsonValue,
    Message,
    Notification,
    Request,
    Response,
)
from extproc.pipeline.inspection import Context
from extproc.policy.rules import Aspect, Kind

# The members that tell the answer to a request of the server (2026-07-28, "InputResponses").
_ANSWERS: Final = {
    "roots/list": frozenset({"roots"}),
    "elicitation/create": frozenset({"action"}),
    "sampling/createMessage": frozenset({"role", "content"}),
}


def aspects_of(message: Message, context: Context) -> tuple[Aspect, ...]:
    """Return everything that a policy has to allow for this message to pass; never empty.

    A modern result that asks the client for input does what a legacy server does with requests of its own, and the
    retry that brings the input does what the client's responses do; they are judged as such (2026-07-28, "MRTR").
    """
    direction, server = context.direction, context.server
    match message:
        case Request():
            return (_own(message, Kind.REQUEST, context), *_of_params(message, direction, server))
        case Notification():
            own = _own(message, Kind.NOTIFICATION, context)
            return (own, *_of_params(message, direction, server), *_asked_input(message.params, server))
        case Response():
            return (_of_response(context.call, direction, server), *_asked_input(message.result, server))
        case ErrorResponse():
            return (_of_response(context.call, direction, server),)


def _own(message: Request | Notification, kind: Kind, context: Context) -> Aspect:
    # A call without an id is a call all the same: there are servers that run it and only keep the answer to themselves.
    tool = message.params.get("name") if message.method == "tools/call" else None
    return Aspect(
        kind=kind,
        direction=context.direction,
        server=context.server,
        methods=equivalents(message.method),
        tool=tool if isinstance(tool, str) else None,
    )


def _of_response(call: Call | None, direction: Direction, server: str) -> Aspect:
    return Aspect(
        kind=Kind.RESPONSE,
        direction=direction,
        server=server,
        methods=equivalents(call.method) if call else frozenset(),
        tool=call.tool if call else None,
    )


def _of_params(message: Request | Notification, direction: Direction, server: str) -> Iterator[Aspect]:
    """Find what a modern request does beside its method: answers, log level and resource subscriptions."""
    params = message.params
    for value in _entries(params.get("inputResponses")):
        for method in _answered_methods(value):
            yield Aspect(kind=Kind.RESPONSE, direction=direction, server=server, methods=frozenset({method}))
    meta = params.get("_meta")
    if isinstance(meta, dict) and META_LOG_LEVEL in meta:
        yield _request("logging/setLevel", direction, server)
    wanted = params.get("notifications") if message.method == "subscriptions/listen" else None
    if isinstance(wanted, dict) and wanted.get("resourceSubscriptions"):
        yield _request("resources/subscribe", direction, server)


def _asked_input(members: Mapping[str, JsonValue], server: str) -> Iterator[Aspect]:
    for value in _entries(members.get("inputRequests")):
        method = value.get("method") if isinstance(value, dict) else None
        yield _request(method if isinstance(method, str) else "", Direction.SERVER_TO_CLIENT, server)


def _entries(value: JsonValue) -> Iterable[JsonValue]:
    """Return what a map holds; a list, though no revision has it there, is not passed over."""
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()


def _answered_methods(value: JsonValue) -> tuple[str, ...]:
    """Tell by its form which requests an input response can answer: its key is the server's own word.

    One that has the members of several is judged as each, because nobody knows as which the server reads it.
    """
    members = value.keys() if isinstance(value, dict) else frozenset[str]()
    return tuple(method for method, needed in _ANSWERS.items() if needed <= members) or ("",)


def _request(method: str, direction: Direction, server: str) -> Aspect:
    return Aspect(kind=Kind.REQUEST, direction=direction, server=server, methods=equivalents(method))
