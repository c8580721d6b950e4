"""Event streams are read as WHATWG HTML says, whole or in pieces, and written in one plain form."""

import time

import pytest

from extproc.mcp.sse import EventStream, SseComment, SseEvent, SseFault, SseItem, encode

LIMIT = 1000


def read(*chunks: bytes, limit: int = LIMIT) -> list[SseItem]:
    stream = EventStream(limit)
    return [item for chunk in chunks for item in stream.feed(chunk)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"], ids=["lf", "cr", "crlf"])
def test_every_line_end_ends_a_line(end: bytes) -> None:
    stream = end.join([b"event: message", b"data: 1", b"", b"data: 2", b"", b""])
    assert read(stream) == [SseEvent(name="message", data=b"1"), SseEvent(data=b"2")]


def test_line_ends_may_be_mixed() -> None:
    assert read(b"data: a\r\ndata: b\rdata: c\n\r\n") == [SseEvent(data=b"a\nb\nc")]


def test_a_crlf_cut_in_two_is_one_line_end() -> None:
    assert read(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == [SseEvent(data=b"a\nb")]


def test_a_line_feed_after_a_cut_crlf_ends_another_line() -> None:
    assert read(b"data: a\r", b"\n", b"\n") == [SseEvent(data=b"a")]
    assert read(b"data: a\r", b"", b"\n", b"", b"\n") == [SseEvent(data=b"a")]


def test_two_carriage_returns_in_two_chunks_end_an_event() -> None:
    assert read(b"data: a\r", b"\r") == [SseEvent(data=b"a")]


def test_a_byte_order_mark_is_left_out_at_the_very_beginning_only() -> None:
    bom = b"\xef\xbb\xbf"
    assert read(bom + b"data: a\n\n" + bom + b"data: b\n\n") == [SseEvent(data=b"a")]
    assert read(b"\xef", b"\xbb", b"\xbfdata: a\n\n") == [SseEvent(data=b"a")]
    assert read(bom + b"\ndata: a\n\n") == [SseEvent(data=b"a")]
    assert read(bom * 2 + b"data: a\n\n") == []


def test_one_blank_after_the_colon_is_left_out() -> None:
    assert read(b"data:a\n\ndata: a\n\ndata:  a\n\n") == [
        SseEvent(data=b"a"),
        SseEvent(data=b"a"),
        SseEvent(data=b" a"),
    ]


def test_a_field_without_colon_is_empty() -> None:
    assert read(b"data\n\n") == [SseEvent(data=b"")]


def test_data_lines_are_joined() -> None:
    assert read(b"data: {\ndata\ndata:  1}\n\n") == [SseEvent(data=b"{\n\n 1}")]


def test_unknown_fields_and_other_cases_are_ignored() -> None:
    assert read(b"Data: a\nDATA: b\n data: c\ndata : d\nfoo: e\n\n") == []


def test_comments_are_told_but_not_kept() -> None:
    assert read(b": ping\n\n:\ndata: a\n:inside\n\n") == [
        SseComment(),
        SseComment(),
        SseComment(),
        SseEvent(data=b"a"),
    ]


def test_an_event_without_blank_line_is_none() -> None:
    stream = EventStream(LIMIT)
    assert stream.feed(b"data: a\n\ndata: b\n") == [SseEvent(data=b"a")]
    assert stream.pending == len(b"data: b\n")


def test_id_and_retry_count_without_data() -> None:
    assert read(b"id: 7\nretry: 250\n\n") == [SseEvent(id="7", retry=250)]


def test_the_last_of_a_repeated_field_wins() -> None:
    assert read(b"event: a\nevent: message\nid: 1\nid: 2\ndata: x\n\n") == [
        SseEvent(name="message", id="2", data=b"x"),
    ]


def test_an_empty_event_name_means_a_message() -> None:
    assert read(b"event:\ndata: x\n\n") == [SseEvent(data=b"x")]
    assert read(b"event: other\nevent:\ndata: x\n\n") == [SseEvent(data=b"x")]


def test_an_empty_id_resets_the_id() -> None:
    assert read(b"id\ndata: x\n\n") == [SseEvent(id="", data=b"x")]


def test_an_id_with_nul_is_ignored() -> None:
    stream = EventStream(LIMIT)
    assert stream.feed(b"id: a\0b\ndata: x\n\n") == [SseEvent(data=b"x")]
    assert not stream.saw_id


@pytest.mark.parametrize("retry", [b"-1", b"1.5", b"", b"1e3", b"1_0", b"+1", b"\xd9\xa4\xd9\xa2", b"\xc2\xb2", b"0x1"])
def test_a_retry_that_is_no_ascii_number_is_ignored(retry: bytes) -> None:
    assert read(b"retry: " + retry + b"\ndata: x\n\n") == [SseEvent(data=b"x")]


def test_a_stream_remembers_that_it_has_ids() -> None:
    stream = EventStream(LIMIT)
    stream.feed(b"data: x\n\n")
    assert not stream.saw_id
    stream.feed(b"id: 1\n")
    assert stream.saw_id


@pytest.mark.parametrize("field", [b"id", b"event", b"retry"])
def test_a_field_that_is_no_utf8_or_too_long_is_a_fault(field: bytes) -> None:
    assert read(field + b": \xff\n") == [SseFault(reason="invalid_utf8")]
    assert read(field + b": " + b"1" * 1025 + b"\n", limit=2000) == [SseFault(reason="field_too_long")]


def test_after_a_fault_nothing_more_is_read() -> None:
    stream = EventStream(LIMIT)
    assert stream.feed(b"data: a\n\nid: \xff\ndata: b\n\n") == [SseEvent(data=b"a"), SseFault(reason="invalid_utf8")]
    assert stream.feed(b"data: c\n\n") == []
    assert stream.pending == 0


def test_an_event_may_reach_its_cap_and_not_pass_it() -> None:
    event = b"data: " + b"x" * 93 + b"\n"
    assert len(event) == 100
    assert read(event + b"\n", limit=100) == [SseEvent(data=b"x" * 93)]
    assert read(event + b"\n", limit=99) == [SseFault(reason="event_too_large")]
    assert read(event[:-1], limit=98) == [SseFault(reason="event_too_large")]


def test_the_cap_is_for_each_event_and_not_for_the_stream() -> None:
    assert len(read(b"data: 12345678\n\n" * 50, limit=20)) == 50


def test_lines_that_carry_nothing_count_as_well() -> None:
    assert read(b"foo: 1234567890\n" * 3, limit=40) == [SseFault(reason="event_too_large")]
    assert read(b"data\n" * 9, limit=40) == [SseFault(reason="event_too_large")]


def test_a_comment_over_the_cap_is_a_fault_however_it_arrives() -> None:
    comment = b":" + b"c" * 200 + b"\n"
    assert read(comment, limit=100) == [SseFault(reason="event_too_large")]
    assert read(comment[:80], comment[80:], limit=100) == [SseFault(reason="event_too_large")]


def test_many_small_comments_do_not_add_up() -> None:
    assert read(b": ping\n" * 100, limit=20) == [SseComment()] * 100


def test_a_long_line_in_tiny_chunks_takes_time_by_its_length_only() -> None:
    stream = EventStream(1 << 21)
    started = time.process_time()
    for _ in range(100_000):
        stream.feed(b"0123456789")
    assert stream.pending == 1_000_000
    assert time.process_time() - started < 5  # copying what is held at every chunk takes minutes


def test_an_event_is_written_with_one_data_line_and_line_feeds() -> None:
    event = SseEvent(name="message", id="4", retry=10, data=b'{"a":\n1,\r\n"b":\r2}')
    assert encode(event) == b'event: message\nid: 4\nretry: 10\ndata: {"a": 1,  "b": 2}\n\n'


def test_an_event_with_nothing_is_not_written() -> None:
    assert encode(SseEvent()) == b""


def test_an_event_with_empty_data_is_written() -> None:
    assert read(encode(SseEvent(id="1", data=b""))) == [SseEvent(id="1", data=b"")]
