"""Where the chunks of an event stream end never matters."""

from itertools import pairwise
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from extproc.mcp.sse import EventStream, SseComment, SseEvent, SseFault, SseItem, encode

QUICK: Final = settings(max_examples=300, deadline=None)
ATOMS: Final = st.sampled_from(
    [
        *(b"\n", b"\r", b"\r\n", b"\xef\xbb\xbf"),
        *(b"data", b"event", b"id", b"retry", b"foo", b":", b": ", b" "),
        *(b"1", b"message", b"{}", b"\0", b"\xff", "é😀\u2028\x85".encode()),
        *(b"data: x\n\n", b": c\r\n", b"data: y\r\r", b"id: 3\n"),
    ]
)
STREAMS: Final = st.lists(ATOMS, max_size=40).map(b"".join)
LIMITS: Final = st.sampled_from([0, 1, 3, 5, 8, 13, 21, 60, 10_000])
CUTS: Final = st.lists(st.integers(0, 200), max_size=12)
FIELD: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=8)
EVENTS: Final = st.builds(
    SseEvent,
    name=st.none() | FIELD.filter(bool),
    data=st.none() | FIELD.map(str.encode),
    id=st.none() | FIELD,
    retry=st.none() | st.integers(0, 10**9),
)


def feed(stream: EventStream, data: bytes, cuts: list[int]) -> list[SseItem]:
    bounds = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [item for start, end in pairwise(bounds) for item in stream.feed(data[start:end])]


@QUICK
@given(STREAMS, LIMITS, CUTS)
def test_chunk_boundaries_never_change_the_items(data: bytes, limit: int, cuts: list[int]) -> None:
    whole, pieces, single = EventStream(limit), EventStream(limit), EventStream(limit)
    expected = whole.feed(data)
    assert feed(pieces, data, cuts) == expected
    assert feed(single, data, list(range(len(data)))) == expected
    assert pieces.pending == single.pending == whole.pending
    assert pieces.saw_id == single.saw_id == whole.saw_id


@QUICK
@given(STREAMS, LIMITS, CUTS)
def test_no_more_than_the_cap_is_held_back(data: bytes, limit: int, cuts: list[int]) -> None:
    stream = EventStream(limit)
    for at in sorted({cut % (len(data) + 1) for cut in cuts}):
        stream.feed(data[at : at + 7])
        assert stream.pending <= limit


@QUICK
@given(STREAMS)
def test_a_stream_is_read_as_the_standard_says(data: bytes) -> None:
    assert [item for item in EventStream(10_000).feed(data) if not isinstance(item, SseComment)] == by_the_book(data)


def by_the_book(data: bytes) -> list[SseItem]:
    """Follow the steps of the standard on a whole stream, one line after another."""
    lines = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    found: list[SseItem] = []
    fields: dict[str, str] = {}
    datas: list[bytes] = []
    for line in lines[:-1]:
        if not line:
            if fields or datas:
                found.append(by_fields(fields, datas))
            fields, datas = {}, []
            continue
        name, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if name == b"data":
            datas.append(value)
        elif name in {b"event", b"id", b"retry"}:
            try:
                text = value.decode()
            except UnicodeDecodeError:
                return [*found, SseFault(reason="invalid_utf8")]
            ignored = (name == b"id" and "\0" in text) or (
                name == b"retry" and (not text or set(text) - set("0123456789"))
            )
            fields.update({} if ignored else {name.decode(): text})
    return found


def by_fields(fields: dict[str, str], datas: list[bytes]) -> SseEvent:
    return SseEvent(
        name=fields.get("event") or None,
        data=b"\n".join(datas) if datas else None,
        id=fields.get("id"),
        retry=int(fields["retry"]) if "retry" in fields else None,
    )


@QUICK
@given(st.lists(EVENTS, max_size=5), CUTS)
def test_what_is_written_is_read_back(events: list[SseEvent], cuts: list[int]) -> None:
    data = b"".join(encode(event) for event in events)
    assert feed(EventStream(10_000), data, cuts) == [event for event in events if event != SseEvent()]


@QUICK
@given(STREAMS)
def test_writing_what_was_read_is_stable(data: bytes) -> None:
    events = [item for item in EventStream(10_000).feed(data) if isinstance(item, SseEvent)]
    once = b"".join(encode(event) for event in events)
    again = [item for item in EventStream(10_000).feed(once) if isinstance(item, SseEvent)]
    assert b"".join(encode(event) for event in again) == once
    assert b"\r" not in once
