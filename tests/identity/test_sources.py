"""What the configured sources read, and what never goes on to a server."""

from extproc.identity.claims import Expected
from extproc.identity.sources import (
    IDENTITY_HEADERS,
    NO_IDENTITY,
    EnvoyJwtSource,
    Identity,
    PeerCertificateSource,
    TokenSource,
    XfccSource,
)

_EXPECTED = Expected(issuer="i", audiences=frozenset({"a"}))
_TOKEN = TokenSource(name="t", header="x-workload", algorithms=frozenset(), types=frozenset(), expected=_EXPECTED)
_ENVOY = EnvoyJwtSource(name="e", payload_key="jwt", expected=_EXPECTED)


def test_credentials_never_go_on_whatever_is_configured() -> None:
    expected = ("authorization", "proxy-authorization", "x-forwarded-client-cert")
    assert NO_IDENTITY.removed_headers == expected
    removed = Identity(sources=(_TOKEN,)).removed_headers
    assert removed[:4] == (*expected, "x-workload")
    assert set(removed[4:]) == set(IDENTITY_HEADERS)


def test_tokens_are_those_of_the_headers_that_are_read() -> None:
    assert NO_IDENTITY.token_headers == ("authorization",)
    assert Identity(sources=(_TOKEN, _ENVOY)).token_headers == ("authorization", "x-workload")


def test_what_envoy_attests_is_read_only_for_sources_that_need_it() -> None:
    xfcc = XfccSource(name="x", trust_domains=frozenset({"a"}))
    assert not NO_IDENTITY.reads_attested
    assert not Identity(sources=(_TOKEN, xfcc)).reads_attested
    assert Identity(sources=(_TOKEN, _ENVOY)).reads_attested
    assert Identity(sources=(PeerCertificateSource(name="p"),)).reads_attested


def test_every_removed_header_is_written_as_envoy_compares_it() -> None:
    assert all(name == name.lower() and "_" not in name for name in IDENTITY_HEADERS)
    assert len(set(IDENTITY_HEADERS)) == len(IDENTITY_HEADERS)
    assert not any(name.startswith(("x-envoy-", ":", "mcp-")) for name in IDENTITY_HEADERS)
