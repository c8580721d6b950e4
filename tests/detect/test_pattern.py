"""The syntax that all engines share, and what is known of a pattern beforehand."""

import re

import pytest

from extproc.detect.pattern import PatternError, asks_for_line, least_within, read_pattern
from extproc.detect.shapes import UNBOUNDED


@pytest.mark.parametrize(
    ("pattern", "least", "most"),
    [
        ("abc", 3, 3),
        ("a|bcd", 1, 3),
        ("gh[po]_[A-Za-z0-9]{36}", 40, 40),
        ("a{2,5}b?", 2, 6),
        ("(?:ab){2}(c|de)", 5, 6),
        (r"\bfoo\b$", 3, 3),
        (r"[^\s]{3,}", 3, UNBOUNDED),
        ("[]a-]{2}", 2, 2),
        (r"\x41\.\-", 3, 3),
        ("a{3,5}?", 3, 5),
    ],
)
def test_the_shortest_and_longest_match_are_known(pattern: str, least: int, most: int) -> None:
    shape = read_pattern(pattern)
    assert (shape.least, shape.most) == (least, most)
    re.compile(pattern)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?=a)b", "lookahead"),
        ("(?<!a)b", "lookbehind"),
        ("(?>a)b", "atomic"),
        (r"(a)\1", "back-reference"),
        ("a{2000}", "512"),
        ("a++", "possessive"),
        (".*a", "unbounded"),
        ("a**", "repeat of a repeat"),
        ("(a", "not closed"),
        ("a)", "closing bracket"),
        ("", "empty"),
        ("a?", "empty"),
        (r"\p{L}", "not possible"),
        ("[[:alpha:]]", "named class"),
        ("(?P<n>a)", "only"),
        ("[b-a]", "range"),
        ("a{,3}", "repeat is written"),
        ("a\\", "too early"),
        ("(" * 30 + "a" + ")" * 30, "nested"),
        ("*a", "repeat of nothing"),
    ],
)
def test_what_not_every_engine_can_run_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(PatternError, match=reason):
        read_pattern(pattern)


def test_the_characters_of_all_matches_are_known() -> None:
    assert read_pattern("[a-c]{3}|x").letters == "abcx"
    assert read_pattern("ab", ignore_case=True).letters == "ABab"
    assert read_pattern("(?i:a)b").letters == "ABab"


@pytest.mark.parametrize("pattern", ["[^a]", ".", r"\W", r"\S", "é", "[a-é]"])
def test_a_pattern_that_goes_beyond_ascii_has_no_list_of_characters(pattern: str) -> None:
    assert read_pattern(pattern).letters is None


def test_a_pattern_of_literals_alone_is_a_list_of_words() -> None:
    assert read_pattern("red|gr(?:e|a)y?", ignore_case=True).words == frozenset({"red", "gre", "gra", "grey", "gray"})
    assert read_pattern("red[0-9]").words is None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("ab[0-9]{2,3}c?", "ab12c"),
        ("(?:key|id)[ :=]{1,3}([a-z]{2,9})", "key: abc"),
        (r"\$x\.(?i:AB|cd)+", "$x.abCD"),
        ("^a(?:b|c{2})$", "acc"),
        ("(é|[à-ü]{2})x", "éx"),
    ],
)
def test_a_pattern_can_be_read_from_its_end(pattern: str, text: str) -> None:
    backward = read_pattern(pattern).backward
    assert re.fullmatch(pattern, text)
    assert re.fullmatch(backward, text[::-1])
    assert not re.fullmatch(backward, text[::-1] + "~")


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        ("[0-9]{3,5}", 3),
        ("[0-9]{2}|[0-9a]{4}", 2),
        ("a[0-9]", UNBOUNDED),
        ("a?[0-9](?:b|[0-9])", 2),
        (r"\d\w.[^x]", 4),
        (r"(?:ab){0,3}12", 2),
        ("E[0-9]", UNBOUNDED),
        ("(?i:E)[0-9]", 2),
    ],
)
def test_the_shortest_match_of_some_characters_alone_is_known(pattern: str, least: int) -> None:
    assert min(least_within(pattern, "0123456789e"), UNBOUNDED) == least


def test_a_pattern_asks_for_the_beginning_of_a_line_outside_of_classes_only() -> None:
    assert [asks_for_line(one) for one in ("^a", "(?:^|b)a", "[^a]", r"\^a", "[]^a]", r"a[\]^]b")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
