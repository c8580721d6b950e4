"""Both official SDKs in both eras, through Envoy and the sidecar: the same stories, the same results."""

from typing import Any

import pytest

from extproc.up.stack import Stack
from tests.e2e import scenarios, typescript
from tests.e2e.clients import Era
from tests.fixtures.running import ToolServer

pytestmark = pytest.mark.envoy

_CLIENTS = ("python-legacy", "python-modern", "typescript-legacy", "typescript-legacy-v1", "typescript-modern")


@pytest.fixture(scope="module")
def played(stack: Stack, server: ToolServer) -> dict[str, dict[str, Any]]:
    """Play every story of its era with each client, once for all tests of this module."""
    seen: dict[str, dict[str, Any]] = {}
    calls, methods = len(server.calls()), len(server.methods())  # other modules use the same server
    for client in _CLIENTS:
        language, _, era = client.partition("-")
        stories = scenarios.of_era("modern" if era == "modern" else "legacy")
        run: Any = scenarios.run if language == "python" else typescript.run
        seen[client] = run(stack.url, era, stories, control=server.origin)
    seen["server"] = {"calls": server.calls()[calls:], "methods": server.methods()[methods:]}
    return seen


@pytest.mark.parametrize("client", _CLIENTS)
def test_every_story_comes_to_its_end(played: dict[str, dict[str, Any]], client: str) -> None:
    unfinished = {name: seen["error"] for name, seen in played[client].items() if "error" in seen and name != "prompt"}
    assert unfinished == {}


@pytest.mark.parametrize("client", _CLIENTS)
def test_an_allowed_call_returns_what_the_server_said_and_a_denied_tool_is_not_listed(
    played: dict[str, dict[str, Any]], client: str
) -> None:
    assert played[client]["call"] == {"text": "hello", "isError": False, "structured": None}
    listed = played[client]["list"]["tools"]
    assert ("echo" in listed, "delete_record" in listed) == (True, False)


@pytest.mark.parametrize("client", _CLIENTS)
def test_a_refused_call_is_a_result_that_names_the_rule_and_the_reason(
    played: dict[str, dict[str, Any]], client: str
) -> None:
    denied = played[client]["denied"]
    assert denied["isError"] is True
    assert "no-deletes" in denied["text"]
    assert "Deleting records needs a person." in denied["text"]
    assert "Reference: " in denied["text"]


@pytest.mark.parametrize("client", _CLIENTS)
def test_another_refused_method_is_an_error_with_our_code(played: dict[str, dict[str, Any]], client: str) -> None:
    error = played[client]["prompt"]["error"]
    assert error["code"] == -31403
    assert error["data"]["rules"] == ["no-farewell"]
    assert error["data"]["decision_id"]


@pytest.mark.parametrize("client", _CLIENTS)
def test_a_result_is_redacted_in_its_structure_and_in_its_text(played: dict[str, dict[str, Any]], client: str) -> None:
    redacted = played[client]["redacted"]
    assert redacted["structured"]["email"] == "[REDACTED:email]"
    assert "c-1@example.com" not in redacted["text"]
    assert "[REDACTED:email]" in redacted["text"]


@pytest.mark.parametrize("client", _CLIENTS)
def test_each_event_reaches_the_client_before_the_next_one_is_made(
    played: dict[str, dict[str, Any]], client: str
) -> None:
    progress = played[client]["progress"]
    assert progress["order"] == ["event 1", "open 1", "event 2", "open 2", "event 3", "open 3", "result"]
    assert [message.endswith("[REDACTED:email]") for message in progress["messages"]] == [True] * 3
    assert "ada@example.com" not in str(progress["result"])


@pytest.mark.parametrize("client", [client for client in _CLIENTS if "legacy" in client])
def test_a_server_may_ask_the_client_while_a_call_is_open(played: dict[str, dict[str, Any]], client: str) -> None:
    seen = played[client]
    assert "Ada" in seen["elicitation"]["result"]["text"]
    assert "decline" in seen["elicitation_declined"]["result"]["text"]
    assert "an answer" in seen["sampling"]["result"]["text"]
    assert '"error"' in seen["sampling_error"]["result"]["text"]


@pytest.mark.parametrize("client", [client for client in _CLIENTS if "modern" in client])
def test_input_required_is_asked_and_answered_in_a_second_round(played: dict[str, dict[str, Any]], client: str) -> None:
    assert played[client]["input_required"]["asked"] == ["What is your name?"]
    assert "Ada" in played[client]["input_required"]["result"]["text"]


@pytest.mark.parametrize("client", _CLIENTS)
def test_resources_large_results_and_errors_of_tools_pass(played: dict[str, dict[str, Any]], client: str) -> None:
    assert played[client]["resource"]["contents"][0]["uri"] == "test://note/1"
    assert len(played[client]["big"]["text"]) == 100_000
    assert played[client]["fail"]["isError"] is True
    assert "eu-west" in played[client]["region"]["text"]


@pytest.mark.parametrize("client", [client for client in _CLIENTS if "legacy" in client])
def test_the_legacy_stream_delivers_and_the_session_can_be_ended(
    played: dict[str, dict[str, Any]], client: str
) -> None:
    methods = [note["method"] for note in played[client]["get_stream"]["notifications"]]
    assert methods[:2] == ["notifications/tools/list_changed", "notifications/resources/updated"]
    assert played[client]["delete"] == {"deleted": 200, "after": 404}


@pytest.mark.parametrize("client", [client for client in _CLIENTS if "modern" in client])
def test_a_subscription_delivers_in_the_modern_era(played: dict[str, dict[str, Any]], client: str) -> None:
    methods = [note["method"] for note in played[client]["listen"]["notifications"]]
    assert methods == ["notifications/tools/list_changed", "notifications/resources/updated"]
    assert played[client]["delete"] == {"deleted": 405}


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_a_json_result_is_redacted_as_an_event_is(json_stack: Stack, server: ToolServer, era: Era) -> None:
    seen = scenarios.run(json_stack.url, era, ["redacted", "denied"], control=server.origin)
    assert seen["redacted"]["structured"]["email"] == "[REDACTED:email]"
    assert seen["denied"]["isError"] is True


def test_nothing_that_was_refused_reached_the_server(played: dict[str, dict[str, Any]]) -> None:
    assert "echo" in played["server"]["calls"]
    assert "delete_record" not in played["server"]["calls"]
    assert "prompts/get" not in played["server"]["methods"]
