"""The shapes in which a refusal reaches the other side, chosen by what real clients show well (docs/protocol.md)."""

from collections.abc import Mapping
from typing import Final

from extproc.model.message import Call, JsonObject, JsonValue, RequestId
from extproc.model.rejection import Rejection

# Outside -32768..-32000, as JSON-RPC and MCP ask of application codes.
POLICY_DENIED: Final = -31403
INTERNAL_ERROR: Final = -32603

# A server's request that was refused is replaced by one no client knows. Every client answers that with an error, so
# the server gets an answer and nobody hangs (JSON-RPC 2.0 §5.1, "method not found").
REFUSED_METHOD: Final = "mcp-extproc/refused"


def error(
    identifier: RequestId | None, code: int, message: str, data: Mapping[str, JsonValue] | None = None
) -> JsonObject:
    """Return a JSON-RPC error response."""
    body: JsonObject = {"code": code, "message": message}
    if data is not None:
        body["data"] = dict(data)
    return {"jsonrpc": "2.0", "id": identifier, "error": body}


def tool_error(identifier: RequestId, text: str) -> JsonObject:
    """Return a tool result that says why it failed; models read it and can correct themselves (server/tools)."""
    return {
        "jsonrpc": "2.0",
        "id": identifier,
        "result": {"resultType": "complete", "content": [{"type": "text", "text": text}], "isError": True},
    }


def rejected(rejection: Rejection) -> JsonObject:
    """Return the error that answers malformed input."""
    return error(rejection.id, rejection.code, f"Refused: {rejection.message}", rejection.data)


def denied(call: Call, explanation: str, data: Mapping[str, JsonValue]) -> JsonObject:
    """Return the answer to a call that policy refused, or whose response it refused."""
    if call.method == "tools/call":
        return tool_error(call.id, explanation)
    return error(call.id, POLICY_DENIED, explanation, data)


def failed(identifier: RequestId, problem: str) -> JsonObject:
    """Return the answer to a call whose response could not be used."""
    return error(identifier, INTERNAL_ERROR, problem)


def refused_request(identifier: RequestId, explanation: str) -> JsonObject:
    """Return what a client gets in place of a server's request that was refused."""
    return {"jsonrpc": "2.0", "id": identifier, "method": REFUSED_METHOD, "params": {"reason": explanation}}
