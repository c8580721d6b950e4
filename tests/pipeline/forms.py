"""The same things said in both eras: what a server asks of a client, what the client answers, and the rest."""

from extproc.mcp.jsonrpc import read_message
from extproc.model.decision import Decision
from extproc.model.message import Call, Direction, JsonObject, JsonValue, Message
from extproc.model.rejection import Rejection
from extproc.pipeline.context import Context
from extproc.pipeline.stages import inspect
from extproc.policy.rules import Policy

C2S, S2C = Direction.CLIENT_TO_SERVER, Direction.SERVER_TO_CLIENT
# What a client answers to each request of a server, by the form it has in every revision.
ANSWERS: dict[str, JsonValue] = {
    "sampling/createMessage": {"role": "assistant", "content": {"type": "text", "text": "hi"}, "model": "m"},
    "elicitation/create": {"action": "accept", "content": {"name": "x"}},
    "roots/list": {"roots": [{"uri": "file:///x"}]},
}


def message(document: JsonObject) -> Message:
    read = read_message(document)
    assert not isinstance(read, Rejection)
    return read


def request(method: str, params: JsonObject | None = None, identifier: str | int = 1) -> Message:
    return message({"jsonrpc": "2.0", "id": identifier, "method": method, "params": params or {}})


def notification(method: str, params: JsonObject | None = None) -> Message:
    return message({"jsonrpc": "2.0", "method": method, "params": params or {}})


def response(result: JsonObject, identifier: str | int = 1) -> Message:
    return message({"jsonrpc": "2.0", "id": identifier, "result": result})


def call(method: str, tool: str | None = None) -> Call:
    return Call(id=1, method=method, target=tool, decision_id="d")


def decide(policy: Policy, direction: Direction, judged: Message, answered: Call | None = None) -> Decision:
    return inspect(judged, Context(direction=direction, server="shop", call=answered), policy).decision


def asks_legacy(policy: Policy, method: str) -> Decision:
    """Decide on what a legacy server asks: a request of its own."""
    return decide(policy, S2C, request(method, {"messages": []}))


def asks_modern(policy: Policy, method: str) -> Decision:
    """Decide on what a modern server asks: an entry of a result."""
    asked: JsonObject = {"key": {"method": method, "params": {"messages": []}}}
    result: JsonObject = {"resultType": "input_required", "inputRequests": asked}
    return decide(policy, S2C, response(result), call("tools/call", "book"))


def answers_legacy(policy: Policy, method: str) -> Decision:
    """Decide on what a legacy client answers: a response of its own."""
    answer = ANSWERS[method]
    assert isinstance(answer, dict)
    return decide(policy, C2S, response(answer), call(method))


def answers_modern(policy: Policy, method: str) -> Decision:
    """Decide on what a modern client answers: an entry of its retry."""
    params: JsonObject = {"name": "book", "arguments": {}, "inputResponses": {"key": ANSWERS[method]}}
    return decide(policy, C2S, request("tools/call", params))
