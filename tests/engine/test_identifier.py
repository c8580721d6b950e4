"""Asking the sources: keys, what is remembered, and what is refused."""

import asyncio
from typing import Any

import pytest

from extproc.engine.identifier import MAX_VERIFIED, VERIFIED_SECONDS, Identifier
from extproc.identity.certificates import MTLS, URI_SAN
from extproc.identity.claims import Expected
from extproc.identity.fault import FaultKind, IdentityFault
from extproc.identity.keys import Key, parse_key_set
from extproc.identity.sources import (
    EnvoyJwtSource,
    Gives,
    Identity,
    PeerCertificateSource,
    Source,
    TokenSource,
    XfccSource,
)
from extproc.mcp.headers import Headers
from extproc.model.attested import NOTHING_ATTESTED, Attested
from extproc.model.message import JsonObject
from extproc.model.principal import ANONYMOUS, Principal
from extproc.ports import PortError
from tests.identity.tokens import AUDIENCE, CLAIMS, ISSUER, NOW, jwk, jwks, token

EXPECTED = Expected(issuer=ISSUER, audiences=frozenset({AUDIENCE, "urn:b"}))
IDP = TokenSource(name="idp", algorithms=frozenset({"RS256"}), types=frozenset({"jwt"}), expected=EXPECTED)
EDGE = EnvoyJwtSource(name="edge", payload_key="jwt", expected=EXPECTED)
MESH = PeerCertificateSource(name="mesh", gives=Gives.AGENT)
FRONT = XfccSource(name="front", trust_domains=frozenset({"prod"}))
POD: JsonObject = {MTLS: True, URI_SAN: "spiffe://prod/pod"}
ADA = Principal(subject="ada", source="idp", issuer=ISSUER)
NOBODY: frozenset[str] = frozenset()


class Keys:
    """A `KeySource` that counts how often it is asked, and can be down."""

    def __init__(self) -> None:
        self.asked = 0
        self.down = False
        self._keys = parse_key_set(jwks(jwk("k1"), jwk("k2")))

    async def find(self, identifier: str | None, algorithm: str) -> Key | None:
        self.asked += 1
        if self.down:
            raise PortError("no keys")
        return self._keys.find(identifier, algorithm)


class Asker:
    """An identifier, its keys, and the shortest way to ask it."""

    def __init__(self, *sources: Source) -> None:
        self.keys = Keys()
        self._identifier = Identifier(Identity(sources=sources), {"idp": self.keys})

    def ask(
        self,
        *,
        attested: Attested = NOTHING_ATTESTED,
        now: float = NOW,
        foreign: frozenset[str] = NOBODY,
        **fields: str,
    ) -> Principal | IdentityFault:
        headers = Headers([(name.replace("_", "-"), value) for name, value in fields.items()])
        work = self._identifier.identify(headers, attested, foreign=foreign, now=now)
        return asyncio.run(work)

    def bearer(self, text: str, **rest: Any) -> Principal | IdentityFault:
        return self.ask(authorization=f"Bearer {text}", **rest)


def reason(found: Principal | IdentityFault) -> str:
    assert isinstance(found, IdentityFault)
    return found.reason


def test_nothing_presented_is_anonymous() -> None:
    connection = Attested(connection={MTLS: False})
    assert Asker(IDP, EDGE, MESH, FRONT).ask(attested=connection) == ANONYMOUS


def test_a_good_token_is_its_subject_and_is_verified_once() -> None:
    asker, text = Asker(IDP), token()
    assert [asker.bearer(text) for _ in range(3)] == [ADA] * 3
    assert asker.keys.asked == 1


def test_what_was_verified_is_forgotten_after_a_minute_and_at_its_expiry() -> None:
    asker, long, short = Asker(IDP), token(exp=NOW + 3600), token(exp=NOW + 5)
    for text in (long, short):
        asker.bearer(text)
    assert asker.bearer(long, now=NOW + VERIFIED_SECONDS - 1) == ADA
    assert asker.keys.asked == 2
    assert asker.bearer(long, now=NOW + VERIFIED_SECONDS) == ADA
    assert asker.keys.asked == 3
    assert reason(asker.bearer(short, now=NOW + 5)) == "token_expired"


def test_a_token_verified_for_one_server_is_not_taken_by_another() -> None:
    asker, text = Asker(IDP), token(aud="urn:b")
    assert asker.bearer(text) == ADA
    assert reason(asker.bearer(text, foreign=frozenset({"urn:b"}))) == "token_audience"


def test_what_is_remembered_is_bounded() -> None:
    asker = Asker(IDP)
    asker._identifier._verified.update(
        {(b"%d" % n, "authorization", NOBODY): (ADA, NOW + 60) for n in range(MAX_VERIFIED)}
    )
    assert asker.bearer(token()) == ADA
    assert len(asker._identifier._verified) == MAX_VERIFIED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (token(kid="k9"), "token_key"),
        (token(kid="k2", header={"kid": "k1"}), "token_signature"),
        (token(algorithm="ES256"), "token_algorithm"),
        (token(header={"typ": "oauth-id-jag+jwt"}), "token_type"),
        (token(aud="urn:x"), "token_audience"),
        ("opaque", "token_form"),
    ],
)
def test_a_bad_token_is_refused_each_time(text: str, expected: str) -> None:
    asker = Asker(IDP)
    assert [reason(asker.bearer(text)) for _ in range(2)] == [expected] * 2


def test_without_keys_nobody_can_tell_so_it_is_not_the_clients_fault() -> None:
    asker = Asker(IDP)
    asker.keys.down = True
    fault = asker.bearer(token())
    assert isinstance(fault, IdentityFault)
    assert (fault.kind, fault.reason) == (FaultKind.UNAVAILABLE, "keys_unavailable")


def test_no_key_is_asked_for_a_token_whose_claims_do_not_hold() -> None:
    asker = Asker(IDP)
    asker.bearer(token(exp=1))
    assert asker.keys.asked == 0


def test_sources_combine_and_one_that_is_bad_is_never_passed_over() -> None:
    asker, bearer = Asker(IDP, EDGE, MESH), token()
    good = asker.bearer(bearer, attested=Attested(claims={"jwt": CLAIMS}, connection=POD))
    assert isinstance(good, Principal)
    assert (good.subject, good.agent) == ("ada", "spiffe://prod/pod")
    late = Attested(claims={"jwt": {**CLAIMS, "exp": 1}}, connection=POD)
    assert reason(asker.bearer(bearer, attested=late)) == "token_expired"
    nameless = Attested(connection={MTLS: True})
    assert reason(asker.bearer(bearer, attested=nameless)) == "certificate_identity"


def test_a_forwarded_certificate_may_be_sent_once() -> None:
    asker = Asker(FRONT)
    found = asker.ask(x_forwarded_client_cert="URI=spiffe://prod/a")
    assert isinstance(found, Principal)
    assert (found.subject, found.issuer) == ("spiffe://prod/a", "prod")
    twice = Headers([("x-forwarded-client-cert", "URI=spiffe://prod/a")] * 2)
    work = asker._identifier.identify(twice, NOTHING_ATTESTED, foreign=NOBODY, now=NOW)
    assert reason(asyncio.run(work)) == "certificate_header"
