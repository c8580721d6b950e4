"""Rules: globs, which rules match what a message does, and what they ask for."""

from dataclasses import replace

import pytest

from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.policy.rules import Aspect, Kind, asks, globs
from tests.policies import policy

_C2S, _S2C = Direction.CLIENT_TO_SERVER, Direction.SERVER_TO_CLIENT
CALL = Aspect(
    kind=Kind.REQUEST, direction=_C2S, server="shop", methods=frozenset({"tools/call"}), tool="delete_customer"
)
LIST = Aspect(kind=Kind.REQUEST, direction=_C2S, server="shop", methods=frozenset({"tools/list"}))
RESULT = Aspect(
    kind=Kind.RESPONSE, direction=_S2C, server="shop", methods=frozenset({"tools/call"}), tool="delete_customer"
)
UNKNOWN_RESULT = Aspect(kind=Kind.RESPONSE, direction=_S2C, server="shop", methods=frozenset())
NOTE = Aspect(kind=Kind.NOTIFICATION, direction=_S2C, server="shop", methods=frozenset({"notifications/message"}))


@pytest.mark.parametrize(
    ("patterns", "fits", "fits_not"),
    [
        pytest.param(["delete"], ["delete"], ["delete_x", "xdelete", "Delete", "delete\n", "", "delete "], id="plain"),
        pytest.param(["*"], ["", "a", "a/b", "a\nb", "ä"], [], id="star"),
        pytest.param(
            ["delete_*"], ["delete_", "delete_x", "delete_\nx"], ["delete", "undelete_x", "DELETE_x"], id="end"
        ),
        pytest.param(["*_delete"], ["_delete", "a_delete"], ["a_delete_b", "a_delete\n"], id="start"),
        pytest.param(["a*b*c"], ["abc", "axbxc", "abbc", "abcbc"], ["ac", "acb", "abcx", "xabc"], id="middle"),
        pytest.param(["*a*"], ["a", "xax"], ["", "x"], id="anywhere"),
        pytest.param(["a*a"], ["aa", "aba"], ["a"], id="no-shared-character"),
        pytest.param(["a**b"], ["ab", "axb"], ["a", "b"], id="two-stars"),
        pytest.param(["*a?b*c"], ["axbc", "aaxbyc", "ab-axb-c"], ["abc"], id="mixed"),
        pytest.param(["?"], ["a", "\n", "ä", "*"], ["", "ab"], id="question-mark"),
        pytest.param(["a?c"], ["abc", "a?c", "a\nc"], ["ac", "abbc"], id="question-mark-inside"),
        pytest.param(["a.c"], ["a.c"], ["abc"], id="dot-is-literal"),
        pytest.param(["[ab]+(c|d)$^\\d{1}"], ["[ab]+(c|d)$^\\d{1}"], ["ac", "abc1"], id="regex-is-literal"),
        pytest.param(["a|b"], ["a|b"], ["a", "b"], id="bar-is-literal"),
        pytest.param(["ab", "a*c", "d"], ["ab", "ac", "axc", "d"], ["abd", "abc d", "c"], id="any-of-several"),
        pytest.param(["a", "ab"], ["a", "ab"], ["abb"], id="one-the-start-of-another"),
    ],
)
def test_a_glob_fits_whole_names_only(patterns: list[str], fits: list[str], fits_not: list[str]) -> None:
    compiled = globs(tuple(patterns))
    assert [name for name in fits if compiled.fullmatch(name) is None] == []
    assert [name for name in fits_not if compiled.fullmatch(name) is not None] == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize("pattern", ["*a*a*a*a*a*b", "*delete*file*x", "*?a*?a*?a*?b"])
def test_no_name_makes_a_glob_slow(pattern: str) -> None:
    """A name is the peer's own and as long as a body: trying again between the stars would take days here."""
    assert globs((pattern,)).fullmatch("adeletefile" * 200_000) is None


@pytest.mark.parametrize(
    ("rule", "aspect", "expected"),
    [
        pytest.param({}, CALL, True, id="no-condition"),
        pytest.param({}, UNKNOWN_RESULT, True, id="no-condition-on-an-unknown-response"),
        pytest.param({"servers": ["shop"]}, CALL, True, id="server"),
        pytest.param({"servers": ["sh*"]}, CALL, True, id="server-glob"),
        pytest.param({"servers": ["bank"]}, CALL, False, id="other-server"),
        pytest.param({"methods": ["tools/*"]}, CALL, True, id="method-glob"),
        pytest.param({"methods": ["tools/list"]}, CALL, False, id="other-method"),
        pytest.param({"methods": ["tools/list", "tools/call"]}, CALL, True, id="one-of-several-methods"),
        pytest.param({"methods": ["*"]}, UNKNOWN_RESULT, False, id="any-method-needs-a-known-one"),
        pytest.param({"tools": ["delete_*"]}, CALL, True, id="tool"),
        pytest.param({"tools": ["*"]}, LIST, False, id="any-tool-needs-a-tool"),
        pytest.param({"tools": ["get_*"]}, CALL, False, id="other-tool"),
        pytest.param({"on": ["request"]}, CALL, True, id="kind"),
        pytest.param({"on": ["response"]}, CALL, False, id="other-kind"),
        pytest.param({"on": ["response", "notification"]}, NOTE, True, id="one-of-several-kinds"),
        pytest.param({"direction": "client_to_server"}, CALL, True, id="direction"),
        pytest.param({"direction": "server_to_client"}, CALL, False, id="other-direction"),
        pytest.param({"methods": ["tools/call"], "servers": ["bank"]}, CALL, False, id="all-conditions-must-hold"),
    ],
)
def test_a_rule_matches_when_all_its_conditions_hold(
    rule: dict[str, object], aspect: Aspect, *, expected: bool
) -> None:
    loaded = policy({"effect": "deny", **rule})
    assert bool(loaded.matching(aspect)) is expected


def test_rules_match_in_the_order_of_the_file() -> None:
    loaded = policy(
        {"id": "b", "effect": "allow"}, {"id": "c", "effect": "deny", "tools": ["x"]}, {"id": "a", "effect": "hold"}
    )
    assert [rule.id for rule in loaded.matching(CALL)] == ["b", "a"]


@pytest.mark.parametrize("group", ["@lifecycle", "@lists", "@server_requests"])
def test_a_group_stands_for_its_methods_and_is_no_method(group: str) -> None:
    loaded = policy({"effect": "deny", "methods": [group]})
    named = Aspect(kind=Kind.REQUEST, direction=_C2S, server="shop", methods=frozenset({group}))
    assert loaded.matching(named) == ()


@pytest.mark.parametrize(
    ("rule", "aspect", "effect"),
    [
        pytest.param({"effect": "deny"}, CALL, Effect.DENY, id="a-request"),
        pytest.param({"effect": "hold"}, NOTE, Effect.HOLD, id="a-notification"),
        pytest.param({"effect": "deny"}, RESULT, None, id="not-a-response"),
        pytest.param({"effect": "deny", "on": ["response"]}, RESULT, Effect.DENY, id="a-response-when-it-says-so"),
        pytest.param({"redact": [{"pointer": "/result/x"}]}, RESULT, None, id="a-redaction-asks-for-nothing"),
    ],
)
def test_an_effect_is_about_what_starts_something_unless_it_says_more(
    rule: dict[str, object], aspect: Aspect, effect: Effect | None
) -> None:
    loaded = policy(rule)
    [matched] = loaded.matching(aspect)
    assert asks(matched, aspect) is effect


def test_what_is_remembered_of_names_is_bounded_in_number_and_in_length() -> None:
    loaded = policy({"effect": "allow"}, {"id": "no", "effect": "deny", "tools": ["*x"]})
    for number in range(5_000):
        loaded.matching(replace(CALL, tool=f"{number}x"))
    assert 0 < len(loaded._matched) <= 4096
    before = len(loaded._matched)
    for name in ("a" * 1_000_000 + "x", "a" * 1_000_000):
        named = replace(CALL, tool=name)
        assert [rule.id for rule in loaded.matching(named)] == ["rule-0", "no"][: 1 + name.endswith("x")]
        assert loaded.matching(replace(LIST, methods=frozenset({name})))
    assert len(loaded._matched) == before
