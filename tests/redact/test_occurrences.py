"""Values are found wherever they stand, however many they are."""

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from extproc.redact.occurrences import Occurrences, as_number

WORDS = st.text("ab[.é", min_size=4, max_size=8)


def found(text: str, *values: str) -> list[tuple[int, int, str]]:
    [hits] = Occurrences(values).within([text])
    return hits


def test_a_value_is_found_as_it_is_in_json_twice_in_json_and_in_a_url() -> None:
    value = 'Zoë "Z"'
    once = json.dumps(value)[1:-1]
    forms = [value, once, json.dumps(value, ensure_ascii=False)[1:-1], json.dumps(once)[1:-1], "Zo%C3%AB%20%22Z%22"]
    assert [found(f"<{form}>", value) for form in forms] == [[(1, 1 + len(form), value)] for form in forms]


def test_grouped_digits_are_found_without_what_groups_them() -> None:
    assert found("x4111111111111111", "4111-1111 1111.1111") == [(1, 17, "4111-1111 1111.1111")]
    assert found("x123456", "12-34-56") == []


def test_values_of_less_than_four_characters_are_not_looked_for() -> None:
    assert found('abc "\\"', "abc", '"\\') == []


def test_the_longest_is_found_and_nothing_in_our_own_marks() -> None:
    assert found("abcdef", "abcd", "abcdef") == [(0, 6, "abcdef")]
    assert found("[REDACTED:email] email [REDACTED:email]", "email", "REDACTED") == [(17, 22, "email")]


def test_a_number_is_a_value_or_has_one_in_it_that_is_no_coincidence() -> None:
    texts = ["1234", "91234", "976543210", "99"]
    hits = Occurrences(["1234", "7654321"]).within(texts)
    assert [*map(as_number, texts, hits)] == ["1234", None, "7654321", None]


def test_a_value_does_not_reach_from_one_text_into_the_next() -> None:
    assert Occurrences(["ab\x00cd"]).within(["ab", "cd", "ab\x00cd"]) == [[], [], [(0, 5, "ab\x00cd")]]


@given(st.sets(WORDS, max_size=30), st.lists(st.text("ab[.é", max_size=30), max_size=3), st.sampled_from([0, 10**9]))
def test_many_values_are_found_as_by_one_alternative_after_the_other(
    words: set[str], texts: list[str], one_by_one: int
) -> None:
    plain = "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))) or r"(?!)"
    naive = [[(hit.start(), hit.end(), hit.group()) for hit in re.finditer(plain, text)] for text in texts]
    assert Occurrences(words, one_by_one).within(texts) == naive


def test_a_thousand_values_are_looked_for_at_once() -> None:
    values = [f"person{number}@example.com" for number in range(1000)]
    [hits] = Occurrences(values, 0).within([" ".join(values[::-1])])
    assert [value for _, _, value in hits] == values[::-1]
