"""Which lines are prose, and which of the names in them are taken for persons."""

import pytest

from extproc.detect.personal.prose import FULL_NAME, ONE_NAME, believed, common_words, prose


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in prose(text)]


def taken(text: str, *names: str) -> list[tuple[str, str]]:
    """Return what is believed of names that stand in a text, which is all prose."""
    places = [(text.index(name), text.index(name) + len(name)) for name in names]
    return [(text[first:last], kind) for first, last, kind in believed(text, 0, len(text), places, common_words(text))]


@pytest.mark.parametrize(
    "line",
    [
        "She asked whether the parcel had come.",
        "I will be there at 9 with my sister",
        "Bot: What is the name on the account? User: Orla Finnegan",
    ],
)
def test_a_sentence_is_prose(line: str) -> None:
    assert parts(line) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "def of(the, a): return to[the] + in_a(a)",
        "# who is the author of this",
        "Orla Finnegan",
        "id,name,city",
        '{"to": "the", "from": {"a": [1, 2]}, "of": {}}',
        "2027-01-02T10:00:00Z INFO started worker=7 queue=mails",
    ],
)
def test_code_tables_and_logs_are_no_prose(line: str) -> None:
    assert parts(line) == []


def test_a_sentence_that_was_broken_where_the_line_was_full_is_one() -> None:
    text = "The letter that I had been waiting for since the summer\ncame from my aunt.\nShe is well and so is he."
    assert parts(text) == [text[: text.index("\nShe")], "She is well and so is he."]


def test_a_line_that_is_too_long_for_a_model_is_read_in_pieces() -> None:
    text = "and so it was that " * 5000
    found = parts(text)
    assert "".join(found) == text
    assert max(map(len, found)) <= 20_000


def test_two_words_are_a_name_without_what_stands_around_them() -> None:
    assert taken('We met "Orla Finnegan\'s" aunt.', '"Orla Finnegan\'s"') == [("Orla Finnegan", FULL_NAME)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("It is at 14 Orla Finnegan.", "Orla Finnegan"),
        ("It is at Orla Finnegan 14, I think.", "Orla Finnegan"),
        ("He plays in the Orla Finnegan Orchestra.", "Orla Finnegan"),
        ("We were on the USS Finnegan for a week.", "USS Finnegan"),
        ("It is in src/Orla Finnegan or not.", "Orla Finnegan"),
        ("The copyright is by Orla Finnegan.", "Orla Finnegan"),
        ("We run Orla Desktop on a desktop.", "Orla Desktop"),
        ("He lives in Finnegan Street with us.", "Finnegan Street"),
    ],
)
def test_a_place_or_a_thing_is_no_person(text: str, name: str) -> None:
    assert taken(text, name) == []


def test_an_age_is_no_house_number() -> None:
    assert taken("She saw Orla Finnegan, 34, in the shop.", "Orla Finnegan") == [("Orla Finnegan", FULL_NAME)]


@pytest.mark.parametrize(
    "text", ["Dear Orla, how are you?", "So Orla said no.", "Orla: I am here", "This is Orla's boss."]
)
def test_one_word_is_a_name_beside_what_is_said_of_persons(text: str) -> None:
    assert taken(text, "Orla") == [("Orla", ONE_NAME)]


@pytest.mark.parametrize("text", ["We use Orla for this.", "Finnegan, Orla and Reed is a firm.", "Send it to Orla 7"])
def test_one_word_alone_is_none(text: str) -> None:
    assert taken(text, "Orla") == []


def test_one_word_is_a_name_where_it_was_part_of_one() -> None:
    text = "We waited for Orla Finnegan, but without Finnegan it went on."
    places = [(14, 27), (text.rindex("Finnegan"), text.rindex("Finnegan") + 8)]
    assert [kind for *_, kind in believed(text, 0, len(text), places, frozenset())] == [FULL_NAME, ONE_NAME]
