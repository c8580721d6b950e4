"""Who acts, through a real Envoy: tokens verified by the sidecar or by Envoy, client certificates, and forgeries."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.auth import TokenStorage
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from extproc.envoy.options import JwtProvider
from extproc.identity.sources import IDENTITY_HEADERS
from extproc.up.ports import free_port
from extproc.up.probes import is_serving
from extproc.up.stack import Stack, StackOptions
from tests.e2e.clients import Era, connect
from tests.e2e.raw import HEADERS, Handler, call, client, post, request, text_result, upstream
from tests.e2e.test_failures import _until
from tests.fixtures.identity_provider import IdentityProvider
from tests.fixtures.journal import Received
from tests.fixtures.raw_server import Cut, RawServer, document, lifecycle
from tests.identity.tokens import jwk, jwks, token
from tests.up.certificates import Authority, write_certificate

pytestmark = pytest.mark.envoy

WORKLOAD = "system:serviceaccount:agents:billing"
KUBERNETES = "https://kubernetes.test"


async def session(received: Received) -> AsyncIterator[bytes | Cut]:
    """Answer what an SDK needs; every `initialize` opens a session named after the client."""
    message = received.json() if received.body else {}
    prepared = lifecycle(received)
    if message.get("method") == "initialize":
        name = message["params"]["clientInfo"]["name"]
        result = {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "raw", "version": "1"}}
        yield document(
            {"jsonrpc": "2.0", "id": message["id"], "result": result}, headers={"mcp-session-id": f"session-of-{name}"}
        )
    elif prepared is not None:
        yield prepared
    else:
        async for piece in text_result(received):
            yield piece


def initialize(name: str) -> dict[str, Any]:
    """Return an `initialize` of a client with this name."""
    return request(
        "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={"name": name, "version": "1"}
    )


def records(stack: Stack) -> list[dict[str, Any]]:
    """Return the decision log."""
    return [json.loads(line) for line in stack.sidecar_log.read_text().splitlines() if line.startswith("{")]


async def posted(stack: Stack, body: Mapping[str, Any], headers: Mapping[str, str]) -> httpx2.Response:
    """Post a message and wait until its decision is in the log, which is written a moment after the answer."""
    before = len(records(stack))
    answer = await post(stack, body, headers)
    await _until(lambda: len(records(stack)) > before)
    return answer


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


@pytest.fixture(scope="module")
def idp() -> Iterator[IdentityProvider]:
    """Run an authorization server."""
    with IdentityProvider() as running:
        yield running


@pytest.fixture(scope="module")
def protected(idp: IdentityProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Run a stack whose sidecar verifies tokens: of people by a URL, of workloads by a file."""
    folder, port = tmp_path_factory.mktemp("protected"), free_port()
    (folder / "kubernetes.json").write_bytes(jwks(jwk("cluster")))
    resource = f"http://127.0.0.1:{port}/mcp"
    sources = [
        {
            "name": "idp",
            "kind": "jwt",
            "issuer": idp.issuer,
            "audiences": [resource],
            "keys": {"url": idp.jwks_url, "cooldown": 1},
            "claims": {"subject": "sub", "groups": "groups", "scopes": "scope"},
        },
        {
            "name": "cluster",
            "kind": "service_account",
            "issuer": KUBERNETES,
            "audiences": ["mcp"],
            "header": "x-workload-token",
            "keys": {"file": str(folder / "kubernetes.json")},
            "gives": "agent",
        },
    ]
    authorization = {"resource": resource, "authorization_servers": [idp.issuer], "scopes": ["mcp:use"]}
    server = {"name": "shop", "hosts": ["127.0.0.1"], "paths": ["/mcp"], "authorization": authorization}
    config = {"servers": [server], "identity": {"sources": sources}, "metrics": {"address": None}}
    with Stack(StackOptions(upstream=f"http://127.0.0.1:{free_port()}/mcp", port=port, config=config)) as running:
        yield running


def audience(stack: Stack) -> str:
    return stack.url


def challenge_of(answer: httpx2.Response) -> str:
    value: str = answer.headers["www-authenticate"]
    return value


def talk(
    stack: Stack, headers: Mapping[str, str], handler: Handler = session
) -> tuple[httpx2.Response, list[Received]]:
    """Make one call and return its answer, and what reached the server."""

    async def story() -> tuple[httpx2.Response, list[Received]]:
        async with upstream(stack, handler) as server:
            return await posted(stack, call("echo"), headers), server.received

    return asyncio.run(story())


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_sdk_with_a_token_acts_as_its_subject_and_the_token_goes_no_further(
    protected: Stack, idp: IdentityProvider, era: Era
) -> None:
    async def story() -> RawServer:
        access = idp.token(audience(protected), f"ada-{era}", groups=["finance"])
        async with upstream(protected, session) as server, connect(protected.url, era, headers=bearer(access)) as peer:
            await peer.client.call_tool("raw", {})
            return server

    server = asyncio.run(story())
    asyncio.run(_until(lambda: any(one.get("principal") == f"ada-{era}" for one in records(protected))))
    assert server.received
    assert not any(name == "authorization" for one in server.received for name, _ in one.headers)
    mine = [record for record in records(protected) if record.get("principal") == f"ada-{era}"]
    assert {record["principal_source"] for record in mine} == {"idp"}
    assert "tools/call" in {record.get("method") for record in mine}


def test_without_a_token_the_client_is_told_where_to_get_one(protected: Stack) -> None:
    answer, reached = talk(protected, {})
    assert (answer.status_code, reached) == (401, [])
    origin = protected.url.removesuffix("/mcp")
    assert challenge_of(answer) == (
        f'Bearer resource_metadata="{origin}/.well-known/oauth-protected-resource/mcp", scope="mcp:use"'
    )
    assert answer.json()["error"]["code"] == -31401
    assert records(protected)[-1]["rejected"] == "unauthenticated"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"aud": "https://other.test/mcp"}, "token_audience"),
        ({"iss": "https://other.test"}, "token_issuer"),
        ({"exp": 1_000_000_000}, "token_expired"),
        ({"nbf": 4_000_000_000}, "token_not_yet_valid"),
        ({"exp": None}, "token_expiry"),
        ({"sub": None}, "token_subject"),
        ({"groups": {"admin": True}}, "claim_type"),
        ({"header": {"typ": "oauth-id-jag+jwt"}}, "token_type"),
        ({"algorithm": "ES256"}, "token_algorithm"),
        ({"header": {"alg": "none"}}, "token_algorithm"),
        ({"header": {"alg": "HS256"}}, "token_algorithm"),
        ({"header": {"alg": "RS512"}}, "token_algorithm"),
    ],
)
def test_a_token_that_does_not_hold_is_401_and_says_so(
    protected: Stack, idp: IdentityProvider, changes: dict[str, Any], reason: str
) -> None:
    answer, reached = talk(protected, bearer(idp.token(audience(protected), **changes)))
    assert (answer.status_code, reached) == (401, [])
    assert challenge_of(answer).startswith('Bearer error="invalid_token"')
    assert "/.well-known/oauth-protected-resource/mcp" in challenge_of(answer)
    assert records(protected)[-1]["rejected"] == reason
    assert records(protected)[-1]["principal"] == "anonymous"


def test_a_token_signed_by_somebody_else_under_the_same_key_id_is_401(protected: Stack, idp: IdentityProvider) -> None:
    foreign = idp.token(audience(protected), kid="somebody", header={"kid": idp.key_id})
    answer, reached = talk(protected, bearer(foreign))
    assert (answer.status_code, reached) == (401, [])
    assert records(protected)[-1]["rejected"] == "token_signature"


@pytest.mark.parametrize("written", ["Bearer", "Bearer a b", "token"])
def test_a_header_that_cannot_be_read_is_400(protected: Stack, written: str) -> None:
    answer, reached = talk(protected, {"authorization": written})
    assert (answer.status_code, reached) == (400, [])
    assert 'error="invalid_request"' in challenge_of(answer)


def test_a_token_in_the_query_is_refused(protected: Stack, idp: IdentityProvider) -> None:
    async def story() -> httpx2.Response:
        async with client() as http:
            query = {"access_token": idp.token(audience(protected))}
            before = len(records(protected))
            answer = await http.post(protected.url, json=call("echo"), params=query)
            await _until(lambda: len(records(protected)) > before)
            return answer

    answer = asyncio.run(story())
    assert answer.status_code == 400
    assert records(protected)[-1]["rejected"] == "token_in_query"


def test_the_metadata_of_the_resource_is_served_here_and_nothing_else_is(
    protected: Stack, idp: IdentityProvider
) -> None:
    async def story() -> None:
        origin = protected.url.removesuffix("/mcp")
        well_known = f"{origin}/.well-known/oauth-protected-resource"
        async with client() as http:
            for url in (f"{well_known}/mcp", well_known):
                answer = await http.get(url)
                assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
                assert "max-age" in answer.headers["cache-control"]
                assert answer.json() == {
                    "resource": protected.url,
                    "authorization_servers": [idp.issuer],
                    "bearer_methods_supported": ["header"],
                    "scopes_supported": ["mcp:use"],
                }
                headed = await http.head(url)
                assert (headed.status_code, headed.content) == (200, b"")
            for path in ("/x", "/mcp/x", "/mcp?x", "-x"):
                assert (await http.get(well_known + path)).status_code == 404
            assert (await http.get(f"{origin}/.well-known/openid-configuration")).status_code == 404
            assert (await http.get(f"{well_known}/mcp", headers={"host": "other.test"})).status_code == 404
            assert (await http.post(f"{well_known}/mcp", json={})).status_code == 404

    asyncio.run(story())


class _Kept(TokenStorage):
    """Keeps what the SDK's OAuth flow obtains."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        raise AssertionError(f"client credentials need no registration, got {client_info.client_id}")


def test_the_sdk_finds_the_authorization_server_by_the_challenge_and_gets_in(
    protected: Stack, idp: IdentityProvider
) -> None:
    from mcp import Client

    storage = _Kept()
    flow = ClientCredentialsOAuthProvider(
        server_url=protected.url,
        storage=storage,
        client_id="robot",
        client_secret="made-up",
        token_endpoint_auth_method="client_secret_post",
        issuer=idp.issuer,
    )

    async def story() -> None:
        async with (
            upstream(protected, session),
            httpx2.AsyncClient(auth=flow, trust_env=False) as http,
            Client(streamable_http_client(protected.url, http_client=http), mode="legacy") as peer,
        ):
            await peer.call_tool("raw", {})

    asyncio.run(story())
    assert storage.tokens is not None
    assert storage.tokens.scope == "mcp:use"
    assert "/token" in idp.asked
    assert "robot" in {record.get("principal") for record in records(protected)}


FORGED = {
    **dict.fromkeys(IDENTITY_HEADERS, "root"),
    "x-forwarded-client-cert": "By=spiffe://prod.acme/edge;URI=spiffe://prod.acme/root",
    "x-forwarded-for": "127.0.0.1",
    "x-envoy-external-address": "127.0.0.1",
    "x-envoy-peer-metadata": "root",
    "x-envoy-internal": "true",
    "x-envoy-decorator-operation": "root",
    "forwarded": "for=127.0.0.1;by=root",
    "from": "root@prod.acme",
    "proxy-authorization": "Bearer root",
    "cookie": "user=root",
    "mcp-extproc-principal": "root",
}


def test_identity_headers_of_the_client_change_nothing_and_reach_no_server(
    protected: Stack, idp: IdentityProvider
) -> None:
    answer, reached = talk(protected, FORGED)
    assert (answer.status_code, reached) == (401, [])
    answer, (seen,) = talk(protected, {**FORGED, **bearer(idp.token(audience(protected), "ada"))})
    assert answer.status_code == 200
    assert records(protected)[-1]["principal"] == "ada"
    kept = {name for name, _ in seen.headers}
    assert not kept & (set(IDENTITY_HEADERS) | {"authorization", "proxy-authorization", "x-forwarded-client-cert"})


def test_a_workload_gives_the_agent_and_a_bad_one_is_not_passed_over(protected: Stack, idp: IdentityProvider) -> None:
    person = bearer(idp.token(audience(protected), "ada"))
    claims = {"iss": KUBERNETES, "aud": ["mcp"], "sub": WORKLOAD, "exp": 4_000_000_000}
    good = token(claims, kid="cluster", header={"typ": None})
    answer, (seen,) = talk(protected, {**person, "x-workload-token": good})
    assert answer.status_code == 200
    assert seen.header("x-workload-token") is None
    last = records(protected)[-1]
    assert (last["principal"], last["agent"]) == ("ada", WORKLOAD)
    bad = token(claims, kid="cluster", sub="system:node:a")
    answer, reached = talk(protected, {**person, "x-workload-token": bad})
    assert (answer.status_code, reached) == (401, [])
    answer, reached = talk(protected, {"x-workload-token": good})
    assert (answer.status_code, reached) == (401, [])  # an agent alone is nobody


def test_a_session_is_of_no_use_to_another_principal(protected: Stack, idp: IdentityProvider) -> None:
    async def story() -> None:
        ada, eve = (bearer(idp.token(audience(protected), name)) for name in ("ada", "eve"))
        async with upstream(protected, session) as server:
            opened = await post(protected, initialize("ada"), ada)
            used = {"mcp-session-id": opened.headers["mcp-session-id"]}
            before = len(server.received)
            assert (await posted(protected, call("echo"), {**eve, **used})).status_code == 404
            assert records(protected)[-1]["rejected"] == "foreign_session"
            assert records(protected)[-1]["principal"] == "eve"
            async with client() as http:
                assert (await http.get(protected.url, headers={**eve, **used})).status_code == 404
                assert (await http.delete(protected.url, headers={**eve, **used})).status_code == 404
            guessed = {"mcp-session-id": "session-of-nobody"}
            assert (await posted(protected, call("echo"), {**eve, **guessed})).status_code == 404
            assert records(protected)[-1]["rejected"] == "unknown_session"
            assert len(server.received) == before
            assert (await post(protected, call("echo"), {**ada, **used})).status_code == 200

    asyncio.run(story())


def test_a_new_key_is_taken_up_while_it_runs_and_keys_that_cannot_be_had_are_503(
    protected: Stack, idp: IdentityProvider
) -> None:
    async def story() -> None:
        async with upstream(protected, session):
            old_key = idp.key_id
            idp.rotate()
            fresh = bearer(idp.token(audience(protected), "ada", jti="fresh"))
            await _until_status(protected, fresh, 200)
            stale = idp.token(audience(protected), "ada", kid=old_key, jti="stale")
            assert (await posted(protected, call("echo"), bearer(stale))).status_code == 401
            assert records(protected)[-1]["rejected"] == "token_key"
            idp.failing = True
            try:
                known = bearer(idp.token(audience(protected), "ada", jti="known"))
                unknown = bearer(idp.token(audience(protected), "ada", kid="not-published"))
                await _until_status(protected, unknown, 503)
                assert records(protected)[-1]["rejected"] == "keys_unavailable"
                assert (await post(protected, call("echo"), known)).status_code == 200
            finally:
                idp.failing = False
            await _until_status(protected, unknown, 401)

    asyncio.run(story())
    assert "idp: keys not read, the last good ones stay" in protected.sidecar_log.read_text()


async def _until_status(stack: Stack, headers: Mapping[str, str], status: int) -> None:
    async with asyncio.timeout(20):
        while (await posted(stack, call("echo"), headers)).status_code != status:
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory, idp: IdentityProvider) -> Iterator[Stack]:
    """Run a stack whose Envoy verifies tokens, and believes what an edge in front forwards of certificates."""
    folder, port = tmp_path_factory.mktemp("edge"), free_port()
    (folder / "jwks.json").write_bytes(jwks(jwk("edge")))
    resource = f"http://127.0.0.1:{port}/mcp"
    sources = [
        {
            "name": "edge",
            "kind": "jwt_authn",
            "payload": "jwt",
            "header_in_metadata": "jwt_header",
            "issuer": idp.issuer,
            "audiences": [resource],
            "claims": {"subject": "sub", "roles": "realm_access.roles", "organisation": "org"},
        },
        {"name": "front", "kind": "xfcc", "trust_domains": ["prod.acme"], "gives": "agent"},
    ]
    authorization = {"resource": resource, "authorization_servers": [idp.issuer], "required": False}
    server = {"name": "shop", "hosts": ["*"], "paths": ["/mcp"], "authorization": authorization}
    provider = JwtProvider(issuer=idp.issuer, audiences=(resource,), jwks=folder / "jwks.json")
    options = StackOptions(
        upstream=f"http://127.0.0.1:{free_port()}/mcp",
        port=port,
        config={"servers": [server], "identity": {"sources": sources}},
        envoy={"jwt": (provider,), "forwarded_certificates": "believed"},
    )
    with Stack(options) as running:
        yield running


def test_claims_that_envoy_verified_name_the_principal(edge: Stack, idp: IdentityProvider) -> None:
    access = idp.token(audience(edge), "grace", kid="edge", realm_access={"roles": ["auditor"]}, org="acme")
    answer, (seen,) = talk(edge, bearer(access))
    assert answer.status_code == 200
    assert (records(edge)[-1]["principal"], records(edge)[-1]["principal_source"]) == ("grace", "edge")
    assert seen.header("authorization") is None


@pytest.mark.parametrize(
    ("changes", "scheme", "reason"),
    [
        ({"aud": "https://other.test"}, "Bearer", "token_unverified"),
        ({"exp": 1_000_000_000}, "Bearer", "token_unverified"),
        ({"header": {"kid": "edge"}, "kid": "somebody"}, "Bearer", "token_unverified"),
        ({}, "bearer", "token_unverified"),
        ({"header": {"typ": "oauth-id-jag+jwt"}}, "Bearer", "token_type"),
        ({"realm_access": "auditor"}, "Bearer", "claim_type"),
    ],
)
def test_what_envoy_refuses_or_cannot_see_is_401_with_the_challenge_of_mcp(
    edge: Stack, idp: IdentityProvider, changes: dict[str, Any], scheme: str, reason: str
) -> None:
    access = idp.token(audience(edge), **{"kid": "edge", **changes})
    answer, reached = talk(edge, {"authorization": f"{scheme} {access}"})
    assert (answer.status_code, reached) == (401, [])
    assert "/.well-known/oauth-protected-resource/mcp" in challenge_of(answer)
    assert records(edge)[-1]["rejected"] == reason


def test_who_is_not_verified_is_anonymous_whatever_the_headers_say(edge: Stack) -> None:
    forged = {name: value for name, value in FORGED.items() if name != "x-forwarded-client-cert"}
    answer, (seen,) = talk(edge, forged)
    assert answer.status_code == 200
    last = records(edge)[-1]
    assert last["principal"] == "anonymous"
    assert not {"principal_source", "agent"} & set(last)
    assert not {name for name, _ in seen.headers} & set(IDENTITY_HEADERS)


def test_a_forwarded_certificate_gives_the_agent_and_a_bad_one_is_refused(edge: Stack) -> None:
    good = "By=spiffe://prod.acme/edge;Hash=1;URI=spiffe://prod.acme/ns/a/sa/b"
    answer, (seen,) = talk(edge, {"x-forwarded-client-cert": good})
    assert answer.status_code == 200
    assert records(edge)[-1]["agent"] == "spiffe://prod.acme/ns/a/sa/b"
    assert seen.header("x-forwarded-client-cert") is None
    for bad in ("URI=spiffe://evil.test/a", 'Subject="CN=a', f"{good},URI=spiffe://evil.test/a"):
        answer, reached = talk(edge, {"x-forwarded-client-cert": bad})
        assert (answer.status_code, reached) == (403, [])


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Path]]:
    """Run a stack that asks clients for certificates; beside it, the folder where they are."""
    folder = tmp_path_factory.mktemp("mesh")
    chain, key = write_certificate(folder)
    authority = Authority("mesh")
    authority.write(folder / "ca.crt")
    authority.issue(folder / "agent", uri="spiffe://prod.acme/ns/agents/sa/billing")
    authority.issue(folder / "stray", uri="spiffe://dev.acme/ns/agents/sa/billing")
    authority.issue(folder / "nameless", uri=None)
    Authority("other").issue(folder / "foreign", uri="spiffe://prod.acme/ns/agents/sa/billing")
    source = {"name": "mesh", "kind": "peer_certificate", "trust_domains": ["prod.acme"]}
    options = StackOptions(
        upstream=f"http://127.0.0.1:{free_port()}/mcp",
        tls_certificate=chain,
        tls_key=key,
        config={"identity": {"sources": [source]}},
        envoy={"client_ca": folder / "ca.crt", "client_certificates": "optional"},
    )
    with Stack(options) as running:
        yield running, folder


async def _secured(mesh: tuple[Stack, Path], name: str | None, headers: Mapping[str, str] | None = None) -> int:
    stack, folder = mesh
    trusted = ssl.create_default_context(cafile=str(folder / "tls.crt"))
    if name is not None:
        trusted.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    url = stack.url.replace("127.0.0.1", "localhost")
    async with httpx2.AsyncClient(verify=trusted, trust_env=False, headers=HEADERS) as http:
        return (await http.post(url, json=call("echo"), headers=headers)).status_code


@pytest.mark.parametrize(
    ("name", "status", "principal", "rejected"),
    [
        ("agent", 200, "spiffe://prod.acme/ns/agents/sa/billing", None),
        (None, 200, "anonymous", None),
        ("stray", 403, "anonymous", "certificate_trust_domain"),
        ("nameless", 403, "anonymous", "certificate_identity"),
    ],
)
def test_a_client_certificate_names_the_principal_and_no_header_does(
    mesh: tuple[Stack, Path], name: str | None, status: int, principal: str, rejected: str | None
) -> None:
    async def story() -> int:
        async with upstream(mesh[0], session):
            before = len(records(mesh[0]))
            answered = await _secured(mesh, name, FORGED)
            await _until(lambda: len(records(mesh[0])) > before)
            return answered

    assert asyncio.run(story()) == status
    last = records(mesh[0])[-1]
    assert (last["principal"], last.get("rejected")) == (principal, rejected)


def test_a_certificate_of_another_authority_does_not_get_in(mesh: tuple[Stack, Path]) -> None:
    with pytest.raises(httpx2.TransportError):
        asyncio.run(_secured(mesh, "foreign"))


def test_a_sidecar_without_keys_is_not_ready_says_for_which_source_and_serves_nobody_by_token(
    tmp_path: Path, idp: IdentityProvider
) -> None:
    keys, config, log, address = tmp_path / "keys.json", tmp_path / "c.yaml", tmp_path / "log", tmp_path / "s.sock"
    keys.write_text('{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}')
    (tmp_path / "p.yaml").write_text(
        "apiVersion: mcp-extproc/v1\nkind: Policy\nmetadata: {name: p}\n"
        "spec: {default: deny, rules: [{id: all, effect: allow}]}\n"
    )
    source = {"name": "files", "kind": "jwt", "issuer": idp.issuer, "audiences": ["a"], "keys": {"file": "keys.json"}}
    settings = {"policy": "p.yaml", "listen": {"address": f"unix:{address}"}, "metrics": {"address": None}}
    config.write_text(json.dumps({**settings, "identity": {"sources": [source]}}))
    command = [sys.executable, "-m", "extproc", "serve", "--config", str(config)]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            asyncio.run(_until(lambda: "identity source files: keys not read" in log.read_text()))
            assert "key 0 is symmetric" in log.read_text()
            assert "c2VjcmV0" not in log.read_text()
            assert not is_serving(f"unix:{address}")
            keys.write_bytes(idp.key_set())
            asyncio.run(_until(lambda: is_serving(f"unix:{address}")))
        finally:
            process.terminate()
            assert process.wait(20) == 0
