"""Identity sources in the configuration file: what they become, and every fault at its place."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from extproc.config.faults import ConfigError
from extproc.config.identity_file import IdentitySettings
from extproc.config.model import Strict, check
from extproc.config.settings_file import Server
from extproc.config.yaml import read_yaml
from extproc.identity.claims import ClaimMap, Expected
from extproc.identity.paths import ClaimPath
from extproc.identity.sources import (
    IDENTITY_HEADERS,
    CertificateName,
    EnvoyJwtSource,
    Gives,
    PeerCertificateSource,
    TokenSource,
    XfccPick,
    XfccSource,
)

JWT: dict[str, Any] = {
    "name": "idp",
    "kind": "jwt",
    "issuer": "https://idp.test",
    "audiences": ["https://mcp.test/mcp"],
    "keys": {"file": "jwks.json"},
}
EDGE: dict[str, Any] = {"name": "edge", "kind": "jwt_authn", "payload": "jwt", "issuer": "i", "audiences": ["a"]}


class _File(Strict):
    identity: IdentitySettings


def read(*sources: dict[str, Any], **settings: Any) -> IdentitySettings:
    document = {"identity": {"sources": [deepcopy(one) for one in sources], **settings}}  # aliases are refused
    text = yaml.safe_dump(document, sort_keys=False)
    return check(read_yaml(text, "c.yaml"), _File).identity


def faults(*sources: dict[str, Any], **settings: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        read(*sources, **settings)
    return str(caught.value)


def test_a_token_source_has_safe_defaults() -> None:
    (source,) = read(JWT).value().sources
    assert source == TokenSource(
        name="idp",
        header="authorization",
        algorithms=frozenset({"RS256"}),
        types=frozenset({"jwt", "at+jwt"}),
        expected=Expected(issuer="https://idp.test", audiences=frozenset({"https://mcp.test/mcp"}), leeway=30.0),
        claims=ClaimMap(),
    )


def test_every_member_can_be_mapped() -> None:
    names = ("subject", "groups", "roles", "scopes", "agent", "organisation", "team", "run")
    (source,) = read({**JWT, "claims": {name: f"a.{name}" for name in names}}).value().sources
    assert isinstance(source, TokenSource)
    assert [getattr(source.claims, name) for name in names] == [ClaimPath(("a", name)) for name in names]


def test_a_service_account_has_its_namespace_for_a_team() -> None:
    (source,) = read({**JWT, "kind": "service_account", "header": "x-workload-token", "gives": "agent"}).value().sources
    assert isinstance(source, TokenSource)
    assert (source.workloads, source.header, source.gives) == (True, "x-workload-token", Gives.AGENT)
    assert source.claims.team == ClaimPath(("kubernetes.io", "namespace"))


def test_the_other_kinds_become_their_sources() -> None:
    mesh = {"name": "mesh", "kind": "peer_certificate", "trust_domains": ["prod.acme"]}
    front = {"name": "front", "kind": "xfcc", "trust_domains": ["prod.acme"], "by": ["spiffe://a/b"], "element": "only"}
    identity = read({**EDGE, "header_in_metadata": "jwt_header", "types": ["at+JWT"]}, mesh, front).value()
    edge, peer, xfcc = identity.sources
    assert isinstance(edge, EnvoyJwtSource)
    assert (edge.payload_key, edge.header_key, edge.types) == ("jwt", "jwt_header", frozenset({"at+jwt"}))
    domains = frozenset({"prod.acme"})
    assert peer == PeerCertificateSource(name="mesh", takes=CertificateName.SPIFFE, trust_domains=domains)
    assert xfcc == XfccSource(name="front", pick=XfccPick.ONLY, trust_domains=domains, by=frozenset({"spiffe://a/b"}))


def test_identity_headers_are_removed_where_there_are_sources_unless_others_are_named() -> None:
    assert read().value().remove_headers == ()
    assert read(JWT).value().remove_headers == IDENTITY_HEADERS
    assert read(JWT, remove_headers=["x-user"]).value().remove_headers == ("x-user",)
    assert read(JWT, remove_headers=[]).value().remove_headers == ()
    assert read(JWT, unknown_sessions="adopt").value().adopt_sessions


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"algorithms": ["HS256"]}, "algorithms must be of RS256"),
        ({"algorithms": ["RS256", "none"]}, "algorithms must be of RS256"),
        ({"algorithms": []}, "sources.0.algorithms: "),
        ({"audiences": []}, "sources.0.audiences: "),
        ({"issuer": None}, "sources.0.issuer: "),
        ({"types": ["oauth-id-jag+jwt"]}, "is not an access token"),
        ({"leeway": 121}, "sources.0.leeway: "),
        ({"header": "X-Token"}, "sources.0.header: "),
        ({"header": "mcp_token"}, "sources.0.header: "),
        ({"claims": {"subject": "a..b"}}, "sources.0.claims: a claim path has no empty names"),
        ({"claims": {"group": "a"}}, "sources.0.claims.group: unknown setting"),
        ({"payload": "jwt"}, "sources.0.payload: unknown setting"),
        ({"kind": "ldap"}, "identity.sources.0: "),
        ({"name": "Idp"}, "sources.0.name: "),
        ({"gives": "both"}, "sources.0.gives: "),
        ({"keys": {}}, "sources.0.keys: keys need either a url or a file"),
    ],
)
def test_a_fault_is_named_at_its_place(changes: dict[str, Any], words: str) -> None:
    assert words in faults({**JWT, **changes})


def test_a_missing_setting_of_a_kind_is_named_without_the_kind() -> None:
    text = faults({"name": "idp", "kind": "jwt", "issuer": "i", "audiences": ["a"]})
    assert "c.yaml:3:5: identity.sources.0.keys: this setting is missing" in text
    assert "kind is missing" in faults({"name": "idp"})


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (JWT, {**JWT, "issuer": "https://other.test"}, "same name"),
        (JWT, {**JWT, "name": "b"}, "would read the same"),
        (JWT, {**JWT, "name": "b", "kind": "service_account"}, "would read the same"),
        (EDGE, {**EDGE, "name": "b"}, "would read the same"),
        ({"name": "a", "kind": "peer_certificate"}, {"name": "b", "kind": "peer_certificate"}, "would read the same"),
    ],
)
def test_two_sources_never_read_the_same(first: dict[str, Any], second: dict[str, Any], words: str) -> None:
    assert words in faults(first, second)


def test_one_header_may_carry_tokens_of_several_issuers() -> None:
    assert len(read(JWT, {**JWT, "name": "b", "issuer": "https://other.test"}).value().sources) == 2


def test_trust_domains_are_for_spiffe_and_forwarded_certificates_need_them() -> None:
    peer = {"name": "a", "kind": "peer_certificate", "subject": "dns", "trust_domains": ["a"]}
    assert "trust_domains are for SPIFFE" in faults(peer)
    assert "sources.0.trust_domains: this setting is missing" in faults({"name": "a", "kind": "xfcc"})


def test_keys_are_those_of_sources_that_verify_tokens_here() -> None:
    settings = read(EDGE, JWT)
    assert set(settings.keys()) == {"idp"}
    assert settings.gives_principal()
    assert not read({**JWT, "gives": "agent"}).gives_principal()


_PAGE = (Path(__file__).parents[2] / "docs/identity.md").read_text(encoding="utf-8")


def _block(kind: str) -> str:
    """Return a block of the page about identity."""
    (text,) = re.findall(rf"^```yaml {kind}\n(.*?)^```", _PAGE, re.DOTALL | re.MULTILINE)
    return str(text)


def test_the_documented_sources_and_server_can_be_loaded() -> None:
    identity = check(read_yaml(_block("identity"), "identity.md"), _File).identity
    assert [source.kind for source in identity.sources] == [
        "jwt_authn",
        "jwt",
        "service_account",
        "peer_certificate",
        "xfcc",
    ]
    server = check(read_yaml(_block("server"), "identity.md"), Server)
    assert server.authorization is not None
    assert server.authorization.required
