"""The shapes of refusals are read by real clients, so they are written out here; and methods that mean the same."""

import json
from typing import Any, Final

import pytest

from extproc.mcp import methods
from extproc.mcp.jsonrpc import parse_message
from extproc.mcp.limits import DEFAULT_LIMITS
from extproc.mcp.refusals import denied, error, failed, refused_request, rejected, tool_error
from extproc.model.message import Call, ErrorResponse, JsonObject, Request, Response
from extproc.model.rejection import Rejection

CALL: Final = Call(id="c", method="tools/call", target="t", decision_id="d")


def read(body: JsonObject) -> Any:
    return parse_message(json.dumps(body).encode(), DEFAULT_LIMITS)


def test_a_refused_tool_call_is_a_result_that_says_why() -> None:
    body = denied(CALL, "No.", {"decision": "d"})
    assert body == tool_error("c", "No.")
    assert body == {
        "jsonrpc": "2.0",
        "id": "c",
        "result": {"resultType": "complete", "content": [{"type": "text", "text": "No."}], "isError": True},
    }
    assert isinstance(read(body), Response)


@pytest.mark.parametrize("method", ["tools/list", "resources/read", "initialize", "tools/Call", "tools/call "])
def test_every_other_refused_call_is_an_error_with_its_id(method: str) -> None:
    body = denied(Call(id=3, method=method, target=None, decision_id="d"), "No.", {"decision": "d"})
    assert body == {"jsonrpc": "2.0", "id": 3, "error": {"code": -31403, "message": "No.", "data": {"decision": "d"}}}
    assert isinstance(read(body), ErrorResponse)


def test_the_code_of_a_denial_is_outside_the_reserved_range() -> None:
    code = read(denied(Call(id=3, method="x", target=None, decision_id="d"), "", {})).code
    assert not -32768 <= code <= -32000


def test_a_rejection_keeps_its_id_code_and_data() -> None:
    body = rejected(Rejection(reason="r", message="m", code=-32020, id=0, data={"a": 1}))
    assert body == {"jsonrpc": "2.0", "id": 0, "error": {"code": -32020, "message": "Refused: m", "data": {"a": 1}}}


def test_a_rejection_without_id_or_data_has_a_null_id_and_no_data() -> None:
    body = rejected(Rejection(reason="r", message="m", code=-32700))
    assert body == {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Refused: m"}}
    assert isinstance(read(body), ErrorResponse)


def test_a_failure_is_an_internal_error() -> None:
    assert failed("a", "broken") == error("a", -32603, "broken")


def test_a_refused_request_of_a_server_becomes_one_that_no_client_knows() -> None:
    message = read(refused_request(5, "No."))
    assert isinstance(message, Request)
    assert message.id == 5
    assert all(message.method not in group for group in methods.GROUPS.values())


@pytest.mark.parametrize(
    ("left", "right"),
    [("initialize", "server/discover"), (methods.HTTP_GET, "subscriptions/listen"),
     ("resources/subscribe", "resources/unsubscribe")],
)  # fmt: skip
def test_methods_that_mean_the_same_in_both_eras_are_named_together(left: str, right: str) -> None:
    assert methods.equivalents(left) == methods.equivalents(right) == {left, right}


@pytest.mark.parametrize("method", ["tools/call", "", "Initialize", "initialize ", methods.HTTP_DELETE])
def test_every_other_method_means_only_itself(method: str) -> None:
    assert methods.equivalents(method) == {method}


def test_the_groups_do_not_overlap_and_hold_no_calls() -> None:
    groups = list(methods.GROUPS.values())
    assert sum(map(len, groups)) == len(frozenset().union(*groups))
    assert not {"tools/call", "prompts/get", "resources/read", "completion/complete"} & frozenset().union(*groups)
