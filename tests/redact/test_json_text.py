"""JSON in a text: where it stands, and what a span in it means."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.redact.json_text import JsonText, Place


def test_objects_and_arrays_are_found_in_prose_on_lines_and_in_fences() -> None:
    text = 'see {"a": [1]} and [2]\n```json\n{"b": {}}\n```\nnot {this} [one] {'
    assert [text[start:end] for start, end in JsonText(text).segments] == ['{"a": [1]}', "[2]", '{"b": {}}']


def test_what_only_looks_like_json_costs_a_bounded_number_of_tries() -> None:
    assert JsonText("[x" * 1000 + "[1]").segments == []
    assert JsonText("[" * 100_000).segments == []


def test_a_million_digits_are_a_number() -> None:
    text = "[" + "9" * 1_000_000 + "]"
    assert JsonText(text).place(1, 5) == Place(start=1, end=len(text) - 1, text=text[1:-1], quote='"')


@pytest.mark.parametrize(
    ("text", "span", "place"),
    [
        ("plain", (1, 3), Place(start=1, end=3, text="la")),
        ('{"key": 1}', (2, 5), Place(start=2, end=5, text="key", key=True, depth=1)),
        ('{"key" : 1}', (1, 6), Place(start=1, end=6, text="key", key=True, quote='"')),
        ('{"a": -1.5e3}', (7, 9), Place(start=6, end=12, text="-1.5e3", quote='"')),
        ('["\\u00e9\\n"]', (3, 4), Place(start=2, end=8, text="é", depth=1)),
        ('["a\\"b"]', (2, 6), Place(start=2, end=6, text='a"b', depth=1)),
        ('{"a": 1} x', (0, 8), Place(start=0, end=8, text='{"a": 1}', quote='"')),
        ('["{\\"a\\": 1}"]', (10, 11), Place(start=10, end=11, text="1", quote='\\"', depth=1)),
        ('["{\\"ab\\": 1}"]', (5, 6), Place(start=5, end=6, text="a", key=True, depth=2)),
    ],
)
def test_a_span_is_widened_to_what_can_be_replaced(text: str, span: tuple[int, int], place: Place) -> None:
    assert JsonText(text).place(*span) == place


def test_a_lone_surrogate_is_a_character() -> None:
    assert JsonText('["\\ud800x"]').place(8, 9) == Place(start=8, end=9, text="x", depth=1)


TREES = st.recursive(
    st.text('ab"\\{}[]:é😀\n', max_size=5) | st.integers() | st.booleans() | st.none(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text('a"\\é', max_size=3), below, max_size=3),
    max_leaves=8,
)


@given(TREES, st.booleans(), st.integers(0, 3), st.data())
def test_any_span_of_json_can_be_replaced_by_a_mark(
    tree: object, ascii_only: bool, nested: int, data: st.DataObject
) -> None:
    text = json.dumps([tree], ensure_ascii=ascii_only)
    for _ in range(nested):
        text = json.dumps({"in": text}, ensure_ascii=ascii_only)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    place = JsonText(text).place(start, end)
    assert place.start <= start < end <= place.end
    after: object = text[: place.start] + place.quote + "[M]" + place.quote + text[place.end :]
    # It is read again as often as it was written, unless the mark took the place of what was inside.
    for _ in range(nested + 1):
        after = json.JSONDecoder().decode(str(after))
        if not isinstance(after, dict) or not isinstance(after.get("in"), str) or after["in"][:1] not in "{[":
            break
        after = after["in"]
        if after == "[M]":
            break
