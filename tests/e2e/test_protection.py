"""Personal data and secrets through a real Envoy and the official clients: redacted, tokenised, given back, refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from extproc.up.ports import free_port
from extproc.up.stack import Stack, StackOptions
from tests.e2e.raw import HEADERS, call, client, post, upstream
from tests.e2e.test_policy import play
from tests.e2e.test_responses import streaming
from tests.fixtures.raw_server import document, event
from tests.fixtures.running import ToolServer

pytestmark = pytest.mark.envoy

_CLIENTS: Final = ("python-legacy", "python-modern", "typescript-legacy", "typescript-legacy-v1", "typescript-modern")
_SECRET: Final = "ghp_" + "x7Kq2mVt9RbZ4cLw8NyHs3PdGf6JaTe1UoXi"
_TOKENS: Final = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: tokens}
spec:
  default: deny
  rules:
    - {id: everything, effect: allow, match: {subjects: ["*"]}}
    - id: tokenise
      match: {direction: server_to_client}
      redact: [{entities: [email], with: tokenize}]
    - id: send-mail
      effect: allow
      match: {servers: [mail], tools: [send]}
      restore: [{pointer: /params/arguments/to, entities: [email]}]
    - {id: no-flows, effect: deny, match: {findings: [token_flow]}, reason: "It belongs to another server."}
"""


@pytest.fixture(scope="module")
def protected(server: ToolServer) -> Iterator[Stack]:
    """Run a stack with the shipped policy about data alone."""
    policy = Path(__file__).parents[2] / "extproc" / "policies" / "data-protection.yaml"
    with Stack(StackOptions(upstream=server.url, policy=policy)) as running:
        yield running


@pytest.fixture(scope="module")
def played(protected: Stack, server: ToolServer) -> dict[str, dict[str, Any]]:
    """Play the stories in which personal data travels with every client."""
    return {name: play(protected, name, ["redacted", "progress", "call"], {}, server.origin) for name in _CLIENTS}


@pytest.mark.parametrize("name", _CLIENTS)
def test_a_result_is_redacted_alike_in_its_text_and_in_its_structure(
    played: dict[str, dict[str, Any]], name: str
) -> None:
    seen = played[name]["redacted"]
    assert "@example.com" not in json.dumps(seen)
    assert seen["structured"]["email"] == "[REDACTED:email]"
    assert json.loads(seen["text"])["email"] == "[REDACTED:email]"
    assert seen["isError"] is False


@pytest.mark.parametrize("name", _CLIENTS)
def test_events_are_redacted_one_by_one_and_all_arrive(played: dict[str, dict[str, Any]], name: str) -> None:
    seen = json.dumps(played[name]["progress"])
    assert "ada@example.com" not in seen
    assert "[REDACTED:email]" in seen


@pytest.mark.parametrize("name", _CLIENTS)
def test_what_carries_nothing_is_untouched(played: dict[str, dict[str, Any]], name: str) -> None:
    assert played[name]["call"]["text"] == "hello"


def test_a_secret_in_an_argument_does_not_reach_the_server(protected: Stack, server: ToolServer) -> None:
    async def run() -> httpx2.Response:
        return await post(protected, call("echo", text=f"use {_SECRET}"), HEADERS)

    answer = asyncio.run(run())
    assert "rule no-secrets-out" in answer.text
    assert _SECRET not in answer.text + protected.sidecar_log.read_text() + str(server.calls())


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Run a stack with two servers behind one address, and tokens that go back to one of them."""
    policy = tmp_path_factory.mktemp("tokens") / "tokens.yaml"
    policy.write_text(_TOKENS)
    servers = [{"name": name, "hosts": ["*"], "paths": [f"/{name}"]} for name in ("crm", "mail", "wiki")]
    options = StackOptions(
        upstream=f"http://127.0.0.1:{free_port()}/mcp", policy=policy, config={"servers": [*servers, _MCP]}
    )
    with Stack(options) as running:
        yield running


_MCP: Final = {"name": "default", "hosts": ["*"], "paths": ["/mcp"]}


def test_a_tokenised_address_goes_back_to_the_server_that_a_rule_names_and_to_no_other(raw: Stack) -> None:
    result = {"content": [{"type": "text", "text": "Ask ada.sample@example.com about it."}]}

    async def run() -> tuple[str, list[dict[str, Any]], str]:
        origin = raw.url.removesuffix("/mcp")
        async with upstream(raw, _answering(result)) as server, client() as http:
            read = (await http.post(f"{origin}/crm", json=call("get"))).json()
            token = read["result"]["content"][0]["text"].split()[1]
            await http.post(f"{origin}/mail", json=call("send", to=token))
            refused = (await http.post(f"{origin}/wiki", json=call("post", text=f"see {token}"))).text
            return token, [one.json() for one in server.received], refused

    token, received, refused = asyncio.run(run())
    assert token.startswith("[EMAIL:")
    assert [one["params"]["name"] for one in received] == ["get", "send"]
    assert received[1]["params"]["arguments"] == {"to": "ada.sample@example.com"}
    assert "rule no-flows" in refused


@pytest.mark.parametrize("cut", [1, 9, 30])
def test_a_secret_over_two_events_of_a_stream_is_redacted_in_both(protected_raw: Stack, cut: int) -> None:
    def log(text: str) -> bytes:
        params = {"level": "info", "data": text}
        return event({"jsonrpc": "2.0", "method": "notifications/message", "params": params})

    last = event({"jsonrpc": "2.0", "id": 1, "result": {"content": []}})
    pieces = (log("token " + _SECRET[:cut]), log(_SECRET[cut:] + " is used."), last)

    async def run() -> str:
        async with upstream(protected_raw, streaming(*pieces)):
            return (await post(protected_raw, call("get"), HEADERS)).text

    told = asyncio.run(run())
    assert _SECRET[cut:] not in told
    assert "token [REDACTED:" in told
    assert '"id": 1' in told


@pytest.fixture(scope="module")
def protected_raw() -> Iterator[Stack]:
    """Run a stack with the shipped policy about data alone, whose server is whatever a test starts."""
    policy = Path(__file__).parents[2] / "extproc" / "policies" / "data-protection.yaml"
    with Stack(StackOptions(upstream=f"http://127.0.0.1:{free_port()}/mcp", policy=policy)) as running:
        yield running


def _answering(result: dict[str, Any]) -> Any:
    async def handler(received: Any) -> Any:
        yield document({"jsonrpc": "2.0", "id": received.json()["id"], "result": result})

    return handler
