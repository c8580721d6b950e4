"""SPIFFE identities."""

import pytest

from extproc.identity.spiffe import parse_spiffe


def test_an_identity_is_a_trust_domain_and_a_path() -> None:
    identity = parse_spiffe("spiffe://prod.acme/ns/agents/sa/billing-1")
    assert identity is not None
    assert (identity.trust_domain, identity.path) == ("prod.acme", "/ns/agents/sa/billing-1")
    assert str(identity) == "spiffe://prod.acme/ns/agents/sa/billing-1"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "spiffe://prod",
        "spiffe://prod/",
        "spiffe:///a",
        "SPIFFE://prod/a",
        "spiffe://Prod/a",
        "spiffe://prod:443/a",
        "spiffe://me@prod/a",
        "spiffe://prod/a/",
        "spiffe://prod//a",
        "spiffe://prod/./a",
        "spiffe://prod/a/..",
        "spiffe://prod/a?b",
        "spiffe://prod/a#b",
        "spiffe://prod/a%20b",
        "spiffe://prod/ä",
        "spiffe://prod/a\n",
        "https://prod/a",
        "spiffe://" + "a" * 256 + "/a",
        "spiffe://prod/" + "a" * 2048,
    ],
)
def test_anything_else_is_none(uri: str) -> None:
    assert parse_spiffe(uri) is None
