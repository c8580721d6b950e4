"""Tokens: one reading, or none."""

import json

import pytest

from extproc.identity.fault import FaultKind, IdentityFault
from extproc.identity.keys import parse_key_set
from extproc.identity.token import LONGEST_TOKEN, Token, check_signature, parse_token, type_of
from tests.identity.tokens import CLAIMS, jwk, jwks, token


def refused(text: str) -> IdentityFault:
    fault = parse_token(text)
    assert isinstance(fault, IdentityFault)
    assert fault.kind is FaultKind.INVALID_TOKEN
    return fault


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_good_token_is_read_and_its_signature_holds(algorithm: str) -> None:
    read = parse_token(token(kid="k", algorithm=algorithm))
    assert isinstance(read, Token)
    assert (read.algorithm, read.key_id, read.type, read.issuer) == (algorithm, "k", "jwt", CLAIMS["iss"])
    keys = parse_key_set(jwks(jwk("k", algorithm), jwk("other", algorithm)))
    assert check_signature(read, keys.keys["k"]) is None
    fault = check_signature(read, keys.keys["other"])
    assert fault is not None
    assert fault.reason == "token_signature"


def test_a_changed_claim_breaks_the_signature() -> None:
    good, other = token(), token(sub="root")
    head, _, signature = good.split(".")
    forged = parse_token(f"{head}.{other.split('.')[1]}.{signature}")
    assert isinstance(forged, Token)
    assert check_signature(forged, parse_key_set(jwks()).keys["k1"]) is not None


_HEAD, _CLAIMS, _SIGNATURE = token().split(".")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "opaque",
        "a.b",
        f"{_HEAD}.{_CLAIMS}",
        f"{_HEAD}.{_CLAIMS}.",
        f"{_HEAD}..{_SIGNATURE}",
        f"{_HEAD}.{_CLAIMS}.{_SIGNATURE}.x",
        f"{_HEAD}=.{_CLAIMS}.{_SIGNATURE}",
        f"{_HEAD}.{_CLAIMS}.{_SIGNATURE}\n",
        "a" * (LONGEST_TOKEN + 1),
    ],
)
def test_what_is_no_signed_token_is_refused(text: str) -> None:
    assert refused(text).reason == "token_form"


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS1", "", "ES256K", 7, None, ["RS256"]])
def test_only_public_key_algorithms_are_known(algorithm: object) -> None:
    header = json.dumps({"alg": algorithm, "kid": "k1"}).encode()
    assert refused(token(header=header)).reason == "token_algorithm"


def test_a_token_without_an_algorithm_is_refused() -> None:
    assert refused(token(header=b'{"kid":"k1"}')).reason == "token_algorithm"


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"RS256","alg":"none"}',
        b'{"alg":"RS256","kid":"a","kid":"b"}',
        b'{"alg":"RS256","crit":["exp"]}',
        b'{"alg":"RS256","b64":false}',
        b'{"alg":"RS256","kid":7}',
        b'{"alg":"RS256","kid":""}',
        b'["RS256"]',
        b"RS256",
    ],
)
def test_a_header_with_two_readings_or_unknown_demands_is_refused(header: bytes) -> None:
    assert refused(token(header=header)).reason == "token_form"


@pytest.mark.parametrize("claims", [b"[]", b'"sub"', b'{"sub":"a","sub":"b"}', b"{", b'{"exp":NaN}', b"\xff"])
def test_claims_with_two_readings_are_refused(claims: bytes) -> None:
    assert refused(token(claims)).reason == "token_form"


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ({}, "jwt"),
        ({"typ": "JWT"}, "jwt"),
        ({"typ": "application/at+jwt"}, "at+jwt"),
        ({"typ": "OAuth-ID-JAG+jwt"}, "oauth-id-jag+jwt"),
        ({"typ": 7}, ""),
    ],
)
def test_a_type_is_compared_without_case_and_prefix(stated: dict[str, str | int], read: str) -> None:
    assert type_of({**stated}) == read
