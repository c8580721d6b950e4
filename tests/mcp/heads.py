"""Messages and headers for the tests of their agreement."""

import base64

from extproc.mcp.headers import Headers, ParamHeader, check_agreement
from extproc.model.message import JsonObject, JsonValue, Message, Request


def call(arguments: JsonValue, name: JsonValue = "search") -> Request:
    params: dict[str, JsonValue] = {"name": name, "arguments": arguments}
    document: JsonObject = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return Request(id=1, method="tools/call", params=params, document=document)


def request(method: str, params: dict[str, JsonValue]) -> Request:
    return Request(id=1, method=method, params=params, document={})


def sent(**fields: str) -> Headers:
    return Headers((name.replace("_", "-"), value) for name, value in fields.items())


def agrees(
    message: Message,
    headers: Headers,
    *,
    required: bool = False,
    params: tuple[ParamHeader, ...] | None = None,
) -> bool:
    return check_agreement(message, headers, required=required, params=params) is None


def sentinel(data: bytes) -> str:
    return f"=?base64?{base64.b64encode(data).decode()}?="
