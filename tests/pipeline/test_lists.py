"""What a list shows: what its caller could ever call, and nothing that is certain to be refused."""

from typing import Final

import pytest

from extproc.classify.profile import profile_of
from extproc.model.decision import Edit
from extproc.model.message import Direction, JsonObject, JsonValue
from extproc.model.principal import ANONYMOUS, Principal
from extproc.pipeline.context import Context
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.stages import inspect
from extproc.policy.rules import Policy
from tests.pipeline.forms import call, response
from tests.policies import policy

_FINANCE: Final = Principal(subject="ada", source="idp", groups=frozenset({"finance"}))
_TOOLS: Final[list[JsonValue]] = [
    {"name": "get_order", "description": "Gets an order.", "inputSchema": {"type": "object"}},
    {"name": "delete_order", "description": "Deletes an order.", "inputSchema": {"type": "object"}},
    {"name": "refund", "description": "Refunds an order.", "inputSchema": {"type": "object"}},
]


def listing(
    loaded: Policy,
    result: JsonObject | None = None,
    *,
    method: str = "tools/list",
    principal: Principal = ANONYMOUS,
    version: str = "2025-11-25",
) -> Inspection:
    profiles = {str(tool["name"]): profile_of(tool) for tool in _TOOLS if isinstance(tool, dict)}
    context = Context(
        direction=Direction.SERVER_TO_CLIENT,
        server="shop",
        principal=principal,
        call=call(method),
        protocol_version=version,
        profiles=profiles,
    )
    return inspect(response(result if result is not None else {"tools": _TOOLS}), context, loaded)


def hidden(inspection: Inspection) -> list[object]:
    """Return the places of the entries that go."""
    return [edit.pointer[-1] for edit in inspection.decision.edits if edit.remove]


def test_a_tool_that_is_denied_in_any_case_is_not_shown() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "tools": ["delete_*"]})
    assert hidden(listing(loaded)) == [1]


@pytest.mark.parametrize(
    "rule",
    [
        {"effect": "hold", "tools": ["delete_*"]},
        {"effect": "deny", "tools": ["delete_*"], "when": "args.force == true"},
        {"effect": "deny", "tools": ["delete_*"], "within": {"tz": "UTC", "hours": "09:00-17:00"}},
        {"effect": "deny", "tools": ["delete_*"], "session": {"calls_over": 3}},
        {"effect": "deny", "tools": ["delete_*"], "mode": "shadow"},
    ],
    ids=["held", "by-its-arguments", "at-times", "after-some-calls", "in-shadow"],
)
def test_a_tool_that_might_be_let_through_is_shown(rule: dict[str, object]) -> None:
    assert hidden(listing(policy({"effect": "allow"}, rule))) == []


def test_what_a_caller_sees_depends_on_who_it_is() -> None:
    loaded = policy(
        {"effect": "allow", "methods": ["@lists"]},
        {"effect": "allow", "tools": ["get_*"]},
        {"effect": "allow", "tools": ["refund"], "groups": ["finance"]},
        default="deny",
    )
    assert hidden(listing(loaded, principal=_FINANCE)) == [1]
    assert hidden(listing(loaded)) == [1, 2]


def test_a_tool_is_shown_by_the_least_that_its_calls_can_do() -> None:
    loaded = policy(
        {"effect": "allow", "methods": ["@lists"]}, {"effect": "allow", "intents": ["read"]}, default="deny"
    )
    assert hidden(listing(loaded)) == [1, 2]


def test_a_tool_outside_the_approved_list_is_not_shown() -> None:
    text = b"""
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: approved}
spec:
  default: allow
  approved: [{server: shop, tools: [get_order]}]
  rules: [{id: all, effect: allow}]
"""
    from extproc.config.policy_file import parse_policy

    assert hidden(listing(parse_policy(text, "p.yaml"))) == [1, 2]


@pytest.mark.parametrize(
    ("method", "result", "gone"),
    [
        ("prompts/list", {"prompts": [{"name": "greet"}, {"name": "secret-plan"}]}, [1]),
        ("resources/list", {"resources": [{"uri": "secret://a"}, {"uri": "doc://a"}]}, [0]),
        (
            "resources/templates/list",
            {"resourceTemplates": [{"uriTemplate": "secret://{x}"}, {"uriTemplate": "doc://{x}/y"}]},
            [0],
        ),
    ],
)
def test_prompts_and_resources_are_filtered_like_tools(method: str, result: JsonObject, gone: list[int]) -> None:
    loaded = policy(
        {"effect": "allow", "methods": ["@lists"]},
        {"effect": "allow", "prompts": ["greet"]},
        {"effect": "allow", "resources": ["doc://*/y", "doc://a"]},
        default="deny",
    )
    assert hidden(listing(loaded, result, method=method)) == gone


@pytest.mark.parametrize("tools", [None, 7, {"a": 1}, [], [7, {"name": 7}, "x"]])
def test_a_list_of_another_form_is_left_to_the_client(tools: JsonValue) -> None:
    assert hidden(listing(policy({"effect": "allow"}), {"tools": tools})) == []


_PRIVATE: Final = Edit(pointer=("result", "cacheScope"), replacement="private")


def caching(loaded: Policy, **members: JsonValue) -> list[Edit]:
    found = listing(loaded, {"tools": _TOOLS, "resultType": "complete", **members}, version="2026-07-28")
    return [edit for edit in found.decision.edits if not edit.remove]


def test_a_filtered_list_is_private_and_short_lived_in_the_modern_era() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "tools": ["refund"]})
    ttl = Edit(pointer=("result", "ttlMs"), replacement=60_000)
    assert caching(loaded, cacheScope="public", ttlMs=3_600_000) == [_PRIVATE, ttl]
    assert caching(loaded, cacheScope="private", ttlMs=500) == []
    assert caching(loaded, cacheScope="public", ttlMs=-1) == [_PRIVATE, ttl]


def test_a_list_that_is_whole_for_one_caller_is_private_when_another_may_see_less() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "tools": ["refund"], "groups": ["guests"]})
    found = listing(
        loaded, {"tools": _TOOLS, "cacheScope": "public", "ttlMs": 1}, principal=_FINANCE, version="2026-07-28"
    )
    assert list(found.decision.edits) == [_PRIVATE]


def test_a_list_that_is_the_same_for_everybody_stays_as_it_is() -> None:
    assert caching(policy({"effect": "allow"}), cacheScope="public", ttlMs=3_600_000) == []


def test_the_legacy_era_has_no_members_for_caches() -> None:
    found = listing(policy({"effect": "allow"}, {"effect": "deny", "tools": ["refund"]}))
    assert [edit.remove for edit in found.decision.edits] == [True]
