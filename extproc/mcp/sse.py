"""Server-sent events (WHATWG HTML, "event stream interpretation"): split a stream into events, and write them again.

Events are always written anew in one plain form, because clients differ in what they make of other forms.
"""

from typing import Final, TypeAlias

from extproc.model.value import value

_BOM: Final = b"\xef\xbb\xbf"
_MAX_FIELD: Final = 1024
_BLANKS: Final = bytes.maketrans(b"\r\n", b"  ")


@value
class SseEvent:
    """One event. `data` is None when it has no data field, `name` None when it has no event field.

    Clients do not dispatch an event without data, but its `id` and `retry` count all the same.
    """

    name: str | None = None
    data: bytes | None = None
    id: str | None = None
    retry: int | None = None


@value
class SseComment:
    """A comment, as servers send to keep a connection alive. Its text is not kept: no client reads it."""


@value
class SseFault:
    """The stream cannot be read on: an event over its cap, or a field that is no text."""

    reason: str


SseItem: TypeAlias = SseEvent | SseComment | SseFault

KEEP_ALIVE: Final = b":\n\n"


class EventStream:
    """Collects bytes and returns the items that are complete, whatever the boundaries of the chunks."""

    def __init__(self, limit: int) -> None:
        """Allow `limit` bytes for one event, field names included."""
        self._limit = limit
        self._rest = bytearray()  # the start of a line; grows in place, since copying it at each chunk is quadratic
        self._after_cr = False
        self._first = True
        self._faulty = False
        self._size = 0
        self._fields: dict[str, str] = {}
        self._data: list[bytes] = []
        self.saw_id = False

    @property
    def pending(self) -> int:
        """How many bytes are held back because their event is not complete."""
        return self._size + len(self._rest)

    def feed(self, chunk: bytes) -> list[SseItem]:
        """Take the next bytes. After a fault nothing more is returned."""
        items: list[SseItem] = []
        if self._faulty or not chunk:
            return items
        *lines, rest = self._lines(chunk)
        for line in lines:
            whole = bytes(self._rest) + line if self._rest else line
            self._rest.clear()
            fault = self._take(whole, items)
            if fault is not None:
                return self._fail(fault, items)
        self._rest += rest
        if self.pending > self._limit:
            return self._fail("event_too_large", items)
        return items

    def _lines(self, chunk: bytes) -> list[bytes]:
        """Split at LF, CRLF and CR; a CRLF may be cut in two by a chunk boundary."""
        if self._after_cr and chunk[:1] == b"\n":
            chunk = chunk[1:]
        self._after_cr = chunk[-1:] == b"\r"
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return chunk.split(b"\n")

    def _take(self, line: bytes, items: list[SseItem]) -> str | None:
        """Take one line; return the reason when the stream cannot be read on.

        The cap counts every line before anything else is made of it, as it counts one whose end has not come yet:
        whether an event is too large must not depend on where the chunks end.
        """
        size = self._size + len(line) + bool(line)
        if size > self._limit:
            return "event_too_large"
        if self._first:
            self._first = False
            line = line.removeprefix(_BOM)
        if not line:
            self._dispatch(items)
            return None
        if line[:1] == b":":
            items.append(SseComment())
            return None
        self._size = size
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"data":
                self._data.append(value)
            case b"event" | b"id" | b"retry":
                return self._keep(name.decode(), value)
            case _:
                pass  # unknown fields are ignored by every reader, and not written again
        return None

    def _keep(self, name: str, value: bytes) -> str | None:
        if len(value) > _MAX_FIELD:
            return "field_too_long"
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            return "invalid_utf8"
        if name == "retry" and not (text.isascii() and text.isdigit()):
            return None  # "Otherwise, ignore the field"
        if name == "id" and "\0" in text:
            return None
        self.saw_id = self.saw_id or name == "id"
        self._fields[name] = text
        return None

    def _dispatch(self, items: list[SseItem]) -> None:
        if self._fields or self._data:
            retry = self._fields.get("retry")
            items.append(
                SseEvent(
                    name=self._fields.get("event") or None,  # "If the event type buffer is the empty string": a message
                    data=b"\n".join(self._data) if self._data else None,
                    id=self._fields.get("id"),
                    retry=None if retry is None else int(retry),
                )
            )
        self._size = 0
        self._fields = {}
        self._data = []

    def _fail(self, reason: str, items: list[SseItem]) -> list[SseItem]:
        self._faulty = True
        self._rest, self._data, self._size = bytearray(), [], 0
        items.append(SseFault(reason=reason))
        return items


def encode(event: SseEvent) -> bytes:
    """Write an event with LF line ends and one data line.

    `data` must be JSON or empty: its line breaks can then only stand between tokens, where a blank means the same.
    """
    parts = []
    if event.name is not None:
        parts.append(b"event: " + event.name.encode() + b"\n")
    if event.id is not None:
        parts.append(b"id: " + event.id.encode() + b"\n")
    if event.retry is not None:
        parts.append(b"retry: %d\n" % event.retry)
    if event.data is not None:
        parts.append(b"data: " + event.data.translate(_BLANKS) + b"\n")
    return b"".join(parts) + b"\n" if parts else b""
