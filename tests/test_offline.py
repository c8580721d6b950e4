"""`extproc inspect` line by line: the same judgement, and state over the lines of one run."""

import json

import pytest

from extproc.offline import Inspector
from extproc.policy.rules import Policy
from tests.policies import ALLOW_ALL, policy

_CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "delete_all", "arguments": {"n": 1}}}
_RESULT = {"jsonrpc": "2.0", "id": 1, "result": {"email": "a@b.c"}}


def entry(message: object, direction: str = "client_to_server", **members: object) -> bytes:
    return json.dumps({"id": "line", "direction": direction, "session": "s", "message": message, **members}).encode()


def judge(loaded: Policy, *lines: bytes) -> list[dict[str, object]]:
    inspector = Inspector(loaded)
    read = [json.loads(inspector.line(line)) for line in lines]
    assert all(isinstance(one, dict) for one in read)
    return read


def test_an_allowed_message_comes_out_as_it_would_be_forwarded() -> None:
    assert judge(ALLOW_ALL, entry(_CALL)) == [
        {
            "id": "line",
            "outcome": "allow",
            "intent": "destructive",
            "score": 0.85,
            "evidence": [{"code": "name_verb", "intent": "destructive", "where": "name"}],
            "findings": [],
            "determining": ["rule-0"],
            "message": _CALL,
        }
    ]


def test_the_digits_of_a_number_stay_as_they_were_written() -> None:
    line = b'{"id":"x","direction":"server_to_client","message":{"jsonrpc":"2.0","id":1,"result":{"n":1.10,"m":1E5}}}'
    assert b'"n":1.10,"m":1E5' in Inspector(ALLOW_ALL).line(line)


@pytest.mark.parametrize("effect", ["hold", "deny"])
def test_what_is_not_let_through_has_no_message(effect: str) -> None:
    loaded = policy({"effect": "allow"}, {"id": "stop", "effect": effect, "tools": ["delete_*"]})
    [out] = judge(loaded, entry(_CALL))
    assert (out["outcome"], out["determining"], out["message"]) == (effect, ["stop"], None)


def test_an_edited_message_comes_out_edited() -> None:
    loaded = policy({"effect": "allow"}, {"redact": [{"pointer": "/result/email", "with": "-"}]})
    [out] = judge(loaded, entry(_RESULT, "server_to_client"))
    assert (out["outcome"], out["message"]) == ("mutate", {"jsonrpc": "2.0", "id": 1, "result": {"email": "-"}})


@pytest.mark.parametrize(
    ("changed", "denied"),
    [
        pytest.param({}, True, id="same-scope"),
        pytest.param({"session": "t"}, False, id="another-session"),
        pytest.param({"server": "other"}, False, id="another-server"),
        pytest.param({"principal": "ada"}, False, id="another-principal"),
    ],
)
def test_a_response_is_judged_by_its_request_in_the_same_scope(changed: dict[str, object], *, denied: bool) -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "on": ["response"], "tools": ["delete_*"]})
    out = judge(loaded, entry(_CALL), entry(_RESULT, "server_to_client", **changed))
    assert out[1]["outcome"] == ("deny" if denied else "allow")


def test_a_request_is_answered_from_the_other_side_and_once() -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "on": ["response"], "tools": ["delete_*"]})
    own = judge(loaded, entry(_CALL), entry(_RESULT, "client_to_server"))
    assert own[1]["outcome"] == "allow"
    twice = judge(loaded, entry(_CALL), *[entry(_RESULT, "server_to_client")] * 2)
    assert [one["outcome"] for one in twice] == ["allow", "deny", "allow"]


@pytest.mark.parametrize(("asked", "answered"), [(1, "1"), ("1", 1)])
def test_ids_of_another_type_are_other_ids(asked: object, answered: object) -> None:
    loaded = policy({"effect": "allow"}, {"effect": "deny", "on": ["response"], "tools": ["delete_*"]})
    out = judge(loaded, entry({**_CALL, "id": asked}), entry({**_RESULT, "id": answered}, "server_to_client"))
    assert out[1]["outcome"] == "allow"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param({"jsonrpc": "2.0", "id": True, "method": "x"}, "strict:invalid_id", id="boolean-id"),
        pytest.param([_CALL], "strict:not_an_object", id="array"),
        pytest.param({"jsonrpc": "1.0"}, "strict:jsonrpc_version", id="version"),
        pytest.param({**_CALL, "params": {"name": ["x"]}}, "strict:unnamed_tool", id="no-tool"),
    ],
)
def test_a_message_that_would_be_refused_is_denied_with_the_reason(message: object, reason: str) -> None:
    [out] = judge(ALLOW_ALL, entry(message))
    assert (out["outcome"], out["determining"], out["message"]) == ("deny", [reason], None)


@pytest.mark.parametrize(
    ("line", "identifier"),
    [
        pytest.param(b"{", None, id="no-json"),
        pytest.param(b"[]", None, id="an-array"),
        pytest.param(b"7", None, id="a-scalar"),
        pytest.param(b'{"id":"x"}', "x", id="nothing-in-it"),
        pytest.param(entry(_CALL, "up"), "line", id="no-direction"),
        pytest.param(entry(_CALL, session=7), "line", id="session-is-no-text"),
        pytest.param(b'{"id":"x","direction":"client_to_server"}', "x", id="no-message"),
        pytest.param(b'{"id":"x","direction":"client_to_server","message":{"a":1,"a":2}}', "x", id="duplicate-key"),
        pytest.param(b'{"id":"x","message":"\xff"}', None, id="no-utf8"),
    ],
)
def test_a_bad_line_is_told_and_the_run_goes_on(line: bytes, identifier: object) -> None:
    bad, good = judge(ALLOW_ALL, line, entry(_CALL))
    assert bad["id"] == identifier
    assert isinstance(bad["error"], str)
    assert set(bad) == {"id", "error"}
    assert good["outcome"] == "allow"


@pytest.mark.parametrize("identifier", ["x", 7, None, {"a": 1}, [1.5]])
def test_the_id_of_a_line_comes_back_whatever_it_is(identifier: object) -> None:
    line = json.dumps({"id": identifier, "direction": "client_to_server", "message": _CALL}).encode()
    assert judge(ALLOW_ALL, line)[0]["id"] == identifier


def test_no_error_quotes_what_stands_in_the_line() -> None:
    out = Inspector(ALLOW_ALL).line(b'{"id":"x","direction":"secret","message":{}}')
    assert b"secret" not in out


def test_a_line_cannot_say_what_it_would_do() -> None:
    [judged] = judge(ALLOW_ALL, entry(_CALL, intent="read"))
    assert judged["intent"] == "destructive"
