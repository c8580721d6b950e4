"""JSON-RPC messages as MCP restricts them, and who sends them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from extproc.model.intent import Intent
from extproc.model.value import value

JsonScalar: TypeAlias = str | int | float | bool | None
JsonValue: TypeAlias = JsonScalar | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject: TypeAlias = dict[str, JsonValue]
RequestId: TypeAlias = str | int


class Direction(StrEnum):
    """Which way a message travels."""

    CLIENT_TO_SERVER = "client_to_server"
    SERVER_TO_CLIENT = "server_to_client"


@value
class Request:
    """A message that expects an answer with the same `id`."""

    id: RequestId
    method: str
    params: Mapping[str, JsonValue]
    document: JsonObject


@value
class Notification:
    """A message that expects no answer."""

    method: str
    params: Mapping[str, JsonValue]
    document: JsonObject


@value
class Response:
    """The successful answer to the request with this `id`."""

    id: RequestId
    result: Mapping[str, JsonValue]
    document: JsonObject


@value
class ErrorResponse:
    """The failed answer to a request; `id` is None when the peer could not read the request's own."""

    id: RequestId | None
    code: int
    document: JsonObject


Message: TypeAlias = Request | Notification | Response | ErrorResponse


@value
class Call:
    """What is remembered of a request until its response: enough to judge that response.

    `target` is the tool, prompt or resource URI it names. `response_bytes` caps the response. `paged` says that it asks
    for another page of a list.
    """

    id: RequestId
    method: str
    target: str | None
    decision_id: str
    intent: Intent | None = None
    response_bytes: int | None = None
    paged: bool = False

    @property
    def tool(self) -> str | None:
        """Return the called tool."""
        return self.target if self.method == "tools/call" else None


def named_target(method: str, params: Mapping[str, JsonValue]) -> str | None:
    """Return the tool, prompt or resource URI that a request names, if it names one."""
    match method:
        case "tools/call" | "prompts/get":
            value = params.get("name")
        case "resources/read" | "resources/subscribe" | "resources/unsubscribe":
            value = params.get("uri")
        case _:
            return None
    return value if isinstance(value, str) else None
