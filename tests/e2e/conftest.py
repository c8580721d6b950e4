"""The stack that most end-to-end tests share: fixture server, sidecar with the test policy, Envoy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from extproc.up.ports import free_port
from extproc.up.stack import Stack, StackOptions
from tests.fixtures.running import ToolServer, tool_server

POLICY = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: test}
spec:
  default: deny
  rules:
    - {id: everything, effect: allow}
    - id: no-deletes
      effect: deny
      match: {methods: [tools/call], tools: ["delete_*"]}
      reason: "Deleting records needs a person."
    - id: no-farewell
      effect: deny
      match: {methods: [prompts/get]}
      reason: "No prompts today."
    - id: hide-email
      redact:
        - {pointer: "/result/structuredContent/**/email", with: "[REDACTED:email]"}
        - {pointer: "/result/content/*/text", text: "c-1@example.com", with: "[REDACTED:email]"}
        - {pointer: "/params/message", text: "ada@example.com", with: "[REDACTED:email]"}
        - {pointer: "/result/content/*/text", text: "ada@example.com", with: "[REDACTED:email]"}
        - {pointer: "/params/arguments/text", text: "inbound-secret", with: "[REDACTED:in]"}
        - {pointer: "/params/arguments/region", text: "eu-secret", with: "eu-redacted"}
"""

RAW_POLICY = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: test}
spec:
  default: deny
  rules:
    - {id: everything, effect: allow}
    - {id: no-secrets, match: {methods: [tools/call], tools: ["deny_*"]}, effect: deny, reason: "Not here."}
    - {id: approval, match: {methods: [tools/call], tools: ["hold_*"]}, effect: hold, reason: "Somebody must look."}
    - {id: no-roots, match: {methods: [roots/list]}, effect: deny, reason: "Roots are private."}
    - {id: no-logs, match: {methods: [notifications/message]}, effect: deny}
    - {id: no-cancel, match: {direction: client_to_server, methods: [notifications/cancelled]}, effect: deny}
    - {id: bad-result, match: {on: [response], methods: [tools/call], tools: ["poisoned"]}, effect: deny}
    - {id: mask, redact: [{pointer: "/result/**/secret", with: "[REDACTED]"}, {pointer: "/params/arguments/**/secret"}]}
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToolServer]:
    """Run the fixture server."""
    with tool_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="session")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToolServer]:
    """Run the servers that cannot be trusted, or whose data cannot."""
    with tool_server(tmp_path_factory.mktemp("offices"), name="office_server") as running:
        yield running


@pytest.fixture(scope="session")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the policy of these tests."""
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    path.write_text(POLICY)
    return path


@pytest.fixture(scope="session")
def stack(server: ToolServer, policy: Path) -> Iterator[Stack]:
    """Run the stack in front of the fixture server."""
    with Stack(StackOptions(upstream=server.url, policy=policy)) as running:
        yield running


@pytest.fixture(scope="session")
def json_stack(server: ToolServer, policy: Path) -> Iterator[Stack]:
    """Run a stack in front of the endpoint that answers every POST with one JSON document."""
    with Stack(StackOptions(upstream=f"{server.origin}/mcp-json", policy=policy)) as running:
        yield running


@pytest.fixture(scope="session")
def raw_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Run a stack whose server is whatever `RawServer` a test starts on `upstream_port`."""
    path = tmp_path_factory.mktemp("raw") / "policy.yaml"
    path.write_text(RAW_POLICY)
    upstream = f"http://127.0.0.1:{free_port()}/mcp"
    with Stack(StackOptions(upstream=upstream, policy=path, config={"timeouts": {"hold": 2.0}})) as running:
        yield running
