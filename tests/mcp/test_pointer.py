"""Pointers and patterns: escapes, wildcards, and what they find."""

import time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.mcp.pointer import PatternError, Pointer, find, fits, format_pointer, parse_pattern
from extproc.model.message import JsonValue

KEYS: Final = st.sampled_from(["a", "b", "0", "1", "00", "*", "**", "~", "/", "", "a/b", "\x00*", "é"])
VALUES: Final = st.recursive(
    st.integers(0, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
TOKENS: Final = st.lists(
    st.sampled_from(["a", "b", "0", "1", "*", "**", "~0", "~1", "~2", "~2~2", ""]), min_size=1, max_size=5
)


def pointers(document: JsonValue, text: str) -> list[str]:
    return [format_pointer(pointer) for pointer, _ in find(document, parse_pattern(text))]


def resolve(value: JsonValue, pointer: Pointer) -> JsonValue:
    for token in pointer:
        value = value[token]  # type: ignore[index]  # a wrong pointer shall raise
    return value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/a/b", ["/a/b"]),
        ("/a/*", ["/a/b", "/a/list"]),
        ("/a/list/1", ["/a/list/1"]),
        ("/a/list/*/x", ["/a/list/0/x", "/a/list/1/x"]),
        ("/**/x", ["/a/list/0/x", "/a/list/1/x", "/x"]),
        ("/a/**/x", ["/a/list/0/x", "/a/list/1/x"]),
        ("/a/**", ["/a", "/a/b", "/a/list", "/a/list/0", "/a/list/0/x", "/a/list/1", "/a/list/1/x"]),
        ("/**/list/**/x", ["/a/list/0/x", "/a/list/1/x"]),
        ("/**/**/x", ["/a/list/0/x", "/a/list/1/x", "/x"]),
        ("/*/*/1/x", ["/a/list/1/x"]),
        ("/a/b/c", []),
        ("/a/list/x", []),
        ("/A", []),
        ("/", []),
        ("/x/0", []),
    ],
)
def test_a_pattern_finds_in_document_order(text: str, found: list[str]) -> None:
    document: JsonValue = {"a": {"b": 1, "list": [{"x": 2}, {"x": 3}]}, "x": "4"}
    assert pointers(document, text) == found


@pytest.mark.parametrize(
    "text", ["/01", "/00", "/-1", "/+1", "/1.0", "/1e0", "/-", "/2", "/999999999999999999999", "/ 1", "/\u0661", "/1_0"]
)
def test_an_array_index_is_a_plain_number_within_the_array(text: str) -> None:
    assert pointers(["a", "b"], text) == []


def test_a_number_is_a_name_in_an_object() -> None:
    assert pointers({"0": 1, "01": 2}, "/01") == ["/01"]
    assert pointers({"0": 1}, "/0") == ["/0"]


def test_escapes_stand_for_the_characters_they_hide() -> None:
    document: JsonValue = {"a/b": 1, "m~n": 2, "*": 3, "**": 4, "~1": 5, "": 6}
    assert pointers(document, "/a~1b") == ["/a~1b"]
    assert pointers(document, "/m~0n") == ["/m~0n"]
    assert [value for _, value in find(document, parse_pattern("/~2"))] == [3]
    assert [value for _, value in find(document, parse_pattern("/~2~2"))] == [4]
    assert [value for _, value in find(document, parse_pattern("/~01"))] == [5]
    assert [value for _, value in find(document, parse_pattern("/"))] == [6]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a/b",
        "#/a",
        "/~",
        "/a~",
        "/~3",
        "/~/",
        "/a~b",
        "/~~0",
        "/a*",
        "/*a",
        "/***",
        "/a/b*c",
        "/email*",
        "/\x00*",
        "/\x00~2",
    ],
)
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(PatternError):
        parse_pattern(text)


@given(VALUES, TOKENS)
def test_every_pointer_found_resolves_and_is_found_once(document: JsonValue, tokens: list[str]) -> None:
    found = list(find(document, parse_pattern("/" + "/".join(tokens))))
    assert len({pointer for pointer, _ in found}) == len(found)
    for pointer, value in found:
        assert resolve(document, pointer) is value


@given(VALUES, TOKENS)
def test_a_pattern_finds_what_its_definition_says(document: JsonValue, tokens: list[str]) -> None:
    pattern = parse_pattern("/" + "/".join(tokens))
    expected = [pointer for pointer in everywhere(document) if by_definition(pointer, tokens)]
    assert [pointer for pointer, _ in find(document, pattern)] == expected
    assert [pointer for pointer in everywhere(document) if fits(pointer, pattern)] == expected


def everywhere(value: JsonValue, pointer: Pointer = ()) -> list[Pointer]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer, *(found for key, child in children for found in everywhere(child, (*pointer, key)))]


def by_definition(pointer: Pointer, tokens: list[str]) -> bool:
    if not tokens:
        return not pointer
    if tokens[0] == "**":
        return any(by_definition(pointer[count:], tokens[1:]) for count in range(len(pointer) + 1))
    if not pointer:
        return False
    name = tokens[0].replace("~2", "*").replace("~1", "/").replace("~0", "~")
    return (tokens[0] == "*" or str(pointer[0]) == name) and by_definition(pointer[1:], tokens[1:])


@given(VALUES)
def test_a_written_pointer_leads_back_to_its_value(document: JsonValue) -> None:
    for pointer in everywhere(document):
        text = format_pointer(pointer)
        if not pointer or "\x00" in text:
            continue  # neither the whole document nor NUL can be written in a pattern
        assert list(find(document, parse_pattern(text.replace("*", "~2")))) == [(pointer, resolve(document, pointer))]


def test_many_wildcards_over_a_deep_document_stay_cheap() -> None:
    document: JsonValue = 0
    for _ in range(200):
        document = [document]
    started = time.process_time()
    assert pointers(document, "/**" * 8 + "/x") == []
    assert time.process_time() - started < 2  # one way after the other there are more than 10^13


@pytest.mark.parametrize(
    ("pattern", "pointer", "expected"),
    [
        ("/a/b", ("a", "b"), True),
        ("/a", ("a", "b"), False),
        ("/a/b", ("a",), False),
        ("/a/*/b", ("a", 3, "b"), True),
        ("/a/3", ("a", 3), True),
        ("/**/b", ("a", 3, "b"), True),
        ("/a/**", ("a",), True),
        ("/**/b", ("a", 3), False),
        ("/~2", ("*",), True),
        ("/~2", ("x",), False),
    ],
)
def test_a_pattern_fits_a_place_without_its_document(pattern: str, pointer: Pointer, *, expected: bool) -> None:
    assert fits(pointer, parse_pattern(pattern)) is expected
