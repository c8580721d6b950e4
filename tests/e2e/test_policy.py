"""Who may do what, through a real Envoy: lists by role, steps up, the shipped default, shadow, obligations."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from extproc.up.ports import free_port
from extproc.up.stack import Stack, StackOptions
from tests.e2e import scenarios, typescript
from tests.e2e.offices import recorded
from tests.e2e.raw import HEADERS, call, client, modern, modern_call, post, upstream
from tests.fixtures.running import ToolServer
from tests.identity.tokens import jwks, token

pytestmark = pytest.mark.envoy

ISSUER = "https://idp.test"
_HEAD = "apiVersion: mcp-extproc/v1\nkind: Policy\n"
ROLES = (
    _HEAD
    + """\
metadata: {name: roles}
spec:
  default: deny
  roles:
    - {role: reader, groups: [readers, admins], allow: [{servers: [shop], tools: [echo, customer]}]}
    - {role: admin, groups: [admins], allow: [{servers: [shop], tools: ["*"]}]}
  rules:
    - {id: connect, match: {methods: ["@lifecycle", "@lists"], verified: true}, effect: allow}
    - {id: erasing, match: {tools: ["delete_*"]}, scopes: [records:delete], reason: "Deleting needs a token for it."}
    - {id: enormous, match: {tools: [big]}, max_response_bytes: 1000}
    - {id: trying, match: {tools: [echo]}, effect: deny, mode: shadow}
"""
)
NAMESPACE = (
    _HEAD
    + """\
metadata: {name: payments, layer: namespace, namespaces: [payments]}
spec:
  rules:
    - {id: quiet-hours, match: {tools: [wait]}, effect: deny, reason: "Nobody waits in payments."}
"""
)


def bearer(stack: Stack, subject: str, *groups: str, scope: str = "mcp:use") -> dict[str, str]:
    """Return the header of somebody's token."""
    now = time.time()
    claims = {"iss": ISSUER, "aud": stack.url, "sub": subject, "exp": now + 300, "iat": now}
    return {"authorization": "Bearer " + token({**claims, "groups": list(groups), "scope": scope})}


def configured(folder: Path, port: int, **members: object) -> dict[str, object]:
    """Return a configuration in which the sidecar verifies tokens by a key set in a file."""
    (folder / "keys.json").write_bytes(jwks())
    resource = f"http://127.0.0.1:{port}/mcp"
    source = {
        "name": "idp",
        "kind": "jwt",
        "issuer": ISSUER,
        "audiences": [resource],
        "keys": {"file": str(folder / "keys.json")},
        "claims": {"groups": "groups", "scopes": "scope"},
    }
    authorization = {"resource": resource, "authorization_servers": [ISSUER], "scopes": ["mcp:use"]}
    server = {"name": "shop", "hosts": ["127.0.0.1"], "paths": ["/mcp"], "authorization": authorization}
    return {"servers": [server], "identity": {"sources": [source]}, **members}


@pytest.fixture(scope="module")
def roles(server: ToolServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Run a stack with roles, and a layer for the namespace it is in."""
    folder, port = tmp_path_factory.mktemp("roles"), free_port()
    (folder / "roles.yaml").write_text(ROLES)
    (folder / "payments.yaml").write_text(NAMESPACE)
    files = [str(folder / "roles.yaml"), str(folder / "payments.yaml")]
    config = configured(folder, port, namespace="payments", policy=files)
    with Stack(StackOptions(upstream=server.url, port=port, config=config)) as running:
        yield running


_CLIENTS = ("python-legacy", "python-modern", "typescript-legacy", "typescript-legacy-v1", "typescript-modern")


def play(stack: Stack, name: str, stories: list[str], headers: dict[str, str], control: str) -> dict[str, Any]:
    """Play stories with one of the official SDKs."""
    language, _, era = name.partition("-")
    run: Any = scenarios.run if language == "python" else typescript.run
    played: dict[str, Any] = run(stack.url, era, stories, control=control, headers=headers)
    return played


@pytest.mark.parametrize("name", _CLIENTS)
def test_a_client_sees_the_tools_that_its_role_may_call(roles: Stack, server: ToolServer, name: str) -> None:
    seen = play(roles, name, ["list", "call"], bearer(roles, "rea", "readers"), server.origin)
    assert seen["list"]["tools"] == ["customer", "echo"]
    assert seen["call"] == {"text": "hello", "isError": False, "structured": None}
    everything = play(roles, name, ["list"], bearer(roles, "ada", "admins"), server.origin)["list"]["tools"]
    assert {"echo", "customer", "delete_record", "big"} <= set(everything)
    assert "wait" not in everything


@pytest.mark.parametrize("name", ["python-modern", "typescript-legacy"])
def test_a_tool_that_is_not_shown_cannot_be_called_either(roles: Stack, server: ToolServer, name: str) -> None:
    seen = play(roles, name, ["denied", "big"], bearer(roles, "rea", "readers"), server.origin)
    assert all(one["isError"] and "no rule allows it" in one["text"] for one in seen.values())


def listed(stack: Stack, headers: dict[str, str]) -> dict[str, Any]:
    """Return the result of `tools/list` in the modern era."""

    async def run() -> httpx2.Response:
        message, fields = modern("tools/list")
        return await post(stack, message, fields | headers)

    result: dict[str, Any] = asyncio.run(run()).json()["result"]
    return result


def test_a_list_by_role_is_kept_out_of_shared_caches(roles: Stack) -> None:
    for groups in (["readers"], ["admins"]):
        result = listed(roles, bearer(roles, "x", *groups))
        assert result["cacheScope"] == "private"
        assert 0 <= result["ttlMs"] <= 60_000


def ask(stack: Stack, message: dict[str, Any], headers: dict[str, str]) -> httpx2.Response:
    return asyncio.run(post(stack, message, HEADERS | headers))


def test_a_call_that_needs_more_scope_is_told_which_and_passes_with_it(roles: Stack) -> None:
    asked = call("delete_record", id="7")
    refused = ask(roles, asked, bearer(roles, "ada", "admins"))
    challenge = refused.headers["www-authenticate"]
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="records:delete"' in challenge
    assert f'resource_metadata="{roles.url.removesuffix("/mcp")}/.well-known/oauth-protected-resource/mcp"' in challenge
    assert refused.json()["error"]["data"]["rules"] == ["erasing"]
    again, fields = modern_call("delete_record", id="7")
    granted = ask(roles, again, fields | bearer(roles, "ada", "admins", scope="mcp:use records:delete"))
    assert granted.status_code == 200
    assert "record 7 deleted" in granted.text


def test_a_layer_of_the_namespace_takes_away_and_names_itself(roles: Stack) -> None:
    refused = ask(roles, call("wait", gate="g"), bearer(roles, "ada", "admins"))
    assert "rule quiet-hours" in refused.text


def test_a_response_over_its_cap_does_not_reach_the_client(roles: Stack, server: ToolServer) -> None:
    seen = play(roles, "python-legacy", ["big"], bearer(roles, "ada", "admins"), server.origin)["big"]
    assert "larger than a rule allows" in str(seen)


def test_a_rule_in_shadow_changes_nothing_and_is_on_record(roles: Stack) -> None:
    ask(roles, call("echo", "shadow-1", text="x"), bearer(roles, "shady", "readers"))
    record = asyncio.run(recorded(roles, principal="shady", tool="echo", kind="request"))
    assert (record["outcome"], record["shadow_outcome"], record["shadow_determining"]) == ("allow", "deny", ["trying"])


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Run a stack with the shipped default policy, as it is installed."""
    folder, port = tmp_path_factory.mktemp("shipped"), free_port()
    policy = Path(__file__).parents[2] / "extproc" / "policies" / "default.yaml"
    config = configured(folder, port, control={"socket": None})
    options = StackOptions(upstream=f"http://127.0.0.1:{free_port()}/mcp", port=port, policy=policy, config=config)
    with Stack(options) as running:
        yield running


_SQL = [
    ("SELECT name FROM products WHERE id = 7", "allow"),
    ("UPDATE orders SET state = 'paid' WHERE id = 7", "allow"),
    ("DROP TABLE orders", "hold"),
    ("SELECT * FROM customers", "hold"),
    ("WITH gone AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM gone", "hold"),
    ("SELECT 1; DROP TABLE orders", "hold"),
]


@pytest.mark.parametrize(("sql", "outcome"), _SQL)
def test_the_default_policy_judges_what_a_statement_would_do(shipped: Stack, sql: str, outcome: str) -> None:
    async def run() -> tuple[httpx2.Response, int]:
        async with upstream(shipped) as server, client() as http:
            headers = HEADERS | bearer(shipped, "ada")
            answer = await http.post(shipped.url, json=call("query", sql=sql), headers=headers)
            return answer, len(server.received)

    answer, reached = asyncio.run(run())
    assert reached == (1 if outcome == "allow" else 0)
    assert ("needs approval" in answer.text) is (outcome == "hold")


def test_nobody_waits_where_nobody_can_approve(shipped: Stack) -> None:
    refused = ask(shipped, call("delete_customer", id="c-1"), bearer(shipped, "ada"))
    assert "Refused: this needs approval (rule destructive)" in refused.text
    record = asyncio.run(recorded(shipped, tool="delete_customer"))
    assert (record["outcome"], record["intent"], record["level"]) == ("hold", "destructive", "warning")
    assert "resolution" not in record
