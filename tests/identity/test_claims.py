"""From claims to a principal: registered claims checked, mapped ones read with their types or not at all."""

from typing import Any

import pytest

from extproc.identity.claims import MOST_WORDS, ClaimMap, Expected, check_registered, expiry, principal_of
from extproc.identity.fault import FaultKind, IdentityFault
from extproc.identity.paths import parse_claim_path
from extproc.model.principal import Principal
from tests.identity.tokens import AUDIENCE, CLAIMS, ISSUER, NOW

EXPECTED = Expected(issuer=ISSUER, audiences=frozenset({AUDIENCE, "urn:other"}), leeway=10)
NOBODY: frozenset[str] = frozenset()
MAP = ClaimMap(
    groups=parse_claim_path("groups"),
    roles=parse_claim_path("realm_access.roles"),
    scopes=parse_claim_path("scope"),
    agent=parse_claim_path("azp"),
    organisation=parse_claim_path("org"),
    team=parse_claim_path("team"),
)


def check(foreign: frozenset[str] = NOBODY, **changes: Any) -> str | None:
    """Return the reason of the refusal, if there is one."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    fault = check_registered(claims, EXPECTED, foreign=foreign, now=NOW)
    assert fault is None or fault.kind is FaultKind.INVALID_TOKEN
    return fault.reason if fault else None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": [AUDIENCE]},
        {"aud": ["urn:unknown", AUDIENCE]},
        {"exp": NOW - 9},
        {"exp": NOW + 0.5},
        {"nbf": NOW + 9, "iat": NOW + 9},
        {"iat": None},
    ],
)
def test_claims_that_hold_are_taken(changes: dict[str, Any]) -> None:
    assert check(**changes) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": None}, "token_issuer"),
        ({"iss": "https://idp.test/"}, "token_issuer"),
        ({"iss": [ISSUER]}, "token_issuer"),
        ({"aud": None}, "token_audience"),
        ({"aud": []}, "token_audience"),
        ({"aud": ""}, "token_audience"),
        ({"aud": "https://mcp.test"}, "token_audience"),
        ({"aud": [AUDIENCE, 1]}, "token_audience"),
        ({"aud": {"a": AUDIENCE}}, "token_audience"),
        ({"sub": None}, "token_subject"),
        ({"sub": 7}, "token_subject"),
        ({"exp": None}, "token_expiry"),
        ({"exp": "9999999999"}, "token_expiry"),
        ({"exp": True}, "token_expiry"),
        ({"exp": 1e300}, "token_expiry"),
        ({"exp": 0}, "token_expiry"),
        ({"exp": NOW - 10}, "token_expired"),
        ({"nbf": NOW + 11}, "token_not_yet_valid"),
        ({"iat": NOW + 11}, "token_not_yet_valid"),
        ({"nbf": "soon"}, "token_time"),
        ({"iat": False}, "token_time"),
    ],
)
def test_claims_that_do_not_hold_refuse_the_token(changes: dict[str, Any], reason: str) -> None:
    assert check(**changes) == reason


def test_a_token_for_another_server_is_refused_though_its_issuer_is_trusted() -> None:
    foreign = frozenset({"urn:other"})
    assert check(foreign, aud="urn:other") == "token_audience"
    assert check(foreign, aud="urn:other/") == "token_audience"
    assert check(foreign, aud=["urn:other", AUDIENCE]) is None


def read(claims: dict[str, Any], claim_map: ClaimMap = MAP) -> Principal | IdentityFault:
    return principal_of({"sub": "ada", **claims}, claim_map, source="idp", issuer=ISSUER)


def test_every_mapped_claim_becomes_its_member() -> None:
    claims = {
        "groups": ["a", "b"],
        "realm_access": {"roles": "admin"},
        "scope": "mcp:read  mcp:write",
        "azp": "agent-7",
        "org": "acme",
        "team": "payments",
    }
    assert read(claims) == Principal(
        subject="ada",
        source="idp",
        issuer=ISSUER,
        groups=frozenset({"a", "b"}),
        roles=frozenset({"admin"}),
        scopes=frozenset({"mcp:read", "mcp:write"}),
        agent="agent-7",
        organisation="acme",
        team="payments",
    )


def test_a_missing_claim_is_not_known_and_an_empty_one_is_known_to_be_empty() -> None:
    principal = read({"groups": [], "scope": "", "realm_access": {}})
    assert isinstance(principal, Principal)
    assert (principal.groups, principal.scopes, principal.roles) == (frozenset(), frozenset(), None)
    bare = read({"groups": ["a"]}, ClaimMap())
    assert isinstance(bare, Principal)
    assert (bare.groups, bare.agent) == (None, None)


def test_one_text_is_one_group_and_only_scopes_are_divided() -> None:
    principal = read({"groups": "site reliability", "scope": ["a b", "c"]})
    assert isinstance(principal, Principal)
    assert (principal.groups, principal.scopes) == (frozenset({"site reliability"}), frozenset({"a b", "c"}))


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"groups": {"a": True}}, "groups must be a string or a list"),
        ({"groups": 7}, "groups must be a string or a list"),
        ({"groups": ["a", 7]}, "every entry of the claim for groups"),
        ({"groups": ["a", None]}, "every entry of the claim for groups"),
        ({"groups": [["a"]]}, "every entry of the claim for groups"),
        ({"groups": ""}, "groups must have 1 to"),
        ({"groups": ["a", ""]}, "groups must have 1 to"),
        ({"groups": ["a" * 513]}, "groups must have 1 to"),
        ({"groups": ["a"] * (MOST_WORDS + 1)}, "more than"),
        ({"groups": ["admin\u200b"]}, "cannot be printed"),
        ({"groups": [" admin"]}, "blanks around"),
        ({"realm_access": "roles"}, "roles leads through"),
        ({"azp": ["a"]}, "agent must be a string"),
        ({"azp": 7}, "agent must be a string"),
        ({"org": "a\nb"}, "cannot be printed"),
        ({"sub": "a" * 1025}, "subject must have 1 to"),
    ],
)
def test_one_claim_of_the_wrong_form_refuses_the_whole_identity(claims: dict[str, Any], words: str) -> None:
    fault = read(claims)
    assert isinstance(fault, IdentityFault)
    assert (fault.kind, fault.reason) == (FaultKind.INVALID_TOKEN, "claim_type")
    assert words in fault.message
    assert "admin" not in fault.message


def test_a_subject_is_always_needed_and_never_the_name_of_nobody() -> None:
    mapped = ClaimMap(subject=parse_claim_path("email"))
    for fault, reason in ((read({}, mapped), "claim_missing"), (read({"sub": "anonymous"}), "claim_reserved")):
        assert isinstance(fault, IdentityFault)
        assert fault.reason == reason


def test_the_expiry_of_checked_claims_is_a_number() -> None:
    assert expiry(CLAIMS) == NOW + 300
