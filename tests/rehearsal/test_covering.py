"""Which rules match wherever others do: what is told is so, and where it is not plain nothing is told."""

import pytest

from extproc.policy.conditions import AnyOf, Not
from extproc.policy.facts import Field
from extproc.policy.globs import Globs
from extproc.rehearsal.covering import covers, disjoint, fits_some
from tests.policies import policy


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ({}, {"tools": ["a"]}, True),
        ({"tools": ["*"]}, {"tools": ["a*"]}, True),
        ({"tools": ["a*"]}, {"tools": ["ab*", "ac?"]}, True),
        ({"tools": ["a*"]}, {"tools": ["*"]}, False),
        ({"tools": ["a?"]}, {"tools": ["a*"]}, False),
        ({"tools": ["a"]}, {}, False),
        ({"tools": ["*"]}, {"prompts": ["a"]}, False),
        ({"groups": ["a", "b"]}, {"groups": ["a"]}, True),
        ({"groups": ["a"]}, {"groups": ["a", "b"]}, False),
        ({"agents": ["b*"]}, {"agents": ["bot"]}, True),
        ({"groups": ["a"]}, {"roles": ["a"]}, False),
        ({"verified": True}, {"verified": True, "tools": ["a"]}, True),
        ({"when": "1 < 2"}, {}, False),
        ({"on": ["response"]}, {}, False),
        ({"on": ["request", "notification"]}, {}, True),
        ({"direction": "client_to_server"}, {}, False),
        ({"mode": "shadow"}, {}, False),
    ],
)
def test_a_rule_covers_another_only_if_all_that_it_asks_is_asked_there(
    wide: dict[str, object], narrow: dict[str, object], *, covered: bool
) -> None:
    loaded = policy({"effect": "deny", **wide}, {"effect": "deny", **narrow})
    [layer] = loaded.layers
    one, other = layer.rules
    assert covers(one, layer, other, layer) is covered


def test_what_is_asked_for_and_ruled_out_is_disjoint() -> None:
    one, both = (AnyOf(Field.GROUPS, frozenset(words)) for words in ("a", "ab"))
    assert disjoint(one, Not(both))
    assert not disjoint(both, Not(one))
    assert not disjoint(one, Not(AnyOf(Field.ROLES, frozenset("a"))))


def test_globs_overlap_where_their_beginnings_agree() -> None:
    assert fits_some("db-*", Globs(("db-orders",)))
    assert fits_some("shop", Globs(("s*",)))
    assert not fits_some("shop", Globs(("db-*",)))
    assert not fits_some("shop-*", Globs(("db-*",)))
