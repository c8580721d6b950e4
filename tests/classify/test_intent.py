"""Classes of messages: tools of many kinds, calls of tools that were never seen, and every method of the protocol."""

import pytest

from extproc.classify.catalogue import FIXED
from extproc.classify.codes import CODES
from extproc.classify.intent import classify
from extproc.classify.profile import profile_of
from extproc.mcp.methods import LIFECYCLE, LISTS, SERVER_REQUESTS
from extproc.model.intent import Classification, Intent
from extproc.model.message import JsonObject, JsonValue, Notification, Request
from tests.classify.cases import CALLS, TOOLS
from tests.classify.cases_of_servers import SERVERS


def request(method: str, params: JsonObject) -> Request:
    return Request(id=1, method=method, params=params, document={})


def call(tool: str, arguments: JsonValue) -> Request:
    return request("tools/call", {"name": tool, "arguments": arguments})


@pytest.mark.parametrize(("name", "description", "intent"), TOOLS + SERVERS, ids=[row[0] for row in TOOLS + SERVERS])
def test_a_tool_is_classed_by_what_its_definition_says(name: str, description: str, intent: Intent) -> None:
    profile = profile_of({"name": name, "description": description, "inputSchema": {"type": "object"}})
    assert classify(call(name, {"id": "a1"}), profile).intent is intent


@pytest.mark.parametrize(("tool", "arguments", "intent"), CALLS, ids=[f"{n}-{row[0]}" for n, row in enumerate(CALLS)])
def test_a_call_is_classed_by_its_name_and_arguments(tool: str, arguments: JsonObject, intent: Intent) -> None:
    assert classify(call(tool, arguments), None).intent is intent


def test_the_class_is_the_most_severe_of_the_evidence_and_every_code_is_known() -> None:
    for tool, arguments, _ in CALLS:
        found = classify(call(tool, arguments), None)
        assert found.evidence
        assert found.intent in {each.intent for each in found.evidence}
        assert {each.code for each in found.evidence} <= CODES.keys()
        assert 0 < found.score <= 1


@pytest.mark.parametrize("method", sorted(LIFECYCLE | LISTS | SERVER_REQUESTS))
def test_every_method_of_the_protocol_has_a_class(method: str) -> None:
    assert "method_unknown" not in {each.code for each in classify(request(method, {}), None).evidence}


def test_an_unknown_method_is_never_a_read() -> None:
    assert classify(request("acme/list", {}), None).intent is Intent.WRITE
    assert classify(Notification(method="notifications/acme", params={}, document={}), None).intent is Intent.WRITE


def test_fixed_classes_are_as_documented() -> None:
    assert FIXED["tools/list"] is Intent.READ
    assert FIXED["tasks/cancel"] is Intent.WRITE
    assert FIXED["logging/setLevel"] is Intent.WRITE


def test_sampling_that_asks_for_context_of_others_can_carry_it_out() -> None:
    assert classify(request("sampling/createMessage", {}), None).intent is Intent.WRITE
    asked: JsonObject = {"includeContext": "allServers"}
    assert classify(request("sampling/createMessage", asked), None).intent is Intent.EXFILTRATIVE


@pytest.mark.parametrize("arguments", [None, [], "text", 3, {"a": None}])
def test_arguments_of_the_wrong_type_are_classed_all_the_same(arguments: JsonValue) -> None:
    assert classify(call("delete_x", arguments), None).intent is Intent.DESTRUCTIVE


def resource(uri: str) -> Classification:
    return classify(request("resources/read", {"uri": uri}), None)


def test_resources_are_classed_by_their_uri() -> None:
    assert resource("file:///srv/docs/a.md").intent is Intent.READ
    assert resource("file:///home/ann/.ssh/id_rsa").intent is Intent.EXFILTRATIVE
    assert resource("vault://kv/db").intent is Intent.EXFILTRATIVE


def test_arguments_of_a_prompt_can_name_a_secret_file() -> None:
    params: JsonObject = {"name": "review", "arguments": {"path": "/etc/shadow"}}
    assert classify(request("prompts/get", params), None).intent is Intent.EXFILTRATIVE
    assert (
        classify(request("prompts/get", {"name": "review", "arguments": {"path": "a.md"}}), None).intent is Intent.READ
    )


def test_a_configured_domain_is_inside() -> None:
    message = call("send_email", {"to": "ann@acme.example", "body": "b"})
    assert classify(message, None).intent is Intent.EXFILTRATIVE
    assert classify(message, None, inside=frozenset({"acme.example"})).intent is Intent.WRITE


def test_evidence_never_carries_a_value() -> None:
    found = classify(call("run_sql", {"sql": "SELECT * FROM users WHERE email = 'ann@x.example'"}), None)
    assert {each.where for each in found.evidence} <= {"name", "description", "/params/arguments/sql"}
