"""What can be answered to the question how a part of an exchange goes on."""

from collections.abc import Mapping
from typing import TypeAlias

from extproc.model.value import value

Metadata: TypeAlias = Mapping[str, str]


@value
class Forward:
    """Let it go on: with `body` in place of the one that came, or as it came when None."""

    body: bytes | None = None
    set_headers: tuple[tuple[str, str], ...] = ()
    remove_headers: tuple[str, ...] = ()
    metadata: Metadata | None = None


@value
class Stream:
    """Let a response head go on and judge its body event by event; `first` is sent before the first event."""

    first: bytes = b""


@value
class Emit:
    """Send these bytes for an event; with `end` the stream ends after them.

    `wait` is given when something is held back: for so many seconds, unless something else comes before.
    """

    frames: bytes
    end: bool = False
    wait: float | None = None
    metadata: Metadata | None = None


@value
class Respond:
    """Answer the client now, in place of the server."""

    status: int
    body: bytes
    details: str
    headers: tuple[tuple[str, str], ...] = ()
    metadata: Metadata | None = None


@value
class Pending:
    """The answer comes later, within so many seconds."""

    seconds: float


Answer: TypeAlias = Forward | Stream | Emit | Respond | Pending
