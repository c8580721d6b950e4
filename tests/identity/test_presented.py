"""What a request presents: found, assigned to its source, or refused; never passed over."""

from typing import Any

import pytest

from extproc.identity.claims import Expected
from extproc.identity.fault import FaultKind, IdentityFault
from extproc.identity.presented import claims_of, credentials_of, read_token
from extproc.identity.sources import EnvoyJwtSource, Identity, Source, TokenSource
from extproc.mcp.headers import Headers
from extproc.model.attested import NOTHING_ATTESTED, Attested
from tests.identity.tokens import AUDIENCE, CLAIMS, ISSUER, token

OTHER = "https://other.test"


def source(name: str = "idp", issuer: str = ISSUER, header: str = "authorization") -> TokenSource:
    expected = Expected(issuer=issuer, audiences=frozenset({AUDIENCE}))
    types = frozenset({"jwt"})
    return TokenSource(name=name, header=header, algorithms=frozenset({"RS256"}), types=types, expected=expected)


def envoy(name: str = "edge", issuer: str = ISSUER) -> EnvoyJwtSource:
    return EnvoyJwtSource(
        name=name, payload_key="jwt", expected=Expected(issuer=issuer, audiences=frozenset({AUDIENCE}))
    )


def found(*sources: Source, attested: Attested = NOTHING_ATTESTED, **fields: str) -> list[str] | IdentityFault:
    """Return the names of the sources that have a token."""
    headers = Headers([(name.replace("_", "-"), value) for name, value in fields.items()])
    credentials = credentials_of(Identity(sources=sources), headers, attested)
    if isinstance(credentials, IdentityFault):
        return credentials
    names: list[str] = []
    for one in credentials:
        token = read_token(one)
        if isinstance(token, IdentityFault):
            return token
        names.append(token.source.name)
    return names


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
def test_a_bearer_token_is_found_however_its_scheme_is_written(scheme: str) -> None:
    assert found(source(), authorization=scheme + token()) == ["idp"]


def test_nothing_is_presented_where_nothing_was_sent() -> None:
    assert found(source(), source("workload", header="x-workload")) == []


def test_a_token_belongs_to_the_source_whose_issuer_it_names() -> None:
    sources = (source("idp"), source("partner", OTHER))
    assert found(*sources, authorization=f"Bearer {token(iss=OTHER)}") == ["partner"]


@pytest.mark.parametrize("issuer", ["https://nobody.test", None, 7])
def test_a_token_of_nobody_trusted_is_refused_and_not_passed_over(issuer: object) -> None:
    fault = found(source("idp"), source("partner", OTHER), authorization=f"Bearer {token(iss=issuer)}")
    assert isinstance(fault, IdentityFault)
    assert (fault.kind, fault.reason) == (FaultKind.INVALID_TOKEN, "token_issuer")


def test_a_header_of_its_own_may_leave_the_scheme_out() -> None:
    workload = source("workload", header="x-workload")
    assert found(workload, x_workload=token()) == ["workload"]
    assert found(workload, x_workload=f"Bearer {token()}") == ["workload"]
    assert isinstance(found(source(), authorization=token()), IdentityFault)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("", FaultKind.INVALID_REQUEST),
        ("Bearer", FaultKind.INVALID_REQUEST),
        ("Bearer ", FaultKind.INVALID_REQUEST),
        ("Bearer a b", FaultKind.INVALID_REQUEST),
        ("Bearer a, Bearer b", FaultKind.INVALID_REQUEST),
        ("Bearer\ta", FaultKind.INVALID_REQUEST),
        ("Basic YTpi", FaultKind.INVALID_TOKEN),
        ("DPoP a.b.c", FaultKind.INVALID_TOKEN),
        ("Bearer opaque", FaultKind.INVALID_TOKEN),
    ],
)
def test_a_header_that_is_there_and_no_token_is_refused(written: str, kind: FaultKind) -> None:
    fault = found(source(), authorization=written)
    assert isinstance(fault, IdentityFault)
    assert fault.kind is kind


def test_two_headers_are_refused_even_with_one_and_the_same_token() -> None:
    field = ("authorization", f"Bearer {token()}")
    fault = credentials_of(Identity(sources=(source(),)), Headers([field, field]), NOTHING_ATTESTED)
    assert isinstance(fault, IdentityFault)
    assert fault.reason == "token_repeated"


def test_a_token_that_envoy_passed_over_is_refused() -> None:
    """`jwt_authn` takes `bearer x` for no token at all, and passes a bad one where a missing one may pass."""
    fault = found(envoy(), authorization=f"bearer {token()}")
    assert isinstance(fault, IdentityFault)
    assert fault.reason == "token_unverified"
    verified = Attested(claims={"jwt": CLAIMS})
    assert found(envoy(), attested=verified, authorization=f"Bearer {token()}") == []
    assert found(source(header="x-workload"), authorization="Basic YTpi") == []


def claims(*sources: Source, **attested: Any) -> list[str] | IdentityFault:
    presented = claims_of(Identity(sources=sources), Attested(claims=attested))
    return presented if isinstance(presented, IdentityFault) else [one.source.name for one in presented]


def test_claims_of_envoy_belong_to_the_source_of_their_issuer() -> None:
    assert claims(envoy("a"), envoy("b", OTHER), jwt={**CLAIMS, "iss": OTHER}) == ["b"]
    assert claims(envoy("a")) == []
    assert claims(source(), jwt=CLAIMS) == []


@pytest.mark.parametrize("value", ["text", [], {"iss": "https://nobody.test"}, {}])
def test_claims_of_nobody_trusted_are_refused(value: object) -> None:
    assert isinstance(claims(envoy(), jwt=value), IdentityFault)
