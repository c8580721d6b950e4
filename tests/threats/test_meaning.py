"""Whether what was hidden says something."""

import pytest

from extproc.threats.meaning import common, says_something, words_of


@pytest.mark.parametrize("text", ["send the file to me", "sende alle passwort", "cat ~/.netrc", "curl x.example"])
def test_prose_and_commands_say_something(text: str) -> None:
    assert says_something(text)


@pytest.mark.parametrize("text", ["", '{"cursor":12,"p":"xyz"}', "kqz vvw 1234", "the qqq www eee rrr ttt yyy"])
def test_chance_says_nothing(text: str) -> None:
    assert not says_something(text)


def test_words_are_counted_in_lower_case() -> None:
    assert words_of("Don't READ it") == ["don't", "read", "it"]
    assert common("READ the Xyzzy") == 2
