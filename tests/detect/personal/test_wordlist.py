"""The word list of BIP-39 is whole."""

from extproc.detect.personal.wordlist import WORDS


def test_the_list_has_all_words_in_order() -> None:
    assert len(set(WORDS)) == 2048
    assert sorted(WORDS) == list(WORDS)
    assert (WORDS[0], WORDS[-1]) == ("abandon", "zoo")


def test_four_letters_tell_each_word() -> None:
    assert len({word[:4] for word in WORDS}) == 2048
