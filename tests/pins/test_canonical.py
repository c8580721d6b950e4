"""Digests of definitions: every change of anything is seen, and none of what only looks different."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from extproc.pins.canonical import (
    LONGEST_TEXT,
    _written,
    canonical_text,
    definition_of,
    digest_of,
    folded,
    instructions_definition,
    version_of,
)
from tests.pins.definitions import DEFINITIONS, NUMBERS, ORDER, VALUES, at, places

_SPACES = ("  ", "\n", "\r\n", "\t", " \n\n ")
_FREE = [
    ("title",),
    ("description",),
    ("annotations", "title"),
    ("inputSchema", "title"),
    ("inputSchema", "properties", "id", "description"),
    ("inputSchema", "properties", "view", "$comment"),
    ("inputSchema", "properties", "tags", "items", "description"),
    ("inputSchema", "$defs", "line", "additionalProperties", "description"),
]
_EXACT = [place for place in places(ORDER) if isinstance(at(ORDER, place), str) and place not in _FREE]


def changed(definition: dict[str, Any], place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    copy = deepcopy(definition)
    at(copy, place[:-1])[place[-1]] = value
    return copy


def shuffled(value: Any, draw: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key], draw) for key in draw(st.permutations(list(value)))}
    return [shuffled(each, draw) for each in value] if isinstance(value, list) else value


def other(value: Any) -> Any:
    """Return something of the same kind that is not the same, also without regard to space."""
    match value:
        case bool():
            return not value
        case str():
            return value + "x"
        case int():
            return value - 1 if value > 0 else value + 1
        case float():
            return value / 2 if abs(value) > 1 else value + 1
        case list():
            return [*value, "x"]
        case dict():
            return {**value, "x-added": 1}
        case _:
            return "x"


@given(DEFINITIONS, st.data())
def test_every_change_of_any_member_at_any_depth_is_seen(definition: dict[str, Any], data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(places(definition)[1:]))
    drifted = changed(definition, place, other(at(definition, place)))
    assert not version_of(definition).same_as(version_of(drifted))


@given(DEFINITIONS, st.data())
def test_every_member_that_goes_is_seen(definition: dict[str, Any], data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(places(definition)[1:]))
    without = deepcopy(definition)
    del at(without, place[:-1])[place[-1]]
    assert not version_of(definition).same_as(version_of(without))


@given(DEFINITIONS, VALUES, st.data())
def test_every_member_that_comes_is_seen(definition: dict[str, Any], added: Any, data: st.DataObject) -> None:
    inside = data.draw(st.sampled_from([each for each in places(definition) if isinstance(at(definition, each), dict)]))
    more = deepcopy(definition)
    at(more, inside)["x-new"] = added
    assert not version_of(definition).same_as(version_of(more))


@given(DEFINITIONS, VALUES, st.data())
def test_another_value_anywhere_is_seen(definition: dict[str, Any], value: Any, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(places(definition)[1:]))
    old = at(definition, place)
    assume(type(old) is not type(value) and {type(old), type(value)} != {int, float})
    assert not version_of(definition).same_as(version_of(changed(definition, place, value)))


@given(DEFINITIONS, st.data())
def test_the_order_of_members_is_none(definition: dict[str, Any], data: st.DataObject) -> None:
    assert version_of(shuffled(definition, data.draw)) == version_of(definition)


@pytest.mark.parametrize("place", _FREE)
@pytest.mark.parametrize("space", _SPACES)
def test_space_in_texts_for_readers_is_cosmetic(place: tuple[str, ...], space: str) -> None:
    words = at(ORDER, place).split()
    spaced = changed(ORDER, place, space + space.join(words) + space)
    assert version_of(spaced).digest != version_of(ORDER).digest
    assert version_of(spaced).same_as(version_of(ORDER))


@pytest.mark.parametrize("place", _EXACT)
@pytest.mark.parametrize("space", _SPACES)
def test_space_anywhere_else_counts(place: tuple[str | int, ...], space: str) -> None:
    assert not version_of(changed(ORDER, place, at(ORDER, place) + space)).same_as(version_of(ORDER))


def test_composed_and_decomposed_letters_are_cosmetic_in_texts_and_count_in_names() -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    one, same = ({"name": "t", "description": text} for text in (composed, decomposed))
    assert version_of(one).same_as(version_of(same))
    assert not version_of({"name": composed}).same_as(version_of({"name": decomposed}))


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\U000e0041", "\u00a0", "\ufe0f", "\u0430"])
def test_what_cannot_be_seen_is_not_cosmetic(hidden: str) -> None:
    assert not version_of(changed(ORDER, ("description",), ORDER["description"] + hidden)).same_as(version_of(ORDER))


def test_a_property_that_is_called_description_is_no_text_for_readers() -> None:
    one = changed(ORDER, ("inputSchema", "properties", "id", "default"), {"description": "a b"})
    spaced = changed(ORDER, ("inputSchema", "properties", "id", "default"), {"description": "a  b"})
    assert not version_of(one).same_as(version_of(spaced))


def test_instructions_are_pinned_like_a_text() -> None:
    one, spaced, changed_ = (instructions_definition(text) for text in ("Ask first.", "Ask\nfirst. ", "Ask last."))
    assert version_of(one).same_as(version_of(spaced))
    assert not version_of(one).same_as(version_of(changed_))


@given(VALUES)
def test_the_text_is_json_of_the_same_value(value: Any) -> None:
    text = canonical_text({"v": value})
    assert json.loads(text) == {"v": value}
    assert canonical_text(json.loads(text)) == text


@given(NUMBERS)
def test_a_number_reads_back_as_itself(number: float) -> None:
    assert float(canonical_text(number)) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"), (-0.0, "0"), (1e-7, "1e-7"), (1e-6, "0.000001"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
        (333333333.33333329, "333333333.3333333"), (4.5, "4.5"), (2e-3, "0.002"), (2**53 + 1, "9007199254740993"),
        (True, "true"), (None, "null"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_rfc_8785_has_them_and_integers_exactly(number: float | None, text: str) -> None:
    assert canonical_text(number) == text


def test_members_are_in_the_order_of_utf_16() -> None:
    assert canonical_text({"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "\r": 4, "1": 5}) == (
        '{"\\r":4,"1":5,"\u20ac":3,"\U0001f600":2,"\ufb33":1}'
    )


def test_a_deep_definition_is_digested_as_a_whole_and_its_text_not_kept() -> None:
    deep, deeper = "x", "y"
    for _ in range(50_000):
        deep, deeper = {"items": deep}, {"items": deeper}  # type: ignore[assignment]  # what is built is nested
    one, another = (version_of({"name": "t", "inputSchema": each}) for each in (deep, deeper))
    assert one.text is None
    assert not one.same_as(another)
    assert definition_of(one) is None


def test_a_long_definition_keeps_its_digest_only() -> None:
    kept = version_of({"description": "x" * (LONGEST_TEXT - 18)})
    longer = version_of({"description": "x" * (LONGEST_TEXT - 17)})
    assert kept.text is not None
    assert len(kept.text) == LONGEST_TEXT
    assert longer.text is None
    assert version_of({"description": "é" * (LONGEST_TEXT // 2)}).text is None


def test_a_kept_definition_can_be_read_again() -> None:
    assert definition_of(version_of(ORDER)) == ORDER
    assert digest_of(canonical_text(ORDER)) == version_of(ORDER).digest


def test_folding_leaves_the_definition_as_it_was() -> None:
    before = deepcopy(ORDER)
    assert folded(ORDER)["description"] == "Reads an order by its id. Returns its lines."
    assert before == ORDER


@given(VALUES | DEFINITIONS)
def test_the_fast_way_and_the_slow_one_write_the_same(value: Any) -> None:
    assert canonical_text(value) == _written(value)
