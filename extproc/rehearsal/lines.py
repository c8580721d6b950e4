"""The members of a line of recorded or made-up traffic: read strictly, and never quoted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from extproc.model.intent import Classification, Intent
from extproc.model.message import Call, Direction, JsonObject, JsonValue, Message, Response
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.standing import Flag, Standing
from extproc.policy.facts import History

_SETS: Final = ("groups", "roles", "scopes")
_WORDS: Final = ("subject", "source", "issuer", "agent", "organisation", "team", "run")


class LineError(ValueError):
    """A line that is no input; it never quotes what stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    classification: Classification | None = None
    history: History | None = None
    standing: Standing | None = None
    call: Call | None = None


NOTHING_ASSUMED: Final = Assumed()


def direction_of(line: JsonObject) -> Direction:
    value = line.get("direction")
    if value not in {direction.value for direction in Direction}:
        raise LineError("member 'direction' must be client_to_server or server_to_client")
    return Direction(value)


def assumed_of(line: JsonObject, message: Message) -> Assumed:
    return Assumed(
        classification=_classified(line), history=_history(line), standing=_standing(line), call=_call(line, message)
    )


def text_of(line: JsonObject, name: str) -> str | None:
    value = line.get(name)
    if value is not None and not isinstance(value, str):
        raise LineError(f"member '{name}' must be a string")
    return value or None


def time_of(line: JsonObject) -> float:
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


def principal_of(member: JsonValue) -> Principal:
    """Read a principal: a subject, an object of its members, or nobody. Raises: `LineError`."""
    match member:
        case None | "anonymous":
            return ANONYMOUS
        case str():
            return Principal(subject=member, source="given")
        case dict():
            words = {name: text_of(member, name) for name in _WORDS}
            sets = {name: _texts(member, name) for name in _SETS}
            if member.keys() - {*_WORDS, *_SETS}:
                raise LineError(f"a principal has {', '.join((*_WORDS, *_SETS))}")
            if words["subject"] == ANONYMOUS.subject:
                return ANONYMOUS
            filled = {**words, "subject": words["subject"] or "somebody", "source": words["source"] or "given"}
            return Principal(**filled, **sets)  # type: ignore[arg-type]  # subject is a text by the line above
        case _:
            raise LineError("member 'principal' must be a string or an object")


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
    return Call(id=message.id, method=text_of(value, "method") or "", target=text_of(value, "target"), decision_id="")


def _count(line: JsonObject, name: str) -> int:
    value = line.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise LineError(f"member '{name}' must be a number of times")
    return value


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
