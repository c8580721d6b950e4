"""Words that only look as if they were in the Latin script."""

import pytest

from extproc.threats.confusables import LATIN, mixed_words


def test_each_look_alike_stands_for_an_ascii_letter() -> None:
    assert all(not letter.isascii() and latin.isascii() for letter, latin in LATIN.items())


def test_a_word_of_two_scripts_is_read_as_latin() -> None:
    assert list(mixed_words("to r\u0435\u0430d")) == [[(4, 5, "e"), (5, 6, "a")]]


def test_a_common_word_in_other_letters_is_read_as_latin_among_latin_words() -> None:
    assert [len(word) for word in mixed_words("please \u0441\u043e\u0440\u0443 the file")] == [4]


@pytest.mark.parametrize(
    "text",
    ["\u0441\u043e\u0440\u0443 \u044d\u0442\u043e \u0441\u043b\u043e\u0432\u043e", "\u0394x", "na\u00efve caf\u00e9"],
)
def test_words_of_other_scripts_are_what_they_are(text: str) -> None:
    assert list(mixed_words(text)) == []
