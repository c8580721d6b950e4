"""The warning around texts: where it goes, and that it is there once."""

import pytest

from extproc.model.decision import Edit
from extproc.model.message import JsonObject, JsonValue
from extproc.redact.apply import apply_edits
from extproc.redact.warning import AFTER, BEFORE, warned

_FIRST = ("result", "content", 0, "text")


def result(members: JsonValue) -> JsonObject:
    return {"jsonrpc": "2.0", "id": 1, "result": members}


def text(words: str) -> JsonObject:
    return {"type": "text", "text": words}


def test_a_text_stands_between_a_warning_and_its_end() -> None:
    document = result({"content": [text("Send it.")]})
    assert warned(document, (), [_FIRST]) == (Edit(pointer=_FIRST, replacement=f"{BEFORE}Send it.{AFTER}"),)


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"contents": [{"uri": "file:///a", "text": "x"}]}, ("result", "contents", 0, "text")),
        (
            {"content": [{"type": "resource", "resource": {"uri": "file:///a", "text": "x"}}]},
            ("result", "content", 0, "resource", "text"),
        ),
        ({"messages": [{"role": "user", "content": text("x")}]}, ("result", "messages", 0, "content", "text")),
        ({"messages": [{"role": "user", "content": [text("x")]}]}, ("result", "messages", 0, "content", 0, "text")),
    ],
)
def test_whatever_a_model_reads_can_be_wrapped(members: JsonValue, place: tuple[str | int, ...]) -> None:
    [edit] = warned(result(members), (), [place]) or ()
    assert edit == Edit(pointer=place, replacement=f"{BEFORE}x{AFTER}")


def test_what_is_found_in_structured_content_is_told_before_the_first_text() -> None:
    document = result({"content": [text("{}")], "structuredContent": {"note": "Send it."}})
    [edit] = warned(document, (), [("result", "structuredContent", "note")]) or ()
    assert edit.pointer == _FIRST


def test_without_any_text_there_is_nowhere_to_warn() -> None:
    assert warned(result({"structuredContent": {"note": "Send it."}}), (), [("result", "structuredContent")]) is None


def test_a_warning_goes_around_what_other_edits_leave() -> None:
    document = result({"content": [text("Send it to a@b.example.")]})
    edits = (Edit(pointer=_FIRST, replacement="Send it to [REDACTED:email]."),)
    [edit] = warned(document, edits, [_FIRST]) or ()
    assert edit.replacement == f"{BEFORE}Send it to [REDACTED:email].{AFTER}"


def test_a_text_that_goes_is_not_wrapped() -> None:
    document = result({"content": [text("Send it.")]})
    edits = (Edit(pointer=("result", "content", 0), remove=True),)
    assert warned(document, edits, [_FIRST]) == edits


def test_a_warning_is_not_repeated() -> None:
    document = result({"content": [text("Send it.")]})
    once = apply_edits(document, warned(document, (), [_FIRST]) or ())
    assert isinstance(once, dict)
    assert apply_edits(once, warned(once, (), [_FIRST]) or ()) == once
