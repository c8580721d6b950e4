"""Events, answers and commands in the short forms that the tests of the machine speak in."""

from extproc.mcp.headers import Headers
from extproc.mcp.sse import SseEvent
from extproc.wire.answers import Emit, Forward, Pending, Respond, Stream
from extproc.wire.commands import (
    Continue,
    Evaluate,
    Part,
    Reply,
    RequestDocument,
    RequestHead,
    ResponseDocument,
    ResponseHead,
    SendChunk,
    StreamEnd,
    StreamItem,
    StreamRest,
    Wait,
)
from extproc.wire.events import (
    BodyMode,
    Evaluated,
    Modes,
    RequestBody,
    RequestHeaders,
    RequestTrailers,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)
from extproc.wire.machine import REMOVED_HEADERS

MODES = Modes(request_body=BodyMode.BUFFERED, response_body=BodyMode.BUFFERED)
ASKED = Headers([(":method", "POST"), (":path", "/mcp")])
ANSWERED = Headers([(":status", "200"), ("content-type", "application/json")])

# What happens.
POST = RequestHeaders(headers=ASKED, modes=MODES)
GET = RequestHeaders(headers=ASKED, end_of_stream=True, modes=MODES)
UNSUITED = RequestHeaders(headers=ASKED, modes=Modes(request_body=BodyMode.STREAMED, response_body=BodyMode.BUFFERED))
BODY = RequestBody(chunk=b"asked")
REQUEST_TRAILERS = RequestTrailers(names=("x-late",))
HEAD = ResponseHeaders(headers=ANSWERED)
HEAD_ALONE = ResponseHeaders(headers=ANSWERED, end_of_stream=True)
WHOLE = ResponseBody(chunk=b"answered")
RESPONSE_TRAILERS = ResponseTrailers(names=("x-late",))
END = ResponseBody(chunk=b"")

# What is decided.
FORWARD = Evaluated(answer=Forward())
STREAM = Evaluated(answer=Stream())
LAST = Evaluated(answer=Emit(frames=b"", end=True))
PENDING = Evaluated(answer=Pending(seconds=5))
RESPOND = Evaluated(answer=Respond(status=400, body=b"no", details="mcp_extproc_test", headers=(("a", "b"),)))

# What the edge must do.
JUDGE_HEAD = Evaluate(subject=RequestHead(headers=ASKED))
JUDGE_BODY = Evaluate(subject=RequestDocument(headers=ASKED, body=b"asked"))
JUDGE_EMPTY_BODY = Evaluate(subject=RequestDocument(headers=ASKED, body=b""))
JUDGE_RESPONSE = Evaluate(subject=ResponseDocument(body=b"answered"))
ASK_FOR_BODY = Continue(part=Part.REQUEST_HEADERS, remove_headers=REMOVED_HEADERS)
SEND_REQUEST_HEAD = Continue(part=Part.REQUEST_HEADERS, remove_headers=REMOVED_HEADERS)
SEND_REQUEST = Continue(part=Part.REQUEST_BODY)
SEND_HEAD = Continue(part=Part.RESPONSE_HEADERS)
SEND_RESPONSE = Continue(part=Part.RESPONSE_BODY)
START_STREAM = Continue(part=Part.RESPONSE_HEADERS, remove_headers=("content-length",), stream=True)
CLOSE_STREAM = SendChunk(chunk=b"", end_of_stream=True)
REPLY = Reply(status=400, body=b"no", details="mcp_extproc_test", headers=(("a", "b"),))
DROP_REQUEST_TRAILERS = Continue(part=Part.REQUEST_TRAILERS, remove_headers=("x-late",))
DROP_RESPONSE_TRAILERS = Continue(part=Part.RESPONSE_TRAILERS, remove_headers=("x-late",))


def judge_response_head(*, bodyless: bool = False, local: bool = False) -> Evaluate:
    return Evaluate(subject=ResponseHead(headers=ANSWERED, bodyless=bodyless, local=local))


def judge_event(data: bytes, *, id: str | None = None) -> Evaluate:  # noqa: A002 - the field's own name
    return Evaluate(subject=StreamItem(item=SseEvent(data=data, id=id)))


JUDGE_REST = Evaluate(subject=StreamRest())


def judge_end(*, resumable: bool = False) -> Evaluate:
    return Evaluate(subject=StreamEnd(resumable=resumable))


def chunk(data: bytes, *, end: bool = False) -> ResponseBody:
    return ResponseBody(chunk=data, end_of_stream=end)


def emit(frames: bytes, *, end: bool = False, wait: float | None = None) -> Evaluated:
    return Evaluated(answer=Emit(frames=frames, end=end, wait=wait))


def sent(data: bytes, *, end: bool = False) -> SendChunk:
    return SendChunk(chunk=data, end_of_stream=end)


def wait(part: Part) -> Wait:
    return Wait(part=part, seconds=5)
