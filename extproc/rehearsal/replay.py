"""Messages of a file judged one after the other, each with what the messages before it have made known.

A line is a JSON object: `direction` and `message`, and as far as they are known `principal` (a subject, or an object of
its members), `server`, `session`, `namespace` and `at`. Recorded traffic has the same form. A line alone can
also say what would have been known of it: `intent`, `history`, the `flags` of the definition it is about and, for a
response, the `call` that it answers.
"""

from collections import OrderedDict
from typing import Final, TypeAlias, TypeVar

from extproc.classify.profile import ToolProfile, profile_of
from extproc.mcp.named import read_named
from extproc.model.message import (
    Call,
    Direction,
    ErrorResponse,
    JsonObject,
    Message,
    Request,
    RequestId,
    Response,
    named_target,
)
from extproc.model.rejection import Rejection
from extproc.pipeline.context import Context
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.search import Detection
from extproc.pipeline.stages import inspect
from extproc.pipeline.trails import change_of, history_of
from extproc.policy.rules import Policy
from extproc.rehearsal.lines import NOTHING_ASSUMED, LineError, assumed_of, direction_of, principal_of, text_of, time_of
from extproc.rehearsal.shelf import Shelf
from extproc.sessions.scope import Hints, RunSource, scope_of
from extproc.sessions.trail import EMPTY, Trail

_REMEMBERED: Final = 100_000

_Scope: TypeAlias = tuple[str, str, str]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Replay:
    """Judges lines in order by one policy, keeping state by (principal, session, server).

    With `assume`, a line can say what would have been known of it; otherwise such members are not looked at.
    """

    def __init__(self, policy: Policy, detection: Detection | None = None, *, assume: bool = False) -> None:
        """Begin with nothing remembered; without detectors messages are not searched."""
        self._detection = detection
        self._policy = policy
        self._assume = assume
        self._calls: OrderedDict[tuple[_Scope, Direction, type, RequestId], Call] = OrderedDict()
        self._threats = detection.threats if detection is not None else None
        self._trails: OrderedDict[str, Trail] = OrderedDict()
        self._shelf = Shelf(self._threats)
        self._lines = 0
        self._profiles: OrderedDict[tuple[str, str], ToolProfile] = OrderedDict()

    def judge(self, line: JsonObject) -> Inspection | Rejection:
        """Judge one line. Raises: `LineError` when it is no input."""
        direction, principal = direction_of(line), principal_of(line.get("principal"))
        server, session = text_of(line, "server") or "default", text_of(line, "session")
        if "message" not in line:
            raise LineError("member 'message' is missing")
        message = read_named(line["message"])
        if isinstance(message, Rejection):
            return message
        scope = (principal.subject, session or "", server)
        assumed = assumed_of(line, message) if self._assume else NOTHING_ASSUMED
        now, call = time_of(line), self._answered(scope, direction, message) or assumed.call
        whose = scope_of(principal, Hints(session=session), (RunSource.CLAIM, RunSource.SESSION))
        trail = self._trails.get(whose, EMPTY)
        listed = self._shelf.listed(whose, server, message, call, now)
        context = Context(
            direction=direction,
            server=server,
            principal=principal,
            session=session,
            call=call,
            profile=self._profile(server, message),
            namespace=text_of(line, "namespace"),
            history=assumed.history or history_of(trail, now),
            trail=trail,
            standing=assumed.standing or listed.own or self._shelf.standing(whose, server, message),
            standings=listed.standings,
            shadows=listed.shadows,
            names=self._shelf.names(whose),
            now=now,
            scope=f"{principal.subject}/{session or ''}",
        )
        inspection = inspect(message, context, self._policy, self._detection, classification=assumed.classification)
        self._lines += 1
        identifier = line.get("id")
        name = identifier if isinstance(identifier, str) else f"line {self._lines}"
        self._remember(scope, inspection, name)
        change = change_of(inspection, name, self._threats)
        if change is not None:
            _put(self._trails, whose, change(trail))
        return inspection

    def _profile(self, server: str, message: Message) -> ToolProfile | None:
        target = named_target(message.method, message.params) if isinstance(message, Request) else None
        return self._profiles.get((server, target)) if target is not None else None

    def _answered(self, scope: _Scope, direction: Direction, message: Message) -> Call | None:
        match message:
            case Response(id=answered) | ErrorResponse(id=answered) if answered is not None:
                call = self._calls.pop((scope, _other(direction), type(answered), answered), None)
                return call or _listing(message)
            case _:
                return None

    def _remember(self, scope: _Scope, inspection: Inspection, name: str) -> None:
        context, message = inspection.context, inspection.message
        match message:
            case Request():
                call = _call_of(message, inspection, name)
                _put(self._calls, (scope, context.direction, type(message.id), message.id), call)
            case Response() if context.call is not None and context.call.method == "tools/list":
                tools = message.result.get("tools")
                for tool in tools if isinstance(tools, list) else ():
                    if isinstance(tool, dict) and isinstance(tool.get("name"), str):
                        _put(self._profiles, (context.server, str(tool["name"])), profile_of(tool))
            case _:
                pass


def _listing(message: Response | ErrorResponse) -> Call | None:
    """Take a result with tools for the answer to `tools/list`, where its request is not among the lines."""
    if isinstance(message, Response) and isinstance(message.result.get("tools"), list):
        return Call(id=message.id, method="tools/list", target=None, decision_id="")
    return None


def _call_of(message: Request, inspection: Inspection, name: str) -> Call:
    classed = inspection.classification
    return Call(
        id=message.id,
        method=message.method,
        target=named_target(message.method, message.params),
        decision_id=name,
        intent=classed.intent if classed else None,
        response_bytes=inspection.obligations.response_bytes,
        paged="cursor" in message.params,
    )


def _put(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _REMEMBERED:
        kept.popitem(last=False)


def _other(direction: Direction) -> Direction:
    match direction:
        case Direction.CLIENT_TO_SERVER:
            return Direction.SERVER_TO_CLIENT
        case Direction.SERVER_TO_CLIENT:
            return Direction.CLIENT_TO_SERVER
