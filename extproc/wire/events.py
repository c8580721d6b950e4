"""What can happen in an exchange: what Envoy sent, and what was decided."""

from enum import Enum, auto
from typing import TypeAlias

from extproc.mcp.headers import Headers
from extproc.model.attested import NOTHING_ATTESTED, Attested
from extproc.model.value import value
from extproc.wire.answers import Answer


class BodyMode(Enum):
    """How Envoy sends a body."""

    NONE = auto()
    STREAMED = auto()
    BUFFERED = auto()
    BUFFERED_PARTIAL = auto()
    FULL_DUPLEX_STREAMED = auto()
    GRPC = auto()


@value
class Modes:
    """The body modes in force, as Envoy states them with the first message of a stream."""

    request_body: BodyMode
    response_body: BodyMode
    observe_only: bool = False


@value
class RequestHeaders:
    """The head of the request; `modes` is None when Envoy did not state them."""

    headers: Headers
    end_of_stream: bool = False
    modes: Modes | None = None
    attested: Attested = NOTHING_ATTESTED


@value
class RequestBody:
    """The whole body (BUFFERED); without `end_of_stream` trailers follow."""

    chunk: bytes
    end_of_stream: bool = True


@value
class RequestTrailers:
    """Trailers of the request, by name."""

    names: tuple[str, ...]


@value
class ResponseHeaders:
    """The head of the response, the server's or one that Envoy made itself."""

    headers: Headers
    end_of_stream: bool = False


@value
class ResponseBody:
    """The whole body (BUFFERED) or its next bytes (FULL_DUPLEX_STREAMED)."""

    chunk: bytes
    end_of_stream: bool = True


@value
class ResponseTrailers:
    """Trailers of the response, by name."""

    names: tuple[str, ...]


@value
class Evaluated:
    """What was asked by `Evaluate` is answered; after `Pending`, a second one brings the final answer."""

    answer: Answer


@value
class Elapsed:
    """Nothing came for as long as the last answer wanted to wait with what it held back."""


@value
class Cancelled:
    """Envoy ended the stream: the exchange is over, or the client has gone."""


Event: TypeAlias = (
    RequestHeaders
    | RequestBody
    | RequestTrailers
    | ResponseHeaders
    | ResponseBody
    | ResponseTrailers
    | Evaluated
    | Elapsed
    | Cancelled
)
