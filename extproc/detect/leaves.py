"""The texts of a message, found in one walk: its strings, its numbers and the names of its members.

Names are kept once each; where they stand is looked up again when one of them is a finding.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.message import JsonObject, JsonValue

_BLOBS: Final = ("data", "blob")
_MEDIA: Final = ("image/", "audio/", "video/", "font/")
_MEDIA_TYPES: Final = frozenset({"image", "audio"})


class Leaves:
    """The leaves of one document. A leaf has a number; those of names follow those of values."""

    def __init__(self, document: JsonValue) -> None:
        """Walk the document once, without recursion."""
        self.texts: list[str] = []
        self.media: list[int] = []
        self._document = document
        self._holders: list[int] = []
        self._names: list[str | int] = []
        # Each container with the number of the one that holds it and its name there.
        self._containers: list[tuple[JsonValue, int, str | int]] = []
        keys: dict[str, None] = {}
        self._walk(document, keys)
        self.values = len(self.texts)
        self.texts.extend(keys)

    def _walk(self, document: JsonValue, keys: dict[str, None]) -> None:
        pending: list[tuple[JsonValue, int, str | int]] = [(document, -1, "")]
        texts, holders, names, containers = self.texts, self._holders, self._names, self._containers
        while pending:
            entry = pending.pop()
            value, holder, name = entry
            if isinstance(value, str):
                texts.append(value)
                holders.append(holder)
                names.append(name)
            elif isinstance(value, dict):
                here = len(containers)
                containers.append(entry)
                keys.update(dict.fromkeys(value))
                blob = _blob(value)
                nested = []
                for key, child in value.items():
                    if key == blob:
                        self.media.append(len(texts))
                    if isinstance(child, str):
                        texts.append(child)
                        holders.append(here)
                        names.append(key)
                    elif child is not None and child is not True and child is not False:
                        nested.append((child, here, key))
                pending.extend(reversed(nested))
            elif isinstance(value, list):
                here = len(containers)
                containers.append(entry)
                pending.extend(
                    (child, here, index)
                    for index, child in zip(range(len(value) - 1, -1, -1), reversed(value), strict=True)
                )
            elif value is not None and not isinstance(value, bool):
                texts.append(repr(value))
                holders.append(holder)
                names.append(name)

    def named(self, wanted: Callable[[str], bool]) -> list[int]:
        """Return the values whose name is wanted, or the name of the list that they stand in."""
        names = {name for name in self.texts[self.values :] if wanted(name)}
        if not names:
            return []
        lists = {
            number
            for number, (container, holder, name) in enumerate(self._containers)
            if isinstance(container, list) and self._list_name(holder, name) in names
        }
        return [
            leaf
            for leaf, (holder, name) in enumerate(zip(self._holders, self._names, strict=True))
            if name in names or (lists and holder in lists)
        ]

    def _list_name(self, holder: int, name: str | int) -> str:
        while isinstance(name, int) and holder >= 0:
            _, holder, name = self._containers[holder]
        return str(name)

    def is_name(self, leaf: int) -> bool:
        """Tell whether a leaf is the name of members."""
        return leaf >= self.values

    def is_string(self, leaf: int) -> bool:
        """Tell whether a leaf is a string value."""
        return leaf < self.values and isinstance(self._at(leaf), str)

    def pointer(self, leaf: int) -> Pointer:
        """Return where a value stands."""
        return self._pointer(self._holders[leaf], self._names[leaf])

    def pointers_of_name(self, name: str) -> list[Pointer]:
        """Return where all members of this name stand."""
        return [
            self._pointer(number, name)
            for number, (container, _, _) in enumerate(self._containers)
            if isinstance(container, dict) and name in container
        ]

    def label(self, leaf: int) -> str:
        """Return the name that a value has in its object, or that the list has which holds it."""
        return self._list_name(self._holders[leaf], self._names[leaf])

    def holder_label(self, leaf: int) -> str:
        """Return the name of the object that holds a value."""
        holder = self._holders[leaf]
        if holder < 0:
            return ""
        container, above, name = self._containers[holder]
        while isinstance(container, list) and above >= 0:
            container, above, name = self._containers[above]
        return self._list_name(above, name)

    def holder(self, leaf: int) -> JsonObject | None:
        """Return the object that a value stands in, through lists; None when there is none."""
        holder = self._holders[leaf]
        while holder >= 0:
            container, holder, _ = self._containers[holder]
            if isinstance(container, dict):
                return container
        return None

    def _at(self, leaf: int) -> JsonValue:
        holder, name = self._holders[leaf], self._names[leaf]
        if holder < 0:
            return self._document
        container = self._containers[holder][0]
        if isinstance(container, dict):
            return container[str(name)]
        return container[int(name)] if isinstance(container, list) else None

    def _pointer(self, holder: int, name: str | int) -> Pointer:
        parts: list[str | int] = []
        while holder >= 0:
            parts.append(name)
            _, holder, name = self._containers[holder]
        return tuple(reversed(parts))


def _blob(value: JsonObject) -> str | None:
    """Return the member that holds an image or a sound, when the object says that it has one."""
    for name in _BLOBS:
        if name in value:
            kind, mime = value.get("type"), value.get("mimeType")
            if kind in _MEDIA_TYPES or (isinstance(mime, str) and mime.startswith(_MEDIA)):
                return name
    return None


class Buffer:
    """Texts as lines of one buffer, for an engine to pass over; it begins and ends with a newline."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Join the texts. A surrogate without its partner becomes one byte: it is part of nothing that is sought."""
        joined = "\n".join(texts)
        self.texts = texts
        self.data = b"\n" + joined.encode(errors="replace") + b"\n"
        self.ascii = len(self.data) == len(joined) + 2
        lengths = map(len, texts) if self.ascii else (_bytes_in(text) for text in texts)
        self.starts = list(accumulate(lengths, lambda start, length: start + length + 1, initial=1))

    def place(self, end: int) -> int:
        """Return the number of the text that a place in the buffer is in."""
        return bisect_left(self.starts, end + 1, hi=len(self.texts)) - 1

    def characters(self, number: int, ends: Sequence[int]) -> Sequence[int]:
        """Return places in the buffer, ascending, as places in characters of the text with this number."""
        start = self.starts[number]
        if self.ascii or self.texts[number].isascii():
            return [end - start for end in ends]
        data, found, at, count = self.data, [], start, 0
        limit = self.starts[number + 1] - 1
        for place in ends:
            end = min(place, limit)
            while end < limit and data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - inside of a character, RFC 3629 §3
                end += 1
            count += len(data[at:end].decode(errors="replace")) if end > at else 0
            at = max(at, end)
            found.append(count + place - end if place > end else count)
        return found


def _bytes_in(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="replace"))
