"""The arguments of one call: walked within bounds, each value read by its key and by what it looks like."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

from extproc.classify.amounts import about_persons, read_amount
from extproc.classify.codes import Mark, seen
from extproc.classify.destinations import is_content, read_flag, read_text
from extproc.classify.languages import read_language, unreadable
from extproc.classify.requests import read_object
from extproc.classify.subject import Subject, key_words
from extproc.mcp.pointer import Pointer, format_pointer
from extproc.model.intent import Evidence, Intent
from extproc.model.message import JsonObject, JsonValue
from extproc.model.value import value

# What is not looked at is never called a read: `argument_too_large`.
_VALUES: Final = 600
_DEPTH: Final = 24
_LONG: Final = 16384
_CHARACTERS: Final = 131_072


@value
class ArgumentsReading:
    """What the arguments say. `decided` is whether one was read that decides what the tool does."""

    evidence: tuple[Evidence, ...]
    decided: bool


def read_arguments(subject: Subject, arguments: Mapping[str, JsonValue], at: Pointer) -> ArgumentsReading:
    """Read all arguments of a call."""
    walk = _Walk(subject, arguments)
    walk.go(at)
    return ArgumentsReading(evidence=tuple(dict.fromkeys(walk.evidence)), decided=walk.decided)


class _Walk:
    """One walk over the arguments of one call, and what it has found so far."""

    def __init__(self, subject: Subject, arguments: Mapping[str, JsonValue]) -> None:
        self.subject = subject
        self.arguments = arguments
        self.persons = about_persons(subject, arguments)
        self.language = _language(arguments)
        self.evidence: list[Evidence] = []
        self.decided = False
        self._left = _CHARACTERS

    def go(self, at: Pointer) -> None:
        """Walk everything below, within bounds."""
        stack: list[tuple[Pointer, tuple[str, ...], JsonValue | Mapping[str, JsonValue]]] = [(at, (), self.arguments)]
        count = 0
        while stack:
            pointer, words, each = stack.pop()
            count += 1
            if count > _VALUES or len(pointer) > _DEPTH + len(at):
                self._mark([("argument_too_large", Intent.WRITE)], at)
                return
            match each:
                case dict():
                    self._object(pointer, each)
                    stack.extend(
                        ((*pointer, key), key_words(key) or words, child)
                        for key, child in islice(each.items(), _VALUES + 1)
                    )
                case list():
                    self._list(pointer, words, each)
                    stack.extend(((*pointer, index), words, child) for index, child in enumerate(each[: _VALUES + 1]))
                case str():
                    self._string(pointer, words, each)
                case int() | float():
                    self._scalar(pointer, words, each)
                case _:
                    pass

    def _mark(self, marks: list[Mark], pointer: Pointer) -> None:
        if marks:
            self.evidence += seen(marks, format_pointer(pointer))

    def _decide(self, marks: tuple[Mark, ...], pointer: Pointer) -> None:
        self.decided = True
        self._mark(list(marks) or [("argument_read", Intent.READ)], pointer)

    def _object(self, pointer: Pointer, each: JsonObject) -> None:
        reading = read_object(self.subject, each, top=each is self.arguments)
        if reading is not None:
            self._decide(reading, pointer)

    def _list(self, pointer: Pointer, words: tuple[str, ...], each: list[JsonValue]) -> None:
        """Read a command that is given as the list of its words."""
        if words and words[-1] in {"command", "cmd", "argv", "args"} and self.subject.runs and each:
            parts = [part for part in each[:_VALUES] if isinstance(part, str)]
            marks = read_language(self.subject, ("command",), " ".join(map(_quoted, parts)), None) if parts else None
            if marks is not None:
                self._decide(marks, pointer)

    def _string(self, pointer: Pointer, words: tuple[str, ...], text: str) -> None:
        self._left -= min(len(text), _LONG)
        if self._left < 0:
            self._mark([("argument_too_large", Intent.WRITE)], pointer)
            return
        listed = (
            bool(pointer)
            and isinstance(pointer[-1], int)
            and words[-1:] in (("command",), ("cmd",), ("argv",), ("args",))
        )
        if not listed:
            self._languages(pointer, words, text)
        if len(text) <= _LONG:
            self._mark(read_text(self.subject, words, text), pointer)
            self._mark(read_amount(self.subject, words, text, persons=self.persons), pointer)
        elif not is_content(words):
            self._mark([("argument_too_large", Intent.WRITE)], pointer)

    def _languages(self, pointer: Pointer, words: tuple[str, ...], text: str) -> None:
        marks = read_language(self.subject, words, text, self.language)
        if marks is not None:
            if self.subject.decides or marks:
                self._decide(marks, pointer)
        elif unreadable(self.subject, words):
            self._decide((("argument_unreadable", Intent.WRITE),), pointer)

    def _scalar(self, pointer: Pointer, words: tuple[str, ...], each: JsonValue) -> None:
        self._mark(read_flag(self.subject, words, each), pointer)
        self._mark(read_amount(self.subject, words, each, persons=self.persons), pointer)


def _language(arguments: Mapping[str, JsonValue]) -> str | None:
    named = arguments.get("language") or arguments.get("lang") or arguments.get("runtime")
    return named[:32] if isinstance(named, str) else None


def _quoted(word: str) -> str:
    return (
        word
        if word.replace("-", "").replace("/", "").replace(".", "").replace("_", "").isalnum()
        else "'" + word.replace("'", "'\\''") + "'"
    )
