"""Words that changed: both texts can be read from them while they are short, and they are short in any case."""

import time

from hypothesis import given
from hypothesis import strategies as st

from extproc.pins.words import Fate, Words, word_changes

_WORDS = st.lists(st.sampled_from(["a", "b", "c", " ", ".", "\n"]), max_size=10).map("".join)


def text_of(words: tuple[Words, ...], fate: Fate) -> str:
    return "".join(each.text for each in words if each.fate in {Fate.KEPT, fate})


@given(_WORDS, _WORDS)
def test_both_texts_stand_in_the_words(old: str, new: str) -> None:
    words = word_changes(old, new)
    assert text_of(words, Fate.REMOVED) == old
    assert text_of(words, Fate.ADDED) == new


def test_only_a_few_words_around_a_change_are_kept() -> None:
    text = " ".join(f"w{number}" for number in range(100))
    words = word_changes(text, text.replace("w50 ", "w50 and more "))
    assert [each.text for each in words if each.fate is not Fate.KEPT] == ["and more "]
    assert words[0].text.startswith("…")
    assert words[-1].text.endswith("…")
    assert sum(len(each.text) for each in words) < 80


def test_long_texts_are_told_by_their_ends_and_without_delay() -> None:
    started = time.process_time()
    words = word_changes("a b " * 5000, "b a " * 5000)
    assert [each.fate for each in words[:2]] == [Fate.REMOVED, Fate.ADDED]
    assert all(len(each.text) < 400 for each in words)
    assert time.process_time() - started < 1.0
