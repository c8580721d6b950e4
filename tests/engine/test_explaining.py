"""Refusals in words: by what, why, and what would help."""

from dataclasses import replace

import pytest

from tests.engine.harness import LEGACY, SETTINGS, Sidecar, ask, refusal, tool_call
from tests.policies import policy

_NOBODY_TO_ASK = replace(SETTINGS, hold_seconds=0.0)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"id": "no", "effect": "deny"}, "Refused by policy (rule no). Reference: d1."),
        (
            {"id": "no", "effect": "deny", "reason": "Not here."},
            "Refused by policy (rule no). Not here. Reference: d1.",
        ),
        ({"id": "big", "effect": "hold"}, "Refused: this needs approval (rule big). Reference: d1."),
        (
            {"id": "big", "effect": "hold", "approval": {"groups": ["b", "a"]}},
            "Refused: this needs approval by a, b (rule big). Reference: d1.",
        ),
        (
            {"id": "more", "scopes": ["x:y", "a:b"]},
            "Refused: the token lacks the scope a:b x:y (rule more). Reference: d1.",
        ),
    ],
)
def test_a_refusal_says_by_which_rule_and_what_is_missing(rule: dict[str, object], words: str) -> None:
    sidecar = Sidecar(policy=policy({"id": "all", "effect": "allow"}, rule), settings=_NOBODY_TO_ASK)
    assert words in refusal(sidecar.exchange(*ask(tool_call(), mcp_protocol_version=LEGACY))).body.decode()


def test_without_a_rule_it_says_so() -> None:
    sidecar = Sidecar(policy=policy(default="deny"))
    reply = refusal(sidecar.exchange(*ask(tool_call(), mcp_protocol_version=LEGACY)))
    assert "(no rule allows it)" in reply.body.decode()
