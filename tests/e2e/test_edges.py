"""Each profile once through a real Envoy: rendered from values, with real sidecars and the official SDK."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest

from extproc.envoy.addresses import parse_upstream
from extproc.envoy.bootstrap import bootstrap_json
from extproc.envoy.options import BootstrapOptions
from extproc.up.ports import free_port
from tests.e2e.clients import connect, seen
from tests.e2e.gateways import Gateway, envoy, gateway, trusting
from tests.e2e.raw import HEADERS, SECONDS, modern_call
from tests.e2e.test_failures import _until
from tests.fixtures.identity_provider import IdentityProvider
from tests.fixtures.name_server import NameServer
from tests.fixtures.rate_limit_server import RateLimitServer
from tests.fixtures.running import ToolServer
from tests.up.certificates import Authority, write_certificate

pytestmark = pytest.mark.envoy

_PRM = "/.well-known/oauth-protected-resource"
_INNER = {
    "loopback.test": "127.0.0.2",
    "metadata.test": "169.254.169.254",
    "private.test": "10.1.2.3",
    "six.test": "::1",
    "mapped.test": "::ffff:127.0.0.2",
}


def _told(servers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the sidecar is told of the servers: the same names, hosts and paths."""
    return [{key: one[key] for key in ("name", "hosts", "paths") if key in one} for one in servers]


async def _post(
    url: str, headers: Mapping[str, str] | None = None, *, tool: str = "echo", verify: ssl.SSLContext | bool = True
) -> httpx2.Response:
    message, standard = modern_call(tool, text="hello")
    async with httpx2.AsyncClient(verify=verify, timeout=httpx2.Timeout(SECONDS), trust_env=False) as http:
        return await http.post(url, json=message, headers={**standard, **(headers or {})})


def _error(answer: httpx2.Response) -> tuple[int, object, int]:
    document = answer.json()
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, document["id"], document["error"]["code"]


def test_beside_a_server_calls_go_on_when_one_of_two_sidecar_processes_is_killed(
    server: ToolServer, policy: Path
) -> None:
    config = {"servers": [{"name": "notes", "hosts": ["*"], "paths": ["/mcp"]}]}

    async def story(running: Gateway) -> None:
        async with connect(running.url(), "modern") as peer:

            async def call() -> dict[str, Any]:
                return await seen(peer.client.call_tool("echo", {"text": "hello"}))

            assert [(await call())["text"] for _ in range(4)] == ["hello"] * 4
            assert all(child.log.read_text().count("tools/call") for child in running.sidecars)
            os.kill(running.sidecars[0].pid, signal.SIGKILL)
            await _until(lambda: not running.sidecars[0].running)
            assert [(await call())["text"] for _ in range(10)] == ["hello"] * 10
            assert (await seen(peer.client.call_tool("delete_record", {"id": "7"})))["isError"]

    with gateway("sidecar", {"upstream": server.origin}, policy=policy, config=config, workers=2) as running:
        assert httpx2.get(f"{running.probe}/ready").text == "LIVE\n"
        asyncio.run(story(running))
        assert "envoy_http_ext_proc_streams_started" in httpx2.get(f"{running.probe}/stats/prometheus").text


@pytest.fixture(scope="module")
def plain(server: ToolServer, policy: Path) -> Iterator[Gateway]:
    """Run one sidecar that several Envoys may ask."""
    told = [{"name": "notes", "paths": ["/mcp"]}, *({"name": name, "paths": [f"/{name}"]} for name in _INNER)]
    with gateway("sidecar", {"upstream": server.origin}, policy=policy, config={"servers": told}) as running:
        yield running


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/stats"),
        ("GET", "/config_dump"),
        ("GET", "/certs"),
        ("GET", "/stats/prometheus?filter=(a*)*"),
        ("GET", "/ready/"),
        ("GET", "/ready/../config_dump"),
        ("POST", "/ready"),
        ("POST", "/stats/prometheus"),
        ("POST", "/quitquitquit"),
        ("POST", "/healthcheck/fail"),
    ],
)
def test_nothing_else_of_the_admin_interface_is_shown(plain: Gateway, method: str, path: str) -> None:
    probe = httpx2.URL(plain.probe)
    with socket.create_connection((probe.host, probe.port or 0), timeout=SECONDS) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".encode())
        assert connection.makefile("rb").readline().split()[1] == b"404"
    assert plain.envoy.running


@pytest.fixture(scope="module")
def idp() -> Iterator[IdentityProvider]:
    """Run an authorization server."""
    with IdentityProvider() as running:
        yield running


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a certificate for localhost."""
    folder = tmp_path_factory.mktemp("tls")
    write_certificate(folder)
    return folder


def _over_tls(url: str, folder: Path, client_ca: Path | None = None) -> BootstrapOptions:
    """Put an Envoy that inspects nothing before a server, to stand in for its TLS."""
    return BootstrapOptions(
        upstream=url,
        listen_port=free_port(),
        admin=f"unix:{folder}/admin.sock",
        tls_certificate=folder / "tls.crt",
        tls_key=folder / "tls.key",
        client_ca=client_ca,
    )


@pytest.fixture(scope="module")
def edge(
    server: ToolServer, offices: ToolServer, policy: Path, idp: IdentityProvider, secured: Path
) -> Iterator[Gateway]:
    """Run the profile `edge` in front of two servers, tokens verified by Envoy by keys that it fetches."""
    resource = "https://localhost/mcp"
    keys_over_tls = _over_tls(idp.issuer, secured)
    keys = f"https://localhost:{keys_over_tls.listen_port}/jwks.json"
    servers = [
        {"name": "notes", "hosts": ["localhost"], "paths": ["/mcp"], "upstream": server.origin},
        {"name": "crm", "hosts": ["*.office.test"], "paths": ["/crm"], "upstream": offices.origin},
    ]
    values = {
        "servers": servers,
        "tls": {"certificate": str(secured / "tls.crt"), "key": str(secured / "tls.key")},
        "jwt": [{"issuer": idp.issuer, "audiences": [resource], "keys": {"url": keys, "ca": str(secured / "tls.crt")}}],
    }
    told = _told(servers)
    told[0]["authorization"] = {"resource": resource, "authorization_servers": [idp.issuer]}
    source = {
        "name": "edge",
        "kind": "jwt_authn",
        "payload": "jwt",
        "header_in_metadata": "jwt_header",
        "issuer": idp.issuer,
        "audiences": [resource],
    }
    config = {"servers": told, "identity": {"sources": [source]}}
    with (
        envoy(secured, bootstrap_json(keys_over_tls)),
        gateway("edge", values, policy=policy, config=config) as running,
    ):
        yield running


def test_at_the_edge_the_sdk_acts_as_the_subject_of_its_token(
    edge: Gateway, idp: IdentityProvider, secured: Path
) -> None:
    async def story() -> None:
        headers = {"authorization": f"Bearer {idp.token('https://localhost/mcp', 'ada')}"}
        trusted = trusting(secured / "tls.crt")
        async with connect(edge.url(), "modern", headers=headers, verify=trusted) as peer:
            assert (await seen(peer.client.call_tool("echo", {"text": "hello"})))["text"] == "hello"
            assert (await seen(peer.client.call_tool("delete_record", {"id": "7"})))["isError"]
        await _until(lambda: any(one.get("tool") == "delete_record" for one in edge.records()))

    asyncio.run(story())
    calls = [one for one in edge.records() if one.get("method") == "tools/call" and one.get("principal") == "ada"]
    assert {(one["server"], one["principal_source"]) for one in calls} == {("notes", "edge")}
    assert "/jwks.json" in idp.asked


def test_at_the_edge_who_has_no_token_is_challenged_by_the_sidecar_and_finds_its_metadata(
    edge: Gateway, secured: Path
) -> None:
    async def story() -> None:
        trusted = trusting(secured / "tls.crt")
        for headers in ({}, {"authorization": "Bearer made.up.token"}):
            answer = await _post(edge.url(), headers, verify=trusted)
            assert answer.status_code == 401
            assert f"https://localhost{_PRM}/mcp" in answer.headers["www-authenticate"]
        async with httpx2.AsyncClient(verify=trusted, trust_env=False, headers=HEADERS) as http:
            assert (await http.get(edge.url(f"{_PRM}/mcp"))).json()["resource"] == "https://localhost/mcp"

    asyncio.run(story())


def test_keys_from_an_issuer_that_cannot_prove_its_name_verify_nothing(
    edge: Gateway, idp: IdentityProvider, secured: Path, tmp_path: Path
) -> None:
    Authority("other").write(tmp_path / "other.crt")
    (jwt,) = edge.values["jwt"]
    doubted = {"jwt": [{**jwt, "keys": {**jwt["keys"], "ca": str(tmp_path / "other.crt")}}]}
    headers = {"authorization": f"Bearer {idp.token('https://localhost/mcp')}"}
    trusted = trusting(secured / "tls.crt")
    with edge.beside(doubted) as other:
        assert asyncio.run(_post(other.url(), headers, verify=trusted)).status_code == 401
    assert asyncio.run(_post(edge.url(), headers, verify=trusted)).status_code == 200


@pytest.mark.parametrize(
    ("host", "path", "found"),
    [
        ("a.office.test", "/crm", "crm"),
        ("a.office.test:8443", "/crm", "crm"),
        ("A.Office.TEST", "/crm", "crm"),
        ("a.office.test", "/crm?x=1", None),
        ("office.test", "/crm", None),
        ("localhost", "/crm", None),
        ("a.office.test", "/mcp", None),
        ("a.office.test", "/crm/", None),
        ("localhost", "/nothing", None),
    ],
)
def test_at_the_edge_a_server_is_found_by_host_and_exact_path_as_the_sidecar_finds_it(
    edge: Gateway, secured: Path, host: str, path: str, found: str | None
) -> None:
    tool = re.sub(r"\W", "_", f"at_{host}{path}")  # a name of its own, by which its decision is found
    answer = asyncio.run(_post(edge.url(path), {"host": host}, tool=tool, verify=trusting(secured / "tls.crt")))
    if found is None:
        assert _error(answer)[0] == 404
        assert "no MCP server is served here" in answer.json()["error"]["message"]  # in the sidecar's words
    else:
        assert answer.status_code == 200
        asyncio.run(_until(lambda: any(one.get("tool") == tool for one in edge.records())))
        assert {one["server"] for one in edge.records() if one.get("tool") == tool} == {found}


def test_limits_of_this_envoy_and_of_a_service_are_json_rpc_errors_and_no_service_is_no_call(
    server: ToolServer, plain: Gateway
) -> None:
    async def story(running: Gateway, limits: RateLimitServer) -> None:
        async with connect(running.url(), "modern") as peer:
            assert (await seen(peer.client.call_tool("echo", {"text": "hello"})))["text"] == "hello"
        assert {("server", "notes"), ("remote_address", "127.0.0.1")} in limits.asked
        assert {("tool", "echo")} in limits.asked
        assert limits.domains == {"mcp"}
        limits.over.add(("tool", "customer"))
        called = server.calls()
        assert _error(await _post(running.url(), tool="customer")) == (429, 1, -32600)  # the sidecar knows the id
        assert (await _post(running.url())).status_code == 200
        limits.stop()
        assert _error(await _post(running.url())) == (503, 1, -32603)
        assert server.calls() == [*called, "echo"]

    servers = [{"name": "notes", "paths": ["/mcp"], "upstream": server.origin}]
    with RateLimitServer() as limits:
        service = {"service": limits.address, "domain": "mcp", "descriptors": [["server", "client"], ["tool"]]}
        values = {"servers": servers, "rate_limit": {"global": service}}
        with plain.beside(values, profile="behind-edge") as running:
            asyncio.run(story(running, limits))
            own = {"rate_limit": {"local": {"requests": 3, "seconds": 3600, "by": "client"}}, "trusted_hops": 0}
            with running.beside(own) as limited:
                asyncio.run(_exhausted(limited, believed=False))
            with running.beside({**own, "trusted_hops": 1}) as behind:
                asyncio.run(_exhausted(behind, believed=True))


async def _exhausted(limited: Gateway, *, believed: bool) -> None:
    """Use up what one client has; another one is known by its address, and X-Forwarded-For counts where it may."""
    first, second = ({"x-forwarded-for": f"192.0.2.{number}"} for number in (1, 2))
    assert [(await _post(limited.url(), first)).status_code for _ in range(3)] == [200] * 3
    assert _error(await _post(limited.url(), first)) == (429, None, -32600)
    assert (await _post(limited.url(), second)).status_code == (200 if believed else 429)


def test_a_server_over_mtls_is_reached_with_our_certificate_under_its_own_name_only(
    server: ToolServer, plain: Gateway, tmp_path: Path
) -> None:
    authority = Authority("inside")
    authority.write(tmp_path / "ca.crt")
    authority.issue(tmp_path / "tls", dns="mcp.test")
    authority.issue(tmp_path / "us", dns="gateway.test")
    ours = {"ca": str(tmp_path / "ca.crt"), "certificate": str(tmp_path / "us.crt"), "key": str(tmp_path / "us.key")}
    guarded = _over_tls(server.origin, tmp_path, tmp_path / "ca.crt")

    async def story(running: Gateway) -> None:
        async with connect(running.url(), "modern") as peer:
            assert (await seen(peer.client.call_tool("echo", {"text": "hello"})))["text"] == "hello"

    values = {"upstream": f"https://127.0.0.1:{guarded.listen_port}", "upstream_tls": {**ours, "name": "mcp.test"}}
    with (
        envoy(tmp_path, bootstrap_json(guarded)),
        plain.beside(values, profile="upstream-tls") as running,
    ):
        asyncio.run(story(running))
        called = server.calls()
        for wrong in ({**ours, "name": "other.test"}, ours, {"ca": ours["ca"], "name": "mcp.test"}):
            with running.beside({"upstream_tls": wrong}) as refused:
                assert _error(asyncio.run(_post(refused.url()))) == (503, 1, -32603)
        assert server.calls() == called


def test_with_strict_egress_a_name_that_leads_inside_leads_nowhere(server: ToolServer, plain: Gateway) -> None:
    port = parse_upstream(server.url).port
    names = ["good.test", *_INNER]
    servers = [
        {"name": name, "paths": [f"/{name}" if name in _INNER else "/mcp"], "upstream": f"http://{name}:{port}"}
        for name in names
    ]
    records = {"good.test": ["127.0.0.1"], **{name: [address] for name, address in _INNER.items()}}

    async def story(running: Gateway) -> None:
        async with connect(running.url(), "modern", headers={"host": "169.254.169.254"}) as peer:
            assert (await seen(peer.client.call_tool("echo", {"text": "hello"})))["text"] == "hello"
        await refused(running, 503)

    async def refused(running: Gateway, status: int) -> None:
        for name in _INNER:
            assert _error(await _post(running.url(f"/{name}")))[0] == status

    with NameServer(records) as resolver, socket.create_server(("127.0.0.2", port)) as inside:
        values = {"servers": servers, "egress": {"resolvers": [resolver.address], "allow": ["127.0.0.1/32"]}}
        with plain.beside(values, profile="strict-egress") as running:
            asyncio.run(story(running))
            assert set(names) <= set(resolver.asked)
            asyncio.run(
                _until(lambda: running.details().count("dns_resolution_failure{address_denied}") == len(_INNER))
            )
            with running.beside({}, change=_without_the_first_lock) as half:
                asyncio.run(refused(half, 403))
                assert asyncio.run(_post(half.url())).status_code == 200
        inside.setblocking(False)  # noqa: FBT003
        with pytest.raises(BlockingIOError):
            inside.accept()


def _without_the_first_lock(text: str) -> str:
    """Take the filter of answers away, which leaves rbac."""
    without, number = re.subn(r"(?m)^( *)resolved_address_filter:\n(?:\1 +.*\n)+", "", text)
    assert number > 1
    return without
