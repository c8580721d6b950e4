"""The kinds of value in a policy file: words, globs, pointers, expressions, times; each is checked as it is read."""

from typing import Annotated, Any, Final, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from extproc.classify.codes import CODES
from extproc.config.model import enum
from extproc.config.vocabulary import Vocabulary
from extproc.mcp.methods import GROUPS
from extproc.mcp.pointer import PointerPattern, parse_pattern
from extproc.model.decision import Effect
from extproc.model.intent import Intent
from extproc.model.message import Direction
from extproc.model.standing import Flag
from extproc.policy.expression import ExpressionError, When, compile_expression
from extproc.policy.obligations import CATEGORIES, LogLevel
from extproc.policy.question import Kind
from extproc.policy.rules import LayerKind, Mode
from extproc.redact.plan import is_protocol

_Item = TypeVar("_Item")
_ARGUMENTS: Final = "/params/arguments/"


def _single(values: list[_Item]) -> list[_Item]:
    if any(value in values[:index] for index, value in enumerate(values)):
        raise ValueError("a word occurs twice")
    return values


def _method(name: str) -> str:
    if name.startswith("@") and name not in GROUPS:
        raise ValueError(f"unknown group of methods; there are {', '.join(GROUPS)}")
    return name


def _evidence(code: str) -> str:
    if code not in CODES:
        raise ValueError("the classifier gives no such evidence; docs/detectors.md lists what it gives")
    return code


def _entity(name: str, info: ValidationInfo) -> str:
    known = info.context.entities if isinstance(info.context, Vocabulary) else None
    if known is not None and name not in known | CATEGORIES:
        raise ValueError(f"no detector finds {name}")
    return name


def _channel(name: str, info: ValidationInfo) -> str:
    known = info.context.channels if isinstance(info.context, Vocabulary) else None
    if known is not None and name not in known:
        raise ValueError(f"the configuration has no channel {name}")
    return name


def _recordable(asked: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic gives the value by position
    if isinstance(info.context, Vocabulary) and info.context.recording is False:
        raise ValueError("the configuration has no recording.file to keep messages in")
    return asked


def _pointer(value: object) -> PointerPattern:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError("a pointer is a text of at most 256 characters")
    pattern = parse_pattern(value)
    if is_protocol(pattern.tokens):
        raise ValueError("this member belongs to the protocol and is never altered")
    return pattern


def _argument(value: object) -> PointerPattern:
    if not isinstance(value, str) or not value.startswith(_ARGUMENTS):
        raise ValueError(f"only arguments can be named here: a pointer that begins with {_ARGUMENTS}")
    return _pointer(value)


def _expression(value: object) -> When:
    if not isinstance(value, str):
        raise ValueError("an expression is a text; put it in quotes")  # noqa: TRY004 - pydantic reads ValueError
    try:
        return compile_expression(value)
    except ExpressionError as error:
        raise ValueError(f"{error.message} (at {error.line}:{error.column} of the expression)") from None


def zone(value: str) -> str:
    """Check that a time zone is known. Raises: `ValueError`."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("unknown time zone; one is named as in Europe/London or UTC") from None
    return value


_LONGEST: Final = 256
_MANY: Final = [Field(min_length=1, max_length=1000), AfterValidator(_single)]

Text = Annotated[str, Field(max_length=500)]
Word = Annotated[str, Field(min_length=1, max_length=_LONGEST)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Words = Annotated[list[Word], *_MANY]
Methods = Annotated[list[Annotated[Word, AfterValidator(_method)]], *_MANY]
EvidenceCodes = Annotated[list[Annotated[str, AfterValidator(_evidence)]], *_MANY]
Entities = Annotated[list[Annotated[Word, AfterValidator(_entity)]], *_MANY]
Recorded = Annotated[Literal[True], AfterValidator(_recordable)]
Channels = Annotated[list[Annotated[Name, AfterValidator(_channel)]], *_MANY]
Zone = Annotated[Word, AfterValidator(zone)]

EffectWord = Annotated[Effect, enum(Effect)]
DirectionWord = Annotated[Direction, enum(Direction)]
LayerWord = Annotated[LayerKind, enum(LayerKind)]
ModeWord = Annotated[Mode, enum(Mode)]
LogWord = Annotated[LogLevel, enum(LogLevel)]
IntentWord = Annotated[Intent, enum(Intent)]
Kinds = Annotated[list[Annotated[Kind, enum(Kind)]], *_MANY]
Intents = Annotated[list[IntentWord], *_MANY]
Flags = Annotated[list[Annotated[Flag, enum(Flag)]], *_MANY]

Pattern = Annotated[PointerPattern, PlainValidator(_pointer)]
Argument = Annotated[PointerPattern, PlainValidator(_argument)]
Arguments = Annotated[list[Argument], *_MANY]
Expression = Annotated[When, PlainValidator(_expression)]
Plain = Any  # JSON of a message: whatever YAML can say
