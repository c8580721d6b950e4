"""From redactions to edits: what is touched, what never is, and in which order."""

import copy
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.mcp.pointer import Pointer, parse_pattern
from extproc.model.decision import Edit
from extproc.model.message import JsonObject, JsonValue
from extproc.policy.obligations import Redaction
from extproc.redact.apply import apply_edits
from extproc.redact.plan import is_protocol, plan_edits

PROTOCOL: Final = [
    "/jsonrpc", "/id", "/method", "/params", "/params/name", "/params/uri", "/params/cursor", "/params/protocolVersion",
    "/params/capabilities", "/params/capabilities/roots", "/params/requestState", "/params/progressToken",
    "/params/requestId", "/params/taskId", "/params/elicitationId", "/result/taskId",
    "/params/_meta", "/params/_meta/progressToken", "/params/_meta/a/0/b", "/result",
    "/result/resultType", "/result/nextCursor", "/result/protocolVersion", "/result/capabilities",
    "/result/capabilities/tools/listChanged", "/result/requestState", "/result/_meta", "/result/_meta/x",
    "/result/isError", "/error", "/error/code",
]  # fmt: skip


def redaction(pointer: str, replacement: str = "[R]", text: str | None = None) -> Redaction:
    return Redaction(pattern=parse_pattern(pointer), replacement=replacement, text=text)


def plan(document: JsonObject, *redactions: Redaction) -> dict[Pointer, JsonValue]:
    return {edit.pointer: edit.replacement for edit in plan_edits(document, redactions)}


def holding(pointer: str) -> tuple[JsonObject, tuple[str, ...]]:
    """Return a document that has a value at this pointer, and the pointer's tokens."""
    tokens = tuple(pointer[1:].split("/"))
    value: JsonValue = "secret"
    for token in reversed(tokens):
        value = {token: value}
    assert isinstance(value, dict)
    return value, tokens


@pytest.mark.parametrize("pointer", PROTOCOL)
def test_a_protocol_member_is_never_altered(pointer: str) -> None:
    document, tokens = holding(pointer)
    assert is_protocol(tokens)
    for pattern in (pointer, "/**", "/" + "/".join("*" * len(tokens))):
        for text in (None, "secret"):
            assert tokens not in plan(document, redaction(pattern, text=text))


@pytest.mark.parametrize(
    "pointer",
    ["/params/arguments", "/params/arguments/name", "/result/content", "/result/structuredContent/id", "/error/message",
     "/error/data", "/params/uris", "/extra", "/result/meta", "/params/x/_meta"],
)  # fmt: skip
def test_every_other_member_can_be_redacted(pointer: str) -> None:
    document, tokens = holding(pointer)
    assert plan(document, redaction(pointer)) == {tokens: "[R]"}


def test_the_whole_document_is_protocol() -> None:
    assert is_protocol(())
    assert () not in plan({"a": 1}, redaction("/**"))


def test_a_whole_value_of_any_kind_is_replaced() -> None:
    document: JsonObject = {"s": "x", "n": 1, "z": None, "o": {"p": 1}, "l": [1]}
    assert plan(document, redaction("/*")) == {(key,): "[R]" for key in document}


def test_with_a_text_only_strings_that_hold_it_are_touched() -> None:
    document: JsonObject = {"s": "a 4111 b 4111", "n": 4111, "o": {"4111": "none"}, "l": ["4111", "411"]}
    assert plan(document, redaction("/**", text="4111")) == {("s",): "a [R] b [R]", ("l", 0): "[R]"}


def test_the_text_is_compared_by_code_points_and_case() -> None:
    assert plan({"s": "Secret s\u0435cret"}, redaction("/s", text="secret")) == {}


def test_redactions_see_the_effect_of_those_before() -> None:
    document: JsonObject = {"s": "alpha"}
    assert plan(document, redaction("/s", "beta", "alpha"), redaction("/s", "gamma", "beta")) == {("s",): "gamma"}
    assert plan(document, redaction("/s", "gamma", "beta"), redaction("/s", "beta", "alpha")) == {("s",): "beta"}
    assert plan(document, redaction("/s", "[x]"), redaction("/s", "y", "x")) == {("s",): "[y]"}
    assert plan(document, redaction("/s", "y", "x"), redaction("/s", "[x]")) == {("s",): "[x]"}


def test_an_edit_of_a_whole_value_makes_those_below_void_in_either_order() -> None:
    document: JsonObject = {"a": {"b": {"c": "secret"}}, "d": "secret"}
    below, above = redaction("/a/b/c", "[c]"), redaction("/a", "[a]")
    assert plan(document, below, above) == plan(document, above, below) == {("a",): "[a]"}
    assert plan(document, redaction("/**", "[R]", "secret"), above) == {("a",): "[a]", ("d",): "[R]"}


def test_a_number_and_a_name_are_different_tokens() -> None:
    document: JsonObject = {"l": ["x", "y"], "o": {"0": "x", "1": "y"}}
    assert plan(document, redaction("/*/1")) == {("l", 1): "[R]", ("o", "1"): "[R]"}


def test_what_changes_nothing_is_no_edit() -> None:
    document: JsonObject = {"s": "[R]"}
    assert plan(document, redaction("/s")) == {}
    assert plan(document, redaction("/s", "beta", "R"), redaction("/s", "[R]")) == {}
    assert plan(document, redaction("/missing"), redaction("/s/deeper")) == {}


@pytest.mark.parametrize(
    ("value", "text", "replacement"),
    [("aabb", "ab", ""), ("sesecretcret", "secret", ""), ("411411", "4114", "4"), ("xxyy", "xy", "y")],
)
def test_the_text_does_not_come_back_when_what_is_left_closes_up(value: str, text: str, replacement: str) -> None:
    after = plan({"s": value}, redaction("/s", replacement, text)).get(("s",), value)
    assert isinstance(after, str)
    assert text not in after


def test_the_document_itself_is_not_changed_by_planning() -> None:
    document: JsonObject = {"a": [{"b": "secret"}]}
    before = copy.deepcopy(document)
    plan(document, redaction("/**", text="secret"), redaction("/a/0"))
    assert document == before


TEXTS: Final = st.text("abAB ", max_size=8)
VALUES: Final = st.recursive(
    TEXTS | st.integers(0, 3) | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "name", "_meta"]), inner, max_size=3)
    ),
    max_leaves=10,
)
DOCUMENTS: Final = st.fixed_dictionaries(
    {}, optional={"id": TEXTS, "method": TEXTS, "params": VALUES, "result": VALUES, "a": VALUES, "b": VALUES}
)
PATTERNS: Final = st.lists(st.sampled_from(["a", "b", "0", "*", "**", "params", "result"]), min_size=1, max_size=4).map(
    lambda tokens: "/" + "/".join(tokens)
)
# What replaces has no letter of what is searched, so that no redaction makes work for another.
REPLACEMENTS: Final = st.sampled_from(["", "[1]", "[2]"])
SEARCHED: Final = st.none() | st.text("abAB", min_size=1, max_size=2)
REDACTIONS: Final = st.lists(st.builds(redaction, PATTERNS, REPLACEMENTS, SEARCHED), max_size=4)


@given(DOCUMENTS, REDACTIONS)
def test_a_redacted_document_has_nothing_left_to_redact_by_text(
    document: JsonObject, redactions: list[Redaction]
) -> None:
    texts = [one for one in redactions if one.text is not None]
    apply_edits(document, plan_edits(document, texts))
    # Only what stands alone: an empty replacement of one text can close up to another.
    if all(one.replacement for one in texts):
        assert plan_edits(document, texts) == ()


@given(DOCUMENTS, st.lists(PATTERNS, max_size=4))
def test_redacting_twice_changes_nothing_more(document: JsonObject, patterns: list[str]) -> None:
    redactions = [redaction(pattern) for pattern in patterns]
    apply_edits(document, plan_edits(document, redactions))
    assert plan_edits(document, redactions) == ()


@given(DOCUMENTS, REDACTIONS)
def test_edits_can_be_made_in_any_order_and_leave_the_protocol_alone(
    document: JsonObject, redactions: list[Redaction]
) -> None:
    edits = plan_edits(document, redactions)
    forwards, backwards = (apply_edits(copy.deepcopy(document), order) for order in (edits, edits[::-1]))
    assert forwards == backwards
    assert isinstance(forwards, dict)
    assert list(forwards) == list(document)
    for name in ("id", "method"):
        assert forwards.get(name) == document.get(name)
    assert not any(is_protocol(edit.pointer) for edit in edits)


def test_an_edit_names_its_place() -> None:
    assert plan_edits({"a": ["x"]}, [redaction("/a/0")]) == (Edit(pointer=("a", 0), replacement="[R]"),)
