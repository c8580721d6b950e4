"""Judge messages given as JSON Lines, keeping state over the lines of one run by (principal, session, server)."""

from collections import OrderedDict
from typing import Final, TypeAlias

import jiter

from extproc.engine.single import read_named
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import Limits
from extproc.model.decision import Effect
from extproc.model.message import (
    Call,
    Direction,
    ErrorResponse,
    JsonObject,
    JsonValue,
    Message,
    Request,
    RequestId,
    Response,
    named_target,
)
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.rejection import Rejection
from extproc.pipeline.inspection import Context, Inspection
from extproc.pipeline.stages import inspect
from extproc.policy.rules import Policy
from extproc.redact.apply import apply_edits, dump

_MAX_CALLS: Final = 100_000
_LIMITS: Final = Limits(body_bytes=64 * 1024 * 1024, values=10_000_000)

_Scope: TypeAlias = tuple[str, str, str]
_CallKey: TypeAlias = tuple[_Scope, Direction, type, RequestId]


class _LineError(ValueError):
    """A line that is no input."""


class Inspector:
    """Judges lines in order."""

    def __init__(self, policy: Policy) -> None:
        """Judge by one policy."""
        self._policy = policy
        self._calls: OrderedDict[_CallKey, Call] = OrderedDict()

    def line(self, data: bytes) -> bytes:
        """Return the output line for an input line; a bad one gives `{"id", "error"}`."""
        document = parse_document(data.strip(), _LIMITS)
        match document:
            case Rejection():
                return dump({"id": _loose_id(data), "error": f"the line was refused: {document.message}"})
            case dict():
                identifier = document.get("id")
            case _:
                return dump({"id": None, "error": "the line must be a JSON object"})
        try:
            return dump(self._judge(identifier, document, data))
        except _LineError as error:
            return dump({"id": identifier, "error": str(error)})

    def _judge(self, identifier: JsonValue, line: JsonObject, data: bytes) -> JsonObject:
        direction = _direction(line)
        scope = (_text(line, "principal", "anonymous"), _text(line, "session", ""), _text(line, "server", "default"))
        if "message" not in line:
            raise _LineError("member 'message' is missing")
        message = read_named(line["message"])
        if isinstance(message, Rejection):
            return _output(identifier, "deny", [f"strict:{message.reason}"], None)
        context = Context(
            direction=direction,
            server=scope[2],
            principal=ANONYMOUS if scope[0] == ANONYMOUS.subject else Principal(subject=scope[0]),
            session=scope[1] or None,
            call=self._correlate(scope, direction, message),
        )
        inspection = inspect(message, context, self._policy)
        return self._report(identifier, inspection, data)

    def _correlate(self, scope: _Scope, direction: Direction, message: Message) -> Call | None:
        """Remember requests and find them for their responses; a response alone is judged all the same."""
        match message:
            case Request():
                target = named_target(message.method, message.params) if message.method == "tools/call" else None
                call = Call(id=message.id, method=message.method, tool=target, decision_id="")
                self._calls[scope, direction, type(message.id), message.id] = call
                if len(self._calls) > _MAX_CALLS:
                    self._calls.popitem(last=False)
                return None
            case Response(id=answered) | ErrorResponse(id=answered) if answered is not None:
                asked = _other(direction)
                return self._calls.pop((scope, asked, type(answered), answered), None)
            case _:
                return None

    def _report(self, identifier: JsonValue, inspection: Inspection, data: bytes) -> JsonObject:
        decision = inspection.decision
        # Read again without loss: what is written must have the digits that would be forwarded.
        line = jiter.from_json(data.strip(), float_mode="lossless-float", cache_mode="keys")
        match decision.effect:
            case Effect.ALLOW:
                forwarded = apply_edits(line["message"], decision.edits)
            case Effect.HOLD | Effect.DENY:
                forwarded = None
        return _output(identifier, decision.outcome.value, [*decision.determining], forwarded)


def _output(identifier: JsonValue, outcome: str, determining: list[JsonValue], forwarded: JsonValue) -> JsonObject:
    return {
        "id": identifier,
        "outcome": outcome,
        "intent": None,
        "findings": [],
        "determining": determining,
        "message": forwarded,
    }


def _direction(line: JsonObject) -> Direction:
    value = line.get("direction")
    if value not in {direction.value for direction in Direction}:
        raise _LineError("member 'direction' must be client_to_server or server_to_client")
    return Direction(value)


def _other(direction: Direction) -> Direction:
    match direction:
        case Direction.CLIENT_TO_SERVER:
            return Direction.SERVER_TO_CLIENT
        case Direction.SERVER_TO_CLIENT:
            return Direction.CLIENT_TO_SERVER


def _text(line: JsonObject, name: str, default: str) -> str:
    value = line.get(name, default)
    if not isinstance(value, str):
        raise _LineError(f"member '{name}' must be a string")
    return value


def _loose_id(data: bytes) -> JsonValue:
    """Return the id of a line that was refused for what else is in it, so that its error can be matched."""
    try:
        value = jiter.from_json(data, catch_duplicate_keys=False)
    except ValueError:
        return None
    identifier = value.get("id") if isinstance(value, dict) else None
    return identifier if isinstance(identifier, str) else None
