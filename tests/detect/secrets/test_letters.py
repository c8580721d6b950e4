"""Words and random letters are told apart."""

import random
import string

import pytest

from extproc.detect.secrets.letters import cost, gibberish, runs, wordlike

_WORDS = ("authorization", "configuration", "password", "elephant", "transaction", "javascript", "mountain", "database")


@pytest.mark.parametrize("word", _WORDS)
def test_words_are_wordlike_in_any_case(word: str) -> None:
    assert wordlike(word)
    assert wordlike(word.upper())
    assert gibberish(word.capitalize()) == 0


@pytest.mark.parametrize("letters", ["qzxkvjwp", "xkcdqwrt", "bcdfghjk", "vqzjxwky"])
def test_unpronounceable_letters_are_not(letters: str) -> None:
    assert not wordlike(letters)
    assert gibberish(letters) == len(letters)


def test_most_random_letters_are_recognised_as_such() -> None:
    draw = random.Random(7)  # noqa: S311 - no secret is drawn
    drawn = ["".join(draw.choices(string.ascii_lowercase, k=12)) for _ in range(500)]
    assert sum(not wordlike(letters) for letters in drawn) > 450


def test_case_divides_words_and_names_of_identifiers_are_no_gibberish() -> None:
    assert runs("parseHTTPRequestBody2") == ["parse", "HTTP", "Request", "Body"]
    assert gibberish("parseHTTPRequestBody2") == 0
    assert gibberish("session_token_provider") == 0


def test_letters_that_change_case_at_random_are_gibberish_as_a_whole() -> None:
    assert gibberish("aGhKqLmTzPwR") == 12


def test_the_cost_of_a_step_is_between_the_bounds_of_the_table() -> None:
    assert 0 <= cost("a") <= 9
    assert cost("there") < cost("qzxkv")
