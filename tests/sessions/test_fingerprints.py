"""Keyed fingerprints: equal for equal pieces under one key, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from extproc.sessions.fingerprints import (
    GRAM,
    MAX_GRAMS,
    SHINGLE,
    SHORT_GRAM,
    WINDOW,
    Printer,
    folded,
    gram_size,
)

_PRINTER = Printer(b"one key")
_VALUES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=12, max_size=400)


def test_two_keys_have_nothing_in_common() -> None:
    other = Printer(b"another key")
    assert _PRINTER.token("x") != other.token("x")
    assert not set(_PRINTER.grams("abcdefghij", GRAM)) & set(other.grams("abcdefghij", GRAM))


def test_case_spacing_and_punctuation_do_not_count() -> None:
    assert folded("A-b C_1!") == "abc1"
    assert _PRINTER.value("ABCD-1234-efgh-5678") == _PRINTER.value("abcd1234 EFGH5678")


def test_the_direction_in_which_a_value_is_read_does_not_count() -> None:
    assert set(_PRINTER.grams("abcdefg", GRAM)) == set(_PRINTER.grams("gfedcba", GRAM))


def test_shorter_values_have_shorter_grams_and_the_shortest_only_themselves() -> None:
    assert [gram_size(length) for length in (4, 8, 12)] == [4, SHORT_GRAM, GRAM]
    assert len(_PRINTER.value("4711")[1]) == 1
    assert _PRINTER.value("") == (0, ())


@given(_VALUES)
def test_a_value_has_few_grams_and_all_of_them_stand_in_it(value: str) -> None:
    size, grams = _PRINTER.value(value)
    assert 0 < len(grams) <= MAX_GRAMS
    assert set(grams) <= set(_PRINTER.grams(folded(value), size))


@given(_VALUES, st.data())
def test_a_long_piece_of_a_value_shares_grams_with_it(value: str, data: st.DataObject) -> None:
    value = value * 3
    start = data.draw(st.integers(min_value=0, max_value=len(value) // 3))
    size, grams = _PRINTER.value(value)
    piece = set(_PRINTER.grams(value[start : start + 2 * len(value) // 3], size))
    assert piece & set(grams)


@given(
    st.lists(
        st.sampled_from(["alpha", "beta", "gamma", "delta", "ann", "bob", "17", "4711", "red", "green"]), max_size=40
    )
)
def test_texts_that_share_a_stretch_of_words_share_a_shingle(words: list[str]) -> None:
    stretch = [f"w{number}" for number in range(SHINGLE + WINDOW - 1)]
    first = " ".join([*words, *stretch])
    second = ", ".join([*stretch, "and", "more", *words])
    assert set(_PRINTER.shingles(first)) & set(_PRINTER.shingles(second))


def test_a_text_of_a_few_words_has_one_shingle_or_none() -> None:
    assert len(_PRINTER.shingles("one two three four")) == 1
    assert _PRINTER.shingles("one two") == ()


def test_texts_without_anything_in_common_share_nothing() -> None:
    first = _PRINTER.shingles(" ".join(f"a{number}" for number in range(200)))
    second = _PRINTER.shingles(" ".join(f"b{number}" for number in range(200)))
    assert not set(first) & set(second)
