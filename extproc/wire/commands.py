"""What the edge must do: ask for a judgement, or reply to Envoy."""

from enum import Enum, auto
from typing import TypeAlias

from extproc.mcp.headers import Headers
from extproc.mcp.sse import SseComment, SseEvent, SseFault
from extproc.model.attested import NOTHING_ATTESTED, Attested
from extproc.model.value import value
from extproc.wire.answers import Metadata


@value
class RequestHead:
    """A request without a body."""

    headers: Headers
    attested: Attested = NOTHING_ATTESTED


@value
class RequestDocument:
    """A request with its whole body."""

    headers: Headers
    body: bytes
    attested: Attested = NOTHING_ATTESTED


@value
class ResponseHead:
    """The head of a response. `local`: no request was seen, so Envoy answered in place of the server."""

    headers: Headers
    bodyless: bool
    local: bool


@value
class ResponseDocument:
    """The whole body of a response that is no event stream."""

    body: bytes


@value
class StreamItem:
    """The next complete item of an event stream."""

    item: SseEvent | SseComment | SseFault


@value
class StreamRest:
    """What was held back of an event stream has waited long enough."""


@value
class StreamEnd:
    """The server ended its event stream; `resumable` when an event had an id."""

    resumable: bool


Subject: TypeAlias = (
    RequestHead | RequestDocument | ResponseHead | ResponseDocument | StreamItem | StreamRest | StreamEnd
)


class Part(Enum):
    """The message of Envoy that a reply answers."""

    REQUEST_HEADERS = auto()
    REQUEST_BODY = auto()
    REQUEST_TRAILERS = auto()
    RESPONSE_HEADERS = auto()
    RESPONSE_BODY = auto()
    RESPONSE_TRAILERS = auto()


@value
class Evaluate:
    """Judge this and come back with `Evaluated`."""

    subject: Subject


@value
class Continue:
    """Let the part go on. `stream` asks Envoy to send the response body in FULL_DUPLEX_STREAMED mode."""

    part: Part
    body: bytes | None = None
    set_headers: tuple[tuple[str, str], ...] = ()
    remove_headers: tuple[str, ...] = ()
    stream: bool = False
    metadata: Metadata | None = None


@value
class SendChunk:
    """Send bytes of a streamed response."""

    chunk: bytes
    end_of_stream: bool = False
    metadata: Metadata | None = None


@value
class Reply:
    """Answer the client in place of the server; the exchange is over."""

    status: int
    body: bytes
    details: str
    headers: tuple[tuple[str, str], ...] = ()
    metadata: Metadata | None = None


@value
class Wait:
    """Tell Envoy to wait so many seconds for the reply to this part, and wait for the decision."""

    part: Part
    seconds: float


Command: TypeAlias = Evaluate | Continue | SendChunk | Reply | Wait
