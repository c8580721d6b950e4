"""Values are classed by how random they look."""

import pytest

from extproc.detect.secrets.values import Shape, entropy, repetitive, shape, turns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9f86d081884c7d659a2feaa0c55ad015", Shape.RANDOM),
        ("3f2b8c1e-9d47-4a6f-8b21-7c5e0d9a4f13", Shape.RANDOM),
        ("q8vZ3nTx1LwQj7R2", Shape.RANDOM),
        ("kdhwnxbeqz", Shape.RANDOM),
        ("6MrFEQLsPYS72qsHqoposY7tUfADaflY", Shape.RANDOM),
        ("accessTokenExpiryTime2", Shape.WORDS),
        ("Sommer!Kx9", Shape.MIXED),
        ("trumpet123!", Shape.MIXED),
        ("48219375", Shape.MIXED),
        ("user_password", Shape.WORDS),
        ("version-2", Shape.WORDS),
        ("default", Shape.WORDS),
        ("12345", Shape.NOTHING),
        ("a1", Shape.WORDS),
    ],
)
def test_the_shape_of_a_value(text: str, expected: Shape) -> None:
    assert shape(text) is expected


def test_entropy_counts_bits_per_character() -> None:
    assert entropy("") == 0.0
    assert entropy("aaaa") == 0.0
    assert entropy("abcd") == pytest.approx(2.0)


@pytest.mark.parametrize(
    "text", ["aaaaaaaaaaaa", "abcabcabcabcabcabcabcabc", "xABCDEFGHx", "1234567890", "k3Zq9wVk3Zq9wV"]
)
def test_filler_is_repetitive(text: str) -> None:
    assert repetitive(text)


def test_random_text_is_not_repetitive() -> None:
    assert not repetitive("q8vZ3nTx1LwQj7R2mUs5Df9G")


def test_turns_of_letters_and_digits_are_counted() -> None:
    assert turns("a1b2-c3") == 5
    assert turns("abc123") == 1


def test_a_long_text_of_words_takes_no_longer_than_a_short_one() -> None:
    assert shape("abandon" * 60 + "\n!") in Shape
