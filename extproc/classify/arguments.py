"""The arguments of one call: walked within bounds, each value read by its key and by what it looks like."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final, TypeAlias

from extproc.classify.amounts import about_persons, read_amount
from extproc.classify.codes import Mark, seen
from extproc.classify.destinations import read_flag, read_text
from extproc.classify.keys import NO_KEY, Key, key_of
from extproc.classify.languages import read_language, unreadable
from extproc.classify.requests import DECIDING, names_operation, read_object
from extproc.classify.subject import Subject
from extproc.mcp.pointer import Pointer, format_pointer
from extproc.model.intent import Evidence, Intent
from extproc.model.message import JsonValue
from extproc.model.value import value

# What is not looked at is never called a read: `argument_too_large`.
_VALUES: Final = 1000
_DEPTH: Final = 24
_LONG: Final = 16384
_CHARACTERS: Final = 131_072
# Texts in a language that are read, and their length in all: one may cost as much as all the rest of a call.
_STATEMENTS: Final = 48
_SPOKEN: Final = 16_384

_PROGRAMS: Final = ("subcommand", "sub_command", "command", "cmd", "program", "executable", "binary")

_Node: TypeAlias = "tuple[Pointer, Key, Mapping[str, JsonValue] | list[JsonValue]]"


@value
class ArgumentsReading:
    """What the arguments say. `decided` is whether one was read that decides what the tool does."""

    evidence: tuple[Evidence, ...]
    decided: bool


def read_arguments(subject: Subject, arguments: Mapping[str, JsonValue], at: Pointer) -> ArgumentsReading:
    """Read all arguments of a call. What was not looked at may be what decides: then nothing is decided."""
    walk = _Walk(subject, arguments)
    walk.go(at)
    return ArgumentsReading(evidence=tuple(dict.fromkeys(walk.evidence)), decided=walk.decided and not walk.cut)


class _Walk:
    """One walk over the arguments of one call, and what it has found so far."""

    def __init__(self, subject: Subject, arguments: Mapping[str, JsonValue]) -> None:
        self.subject = subject
        self.arguments = arguments
        self.evidence: list[Evidence] = []
        self.decided = False
        self.cut = False
        self._runs = subject.runs
        self._text_only = subject.treats_as_text
        self._opens = subject.name.verb in {"read", "open"}
        self._reads = subject.intent is Intent.READ
        self._moves_money = subject.moves_money
        self._language = _language(arguments)
        self._persons: bool | None = None
        self._characters = _CHARACTERS
        self._statements = _STATEMENTS
        self._spoken = _SPOKEN

    def go(self, at: Pointer) -> None:
        """Walk everything below, within bounds."""
        stack: list[_Node] = [(at, NO_KEY, self.arguments)]
        keys: dict[str, Key] = {}
        loud = self._runs or self._opens
        named = names_operation(self.subject)
        left = _VALUES
        while stack and not self.cut:
            pointer, key, each = stack.pop()
            room, left = left, left - len(each)
            if left < 0 or len(pointer) > _DEPTH + len(at):
                self._too_large(at)
            if isinstance(each, list):
                self._list(pointer, key, each)
                for index, child in enumerate(each[:room]):
                    if isinstance(child, (dict, list)):
                        stack.append(((*pointer, index), key, child))
                    else:
                        self._leaf((*pointer, index), key, child)
                continue
            if named or not DECIDING.isdisjoint(each):
                self._object(pointer, each)
            for name, child in islice(each.items(), room):
                own = keys.get(name) or keys.setdefault(name, key_of(name))
                if isinstance(child, (dict, list)):
                    stack.append(((*pointer, name), own if own.words else key, child))
                elif loud or not own.quiet or (isinstance(child, str) and (":" in child or len(child) > _LONG)):
                    self._leaf((*pointer, name), own if own.words else key, child)

    def _leaf(self, pointer: Pointer, key: Key, each: JsonValue) -> None:
        if isinstance(each, str):
            self._string(pointer, key, each)
        elif each is not None and key.flags:
            self._mark(read_flag(self.subject, key.words, each), pointer)
        if key.selects or (key.limits and self._reads) or (key.money and self._moves_money):
            self._amount(pointer, key, each)

    def _mark(self, marks: Sequence[Mark], pointer: Pointer) -> None:
        if marks:
            self.evidence += seen(marks, format_pointer(pointer))

    def _too_large(self, pointer: Pointer) -> None:
        self.cut = True
        self._mark((("argument_too_large", Intent.WRITE),), pointer)

    def _decide(self, marks: tuple[Mark, ...], pointer: Pointer) -> None:
        self.decided = True
        self._mark(marks or (("argument_read", Intent.READ),), pointer)

    def _object(self, pointer: Pointer, each: Mapping[str, JsonValue]) -> None:
        reading = read_object(self.subject, each, top=each is self.arguments)
        if reading is not None:
            self._decide(reading, pointer)

    def _list(self, pointer: Pointer, key: Key, each: list[JsonValue]) -> None:
        """Read a command that is given as the list of its words, behind a member that names the program."""
        if key.listed and self._runs and each:
            first = next((self.arguments[name] for name in _PROGRAMS if name in self.arguments), None)
            parts = [_quoted(part) for part in each[:_VALUES] if isinstance(part, str)]
            line = " ".join((first, *parts) if isinstance(first, str) else parts)
            marks = read_language(self.subject, ("command",), line, None) if parts else None
            if marks is not None:
                self._decide(marks, pointer)

    def _string(self, pointer: Pointer, key: Key, text: str) -> None:
        if self.cut:
            return
        length = len(text)
        self._characters -= min(length, _LONG)
        if self._characters < 0:
            self._too_large(pointer)
            return
        listed = key.listed and isinstance(pointer[-1], int)
        if (key.speaks or self._runs) and not self._text_only and not listed:
            self._languages(pointer, key.words, text)
        if key.content:
            return
        if length > _LONG:
            self._mark((("argument_too_large", Intent.WRITE),), pointer)
        elif key.leads or self._opens or "://" in text or text.startswith("file:"):
            self._mark(read_text(self.subject, key.words, text), pointer)

    def _languages(self, pointer: Pointer, words: tuple[str, ...], text: str) -> None:
        marks = read_language(self.subject, words, text, self._language)
        if marks is not None:
            self._statements -= 1
            self._spoken -= len(text)
            if self._statements < 0 or self._spoken < 0:
                self._too_large(pointer)
            if self.subject.decides or marks:
                self._decide(marks, pointer)
        elif unreadable(self.subject, words, text):
            self._decide((("argument_unreadable", Intent.WRITE),), pointer)

    def _amount(self, pointer: Pointer, key: Key, each: JsonValue) -> None:
        if self._persons is None:
            self._persons = about_persons(self.subject, self.arguments)
        self._mark(read_amount(self.subject, key.words, each, persons=self._persons), pointer)


def _language(arguments: Mapping[str, JsonValue]) -> str | None:
    named = arguments.get("language") or arguments.get("lang") or arguments.get("runtime")
    return named[:32] if isinstance(named, str) else None


def _quoted(word: str) -> str:
    return (
        word
        if word.replace("-", "").replace("/", "").replace(".", "").replace("_", "").isalnum()
        else "'" + word.replace("'", "'\\''") + "'"
    )
