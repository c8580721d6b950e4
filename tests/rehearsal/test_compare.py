"""Comparing policies: what changes is grouped and counted, and what loosens is told apart."""

import pytest

from extproc.model.message import JsonObject
from extproc.rehearsal.compare import Comparison, compare
from tests.policies import policy

_DENY: dict[str, object] = {"id": "no", "effect": "deny", "tools": ["a"]}
_ALLOW: dict[str, object] = {"id": "all", "effect": "allow"}


def call(tool: str, number: int = 1) -> JsonObject:
    message: JsonObject = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": tool}}
    return {"id": f"{tool}-{number}", "direction": "client_to_server", "message": message}


def compared(old: list[dict[str, object]], new: list[dict[str, object]], *lines: JsonObject | None) -> Comparison:
    return compare(policy(*old), policy(*new), enumerate(lines or (call("a"),), 1))


def test_the_same_policy_changes_nothing() -> None:
    found = compared([_ALLOW, _DENY], [_ALLOW, _DENY], call("a"), call("b"))
    assert (found.messages, found.groups, found.looser) == (2, {}, False)


def test_what_was_refused_and_passes_is_looser_and_the_reverse_is_not() -> None:
    found = compared([_ALLOW, _DENY], [_ALLOW], *(call("a", number) for number in range(5)), call("b"))
    [group] = found.groups.values()
    assert (group.count, group.looser, str(group.old), str(group.new)) == (5, True, "deny by no", "allow by all")
    assert group.examples == [(1, "a-0"), (2, "a-1"), (3, "a-2")]
    assert not compared([_ALLOW], [_ALLOW, _DENY]).looser


def test_another_rule_with_the_same_effect_changes_no_decision() -> None:
    assert compared([_ALLOW, _DENY], [_ALLOW, {**_DENY, "id": "never"}]).groups == {}


@pytest.mark.parametrize(
    ("old", "new", "looser"),
    [
        ({"redact": [{"pointer": "/params/arguments"}]}, {"log": "info"}, True),
        ({"log": "info"}, {"redact": [{"pointer": "/params/arguments"}]}, False),
        ({"max_response_bytes": 10}, {"log": "info"}, True),
        ({"max_response_bytes": 10}, {"max_response_bytes": 20}, True),
        ({"max_response_bytes": 20}, {"max_response_bytes": 10}, False),
        ({"rate_limit": "slow"}, {"log": "info"}, True),
        ({"log": "info"}, {"rate_limit": "slow"}, False),
        ({"effect": "allow"}, {"effect": "allow", "forward_token": True}, True),
        ({"notify": ["sec"]}, {"log": "info"}, True),
        ({"approval": {"groups": ["a"]}}, {"log": "info"}, True),
        ({"approval": {"groups": ["a"]}}, {"approval": {"groups": ["a", "b"]}}, True),
        ({"approval": {"groups": ["a", "b"]}}, {"approval": {"groups": ["a"]}}, False),
        ({"log": "info"}, {"log": "error"}, False),
    ],
)
def test_fewer_obligations_are_looser(old: dict[str, object], new: dict[str, object], *, looser: bool) -> None:
    line = call("a")
    line["message"]["params"]["arguments"] = {"x": 1}  # type: ignore[index,call-overload]  # as made above
    found = compared([_ALLOW, {"id": "x", **old}], [_ALLOW, {"id": "x", **new}], line)
    assert (len(found.groups), found.looser) == (1, looser)


def test_lines_that_are_no_messages_are_counted() -> None:
    found = compared([_ALLOW], [_ALLOW], None, {"direction": "up"}, call("a"))
    assert (found.unread, found.messages) == ([1, 2], 1)
