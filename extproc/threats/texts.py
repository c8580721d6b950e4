"""The texts of a message as a model reads them: every string, and those inside of strings that are JSON themselves."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from extproc.detect.views import View
from extproc.mcp.pointer import Pointer
from extproc.model.message import JsonValue

# A literal of JSON, and the colon that makes it a name (RFC 8259 §4, §7).
_LITERAL: Final = re.compile(r'"((?:[^"\\\n]|\\.)*+)"(\s*:)?')
_ESCAPE: Final = re.compile(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))")
_BETWEEN: Final = re.compile(r"true|false|null|[-+.eE\d\s\[\]{},:]+")
_SHORT: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
# Texts that are longer are read as they stand: their escapes are few beside what is left to read.
_LONGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Text:
    """A text with the place of the string that holds it.

    `where` is the same place, or with the name of the member inside of that string; it is for telling what kind of
    text this is, and no pointer. `view` is None where the text is the string itself.
    """

    text: str
    pointer: Pointer
    where: Pointer
    in_key: bool = False
    view: View | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of this text stands in the string."""
        return (start, end) if self.view is None else self.view.root(start, end)


# Whether a text is worth being looked at.
Worth = Callable[[str], bool]
# A string or the name of a member with its place, and whether it is a name.
String = tuple[Pointer, str, bool]


def texts_of(
    value: JsonValue, at: Pointer = (), skip: Callable[[Pointer], bool] | None = None, worth: Worth = bool
) -> Iterator[Text]:
    """Go through the texts in a value at this place, names of members included, but for what is skipped.

    A text that is JSON is gone through as well. What is not `worth` it is left out.
    """
    return texts_in(strings_of(value, at, skip), worth)


def texts_in(strings: Iterable[String], worth: Worth = bool) -> Iterator[Text]:
    """Go through the texts that strings are or hold."""
    for place, text, in_key in strings:
        if in_key:
            if worth(text):
                yield Text(text, place, place, in_key=True)
        elif worth(text):
            yield from _of_string(text, place, worth)


def strings_of(value: JsonValue, at: Pointer = (), skip: Callable[[Pointer], bool] | None = None) -> Iterator[String]:
    """Go through the strings in a value and the names of its members, each with its place and whether it is a name."""
    waiting: list[tuple[Pointer, JsonValue]] = [(at, value)]
    while waiting:
        place, one = waiting.pop()
        if skip is not None and skip(place):
            continue
        if isinstance(one, str):
            yield place, one, False
        elif isinstance(one, dict):
            for name, member in one.items():
                below = (*place, name)
                yield below, name, True
                if isinstance(member, str | dict | list):
                    waiting.append((below, member))
        elif isinstance(one, list):
            waiting.extend(((*place, index), element) for index, element in enumerate(one))


def _of_string(text: str, pointer: Pointer, worth: Worth) -> Iterator[Text]:
    start = text.lstrip()[:1]
    if start not in {"{", "["} or len(text) > _LONGEST or '"' not in text:
        yield Text(text, pointer, pointer)
        return
    if _BETWEEN.sub("", _LITERAL.sub(" ", text)):
        yield Text(text, pointer, pointer)  # it only looks like JSON, and says something between its literals
    name: tuple[str, ...] = ()
    root = View(text=text, leaf=0)
    for literal in _LITERAL.finditer(text):
        written = literal[1]
        if literal[2] is not None:
            name = (written,)
        if not worth(written):
            continue
        view = _unescaped(root, literal.start(1), written)
        yield Text(view.text, pointer, (*pointer, *name), in_key=literal[2] is not None, view=view)


def _unescaped(root: View, offset: int, written: str) -> View:
    if "\\" not in written:
        return View(text=written, leaf=0, parent=root, offset=offset)
    parts, kept, made = [], 0, 0
    at, until, outer_at, outer_until = [], [], [], []
    for escape in _ESCAPE.finditer(written):
        start, end = escape.span()
        parts.append(written[kept:start])
        made += start - kept
        character = _character(escape)
        parts.append(character)
        at.append(made)
        made += len(character)
        until.append(made)
        outer_at.append(offset + start)
        outer_until.append(offset + end)
        kept = end
    parts.append(written[kept:])
    return View(
        text="".join(parts),
        leaf=0,
        parent=root,
        offset=offset,
        at=at,
        until=until,
        outer_at=outer_at,
        outer_until=outer_until,
    )


def _character(escape: re.Match[str]) -> str:
    high, low, unit, short = escape.groups()
    if high is not None:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    if unit is not None:
        return chr(int(unit, 16))
    return _SHORT.get(short, short)
