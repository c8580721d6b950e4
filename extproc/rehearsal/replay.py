"""Messages of a file judged one after the other, each with what the messages before it have made known.

A line is a JSON object: `direction` and `message`, and as far as they are known `principal` (a subject, or an object of
its members), `server`, `session`, `namespace` and `at`. Recorded traffic has the same form. A line alone can
also say what would have been known of it: `intent`, `history`, the `flags` of the definition it is about and, for a
response, the `call` that it answers.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

from extproc.classify.profile import ToolProfile, profile_of
from extproc.mcp.named import read_named
from extproc.model.decision import Effect
from extproc.model.intent import Classification, Intent
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
from extproc.model.standing import NEVER_SEEN, Flag, Standing
from extproc.pipeline.context import Context
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.search import Detection
from extproc.pipeline.stages import inspect
from extproc.policy.facts import History
from extproc.policy.past import Past
from extproc.policy.rules import Policy

_REMEMBERED: Final = 100_000
_SETS: Final = ("groups", "roles", "scopes")
_WORDS: Final = ("subject", "source", "issuer", "agent", "organisation", "team")

_Scope: TypeAlias = tuple[str, str, str]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class LineError(ValueError):
    """A line that is no input; it never quotes what stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Assumed:
    classification: Classification | None = None
    history: History | None = None
    standing: Standing | None = None
    call: Call | None = None


_NOTHING: Final = _Assumed()


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
        self._pasts: OrderedDict[_Scope, Past] = OrderedDict()
        self._profiles: OrderedDict[tuple[str, str], ToolProfile] = OrderedDict()

    def judge(self, line: JsonObject) -> Inspection | Rejection:
        """Judge one line. Raises: `LineError` when it is no input."""
        direction, principal = _direction(line), principal_of(line.get("principal"))
        server, session = _text(line, "server") or "default", _text(line, "session")
        if "message" not in line:
            raise LineError("member 'message' is missing")
        message = read_named(line["message"])
        if isinstance(message, Rejection):
            return message
        scope = (principal.subject, session or "", server)
        assumed = _assumed(line, message) if self._assume else _NOTHING
        past = self._pasts.get(scope, Past())
        context = Context(
            direction=direction,
            server=server,
            principal=principal,
            session=session,
            call=self._answered(scope, direction, message) or assumed.call,
            profile=self._profile(server, message),
            namespace=_text(line, "namespace"),
            history=assumed.history or past.history,
            standing=assumed.standing or NEVER_SEEN,
            now=_time(line),
            scope=f"{principal.subject}/{session or ''}",
        )
        inspection = inspect(message, context, self._policy, self._detection, classification=assumed.classification)
        self._remember(scope, past, inspection)
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

    def _remember(self, scope: _Scope, past: Past, inspection: Inspection) -> None:
        context, message = inspection.context, inspection.message
        match message:
            case Request():
                call = _call_of(message, inspection)
                _put(self._calls, (scope, context.direction, type(message.id), message.id), call)
                if message.method == "tools/call":
                    past.add(call.tool, call.intent, refused=inspection.decision.effect is not Effect.ALLOW)
                    _put(self._pasts, scope, past)
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


def principal_of(member: JsonValue) -> Principal:
    """Read a principal: a subject, an object of its members, or nobody. Raises: `LineError`."""
    match member:
        case None | "anonymous":
            return ANONYMOUS
        case str():
            return Principal(subject=member, source="given")
        case dict():
            words = {name: _text(member, name) for name in _WORDS}
            sets = {name: _texts(member, name) for name in _SETS}
            if member.keys() - {*_WORDS, *_SETS}:
                raise LineError(f"a principal has {', '.join((*_WORDS, *_SETS))}")
            if words["subject"] == ANONYMOUS.subject:
                return ANONYMOUS
            filled = {**words, "subject": words["subject"] or "somebody", "source": words["source"] or "given"}
            return Principal(**filled, **sets)  # type: ignore[arg-type]  # subject is a text by the line above
        case _:
            raise LineError("member 'principal' must be a string or an object")


def _call_of(message: Request, inspection: Inspection) -> Call:
    classed = inspection.classification
    return Call(
        id=message.id,
        method=message.method,
        target=named_target(message.method, message.params),
        decision_id="",
        intent=classed.intent if classed else None,
        response_bytes=inspection.obligations.response_bytes,
    )


def _put(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _REMEMBERED:
        kept.popitem(last=False)


def _direction(line: JsonObject) -> Direction:
    value = line.get("direction")
    if value not in {direction.value for direction in Direction}:
        raise LineError("member 'direction' must be client_to_server or server_to_client")
    return Direction(value)


def _other(direction: Direction) -> Direction:
    match direction:
        case Direction.CLIENT_TO_SERVER:
            return Direction.SERVER_TO_CLIENT
        case Direction.SERVER_TO_CLIENT:
            return Direction.CLIENT_TO_SERVER


def _assumed(line: JsonObject, message: Message) -> _Assumed:
    return _Assumed(
        classification=_classified(line), history=_history(line), standing=_standing(line), call=_call(line, message)
    )


def _classified(line: JsonObject) -> Classification | None:
    value = line.get("intent")
    if value is None:
        return None
    if value not in {intent.value for intent in Intent}:
        raise LineError(f"member 'intent' must be one of {', '.join(Intent)}")
    return Classification(intent=Intent(str(value)), score=1.0)


def _history(line: JsonObject) -> History | None:
    value = line.get("history")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise LineError("member 'history' must be an object")
    intents = _texts(value, "intents") or frozenset()
    if not intents <= {intent.value for intent in Intent}:
        raise LineError(f"the intents of 'history' are {', '.join(Intent)}")
    return History(
        calls=_count(value, "calls"),
        refused=_count(value, "refused"),
        tools=_texts(value, "tools") or frozenset(),
        intents=frozenset(map(Intent, intents)),
        labels=_texts(value, "labels") or frozenset(),
        risk=_risk(value),
    )


def _risk(line: JsonObject) -> float:
    value = line.get("risk", 0.0)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise LineError("member 'risk' must be a number from 0 to 1")
    return float(value)


def _standing(line: JsonObject) -> Standing | None:
    flags = _texts(line, "flags")
    if flags is None:
        return None
    if not flags <= {flag.value for flag in Flag}:
        raise LineError(f"the flags of a definition are {', '.join(Flag)}")
    return Standing(flags=frozenset(map(Flag, flags)))


def _call(line: JsonObject, message: Message) -> Call | None:
    value = line.get("call")
    if not isinstance(value, dict) or not isinstance(message, Response):
        return None
    return Call(id=message.id, method=_text(value, "method") or "", target=_text(value, "target"), decision_id="")


def _count(line: JsonObject, name: str) -> int:
    value = line.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise LineError(f"member '{name}' must be a number of times")
    return value


def _text(line: JsonObject, name: str) -> str | None:
    value = line.get(name)
    if value is not None and not isinstance(value, str):
        raise LineError(f"member '{name}' must be a string")
    return value or None


def _texts(line: JsonObject, name: str) -> frozenset[str] | None:
    value = line.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise LineError(f"member '{name}' must be a list of strings")
    found = frozenset(word for word in value if isinstance(word, str))
    if len(found) != len(value):
        raise LineError(f"member '{name}' must be a list of strings, each once")
    return found


def _time(line: JsonObject) -> float:
    """Read when it was: a number of seconds since the epoch, or a text with its offset; without, the epoch itself."""
    value = line.get("at", 0.0)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise LineError("member 'at' must be a number of seconds, or a time with its offset")
    return time.timestamp()
