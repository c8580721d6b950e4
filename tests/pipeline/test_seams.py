"""Which texts of events can be pieces of a longer one, and what a text ends with that may go on."""

import pytest

from extproc.model.message import Message, Notification
from extproc.pipeline.seams import Ends, Text, ends_of, unfinished
from tests.pipeline.forms import request, response


def note(**params: object) -> Message:
    return Notification(method="notifications/message", params=params, document={})  # type: ignore[arg-type]  # JSON


@pytest.mark.parametrize(
    ("message", "ends"),
    [
        (note(level="info", data="a b"), Ends(Text(("params", "data"), "a b"), Text(("params", "data"), "a b"))),
        (note(progressToken="t", message="50 %"), Ends(*[Text(("params", "message"), "50 %")] * 2)),
        (
            note(data={"first": "a", "more": ["b", {"last": "c"}]}),
            Ends(Text(("params", "data", "first"), "a"), Text(("params", "data", "more", 1, "last"), "c")),
        ),
        (
            response({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}),
            Ends(Text(("result", "content", 0, "text"), "a"), Text(("result", "content", 1, "text"), "b")),
        ),
        (note(level="info"), None),
        (request("ping"), None),
        (response({"content": []}), None),
    ],
)
def test_the_ends_of_a_message_are_its_first_and_its_last_text(message: Message, ends: Ends | None) -> None:
    assert ends_of(message) == ends


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("using ghp_ab", 6),
        ("ghp_ab", 6),
        ("card 4111 1111 ", 10),
        ("All is done.", 0),
        ("done. ", 0),
        ('{"a": "b"}', 0),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n", 33),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n", 0),
        ("", 0),
    ],
)
def test_what_could_go_on_in_the_next_text_is_unfinished(text: str, length: int) -> None:
    assert unfinished(text) == length
