"""Edits change what they name and not a digit beside it."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import DEFAULT_LIMITS
from extproc.model.decision import Edit
from extproc.redact.apply import Plan, Rename, dump, rewrite, rewrite_batch

TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS: Final = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.from_regex(r"-?(0|[1-9][0-9]{0,6})\.[0-9]{1,6}([eE][+-]?[0-9]{1,2})?", fullmatch=True),
    st.from_regex(r"-?[1-9][0-9]{0,6}[eE][+-]?[0-9]{1,2}", fullmatch=True),
)


def edit(*pointer: str | int, to: Any = "[R]") -> Edit:
    return Edit(pointer=pointer, replacement=to)


@pytest.mark.parametrize(
    "number",
    ["1.0", "1.10", "0.1", "1E5", "1e+5", "1e-7", "1.7976931348623157e308", "0.30000000000000004", "-0.0", "-0.00",
     "100.000", "12345678901234567.25", "9223372036854775807", "-9223372036854775808", "9007199254740993",
     "0", "0.1234567890123456789"],
)  # fmt: skip
def test_numbers_keep_the_digits_they_were_written_with(number: str) -> None:
    document = f'{{"a":"x","n":{number},"l":[{number}]}}'.encode()
    assert rewrite(document, [edit("a")]) == f'{{"a":"[R]","n":{number},"l":[{number}]}}'.encode()


def test_minus_zero_as_an_integer_is_written_as_zero() -> None:
    assert rewrite(b'{"a":"x","n":-0}', [edit("a")]) == b'{"a":"[R]","n":0}'


def test_members_keep_their_order_and_blanks_go() -> None:
    document = b'{ "z": 1,\n "a": {"y": "s", "b": [ ]}, "m": {} }'
    assert rewrite(document, [edit("a", "y")]) == b'{"z":1,"a":{"y":"[R]","b":[]},"m":{}}'


def test_edits_reach_into_arrays_and_may_be_any_value() -> None:
    document = b'{"l":[{"a":1},{"a":2}],"k":0}'
    edits = [edit("l", 1, "a", to=None), edit("k", to={"n": [1.5, True]})]
    assert json.loads(rewrite(document, edits)) == {"l": [{"a": 1}, {"a": None}], "k": {"n": [1.5, True]}}


def test_without_edits_the_document_means_the_same() -> None:
    assert rewrite(b'{"a": 1.50}', []) == b'{"a":1.50}'


def test_what_has_to_be_escaped_is_escaped() -> None:
    written = rewrite(b'{"a":"\\u0000\\"\\\\\\ud83d\\ude00","b":0}', [edit("b", to='"\n\u2028')])
    assert json.loads(written) == {"a": '\0"\\😀', "b": '"\n\u2028'}
    assert b"\n" not in written


def test_a_document_as_deep_as_is_read_can_be_written() -> None:
    document = b'{"a":' * 199 + b'{"x":1.50,"s":"x"}' + b"}" * 199
    written = rewrite(document, [edit(*["a"] * 199, "s")])
    assert written == document.replace(b'"s":"x"', b'"s":"[R]"')
    assert parse_document(written, DEFAULT_LIMITS) == json.loads(written)


def test_an_edit_that_leads_nowhere_is_an_error() -> None:
    for wrong in (edit("b", "c"), edit("l", 3), edit("l", "0"), edit("a", "b")):
        with pytest.raises((LookupError, TypeError)):
            rewrite(b'{"a":"x","l":[1]}', [wrong])


def test_what_is_no_json_cannot_be_written() -> None:
    with pytest.raises(TypeError):
        dump({"a": object()})


@given(st.lists(st.tuples(TEXT, NUMBERS), min_size=1, max_size=6, unique_by=lambda pair: pair[0]), st.data())
def test_nothing_beside_the_edit_changes(members: list[tuple[str, str]], data: st.DataObject) -> None:
    document = "{" + ",".join(f"{json.dumps(name)}:{number}" for name, number in members) + "}"
    chosen = data.draw(st.sampled_from([name for name, _ in members]))
    written = rewrite(document.encode(), [edit(chosen, to="[R]")])
    pairs = json.loads(written, parse_int=str, parse_float=str, object_pairs_hook=list)
    canonical = {"-0": "0"}
    assert pairs == [(name, "[R]" if name == chosen else canonical.get(number, number)) for name, number in members]


# --- names


def test_a_member_gets_another_name_and_keeps_its_place_and_its_digits() -> None:
    document = b'{"a":{"x":1.50,"y":{"z":2.0}},"b":1}'
    edits = [Rename(pointer=("a",), name="A"), Rename(pointer=("a", "y"), name="Y"), edit("a", "y", "z")]
    for order in (edits, edits[::-1]):
        assert rewrite(document, order) == b'{"A":{"x":1.50,"Y":{"z":"[R]"}},"b":1}'


def test_names_can_be_exchanged_and_what_goes_needs_none() -> None:
    edits = [Rename(pointer=("a",), name="b"), Rename(pointer=("b",), name="a"), Rename(pointer=("c",), name="d")]
    assert rewrite(b'{"a":1,"b":2,"c":3}', [*edits, Edit(pointer=("c",), remove=True)]) == b'{"b":1,"a":2}'


# --- arrays


def test_each_element_of_an_array_follows_its_plan() -> None:
    batch = b'[{"id":1,"a":"x"},{"id":2,"n":1.50},{"id":3},{"id":4}]'
    plans: list[Plan] = [(edit("a"),), (), None, {"id": 4, "error": {}}]
    assert rewrite_batch(batch, plans) == b'[{"id":1,"a":"[R]"},{"id":2,"n":1.50},{"id":4,"error":{}}]'


def test_plans_beyond_the_end_are_added() -> None:
    assert rewrite_batch(b'[{"id":1}]', [(), {"id": 2}, None, {"id": 3}]) == b'[{"id":1},{"id":2},{"id":3}]'
    assert rewrite_batch(b"[]", [{"id": 2}]) == b'[{"id":2}]'


def test_an_element_without_a_plan_is_an_error_and_never_passes() -> None:
    with pytest.raises(ValueError, match="shorter"):
        rewrite_batch(b'[{"id":1},{"id":2}]', [()])


def test_an_array_of_which_nothing_is_left_is_empty() -> None:
    assert rewrite_batch(b'[{"id":1}]', [None]) == b"[]"
