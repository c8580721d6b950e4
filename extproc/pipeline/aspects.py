"""What a message does, in policy terms: the same list whichever era it is written in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

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
    named_target,
)
from extproc.pipeline.context import Context
from extproc.policy.question import Aspect, Kind

# The members that tell the answer to a request of the server (2026-07-28, "InputResponses").
_ANSWERS: Final = {
    "roots/list": frozenset({"roots"}),
    "elicitation/create": frozenset({"action"}),
    "sampling/createMessage": frozenset({"role", "content"}),
}


class Act(NamedTuple):
    """An aspect of a message with the method it comes by, and the parameters or the result that belong to it.

    `own` is False for what a message does beside being what it is.
    """

    aspect: Aspect
    method: str | None
    content: Mapping[str, JsonValue] | None
    own: bool = False


def acts_of(message: Message, context: Context) -> tuple[Act, ...]:
    """Return everything that a policy has to allow for this message to pass, what it is itself first; never empty.

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
            own = _of_response(context.call, direction, server, message.result)
            return (own, *_asked_input(message.result, server))
        case ErrorResponse():
            return (_of_response(context.call, direction, server, None),)


def _own(message: Request | Notification, kind: Kind, context: Context) -> Act:
    # A call without an id is a call all the same: there are servers that run it and only keep the answer to themselves.
    method, params = message.method, message.params
    aspect = _aspect(kind, context.direction, context.server, method, named_target(method, params))
    return Act(aspect, method, params, own=True)


def _of_response(call: Call | None, direction: Direction, server: str, result: Mapping[str, JsonValue] | None) -> Act:
    if call is None:
        aspect = Aspect(kind=Kind.RESPONSE, direction=direction, server=server, methods=frozenset())
        return Act(aspect, None, result, own=True)
    return Act(_aspect(Kind.RESPONSE, direction, server, call.method, call.target), call.method, result, own=True)


def target_aspect(method: str, target: str, server: str) -> Aspect:
    """Return what a client would do by calling, getting or reading something that a list offers."""
    return _aspect(Kind.REQUEST, Direction.CLIENT_TO_SERVER, server, method, target)


def _aspect(kind: Kind, direction: Direction, server: str, method: str, target: str | None) -> Aspect:
    return Aspect(
        kind=kind,
        direction=direction,
        server=server,
        methods=equivalents(method),
        tool=target if method == "tools/call" else None,
        prompt=target if method == "prompts/get" else None,
        resource=target if method.startswith("resources/") else None,
    )


def _of_params(message: Request | Notification, direction: Direction, server: str) -> Iterator[Act]:
    """Find what a modern request does beside its method: answers, log level and resource subscriptions."""
    params = message.params
    for value in _entries(params.get("inputResponses")):
        for method in _answered_methods(value):
            aspect = Aspect(kind=Kind.RESPONSE, direction=direction, server=server, methods=frozenset({method}))
            yield Act(aspect, method, value if isinstance(value, dict) else None)
    meta = params.get("_meta")
    if isinstance(meta, dict) and META_LOG_LEVEL in meta:
        yield _request("logging/setLevel", direction, server, meta)
    wanted = params.get("notifications") if message.method == "subscriptions/listen" else None
    if isinstance(wanted, dict) and wanted.get("resourceSubscriptions"):
        yield from _subscribed(wanted["resourceSubscriptions"], direction, server)


def _subscribed(wanted: JsonValue, direction: Direction, server: str) -> Iterator[Act]:
    """Judge each URI of a subscription as the legacy request for it; what is no URI, as one without."""
    for uri in wanted if isinstance(wanted, list) else (wanted,):
        target = uri if isinstance(uri, str) else None
        aspect = _aspect(Kind.REQUEST, direction, server, "resources/subscribe", target)
        yield Act(aspect, "resources/subscribe", {"uri": uri})


def _asked_input(members: Mapping[str, JsonValue], server: str) -> Iterator[Act]:
    for value in _entries(members.get("inputRequests")):
        method = value.get("method") if isinstance(value, dict) else None
        params = value.get("params") if isinstance(value, dict) else None
        content = params if isinstance(params, dict) else None
        yield _request(method if isinstance(method, str) else "", Direction.SERVER_TO_CLIENT, server, content)


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


def _request(method: str, direction: Direction, server: str, content: Mapping[str, JsonValue] | None) -> Act:
    aspect = Aspect(kind=Kind.REQUEST, direction=direction, server=server, methods=equivalents(method))
    return Act(aspect, method, content)
