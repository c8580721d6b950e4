"""However the bytes of an event stream are cut into chunks, the same is judged and the same is sent."""

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from extproc.mcp.sse import SseComment, SseEvent, SseFault
from extproc.wire.answers import Emit
from extproc.wire.commands import Evaluate, SendChunk, StreamEnd, StreamItem, Subject
from extproc.wire.events import Evaluated, ResponseBody
from extproc.wire.machine import ExchangeMachine
from tests.wire.conversation import BODY, FORWARD, HEAD, POST, STREAM

_LINES = st.sampled_from(
    [
        b"data: {}",
        b"data:",
        b"data",
        b"data: \xc3\xa4",
        b"id: 1",
        b"id",
        b"event: message",
        b"event: other",
        b"retry: 5",
        b": comment",
        b"",
        b"",
        b"unknown: x",
        b"data: " + b"x" * 60,
        b"\xef\xbb\xbfdata: 1",
    ]
)
_ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
_STREAMS = st.lists(st.tuples(_LINES, _ENDS), max_size=20).map(
    lambda pairs: b"".join(line + end for line, end in pairs)
)
_CUTS = st.lists(st.integers(min_value=0, max_value=400), max_size=12)


def run(chunks: list[bytes], *, by_trailing_end: bool) -> tuple[list[Subject], bytes, bool]:
    """Play a stream; every event is answered with its own text. Return what was judged, what was sent, and the end."""
    machine = ExchangeMachine(event_bytes=100)
    for event in (POST, BODY, FORWARD, HEAD, STREAM):
        machine.receive(event)
    ends = [False] * len(chunks)
    if by_trailing_end or not chunks:
        chunks, ends = [*chunks, b""], [*ends, True]
    else:
        ends[-1] = True
    judged: list[Subject] = []
    sent: list[SendChunk] = []
    for data, end in zip(chunks, ends, strict=True):
        pending = list(machine.receive(ResponseBody(chunk=data, end_of_stream=end)))
        while pending:
            command = pending.pop(0)
            match command:
                case Evaluate(subject=subject):
                    judged.append(subject)
                    pending.extend(machine.receive(Evaluated(answer=answer(subject))))
                case SendChunk():
                    sent.append(command)
                case _:
                    raise AssertionError(command)
    return judged, b"".join(one.chunk for one in sent), sent[-1].end_of_stream


def answer(subject: Subject) -> Emit:
    match subject:
        case StreamItem(item=SseFault(reason=reason)):
            return Emit(frames=reason.encode(), end=True)
        case StreamItem(item=SseEvent() | SseComment() as item):
            return Emit(frames=repr(item).encode())
        case StreamEnd(resumable=resumable):
            return Emit(frames=repr(resumable).encode(), end=True)
        case _:
            raise AssertionError(subject)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place for place in places if place <= len(data)), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(data=_STREAMS, places=_CUTS, by_trailing_end=st.booleans())
@example(data=b"data: 1\r\n\r\ndata: 2\r\r", places=[8, 9, 10, 11], by_trailing_end=True)
@example(data=b"\xef\xbb\xbfdata: 1\n\n", places=[1, 2], by_trailing_end=False)
@example(data=b"data: \xc3\xa4\n\n", places=[7], by_trailing_end=False)
def test_the_boundaries_of_chunks_change_no_decision_and_no_byte(
    data: bytes, places: list[int], by_trailing_end: bool
) -> None:
    whole = run([data], by_trailing_end=False)
    assert run(cut(data, places), by_trailing_end=by_trailing_end) == whole
    assert run([data[at : at + 1] for at in range(len(data))], by_trailing_end=by_trailing_end) == whole


@given(data=_STREAMS, places=_CUTS)
def test_a_stream_ends_once_and_with_its_last_bytes(data: bytes, places: list[int]) -> None:
    _, _, ended = run(cut(data, places), by_trailing_end=True)
    assert ended
