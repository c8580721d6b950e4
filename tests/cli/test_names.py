"""The model as it is installed: persons in prose, in their places."""

from collections.abc import Sequence

import pytest

from extproc.cli.names import Names
from extproc.detect.personal.prose import FULL_NAME


@pytest.fixture(scope="module")
def names() -> Names:
    return Names()


def found(names: Names, text: str) -> Sequence[tuple[str, str]]:
    return [(text[start:end], kind) for start, end, kind in names.spans(text)]


def test_a_person_in_prose_is_found_without_any_label(names: Names) -> None:
    text = "é Yesterday I met Maria Oldenburg at the station, and she told me about it."
    assert found(names, text) == [("Maria Oldenburg", FULL_NAME)]


def test_a_name_over_the_end_of_a_full_line_is_found(names: Names) -> None:
    text = "After the meeting in the office of the bank we had a long talk with Maria Oldenburg\nwho was ill."
    assert found(names, text) == [("Maria Oldenburg", FULL_NAME)]


def test_the_same_name_in_code_is_not_read(names: Names) -> None:
    assert found(names, 'person = find("Maria Oldenburg", of={})\nMaria Oldenburg;Berlin;7') == []


def test_cities_and_products_are_no_persons(names: Names) -> None:
    assert found(names, "We flew to Lisbon on Monday and installed Visual Studio there.") == []
