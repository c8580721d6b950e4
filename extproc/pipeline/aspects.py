"""What a message does, in policy terms: the same list whichever era it is written in."""

from collections.abc import Iterator, Mapping

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


def aspects_of(message: Message, context: Context) -> tuple[Aspect, ...]:
    """Return everything that a policy has to allow for this message to pass; never empty.

    A modern result that asks the client for input does what a legacy server does with requests of its own, and the
    retry that brings the input does what the client's responses do; they are judged as such (2026-07-28, "MRTR").
    """
    direction, server = context.direction, context.server
    match message:
        case Request():
            tool = message.params.get("name") if message.method == "tools/call" else None
            own = Aspect(
                kind=Kind.REQUEST,
                direction=direction,
                server=server,
                methods=equivalents(message.method),
                tool=tool if isinstance(tool, str) else None,
            )
            return (own, *_of_params(message, direction, server))
        case Notification():
            own = Aspect(
                kind=Kind.NOTIFICATION, direction=direction, server=server, methods=equivalents(message.method)
            )
            return (own, *_asked_input(message.params, server))
        case Response():
            return (_of_response(context.call, direction, server), *_asked_input(message.result, server))
        case ErrorResponse():
            return (_of_response(context.call, direction, server),)


def _of_response(call: Call | None, direction: Direction, server: str) -> Aspect:
    return Aspect(
        kind=Kind.RESPONSE,
        direction=direction,
        server=server,
        methods=equivalents(call.method) if call else frozenset(),
        tool=call.tool if call else None,
    )


def _of_params(message: Request, direction: Direction, server: str) -> Iterator[Aspect]:
    """Find what a modern request does beside its method: answers, log level and resource subscriptions."""
    params = message.params
    answers = params.get("inputResponses")
    for value in answers.values() if isinstance(answers, dict) else ():
        methods = frozenset({_answered_method(value)})
        yield Aspect(kind=Kind.RESPONSE, direction=direction, server=server, methods=methods)
    meta = params.get("_meta")
    if isinstance(meta, dict) and META_LOG_LEVEL in meta:
        yield _request("logging/setLevel", direction, server)
    wanted = params.get("notifications") if message.method == "subscriptions/listen" else None
    if isinstance(wanted, dict) and wanted.get("resourceSubscriptions"):
        yield _request("resources/subscribe", direction, server)


def _asked_input(members: Mapping[str, JsonValue], server: str) -> Iterator[Aspect]:
    asked = members.get("inputRequests")
    for value in asked.values() if isinstance(asked, dict) else ():
        method = value.get("method") if isinstance(value, dict) else None
        yield _request(method if isinstance(method, str) else "", Direction.SERVER_TO_CLIENT, server)


def _answered_method(value: JsonValue) -> str:
    """Tell by its form which request an input response answers: its key is the server's own word."""
    match value:
        case {"roots": _}:
            return "roots/list"
        case {"action": _}:
            return "elicitation/create"
        case {"role": _, "content": _}:
            return "sampling/createMessage"
        case _:
            return ""


def _request(method: str, direction: Direction, server: str) -> Aspect:
    return Aspect(kind=Kind.REQUEST, direction=direction, server=server, methods=equivalents(method))
