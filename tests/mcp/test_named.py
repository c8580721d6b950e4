"""Names of what is called, got and read: strings of an ordinary length, or the message goes no further."""

import pytest

from extproc.mcp.named import LONGEST_NAME, read_named
from extproc.model.message import JsonObject, JsonValue, Notification, Request
from extproc.model.rejection import Rejection


def request(method: str, params: JsonObject) -> JsonObject:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def listen(uris: JsonValue) -> JsonObject:
    return request("subscriptions/listen", {"notifications": {"resourceSubscriptions": uris}})


@pytest.mark.parametrize(
    "document",
    [
        request("tools/call", {"name": "x" * LONGEST_NAME}),
        request("prompts/get", {"name": "p"}),
        request("resources/read", {"uri": "file:///a"}),
        request("tools/list", {}),
        listen(["file:///a", "file:///b"]),
        listen(None),
        request("subscriptions/listen", {}),
    ],
)
def test_a_message_with_names_is_read(document: JsonObject) -> None:
    assert isinstance(read_named(document), Request)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (request("x" * 257, {}), "invalid_method"),
        (request("tools/call", {}), "unnamed_tool"),
        (request("tools/call", {"name": ["delete"]}), "unnamed_tool"),
        (request("tools/call", {"name": "x" * (LONGEST_NAME + 1)}), "unnamed_tool"),
        (request("prompts/get", {"name": 7}), "unnamed_prompt"),
        (request("resources/read", {}), "unnamed_resource"),
        (request("resources/read", {"uri": ["file:///a"]}), "unnamed_resource"),
        (request("resources/read", {"uri": "a:" + "x" * 9000}), "unnamed_resource"),
        (request("resources/read", {"uri": "file:///a/../b"}), "ambiguous_uri"),
        (request("resources/subscribe", {"uri": "FILE:///a"}), "ambiguous_uri"),
        (request("resources/unsubscribe", {"uri": " file:///a"}), "ambiguous_uri"),
        (listen(["file:///a", 7]), "unnamed_resource"),
        (listen("file:///a/.."), "ambiguous_uri"),
    ],
)
def test_a_message_whose_names_rules_could_not_see_is_refused(document: JsonObject, reason: str) -> None:
    refused = read_named(document)
    assert isinstance(refused, Rejection)
    assert (refused.reason, refused.id) == (reason, 1)


def test_a_notification_is_held_to_the_same_names() -> None:
    notification: JsonObject = {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "t"}}
    assert isinstance(read_named(notification), Notification)
    refused = read_named({**notification, "params": {"name": None}})
    assert isinstance(refused, Rejection)
    assert refused.id is None
