"""Sketches: near copies have much in common, other texts have nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from extproc.pins.sketch import HASHES, definition_words, likeness, sketch_of
from tests.pins.definitions import DEFINITIONS, ORDER

_TEXT = (
    "Searches the catalogue of the shop for products by their name, their colour or their price, and returns at most "
    "fifty of them with their numbers, ordered by how well they fit what was asked for; archived ones are left out."
)


def test_a_sketch_is_small_and_ascending() -> None:
    sketch = sketch_of(_TEXT)
    assert len(sketch) == HASHES
    assert list(sketch) == sorted(set(sketch))
    assert len(sketch_of(_TEXT * 1000)) == HASHES
    assert sketch_of("") == ()


def test_case_and_marks_do_not_count() -> None:
    assert likeness(sketch_of(_TEXT), sketch_of(_TEXT.upper().replace(",", " -"))) == 1.0


def test_a_near_copy_is_near_and_another_text_is_not() -> None:
    assert likeness(sketch_of(_TEXT), sketch_of(_TEXT.replace("colour", "size"))) > 0.8
    assert likeness(sketch_of(_TEXT), sketch_of("Deletes a folder and all that it has, without asking.")) < 0.2
    assert likeness((), ()) == 0.0


@given(st.text(), st.text())
def test_likeness_is_a_share_that_is_the_same_both_ways(one: str, other: str) -> None:
    first, second = sketch_of(one), sketch_of(other)
    assert 0.0 <= likeness(first, second) == likeness(second, first) <= 1.0


@given(DEFINITIONS)
def test_the_words_of_a_definition_do_not_depend_on_its_name(definition: dict[str, Any]) -> None:
    assert definition_words({**definition, "name": "other"}) == definition_words(definition)


def test_the_words_of_a_definition_are_those_of_its_texts_and_parameters() -> None:
    assert {"order", "reads", "view", "long", "pattern"} <= set(definition_words(ORDER))
    assert len(definition_words({"inputSchema": {"enum": ["word"] * 10_000}})) == 600
