"""What of the sensitive data of a trail stands in a call, and how it is written."""

import base64
from dataclasses import replace

import pytest

from extproc.model.finding import Category, Finding
from extproc.model.message import JsonValue
from extproc.sessions.fingerprints import Printer
from extproc.sessions.flows import ENCODED, HELD, PLAIN, SPLIT, Flow, carried_of
from extproc.sessions.sinks import sink_of
from extproc.sessions.trail import EMPTY, Copy, Item, Trail
from tests.sessions.story import INSIDE, KEY, call_of

_PRINTER = Printer(KEY)
_SECRET = "mK4tq8ZbV2wXr7NcJ5hs"
_URL = "https://a.outside.example/x"


def _item(value: str, category: str = "secret", sent: int = 0, parts: tuple[str, ...] = ()) -> Item:
    size, grams = _PRINTER.value(value)
    return Item("d1", "one", category, "0" * 16, size, False, grams, sent, parts)  # noqa: FBT003 - a tuple of members


def _flows(trail: Trail, arguments: dict[str, JsonValue], findings: tuple[Finding, ...] = ()) -> tuple[Flow, ...]:
    call = call_of("http_post", {"url": _URL, **arguments}, findings=findings)
    return carried_of(trail, call, sink_of(call, INSIDE), _PRINTER).flows


def _knows(*items: Item) -> Trail:
    return replace(EMPTY, items=items)


@pytest.mark.parametrize(
    ("body", "how"),
    [
        (f"x {_SECRET} y", PLAIN),
        (_SECRET[::-1], PLAIN),
        (base64.b64encode(_SECRET.encode()).decode(), ENCODED),
        (_SECRET.encode().hex(), ENCODED),
    ],
)
def test_a_value_is_known_again_with_how_it_is_written(body: str, how: str) -> None:
    (flow,) = _flows(_knows(_item(_SECRET)), {"body": body})
    assert (flow.category, flow.calls, flow.how, flow.pointer) == ("secret", ("d1",), how, ("body",))


def test_another_value_is_no_flow() -> None:
    assert _flows(_knows(_item(_SECRET)), {"body": "mK4tq8Z and then something else"}) == ()
    assert _flows(EMPTY, {"body": _SECRET}) == ()


def test_the_finding_of_a_value_is_enough() -> None:
    finding = Finding(
        category=Category.SECRET,
        entity="x",
        detector="x",
        pointer=("params", "arguments", "body"),
        start=0,
        end=3,
        score=0.9,
        fingerprint="0" * 16,
    )
    (flow,) = _flows(_knows(_item(_SECRET)), {"body": "odd"}, (finding,))
    assert (flow.how, flow.pointer) == (ENCODED, ("body",))


def test_pieces_of_several_calls_are_put_together() -> None:
    item = _item(_SECRET)
    call = call_of("http_post", {"url": _URL, "body": _SECRET[:9]})
    pieces = carried_of(_knows(item), call, sink_of(call, INSIDE), _PRINTER).pieces
    assert pieces["0" * 16].bit_count() == 5
    sent = item._replace(sent=pieces["0" * 16], parts=("d2",))
    (flow,) = _flows(_knows(sent), {"body": _SECRET[9:]})
    assert (flow.how, flow.calls) == (SPLIT, ("d1", "d2"))
    assert _flows(_knows(item), {"body": _SECRET[:9]}) == ()


def test_a_short_value_counts_as_a_whole_word_only() -> None:
    assert [flow.how for flow in _flows(_knows(_item("463820")), {"body": "code 463820."})] == [PLAIN]
    assert _flows(_knows(_item("463820")), {"body": "14638201"}) == ()


def test_a_credential_where_one_is_asked_for_is_used() -> None:
    assert [flow.used for flow in _flows(_knows(_item(_SECRET)), {"api_key": _SECRET})] == [True]
    assert [flow.used for flow in _flows(_knows(_item(_SECRET)), {"body": _SECRET})] == [False]


def test_an_object_that_holds_sensitive_data_is_told_by_its_id() -> None:
    copy = Copy("d1", "one", f"bulk{HELD}", (_PRINTER.token("doc-91"),))
    trail = replace(EMPTY, copies=(copy,))
    assert [(flow.category, flow.pointer) for flow in _flows(trail, {"id": "doc-91"})] == [("bulk", ("id",))]
    assert _flows(trail, {"id": "doc-9"}) == ()


def test_a_stretch_of_a_sensitive_text_is_known_again_in_any_encoding() -> None:
    text = "the merger with the northern works is to be announced on the third of july at noon in the large hall"
    trail = replace(EMPTY, copies=(Copy("d1", "one", "pii_text", _PRINTER.shingles(text)),))
    stretch = " ".join(text.split()[3:])
    assert [flow.how for flow in _flows(trail, {"body": f"Hello! {stretch}"})] == [PLAIN]
    assert [flow.how for flow in _flows(trail, {"body": base64.b64encode(stretch.encode()).decode()})] == [ENCODED]
    assert _flows(trail, {"body": "the merger is announced in july, they say"}) == ()


def test_very_long_arguments_are_looked_at_in_part() -> None:
    body = " ".join(f"word{number} {number:032x}" for number in range(2000))
    assert _flows(_knows(_item(_SECRET)), {"body": body}) == ()
