"""That arguments are walked within bounds, and that what is not looked at is never a read."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.classify.intent import classify
from extproc.model.intent import Intent
from extproc.model.message import JsonObject, JsonValue, Request

_MIB: int = 1 << 20


def classed(tool: str, arguments: JsonObject) -> tuple[Intent, set[str]]:
    found = classify(
        Request(id=1, method="tools/call", params={"name": tool, "arguments": arguments}, document={}), None
    )
    return found.intent, {each.code for each in found.evidence}


def deep(levels: int) -> JsonValue:
    nested: JsonValue = "x"
    for _ in range(levels):
        nested = {"a": nested}
    return nested


@pytest.mark.parametrize(
    "arguments",
    [
        {"ids": ["a"] * 100_000},
        {f"k{number}": 1 for number in range(100_000)},
        {"filter": deep(200)},
        {"path": "a/" * _MIB},
        {"sql": "SELECT " + "a," * _MIB + "b"},
        {"query": "query {" + "a " * _MIB + "}"},
    ],
    ids=["list", "members", "depth", "path", "sql", "graphql"],
)
def test_what_is_not_looked_at_is_not_a_read(arguments: JsonObject) -> None:
    intent, codes = classed("get_things", arguments)
    assert intent is not Intent.READ
    assert codes & {"argument_too_large", "sql_too_large"}


def test_a_long_text_that_is_only_carried_is_not_suspect() -> None:
    assert classed("summarize_text", {"text": "word " * _MIB}) == (Intent.READ, {"name_verb"})


@pytest.mark.parametrize(
    "text", ["'" * 4 * _MIB, "(" * 4 * _MIB, "a|" * 2 * _MIB, "select '" * _MIB, "../" * _MIB, "a@" * 2 * _MIB]
)
@pytest.mark.parametrize("key", ["sql", "query", "command", "code", "url", "path", "to"])
def test_no_argument_of_four_mebibytes_is_dear(key: str, text: str) -> None:
    start = time.process_time()
    classed("run", {key: text})
    assert time.process_time() - start < 0.1  # twenty times less on an idle machine


def test_what_was_not_looked_at_may_be_what_decides() -> None:
    many: list[JsonValue] = ["SELECT 1"] * 2000
    assert classed("run_sql", {"statements": many})[0] is Intent.DESTRUCTIVE
    assert classed("run_sql", {"statements": many[:20]})[0] is Intent.READ
    assert classed("run_sql", {"items": [{"a": 1}] * 2000, "sql": "SELECT 1"})[0] is Intent.DESTRUCTIVE


def test_many_statements_are_not_all_parsed() -> None:
    statements: list[JsonValue] = [f"SELECT c{number} FROM t{number}" for number in range(900)]  # noqa: S608 (run by nobody)
    start = time.process_time()
    classed("run_sql", {"statements": statements})
    assert time.process_time() - start < 0.2  # ten times less on an idle machine


def test_evidence_points_to_the_argument() -> None:
    request = Request(
        id=1, method="tools/call", params={"name": "run", "arguments": {"a/b": {"sql": "DROP TABLE t"}}}, document={}
    )
    where = {each.where for each in classify(request, None).evidence if each.code == "sql_destroy"}
    assert where == {"/params/arguments/a~1b/sql"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.text(),
    st.dictionaries(st.sampled_from(["sql", "command", "query", "url", "code", "path", "to", "action", "x"]), _JSON),
)
def test_every_call_has_a_class(tool: str, arguments: JsonObject) -> None:
    intent, codes = classed(tool, arguments)
    assert intent in Intent
    assert codes
