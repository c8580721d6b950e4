"""The exchange machine: takes events, returns commands, and moves only along the rows of `phases.TABLE`."""

from collections import deque
from collections.abc import Callable
from typing import Final

from extproc.mcp.sse import EventStream
from extproc.wire import commands as c
from extproc.wire.answers import Emit, Forward, Pending, Respond, Stream
from extproc.wire.events import (
    Cancelled,
    Elapsed,
    Evaluated,
    Event,
    RequestBody,
    RequestHeaders,
    RequestTrailers,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)
from extproc.wire.modes import WRONG_MODES, modes_fit
from extproc.wire.phases import TABLE, Move, Phase, Trigger

# Responses are read only in a form that we can judge, so the server must not compress them; and what was judged is the
# method and path of the request, so no header may tell the server to read others.
REMOVED_HEADERS: Final = (
    "accept-encoding",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
)
_NO_BODY: Final = "mcp_extproc_no_body"
_TRAILERS: Final = (c.Part.REQUEST_TRAILERS, c.Part.RESPONSE_TRAILERS)


class PhaseError(Exception):
    """An event that the present phase has no row for."""


class ExchangeMachine:
    """One HTTP request and its response, as ext_proc shows them. It waits for nothing and decides nothing."""

    def __init__(self, *, event_bytes: int, removed_headers: tuple[str, ...] = ()) -> None:
        """Allow `event_bytes` for one server-sent event; let no request pass with these headers."""
        self._removed = REMOVED_HEADERS + removed_headers
        self.phase = Phase.IDLE
        self._request: RequestHeaders | None = None
        self._part = c.Part.REQUEST_HEADERS
        self._stream = EventStream(event_bytes)
        self._items: deque[c.StreamItem | c.StreamEnd] = deque()
        self._body = b""
        self._trailers: tuple[str, ...] = ()
        self._ended_by_trailers = False
        self._first_frames = b""
        self._wait: float | None = None

    @property
    def patience(self) -> float | None:
        """How many seconds the edge waits before it says `Elapsed`; None while nothing is held back."""
        return self._wait if self.phase is Phase.STREAMING else None

    @property
    def over(self) -> bool:
        """Tell whether everything of the exchange has been judged."""
        return self.phase in {Phase.TRAILERS, Phase.CLOSED}

    def receive(self, event: Event) -> tuple[c.Command, ...]:
        """Take one event and return what the edge must do, in order.

        Raises: `PhaseError` when the event cannot come now; the exchange must then be ended, not continued.
        """
        trigger = self._trigger(event)
        row = TABLE.get((self.phase, trigger))
        if row is None:
            raise PhaseError(f"{trigger.name} in phase {self.phase.name}")
        self.phase, move = row
        return _MOVES[move](self, event)

    def _trigger(self, event: Event) -> Trigger:
        match event:
            case RequestHeaders():
                return self._request_head(event)
            case RequestBody():
                self._body, self._part = event.chunk, c.Part.REQUEST_BODY
                return Trigger.REQUEST_BODY
            case RequestTrailers():
                return self._request_trailers(event)
            case ResponseHeaders():
                self._part = c.Part.RESPONSE_HEADERS
                return Trigger.RESPONSE_HEAD_ALONE if event.end_of_stream else Trigger.RESPONSE_HEAD
            case ResponseBody():
                return self._response_body(event)
            case ResponseTrailers():
                return self._response_trailers(event)
            case Evaluated(answer=answer):
                return self._answered(answer)
            case Elapsed():
                return Trigger.ELAPSED
            case Cancelled():
                return Trigger.CANCELLED

    def _request_head(self, event: RequestHeaders) -> Trigger:
        self._request = event
        if not modes_fit(event.modes):
            return Trigger.MISCONFIGURED
        return Trigger.REQUEST_HEAD_ALONE if event.end_of_stream else Trigger.REQUEST_HEAD

    def _request_trailers(self, event: RequestTrailers) -> Trigger:
        self._trailers = event.names
        if self.phase is Phase.REQUEST_BODY:
            self._part = c.Part.REQUEST_TRAILERS
        return Trigger.REQUEST_TRAILERS

    def _response_body(self, event: ResponseBody) -> Trigger:
        self._part = c.Part.RESPONSE_BODY
        if self.phase is Phase.TRAILERS:
            return Trigger.CHUNK_WITHOUT_ITEM
        if self.phase is not Phase.STREAMING:
            self._body = event.chunk
            return Trigger.RESPONSE_BODY
        self._items.extend(c.StreamItem(item=item) for item in self._stream.feed(event.chunk))
        if event.end_of_stream:
            self._end_stream()
        return Trigger.CHUNK_WITH_ITEM if self._items else Trigger.CHUNK_WITHOUT_ITEM

    def _response_trailers(self, event: ResponseTrailers) -> Trigger:
        self._trailers = event.names
        if self.phase is Phase.RESPONSE_BODY:
            self._body, self._part = b"", c.Part.RESPONSE_TRAILERS
        elif self.phase is Phase.STREAMING:
            self._ended_by_trailers = True
            self._end_stream()
        return Trigger.RESPONSE_TRAILERS

    def _end_stream(self) -> None:
        self._items.append(c.StreamEnd(resumable=self._stream.saw_id))

    def _answered(self, answer: Forward | Stream | Emit | Respond | Pending) -> Trigger:
        match answer:
            case Forward():
                return Trigger.FORWARD
            case Respond():
                return Trigger.RESPOND
            case Stream():
                return Trigger.STREAM
            case Pending():
                return Trigger.PENDING
            case Emit(end=True):
                return Trigger.EMIT_LAST
            case Emit():
                return Trigger.EMIT_AND_MORE if self._items else Trigger.EMIT_AND_WAIT

    # What follows are the moves of the table.

    def _refuse_modes(self, _event: Event) -> tuple[c.Command, ...]:
        return (WRONG_MODES,)

    def _ask_for_body(self, _event: Event) -> tuple[c.Command, ...]:
        return (c.Continue(part=c.Part.REQUEST_HEADERS, remove_headers=self._removed),)

    def _judge_request_head(self, _event: Event) -> tuple[c.Command, ...]:
        head = self._head()
        return (c.Evaluate(subject=c.RequestHead(headers=head.headers, attested=head.attested)),)

    def _judge_request_body(self, _event: Event) -> tuple[c.Command, ...]:
        head = self._head()
        subject = c.RequestDocument(headers=head.headers, body=self._body, attested=head.attested)
        return (c.Evaluate(subject=subject),)

    def _judge_response_head(self, event: Event) -> tuple[c.Command, ...]:
        return self._judge_head(event, local=False)

    def _judge_local_response_head(self, event: Event) -> tuple[c.Command, ...]:
        return self._judge_head(event, local=True)

    def _judge_head(self, event: Event, *, local: bool) -> tuple[c.Command, ...]:
        match event:
            case ResponseHeaders(headers=headers, end_of_stream=bodyless):
                return (c.Evaluate(subject=c.ResponseHead(headers=headers, bodyless=bodyless, local=local)),)
            case _:
                raise PhaseError("a response head was expected")

    def _judge_response_body(self, _event: Event) -> tuple[c.Command, ...]:
        return (c.Evaluate(subject=c.ResponseDocument(body=self._body)),)

    def _judge_item(self, _event: Event) -> tuple[c.Command, ...]:
        return (c.Evaluate(subject=self._items.popleft()),)

    def _judge_rest(self, _event: Event) -> tuple[c.Command, ...]:
        return (c.Evaluate(subject=c.StreamRest()),)

    def _nothing(self, _event: Event) -> tuple[c.Command, ...]:
        return ()

    def _let_go_on(self, event: Event) -> tuple[c.Command, ...]:
        match event:
            case Evaluated(answer=Forward(body=bytes(body)) as answer) if self._part is c.Part.RESPONSE_TRAILERS:
                # Trailers came where a body was due, and a reply to trailers can carry none.
                headers, metadata = answer.set_headers, answer.metadata
                return (c.Reply(status=502, body=body, details=_NO_BODY, headers=headers, metadata=metadata),)
            case Evaluated(answer=Forward() as answer):
                if self._part in _TRAILERS:
                    return (c.Continue(part=self._part, remove_headers=self._trailers),)
                alone = self._part is c.Part.REQUEST_HEADERS
                return (
                    c.Continue(
                        part=self._part,
                        body=answer.body,
                        set_headers=answer.set_headers,
                        remove_headers=answer.remove_headers + (self._removed_beside(answer) if alone else ()),
                        metadata=answer.metadata,
                    ),
                )
            case _:
                raise PhaseError("an answer to forward was expected")

    def _start_stream(self, event: Event) -> tuple[c.Command, ...]:
        match event:
            case Evaluated(answer=Stream() as answer):
                self._first_frames = answer.first
                return (c.Continue(part=self._part, remove_headers=("content-length",), stream=True),)
            case _:
                raise PhaseError("an answer to stream was expected")

    def _emit(self, event: Event) -> tuple[c.Command, ...]:
        match event:
            case Evaluated(answer=Emit() as answer):
                chunk, self._first_frames = self._first_frames + answer.frames, b""
                self._wait = answer.wait
                return (c.SendChunk(chunk=chunk, metadata=answer.metadata),) if chunk else ()
            case _:
                raise PhaseError("an answer to emit was expected")

    def _emit_and_judge(self, event: Event) -> tuple[c.Command, ...]:
        return (*self._emit(event), *self._judge_item(event))

    def _emit_and_end(self, event: Event) -> tuple[c.Command, ...]:
        """End the client's stream: at the server's end, by trailers, or early because the rest is not wanted."""
        match event:
            case Evaluated(answer=Emit() as answer):
                self._items.clear()
                chunk, self._first_frames = self._first_frames + answer.frames, b""
                if not self._ended_by_trailers:
                    return (c.SendChunk(chunk=chunk, end_of_stream=True, metadata=answer.metadata),)
                last = (c.SendChunk(chunk=chunk, metadata=answer.metadata),) if chunk else ()
                return (*last, c.Continue(part=c.Part.RESPONSE_TRAILERS, remove_headers=self._trailers))
            case _:
                raise PhaseError("a last answer was expected")

    def _reply(self, event: Event) -> tuple[c.Command, ...]:
        match event:
            case Evaluated(answer=Respond() as answer):
                return (
                    c.Reply(
                        status=answer.status,
                        body=answer.body,
                        details=answer.details,
                        headers=answer.headers,
                        metadata=answer.metadata,
                    ),
                )
            case _:
                raise PhaseError("an answer to respond with was expected")

    def _hold(self, event: Event) -> tuple[c.Command, ...]:
        match event:
            case Evaluated(answer=Pending(seconds=seconds)):
                return (c.Wait(part=self._part, seconds=seconds),)
            case _:
                raise PhaseError("a pending answer was expected")

    def _drop_trailers(self, event: Event) -> tuple[c.Command, ...]:
        request = isinstance(event, RequestTrailers)
        part = c.Part.REQUEST_TRAILERS if request else c.Part.RESPONSE_TRAILERS
        return (c.Continue(part=part, remove_headers=self._trailers),)

    def _removed_beside(self, answer: Forward) -> tuple[str, ...]:
        """Return what a head loses; what the answer itself sets was put there by a decision."""
        kept = {name for name, _ in answer.set_headers}
        return tuple(name for name in self._removed if name not in kept) if kept else self._removed

    def _head(self) -> RequestHeaders:
        if self._request is None:
            raise PhaseError("no request head was seen")
        return self._request


_MOVES: Final[dict[Move, Callable[[ExchangeMachine, Event], tuple[c.Command, ...]]]] = {
    move: getattr(ExchangeMachine, f"_{move.name.lower()}") for move in Move
}
