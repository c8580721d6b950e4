"""From what was presented to one principal."""

from dataclasses import replace
from typing import Any

import pytest

from extproc.identity.claims import ClaimMap, Expected
from extproc.identity.fault import IdentityFault
from extproc.identity.paths import parse_claim_path
from extproc.identity.presented import PresentedClaims
from extproc.identity.sources import EnvoyJwtSource, Gives, PeerCertificateSource, Source, TokenSource
from extproc.identity.token import Token, parse_token
from extproc.identity.verified import check_use, combine, from_envoy, from_token
from extproc.model.attested import Attested
from extproc.model.principal import ANONYMOUS, Principal
from tests.identity.tokens import AUDIENCE, CLAIMS, ISSUER, NOW, token

EXPECTED = Expected(issuer=ISSUER, audiences=frozenset({AUDIENCE}))
IDP = TokenSource(name="idp", algorithms=frozenset({"RS256"}), types=frozenset({"jwt", "at+jwt"}), expected=EXPECTED)
EDGE = EnvoyJwtSource(
    name="edge", payload_key="jwt", header_key="jwt_header", types=frozenset({"at+jwt"}), expected=EXPECTED
)
NOBODY: frozenset[str] = frozenset()


def parsed(**changes: Any) -> Token:
    read = parse_token(token(**changes))
    assert isinstance(read, Token)
    return read


def reason(found: Principal | IdentityFault | None) -> str:
    assert isinstance(found, IdentityFault)
    return found.reason


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "application/at+JWT", None])
def test_access_tokens_are_taken(kind: str | None) -> None:
    assert check_use(IDP, parsed(header={"typ": kind})) is None


@pytest.mark.parametrize("kind", ["oauth-id-jag+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", "", 7])
def test_a_token_made_for_something_else_is_refused_though_its_signature_would_hold(kind: object) -> None:
    assert reason(check_use(IDP, parsed(header={"typ": kind}))) == "token_type"


def test_an_algorithm_that_was_not_pinned_is_refused() -> None:
    assert reason(check_use(IDP, parsed(algorithm="ES256"))) == "token_algorithm"


def test_a_token_names_its_principal() -> None:
    assert from_token(IDP, parsed(), foreign=NOBODY, now=NOW) == Principal(subject="ada", source="idp", issuer=ISSUER)
    assert reason(from_token(IDP, parsed(), foreign=NOBODY, now=NOW + 301)) == "token_expired"


@pytest.mark.parametrize(
    ("subject", "fits"),
    [
        ("system:serviceaccount:agents:billing", True),
        ("system:serviceaccount:agents:billing.v2", True),
        ("system:serviceaccount:agents", False),
        ("system:serviceaccount::billing", False),
        ("system:serviceaccount:agents:billing:x", False),
        ("system:serviceaccount:Agents:billing", False),
        ("system:node:a", False),
        ("system:serviceaccount:agents:billing\n", False),
    ],
)
def test_a_workload_is_a_service_account(subject: str, *, fits: bool) -> None:
    claims = ClaimMap(team=parse_claim_path(r"kubernetes\.io.namespace"))
    workload = replace(IDP, workloads=True, claims=claims)
    namespaced = {"namespace": "agents"}
    found = from_token(workload, parsed(sub=subject, **{"kubernetes.io": namespaced}), foreign=NOBODY, now=NOW)
    assert isinstance(found, Principal) == fits
    if isinstance(found, Principal):
        assert (found.subject, found.team) == (subject, "agents")


def test_claims_of_envoy_are_checked_again() -> None:
    attested = Attested(claims={"jwt": CLAIMS, "jwt_header": {"typ": "at+jwt"}})
    presented = PresentedClaims(source=EDGE, claims=CLAIMS)
    assert isinstance(from_envoy(presented, attested, foreign=NOBODY, now=NOW), Principal)
    assert reason(from_envoy(presented, attested, foreign=NOBODY, now=NOW + 1000)) == "token_expired"
    wrong = PresentedClaims(source=EDGE, claims={**CLAIMS, "aud": "urn:x"})
    assert reason(from_envoy(wrong, attested, foreign=NOBODY, now=NOW)) == "token_audience"


@pytest.mark.parametrize("header", [None, {}, {"typ": "JWT"}, {"typ": "oauth-id-jag+jwt"}, "at+jwt"])
def test_the_type_that_envoy_forwards_counts(header: Any) -> None:
    attested = Attested(claims={"jwt": CLAIMS, "jwt_header": header})
    presented = PresentedClaims(source=EDGE, claims=CLAIMS)
    assert reason(from_envoy(presented, attested, foreign=NOBODY, now=NOW)) == "token_type"


ADA = Principal(subject="ada", source="idp", issuer=ISSUER, agent="client-1", groups=frozenset({"a"}))
POD = Principal(subject="spiffe://a/pod", source="mesh", issuer="a")
MESH = PeerCertificateSource(name="mesh")
AGENT = PeerCertificateSource(name="mesh", gives=Gives.AGENT)


@pytest.mark.parametrize(
    ("found", "principal"),
    [
        ([], ANONYMOUS),
        ([(IDP, ADA)], ADA),
        ([(IDP, ADA), (MESH, POD)], ADA),
        ([(MESH, POD), (IDP, ADA)], POD),
        ([(IDP, ADA), (AGENT, POD)], replace(ADA, agent="spiffe://a/pod")),
        ([(AGENT, POD), (IDP, ADA)], replace(ADA, agent="spiffe://a/pod")),
        ([(AGENT, POD)], replace(ANONYMOUS, agent="spiffe://a/pod")),
        ([(replace(IDP, gives=Gives.AGENT), ADA), (MESH, POD)], replace(POD, agent="client-1")),
        ([(IDP, ADA), (EDGE, replace(ADA, source="edge"))], ADA),
    ],
)
def test_sources_combine_in_their_order(found: list[tuple[Source, Principal]], principal: Principal) -> None:
    assert combine(found) == principal


def test_one_issuer_cannot_vouch_for_two_at_once() -> None:
    assert reason(combine([(IDP, ADA), (EDGE, replace(ADA, subject="eve"))])) == "identity_conflict"


def test_an_agent_alone_is_nobody_verified() -> None:
    found = combine([(AGENT, POD)])
    assert isinstance(found, Principal)
    assert not found.verified
