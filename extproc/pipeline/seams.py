"""Where the texts of consecutive events of a stream meet: what one ends with, the next may go on with."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from extproc.mcp.pointer import Pointer
from extproc.model.message import JsonValue, Message, Notification, Response

# How much of the text before is looked at together with the next.
TAIL: Final = 512
# What ends nothing: a run without blanks, quotes or brackets; groups of digits; a key whose end has not come.
_RUN: Final = re.compile(r"[^\s\"'<>(){}\[\],;]+\Z")
_DIGITS: Final = re.compile(r"\d[\d -]*\Z")
_KEY: Final = re.compile(r"-----BEGIN (?:(?!-----END)[\s\S])*\Z")
_PLAIN_END: Final = re.compile(r"[.!?…:]\Z")


class Text(NamedTuple):
    """A text and where it stands."""

    pointer: Pointer
    text: str


class Ends(NamedTuple):
    """The first and the last text of a message; often the same."""

    first: Text
    last: Text


def ends_of(message: Message) -> Ends | None:
    """Return the texts of a message that can be pieces of a longer one: of progress, of a log, of a result."""
    match message:
        case Notification(params=params):
            found = [*_texts(params, ("params",), ("message", "data"))]
        case Response(result=result):
            found = [*_texts(result, ("result",), ("content",))]
        case _:
            found = []
    return Ends(first=found[0], last=found[-1]) if found else None


def unfinished(text: str) -> int:
    """Return how many of the last characters could be the head of something that goes on in the next text."""
    tail = text[-TAIL:]
    if _PLAIN_END.search(tail) and not any(map(str.isdigit, tail[-TAIL // 8 :].rpartition(" ")[2])):
        return 0
    lengths = [len(found.group()) for form in (_RUN, _DIGITS, _KEY) if (found := form.search(tail))]
    return max(lengths, default=0)


def _texts(members: Mapping[str, JsonValue], pointer: Pointer, names: tuple[str, ...]) -> list[Text]:
    found: list[Text] = []
    stack: list[tuple[Pointer, JsonValue]] = [((*pointer, name), members[name]) for name in names if name in members]
    stack.reverse()
    while stack:
        where, item = stack.pop()
        match item:
            case str() if item and (where[-1] == "text" or where[1] != "content"):
                found.append(Text(where, item))
            case dict():
                stack.extend(((*where, name), child) for name, child in reversed(item.items()))
            case list():
                stack.extend(((*where, index), child) for index, child in reversed([*enumerate(item)]))
            case _:
                continue
    return found
