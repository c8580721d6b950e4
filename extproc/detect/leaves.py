"""The texts of a message, found in one walk: its strings, its numbers and the names of its members.

Names are kept once each; where they stand is looked up again when one of them is a finding. Of a value nothing is kept
but its text: most are clean, so what it is called and where it stands is worked out when somebody asks.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import filterfalse
from typing import Any, Final

from extproc.mcp.pointer import Pointer
from extproc.model.message import JsonObject, JsonValue

_BLOBS: Final = ("data", "blob")
_MEDIA: Final = ("image/", "audio/", "video/", "font/")
_MEDIA_TYPES: Final = frozenset({"image", "audio"})
# What may be a token: one word with a digit in it, neither short nor long.
_SHORTEST: Final = 12
_LONGEST: Final = 512
# `\s`, which in a class costs many times as much.
_SPACES: Final = r"\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_TOKEN: Final = re.compile(rf"[^{_SPACES}<>{{}}0-9]*[0-9][^{_SPACES}<>{{}}]*")
_MOST_DIGITS: Final = 18
# Of how many names, and how long ones, an answer is remembered.
_MOST_NAMES: Final = 16384
_LONGEST_NAME: Final = 64


class Leaves:
    """The leaves of one document. A leaf has a number; those of names follow those of values."""

    def __init__(self, document: JsonValue, *, least: int = 0) -> None:
        """Walk the document once, without recursion.

        Whole numbers that are written with fewer than `least` characters are left empty until they are `named`.
        """
        self.texts: list[str] = []
        self.media: list[int] = []
        # What may be tokens: leaves, and what each is called in its container.
        self.tokens: list[tuple[int, str | int]] = []
        self._document = document
        # Each container with the number of the one that holds it and its name there; and the first of its leaves,
        # which stand together.
        self._containers: list[tuple[JsonValue, int, str | int]] = []
        self._firsts: list[int] = []
        self._known: dict[int, list[str | int]] = {}
        names: dict[str, JsonValue] = {}
        if isinstance(document, dict | list):
            self._walk(document, names, least)
        else:
            self._only(document)
        self.values = len(self.texts)
        self.texts.extend(names)

    def _only(self, document: JsonValue) -> None:
        if document is not None and not isinstance(document, bool):
            self.texts.append(document if isinstance(document, str) else repr(document))

    def _walk(  # noqa: C901 (one case for each type of member)
        self, document: JsonValue, names: dict[str, JsonValue], least: int
    ) -> None:
        texts, tokens, containers, firsts = self.texts, self.tokens, self._containers, self._firsts
        low, high = _short(least)
        keep, is_token = texts.append, _TOKEN.fullmatch
        pending: list[tuple[JsonValue, int, str | int]] = [(document, -1, "")]
        while pending:
            entry = pending.pop()
            container = entry[0]
            here = len(containers)
            containers.append(entry)
            firsts.append(len(texts))
            below = len(pending)
            # One type or the other, exactly: the decoder makes no others, and this loop is most of a clean scan.
            for name, child in _members(container, names):
                kind = type(child)
                if kind is str:
                    if _SHORTEST <= len(child) <= _LONGEST and is_token(child):
                        tokens.append((len(texts), name))
                    keep(child)
                elif kind is dict or kind is list:
                    if child:
                        pending.append((child, here, name))
                elif kind is int and low < child < high:
                    keep("")
                elif child is not None and kind is not bool:
                    text = repr(child)
                    if len(text) >= _SHORTEST and is_token(text):
                        tokens.append((len(texts), name))
                    keep(text)
            if len(pending) > below + 1:
                pending[below:] = pending[below:][::-1]
            if type(container) is dict and ("data" in container or "blob" in container):
                self._note_blob(container, here)

    def _note_blob(self, container: JsonObject, here: int) -> None:
        blob = _blob(container)
        if blob is not None and isinstance(container[blob], str):
            self.media.append(self._firsts[here] + self._leaf_names(here).index(blob))

    def named(self, wanted: Callable[[str], bool]) -> list[int]:
        """Return the values whose name is wanted, or the name of the list that they stand in.

        What is `wanted` must not change: for names that are not, it is remembered.
        """
        names = _wanted(wanted, self.texts[self.values :])
        if not names:
            return []
        found: list[int] = []
        for number, (container, holder, name) in enumerate(self._containers):
            every = isinstance(container, list) and self._list_name(holder, name) in names
            if not every and not (isinstance(container, dict) and not names.isdisjoint(container)):
                continue
            first = self._firsts[number]
            inside = self._leaf_names(number)
            found += [first + at for at, own in enumerate(inside) if every or own in names]
        for leaf in found:
            if not self.texts[leaf]:
                value = self._at(leaf)
                self.texts[leaf] = value if isinstance(value, str) else repr(value)
        return found

    def _leaf_names(self, number: int) -> list[str | int]:
        """Return what the leaves of a container are called in it."""
        names = self._known.get(number)
        if names is None:
            container = self._containers[number][0]
            members = container.items() if isinstance(container, dict) else enumerate(_list(container))
            names = self._known[number] = [
                name
                for name, child in members
                if child is not None and not isinstance(child, dict | list) and type(child) is not bool
            ]
        return names

    def _place(self, leaf: int) -> tuple[int, str | int]:
        """Return the number of the container that holds a value, and its name there."""
        holder = bisect_right(self._firsts, leaf) - 1
        return (holder, "") if holder < 0 else (holder, self._leaf_names(holder)[leaf - self._firsts[holder]])

    def _list_name(self, holder: int, name: str | int) -> str:
        while isinstance(name, int) and holder >= 0:
            _, holder, name = self._containers[holder]
        return str(name)

    def is_name(self, leaf: int) -> bool:
        """Tell whether a leaf is the name of members."""
        return leaf >= self.values

    def pointer(self, leaf: int) -> Pointer:
        """Return where a value stands."""
        return self._pointer(*self._place(leaf))

    def pointers_of_name(self, name: str) -> list[Pointer]:
        """Return where all members of this name stand."""
        return [
            self._pointer(number, name)
            for number, (container, _, _) in enumerate(self._containers)
            if isinstance(container, dict) and name in container
        ]

    def label(self, leaf: int) -> str:
        """Return the name that a value has in its object, or that the list has which holds it."""
        return self._list_name(*self._place(leaf))

    def holder_label(self, leaf: int) -> str:
        """Return the name of the object that holds a value."""
        holder = self._place(leaf)[0]
        if holder < 0:
            return ""
        container, above, name = self._containers[holder]
        while isinstance(container, list) and above >= 0:
            container, above, name = self._containers[above]
        return self._list_name(above, name)

    def holder(self, leaf: int) -> JsonObject | None:
        """Return the object that a value stands in, through lists; None when there is none."""
        holder = self._place(leaf)[0]
        while holder >= 0:
            container, holder, _ = self._containers[holder]
            if isinstance(container, dict):
                return container
        return None

    def _at(self, leaf: int) -> JsonValue:
        holder, name = self._place(leaf)
        if holder < 0:
            return self._document
        container = self._containers[holder][0]
        return container[str(name)] if isinstance(container, dict) else _list(container)[int(name)]

    def _pointer(self, holder: int, name: str | int) -> Pointer:
        parts: list[str | int] = []
        while holder >= 0:
            parts.append(name)
            _, holder, name = self._containers[holder]
        return tuple(reversed(parts))


def _members(container: JsonValue, names: dict[str, JsonValue]) -> Iterable[tuple[str | int, Any]]:
    """Return the members of a container with their names, which are noted."""
    if type(container) is dict:
        names.update(container)
        return container.items()
    return enumerate(_list(container))


def _list(container: JsonValue) -> list[JsonValue]:
    return container if isinstance(container, list) else []


def _short(least: int) -> tuple[int, int]:
    """Return between which limits a whole number is written with fewer characters."""
    digits = min(least, _MOST_DIGITS) - 1
    return (-(10 ** max(digits - 1, 0)), 10**digits) if digits > 0 else (0, 0)


def _wanted(wanted: Callable[[str], bool], names: Iterable[str]) -> set[str]:
    """Return which names are wanted."""
    unwanted = _unwanted(wanted)
    found = set()
    for name in filterfalse(unwanted.__contains__, names):
        if wanted(name):
            found.add(name)
        elif len(name) <= _LONGEST_NAME:
            if len(unwanted) >= _MOST_NAMES:
                unwanted.clear()
            unwanted.add(name)
    return found


@lru_cache(maxsize=8)
def _unwanted(_wanted: Callable[[str], bool]) -> set[str]:
    """Return the names that are known not to be wanted: nearly all, and the same ones in message after message."""
    return set()


def _blob(value: JsonObject) -> str | None:
    """Return the member that holds an image or a sound, when the object says that it has one."""
    for name in _BLOBS:
        if name in value:
            kind, mime = value.get("type"), value.get("mimeType")
            if kind in _MEDIA_TYPES or (isinstance(mime, str) and mime.startswith(_MEDIA)):
                return name
    return None
