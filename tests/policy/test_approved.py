"""The approved list: what it refuses, and that it is decided for lists without any fact."""

import pytest

from extproc.model.message import Direction
from extproc.policy.approved import ApprovedEntry, approved_rule
from extproc.policy.question import Kind, Question, Truth
from extproc.policy.reach import may_pass
from extproc.policy.rules import holds
from tests.policy.making import ALLOW, EVERYTHING, layer, policy, question, rule

_RULE = approved_rule(
    [
        ApprovedEntry(server="crm", tools=["get_*"], prompts=[], resources=["file:///pub/*"]),
        ApprovedEntry(server="crm", tools=["find"], prompts=["greet"]),
        ApprovedEntry(server="wiki-*"),
    ]
)


def refused(asked: Question) -> bool:
    return holds(_RULE, asked.aspect) and _RULE.conditions[0].test(asked) is Truth.TRUE


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (question("get_x"), False),
        (question("find"), False),
        (question("put_x"), True),
        (question("GET_x"), True),
        (question(method="tools/call"), True),
        (question("put_x", kind=Kind.NOTIFICATION), True),
        (question(prompt="greet"), False),
        (question(prompt="other"), True),
        (question(method="prompts/get"), True),
        (question(resource="file:///etc/passwd"), False),
        (question(method="tools/list"), False),
        (question("anything", server="wiki-2"), False),
        (question("get_x", server="shop"), True),
        (question(method="initialize", server="shop"), True),
        (question(method="notifications/initialized", server="shop", kind=Kind.NOTIFICATION), True),
        (question(method="roots/list", server="shop", direction=Direction.SERVER_TO_CLIENT), False),
        (question("get_x", server="shop", kind=Kind.RESPONSE), False),
    ],
)
def test_what_no_entry_approves_is_refused(asked: Question, *, expected: bool) -> None:
    assert refused(asked) is expected


@pytest.mark.parametrize("method", ["resources/read", "resources/subscribe", "resources/unsubscribe"])
def test_resources_are_approved_by_their_uri(method: str) -> None:
    only = approved_rule([ApprovedEntry(server="*", resources=["file:///pub/*"])]).conditions[0]
    assert only.test(question(resource="file:///pub/x", method=method)) is Truth.FALSE
    assert only.test(question(resource="file:///etc/x", method=method)) is Truth.TRUE
    assert only.test(question(method=method)) is Truth.TRUE


def test_a_list_shows_only_what_is_approved() -> None:
    made = policy(layer(_RULE, rule("all", ALLOW)))
    shown = [name for name in ("get_x", "put_x", "find") if may_pass(made, question(name, unknown=EVERYTHING))]
    assert shown == ["get_x", "find"]


def test_an_empty_list_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="empty"):
        approved_rule([])
