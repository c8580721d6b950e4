"""Behind an edge that is there: another Envoy, and nginx; and whoever goes around them."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from tests.e2e.clients import connect, seen
from tests.e2e.fronts import FILES, envoy_in_front, nginx_in_front
from tests.e2e.gateways import Gateway, gateway, trusting
from tests.e2e.raw import SECONDS, modern_call
from tests.e2e.test_failures import _extproc, _until
from tests.fixtures.running import ToolServer
from tests.identity.tokens import jwks, token
from tests.up.certificates import Authority, write_certificate

pytestmark = pytest.mark.envoy

_AGENT: Final = "spiffe://clients.test/agent"
_ISSUER: Final = "https://idp.example.com"
_AUDIENCE: Final = "https://mcp.example.com/mcp"
_FORGED: Final = {
    "x-forwarded-client-cert": "By=spiffe://clients.test/edge;URI=spiffe://clients.test/root",
    "x-forwarded-for": "10.9.9.9",
    "forwarded": "for=10.9.9.9",
}
_POLICY: Final = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: behind}
spec:
  default: deny
  rules:
    - {id: all, effect: allow}
    - {id: approval, effect: hold, match: {methods: [tools/call], tools: ["customer"]}, reason: "Somebody must look."}
"""
Front = Callable[[Path, int, Mapping[str, str]], AbstractContextManager[int]]
_FRONTS: Final = [pytest.param(envoy_in_front, id="envoy"), pytest.param(nginx_in_front, id="nginx")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A gateway that believes one edge, and the folder with everybody's certificates."""

    gateway: Gateway
    folder: Path

    def trusted(self) -> ssl.SSLContext:
        """Return what a client knows of the edge, and shows to it."""
        return trusting(self.folder / "tls.crt", self.folder / "agent")

    def calls_of(self, subject: str) -> list[dict[str, Any]]:
        """Return what was decided about somebody's calls; each test has subjects of its own, for logs come late."""
        records = self.gateway.records()
        return [one for one in records if (one.get("method"), one.get("principal")) == ("tools/call", subject)]

    def agents_of(self, subject: str) -> set[str | None]:
        """Wait until somebody has acted, and return the agents in whose hands that was."""
        asyncio.run(_until(lambda: self.calls_of(subject)))
        return {one.get("agent") for one in self.calls_of(subject)}


def _bearer(subject: str, audience: str = _AUDIENCE) -> dict[str, str]:
    now = time.time()
    claims = {"iss": _ISSUER, "aud": audience, "sub": subject, "exp": now + 300, "iat": now}
    return {"authorization": f"Bearer {token(claims)}"}


@pytest.fixture(scope="module")
def behind(server: ToolServer) -> Iterator[Behind]:
    """Run the profile `behind-edge` with mTLS to its edge, whose word about certificates it takes."""
    folder = Path(tempfile.mkdtemp(prefix="extproc-"))
    try:
        write_certificate(folder)  # the edge's own, for localhost
        inside, clients = Authority("inside"), Authority("clients")
        inside.write(folder / "gateway-ca.crt")
        inside.issue(folder / "gateway", dns="gateway.internal")
        inside.issue(folder / "edge", dns="edge.example.com")
        inside.issue(folder / "other", dns="other.example.com")
        clients.write(folder / "clients-ca.crt")
        clients.issue(folder / "agent", uri=_AGENT)
        (folder / "jwks.json").write_bytes(jwks())
        (folder / "policy.yaml").write_text(_POLICY)
        tls = {"certificate": str(folder / "gateway.crt"), "key": str(folder / "gateway.key")}
        asked = {"client_ca": str(folder / "gateway-ca.crt"), "client_names": ["edge.example.com"]}
        servers = [{"name": "notes", "hosts": ["*"], "paths": ["/mcp"]}]
        values = {
            "servers": [{**servers[0], "upstream": server.origin}],
            "tls": {**tls, **asked},
            "edge_addresses": ["127.0.0.1/32"],
            "forwarded": {"certificates": True},
        }
        keys = {"file": str(folder / "jwks.json")}
        sources = [
            {"name": "idp", "kind": "jwt", "issuer": _ISSUER, "audiences": [_AUDIENCE], "keys": keys},
            {"name": "front", "kind": "xfcc", "trust_domains": ["clients.test"], "gives": "agent"},
        ]
        config = {"servers": servers, "identity": {"sources": sources}, "timeouts": {"hold": 30.0}}
        with gateway("behind-edge", values, policy=folder / "policy.yaml", config=config) as running:
            yield Behind(gateway=running, folder=folder)
    finally:
        shutil.rmtree(folder)


async def _post(
    url: str, verify: ssl.SSLContext, headers: Mapping[str, str], *, tool: str = "echo", source: str | None = None
) -> httpx2.Response:
    message, standard = modern_call(tool, **({"id": "7"} if tool == "customer" else {"text": "hello"}))
    transport = httpx2.AsyncHTTPTransport(verify=verify, local_address=source)
    async with httpx2.AsyncClient(transport=transport, timeout=httpx2.Timeout(SECONDS)) as http:
        return await http.post(url, json=message, headers={**standard, **headers})


@pytest.mark.parametrize("front", _FRONTS)
def test_through_the_edge_the_sdk_works_events_stream_and_forgeries_end_there(
    behind: Behind, server: ToolServer, front: Front
) -> None:
    subject = f"through-{front.__name__}"

    async def story(url: str) -> None:
        opened: list[float] = []

        async def on_progress(progress: float, total: float | None, message: str | None) -> None:
            assert (total, message) == (3, f"step {progress:g} of 3 for ada@example.com")
            opened.append(progress)
            await asyncio.to_thread(server.open, f"edge-{front.__name__}")

        async with connect(url, "modern", headers={**_bearer(subject), **_FORGED}, verify=behind.trusted()) as peer:
            assert (await seen(peer.client.call_tool("echo", {"text": "hello"})))["text"] == "hello"
            # Every step waits for the client to have been told of the one before: a proxy that gathers would hang.
            arguments = {"steps": 3, "gate": f"edge-{front.__name__}"}
            await peer.client.call_tool("slow_progress", arguments, progress_callback=on_progress)
            assert opened == [1, 2, 3]

    with front(behind.folder, behind.gateway.port, {}) as port:
        asyncio.run(story(f"https://localhost:{port}/mcp"))
    # This Envoy tells of the client's certificate; this nginx tells nothing, and what the client says is gone.
    assert behind.agents_of(subject) == {_AGENT if front is envoy_in_front else None}


@pytest.mark.parametrize("front", _FRONTS)
def test_what_the_edge_refuses_or_limits_reaches_no_sidecar(behind: Behind, front: Front) -> None:
    limits = {"rate=50r/s": "rate=1r/m", "burst=100": "burst=1"}
    if front is envoy_in_front:
        limits = {"max_tokens: 100, tokens_per_fill: 50, fill_interval: 1s": "max_tokens: 2, fill_interval: 3600s"}

    subject = f"limited-{front.__name__}"

    async def story(url: str) -> list[int]:
        return [(await _post(url, behind.trusted(), _bearer(subject))).status_code for _ in range(4)]

    with front(behind.folder, behind.gateway.port, limits) as port:
        assert asyncio.run(story(f"https://localhost:{port}/mcp")) == [200, 200, 429, 429]

    def decided() -> set[str]:
        return {one["decision_id"] for one in behind.calls_of(subject) if one["direction"] == "client_to_server"}

    asyncio.run(_until(lambda: len(decided()) >= 2))
    assert len(decided()) == 2


def test_a_token_that_does_not_hold_ends_at_an_edge_that_verifies_and_else_at_the_sidecar(behind: Behind) -> None:
    def rejected() -> list[dict[str, Any]]:
        return [one for one in behind.gateway.records() if one.get("rejected") == "token_audience"]

    foreign = _bearer("eve", audience="https://other.test")
    with envoy_in_front(behind.folder, behind.gateway.port, {}) as port:
        assert asyncio.run(_post(f"https://localhost:{port}/mcp", behind.trusted(), foreign)).status_code == 403
        assert asyncio.run(_post(f"https://localhost:{port}/mcp", behind.trusted(), {})).status_code == 401
    with nginx_in_front(behind.folder, behind.gateway.port, {}) as port:
        answer = asyncio.run(_post(f"https://localhost:{port}/mcp", behind.trusted(), foreign))
    assert answer.status_code == 401
    asyncio.run(_until(rejected))
    assert len(rejected()) == 1  # that of nginx
    assert not behind.calls_of("anonymous")


@pytest.mark.parametrize(
    ("shown", "source"),
    [
        pytest.param(None, None, id="no-certificate"),
        pytest.param("other", None, id="a-certificate-of-another-name"),
        pytest.param("agent", None, id="a-certificate-of-another-authority"),
        pytest.param("edge", "127.0.0.2", id="from-another-address"),
    ],
)
def test_who_goes_around_the_edge_is_not_let_in(behind: Behind, shown: str | None, source: str | None) -> None:
    trusted = trusting(behind.folder / "gateway-ca.crt", behind.folder / shown if shown else None)
    trusted.check_hostname = False
    with pytest.raises((httpx2.TransportError, ssl.SSLError)):  # at the handshake, or at the first read after it
        asyncio.run(
            _post(behind.gateway.url(host="127.0.0.1"), trusted, {**_bearer("mallory"), **_FORGED}, source=source)
        )
    assert not behind.calls_of("mallory")


def test_the_edge_itself_is_let_in_and_its_word_is_taken(behind: Behind) -> None:
    """What makes the refusals of the test before this one mean something."""
    trusted = trusting(behind.folder / "gateway-ca.crt", behind.folder / "edge")
    trusted.check_hostname = False
    told = {"x-forwarded-client-cert": f"By=spiffe://clients.test/edge;Hash=1;URI={_AGENT}"}
    answer = asyncio.run(_post(behind.gateway.url(host="127.0.0.1"), trusted, {**_bearer("edge"), **told}))
    assert answer.status_code == 200
    assert behind.agents_of("edge") == {_AGENT}


def test_without_mtls_no_word_about_certificates_is_taken(behind: Behind) -> None:
    plain = {key: value for key, value in behind.gateway.values["tls"].items() if not key.startswith("client_")}
    with behind.gateway.beside({"tls": plain, "forwarded": {"certificates": False}}) as open_door:
        trusted = trusting(behind.folder / "gateway-ca.crt")
        trusted.check_hostname = False
        answer = asyncio.run(_post(open_door.url(host="127.0.0.1"), trusted, {**_bearer("plain"), **_FORGED}))
        assert answer.status_code == 200
    assert behind.agents_of("plain") == {None}


def test_a_held_call_outlasts_what_would_end_it_at_an_nginx_with_short_timeouts(behind: Behind) -> None:
    control = f"{behind.gateway.folder}/control-0.sock"

    async def story(patient: int, hasty: int) -> None:
        urls = [f"https://localhost:{port}/mcp" for port in (patient, hasty)]
        posts = (_post(url, behind.trusted(), _bearer("ada"), tool="customer") for url in urls)
        calls = [asyncio.create_task(one) for one in posts]
        assert (await calls[1]).status_code == 504
        await _until(lambda: len(_extproc(*listing).splitlines()) == 1)  # the other one's client is gone
        held = json.loads(_extproc(*listing))
        await asyncio.to_thread(_extproc, "holds", "release", held["decision_id"], "--socket", control)
        assert (await calls[0]).status_code == 200

    listing = ("holds", "list", "--socket", control)
    second = behind.folder / "hasty"
    shutil.copytree(behind.folder, second, ignore=shutil.ignore_patterns("*.sock", "hasty"))
    with (
        nginx_in_front(behind.folder, behind.gateway.port, {}) as patient,
        nginx_in_front(second, behind.gateway.port, {"proxy_read_timeout 1h": "proxy_read_timeout 1s"}) as hasty,
    ):
        asyncio.run(story(patient, hasty))


def test_what_stands_in_front_is_all_tried() -> None:
    assert {file.name for file in FILES.iterdir()} == {"envoy.yaml", "nginx.conf"}
