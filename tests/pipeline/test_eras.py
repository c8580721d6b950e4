"""A policy reads the same in both eras: what is refused in one form is refused in the other."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.mcp.versions.revision import META_LOG_LEVEL
from extproc.model.decision import Decision, Effect, Outcome
from extproc.model.message import JsonObject, JsonValue
from extproc.policy.rules import Policy
from tests.pipeline.forms import (
    ANSWERS,
    C2S,
    S2C,
    answers_legacy,
    answers_modern,
    asks_legacy,
    asks_modern,
    call,
    decide,
    notification,
    request,
    response,
)
from tests.policies import ALLOW_ALL, policy

_METHODS = sorted(ANSWERS)


@pytest.mark.parametrize("named", ["initialize", "server/discover"])
@pytest.mark.parametrize("used", ["initialize", "server/discover"])
@pytest.mark.parametrize("effect", ["deny", "hold"])
def test_a_rule_about_one_handshake_is_about_the_other(named: str, used: str, effect: str) -> None:
    loaded = policy({"effect": "allow"}, {"effect": effect, "methods": [named]})
    assert decide(loaded, C2S, request(used)).effect is Effect(effect)


@pytest.mark.parametrize("used", ["initialize", "server/discover"])
def test_an_allowed_handshake_is_allowed_in_both_eras(used: str) -> None:
    loaded = policy({"effect": "allow", "methods": ["initialize"]}, default="deny")
    assert decide(loaded, C2S, request(used)).effect is Effect.ALLOW


@pytest.mark.parametrize("method", _METHODS)
@pytest.mark.parametrize("ask", [asks_legacy, asks_modern])
def test_what_a_server_may_not_ask_is_denied_in_either_form(
    ask: Callable[[Policy, str], Decision], method: str
) -> None:
    loaded = policy({"effect": "allow"}, {"id": "no", "effect": "deny", "methods": [method]})
    assert ask(loaded, method) == Decision(effect=Effect.DENY, determining=("no",))
    assert all(ask(loaded, other).effect is Effect.ALLOW for other in _METHODS if other != method)


@pytest.mark.parametrize("method", _METHODS)
@pytest.mark.parametrize("answer", [answers_legacy, answers_modern])
def test_what_a_client_may_not_answer_is_denied_in_either_form(
    answer: Callable[[Policy, str], Decision], method: str
) -> None:
    loaded = policy({"effect": "allow"}, {"id": "no", "effect": "deny", "methods": [method], "on": ["response"]})
    assert answer(loaded, method) == Decision(effect=Effect.DENY, determining=("no",))
    assert all(answer(loaded, other).effect is Effect.ALLOW for other in _METHODS if other != method)


@given(
    rules=st.lists(
        st.fixed_dictionaries(
            {"effect": st.sampled_from(["allow", "hold", "deny"])},
            optional={
                "methods": st.lists(
                    st.sampled_from([*_METHODS, "*", "sampling/*", "@server_requests"]), min_size=1, unique=True
                ),
                "on": st.lists(st.sampled_from(["request", "response", "notification"]), min_size=1, unique=True),
                "direction": st.sampled_from(["client_to_server", "server_to_client"]),
                "servers": st.sampled_from([["shop"], ["other"], ["*"]]),
            },
        ),
        max_size=4,
    ),
    default=st.sampled_from(["allow", "hold", "deny"]),
    method=st.sampled_from(_METHODS),
)
def test_the_forms_of_both_eras_are_decided_alike(rules: list[dict[str, object]], default: str, method: str) -> None:
    """The modern form travels in a message with more to it; with that allowed, what is left decides."""
    loaded = policy(*rules, default=default)
    around = decide(loaded, C2S, request("tools/call", {"name": "book", "arguments": {}})).effect
    back = decide(loaded, S2C, response({}), call("tools/call", "book")).effect
    if back is Effect.ALLOW:
        assert asks_modern(loaded, method).effect is asks_legacy(loaded, method).effect
    if around is Effect.ALLOW:
        assert answers_modern(loaded, method).effect is answers_legacy(loaded, method).effect
    assert asks_modern(loaded, method).effect is not Effect.ALLOW or asks_legacy(loaded, method).effect is Effect.ALLOW


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"a": {"method": "roots/list"}, "b": {"method": "sampling/createMessage"}}, id="among-others"),
        pytest.param([{"method": "sampling/createMessage"}], id="in-a-list"),
    ],
)
def test_a_denied_request_is_found_wherever_it_stands_among_the_asked(asked: JsonValue) -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "methods": ["sampling/createMessage"]})
    assert decide(loaded, S2C, response({"inputRequests": asked}), call("tools/call")).effect is Effect.DENY
    assert decide(loaded, S2C, notification("notifications/tasks", {"inputRequests": asked})).effect is Effect.DENY


@pytest.mark.parametrize("asked", [{"a": {}}, {"a": "sampling"}, {"a": {"method": 7}}, ["x"], {"a": None}])
def test_an_asked_input_that_cannot_be_read_is_as_the_default_says(asked: JsonValue) -> None:
    rules: list[dict[str, object]] = [{"effect": "allow", "methods": ["tools/call", "sampling/*"]}]
    denying, allowing = policy(*rules, default="deny"), policy(*rules, default="allow")
    assert decide(denying, S2C, response({"inputRequests": asked}), call("tools/call")).effect is Effect.DENY
    assert decide(allowing, S2C, response({"inputRequests": asked}), call("tools/call")).effect is Effect.ALLOW


@pytest.mark.parametrize("asked", [None, "x", 7, True, {}, []])
def test_a_result_that_asks_for_nothing_is_only_a_result(asked: JsonValue) -> None:
    loaded = policy({"effect": "allow", "methods": ["tools/call"]}, default="deny")
    assert decide(loaded, S2C, response({"inputRequests": asked}), call("tools/call")).effect is Effect.ALLOW


@pytest.mark.parametrize("method", ["sampling/createMessage", "elicitation/create", "roots/list"])
def test_an_answer_in_the_form_of_several_is_judged_as_each(method: str) -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "methods": [method], "on": ["response"]})
    answer: JsonObject = {"action": "accept", "role": "assistant", "content": {}, "roots": []}
    params: JsonObject = {"name": "book", "inputResponses": {"key": answer}}
    assert decide(loaded, C2S, request("tools/call", params)).effect is Effect.DENY


@pytest.mark.parametrize("kind", [request, notification])
def test_a_log_level_in_the_metadata_needs_what_setting_it_needs(
    kind: Callable[[str, JsonObject], object],
) -> None:
    from extproc.model.message import Notification, Request

    loaded = policy({"effect": "allow"}, {"effect": "deny", "methods": ["logging/setLevel"]})
    told = kind("tools/list", {"_meta": {META_LOG_LEVEL: "debug"}})
    assert isinstance(told, Request | Notification)
    assert decide(loaded, C2S, told).effect is Effect.DENY
    assert decide(loaded, C2S, request("tools/list", {"_meta": {}})).effect is Effect.ALLOW
    assert decide(loaded, C2S, request("logging/setLevel", {"level": "debug"})).effect is Effect.DENY


@pytest.mark.parametrize("named", ["resources/subscribe", "resources/unsubscribe"])
def test_listening_for_resources_needs_what_subscribing_needs(named: str) -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "methods": [named]})
    wanted: JsonObject = {"notifications": {"resourceSubscriptions": ["file:///x"]}}
    assert decide(loaded, C2S, request("subscriptions/listen", wanted)).effect is Effect.DENY
    other: JsonObject = {"notifications": {"toolsListChanged": True}}
    assert decide(loaded, C2S, request("subscriptions/listen", other)).effect is Effect.ALLOW
    assert decide(loaded, C2S, request("resources/subscribe", {"uri": "file:///x"})).effect is Effect.DENY


def test_listening_is_what_the_legacy_stream_is() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "methods": ["http/get"]})
    assert decide(loaded, C2S, request("subscriptions/listen")).effect is Effect.DENY
    other = policy({"effect": "allow"}, {"effect": "deny", "methods": ["subscriptions/listen"]})
    assert decide(other, C2S, notification("http/get")).effect is Effect.DENY


@pytest.mark.parametrize("method", _METHODS)
def test_all_is_allowed_where_all_is_allowed(method: str) -> None:
    for form in (asks_legacy, asks_modern, answers_legacy, answers_modern):
        assert form(ALLOW_ALL, method).outcome is Outcome.ALLOW
