"""Read a message and refuse names that rules could not see as the server does, or that are too long to be kept."""

from typing import Final

from extproc.mcp.jsonrpc import INVALID_PARAMS, INVALID_REQUEST, read_message
from extproc.mcp.uris import is_plain
from extproc.model.message import JsonValue, Message, Notification, Request
from extproc.model.rejection import Rejection

# What is remembered of a message must be small, whoever wrote it. MCP asks for 128 characters in the name of a tool.
LONGEST_NAME: Final = 1024
_LONGEST_METHOD: Final = 256
_LONGEST_URI: Final = 8192


def read_named(document: JsonValue) -> Message | Rejection:
    """Read one message; what calls, gets or reads something must name it by a string of an ordinary length.

    A call whose tool is no string is one: there are servers that look up `["delete"]` as `"delete"`.
    """
    message = read_message(document)
    match message:
        case Request(method=method) | Notification(method=method) if len(method) > _LONGEST_METHOD:
            problem = f"method is longer than {_LONGEST_METHOD} characters"
            return _refused(message, "invalid_method", problem, INVALID_REQUEST)
        case Request() | Notification():
            return _check_target(message)
        case _:
            return message


def _check_target(message: Request | Notification) -> Message | Rejection:
    params = message.params
    match message.method:
        case "tools/call" | "prompts/get":
            name = params.get("name")
            if isinstance(name, str) and len(name) <= LONGEST_NAME:
                return message
            reason = "unnamed_tool" if message.method == "tools/call" else "unnamed_prompt"
            problem = f"params.name must be a string of at most {LONGEST_NAME} characters"
            return _refused(message, reason, problem, INVALID_PARAMS)
        case "resources/read":
            return _check_uris(message, [params.get("uri")], "params.uri")
        case "resources/subscribe" | "resources/unsubscribe":
            # One that names nothing asks for nothing; where the method is gone the server says so (2026-07-28).
            return _check_uris(message, [params["uri"]] if "uri" in params else [], "params.uri")
        case "subscriptions/listen":
            wanted = params.get("notifications")
            uris = wanted.get("resourceSubscriptions") if isinstance(wanted, dict) else None
            listed: list[JsonValue] = uris if isinstance(uris, list) else [] if uris is None else [uris]
            return _check_uris(message, listed, "each of resourceSubscriptions")
        case _:
            return message


def _check_uris(message: Request | Notification, uris: list[JsonValue], what: str) -> Message | Rejection:
    if not all(isinstance(uri, str) and len(uri) <= _LONGEST_URI for uri in uris):
        problem = f"{what} must be a string of at most {_LONGEST_URI} characters"
        return _refused(message, "unnamed_resource", problem, INVALID_PARAMS)
    if not all(isinstance(uri, str) and is_plain(uri) for uri in uris):
        problem = f"{what} must be in its normal form: no dot segments, no capitals in scheme or host, no blanks"
        return _refused(message, "ambiguous_uri", problem, INVALID_PARAMS)
    return message


def _refused(message: Request | Notification, reason: str, problem: str, code: int) -> Rejection:
    identifier = message.id if isinstance(message, Request) else None
    return Rejection(reason=reason, message=problem, code=code, id=identifier)
