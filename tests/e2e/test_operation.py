"""Running it: reload, drain, readiness, holds, and what logs, metrics and access logs say."""

import asyncio
import json
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from extproc.up.stack import Stack, StackOptions
from tests.e2e.raw import HEADERS, Handler, call, post, upstream
from tests.e2e.test_failures import _extproc, _holds, _until, own_stack
from tests.e2e.test_responses import GOOD, streaming
from tests.fixtures.raw_server import event
from tests.policies import HEAD
from tests.up.certificates import write_certificate

pytestmark = pytest.mark.envoy

SECRET = "a-body-content-nobody-may-log"


def test_a_saved_policy_is_in_force_at_once_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"

    async def denied(stack: Stack) -> bool:
        return bool((await post(stack, call("echo"))).json()["result"].get("isError"))

    async def story(stack: Stack) -> None:
        async with upstream(stack):
            assert not await denied(stack)
            policy.write_text(policy.read_text() + '    - {id: no-echo, effect: deny, match: {tools: ["echo"]}}\n')
            await _until(lambda: stack.sidecar_log.read_text().count("is in force") == 2)
            assert await denied(stack)
            policy.write_text(f"{HEAD}spec: {{rules: [{{id: x, effect: alow}}]}}\n")
            await _until(lambda: "policy not loaded" in stack.sidecar_log.read_text())
            assert await denied(stack)

    with own_stack(tmp_path) as stack:
        asyncio.run(story(stack))
        log = stack.sidecar_log.read_text()
        assert "policy.yaml:4:32: spec.rules.0.effect: must be one of allow, hold, deny" in log
        assert "spec.default: a platform layer says what holds" in log


def test_a_mounted_policy_is_reloaded_when_its_symlink_is_swapped(tmp_path: Path) -> None:
    def release(name: str, text: str) -> None:
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.yaml").write_text(text)
        (tmp_path / "new").symlink_to(name)
        (tmp_path / "new").rename(tmp_path / "..data")

    allow = f"{HEAD}spec: {{default: deny, rules: [{{id: all, effect: allow}}]}}\n"
    release("one", allow)
    (tmp_path / "policy.yaml").symlink_to("..data/policy.yaml")

    async def story(stack: Stack) -> None:
        release("two", allow + "# changed\n")
        await _until(lambda: stack.sidecar_log.read_text().count("is in force") == 2)

    with Stack(StackOptions(upstream="http://127.0.0.1:1/mcp", policy=tmp_path / "policy.yaml")) as stack:
        asyncio.run(story(stack))


def test_sigterm_lets_an_open_call_end(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack) as server:
            held = asyncio.ensure_future(post(stack, call("hold_me")))
            await _until(lambda: len(_holds(stack)) == 1)
            stack.sidecar.process.terminate()
            await _until(lambda: "draining" in stack.sidecar_log.read_text())
            (hold,) = _holds(stack)
            _extproc("holds", "release", json.loads(hold)["decision_id"], "--socket", str(stack.control_socket))
            assert (await held).json()["result"]["content"][0]["text"] == "done"
            assert len(server.received) == 1
            assert await asyncio.to_thread(stack.sidecar.process.wait, 20) == 0

    with own_stack(tmp_path, config={"timeouts": {"hold": 60.0, "drain": 15.0}}) as stack:
        asyncio.run(story(stack))


def test_a_released_message_goes_on_with_its_edits_and_a_refused_one_does_not(tmp_path: Path) -> None:
    async def held(stack: Stack, verb: str) -> httpx2.Response:
        waiting = asyncio.ensure_future(post(stack, call("hold_me", secret=SECRET)))
        await _until(lambda: len(_holds(stack)) == 1)
        hold = json.loads(_holds(stack)[0])
        assert (hold["tool"], hold["rules"]) == ("hold_me", ["approval"])
        assert SECRET not in str(hold)
        _extproc("holds", verb, hold["decision_id"], "--socket", str(stack.control_socket))
        return await waiting

    async def story(stack: Stack) -> None:
        async with upstream(stack) as server:
            assert "approval was denied" in (await held(stack, "refuse")).text
            assert server.connections == 0
            assert (await held(stack, "release")).json()["result"]["content"][0]["text"] == "done"
            assert server.received[0].json()["params"]["arguments"] == {"secret": "[REDACTED]"}

    with own_stack(tmp_path, config={"timeouts": {"hold": 60.0}}) as stack:
        asyncio.run(story(stack))
        resolutions = [record["resolution"] for record in _records(stack) if "resolution" in record]
        assert resolutions == ["refused", "released"]
        assert {record["outcome"] for record in _records(stack) if record.get("tool") == "hold_me"} >= {"hold"}


def test_a_held_event_of_a_stream_is_sent_when_it_is_released(tmp_path: Path) -> None:
    policy = (
        f"{HEAD}spec:\n  default: deny\n  rules:\n    - {{id: all, effect: allow}}\n"
        "    - {id: look, effect: hold, match: {on: [response], tools: [echo]}}\n"
    )
    path = tmp_path / "policy.yaml"

    async def story(stack: Stack, handler: Handler) -> None:
        async with upstream(stack, handler):
            waiting = asyncio.ensure_future(post(stack, call("echo")))
            await _until(lambda: len(_holds(stack)) == 1)
            _extproc(
                *("holds", "release", json.loads(_holds(stack)[0])["decision_id"]),
                *("--socket", str(stack.control_socket)),
            )
            assert "done" in (await waiting).text

    with own_stack(tmp_path, config={"timeouts": {"hold": 60.0}}) as stack:
        path.write_text(policy)
        asyncio.run(_until(lambda: stack.sidecar_log.read_text().count("is in force") == 2))
        asyncio.run(story(stack, streaming(event(GOOD))))


async def _metrics_with(stack: Stack, line: str) -> str:
    """Return the metrics once they have a line: a phase is counted after its reply, which a client may have before."""
    async with asyncio.timeout(20), httpx2.AsyncClient(trust_env=False) as http:
        while line not in (text := (await http.get(stack.metrics_url)).text):
            pass
    return text


def test_every_decision_is_one_line_with_its_ids_and_no_content_is_logged_anywhere(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack):
            for body in (
                call("echo", text=SECRET),
                call("deny_this", text=SECRET),
                call(SECRET + "\n", text=SECRET),
                f'{{"{SECRET}":1,"{SECRET}":2}}'.encode(),
                f'{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":"{SECRET}"}}'.encode(),
                b"\xff" + SECRET.encode(),
            ):
                await post(stack, body, {"mcp-session-id": SECRET})
            metrics = await _metrics_with(stack, 'extproc_phase_seconds_count{phase="request_body"} 6.0')
            assert SECRET not in metrics
            assert 'extproc_decisions_total{direction="client_to_server",outcome="allow"} 2.0' in metrics
            assert 'extproc_decisions_total{direction="client_to_server",outcome="deny"} 4.0' in metrics
            assert 'extproc_rejections_total{direction="client_to_server",reason="duplicate_key"} 1.0' in metrics

    with own_stack(tmp_path) as stack:
        asyncio.run(story(stack))
        records = _records(stack)
        assert len(records) == 8  # six requests and two responses
        assert all(record["decision_id"] and len(record["policy_revision"]) == 12 for record in records)
        asyncio.run(_until(lambda: stack.access_log.read_text().count("\n") == 6))
        everything = [stack.sidecar_log, stack.envoy_log, stack.access_log]
        assert not any(SECRET in path.read_text() for path in everything)


def test_the_access_log_of_envoy_shows_method_tool_and_outcome(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack):
            await post(stack, call("deny_this"))
            await post(stack, call("echo", secret="x"))
            await _until(lambda: stack.access_log.read_text().count("\n") == 2)

    with own_stack(tmp_path) as stack:
        asyncio.run(story(stack))
        denied, mutated = (json.loads(line) for line in stack.access_log.read_text().splitlines())
        records = {record["decision_id"]: record for record in _records(stack)}
    assert (denied["mcp_extproc"]["method"], denied["mcp_extproc"]["tool"]) == ("tools/call", "deny_this")
    assert denied["mcp_extproc"]["outcome"] == "deny"
    assert denied["details"] == "mcp_extproc_denied"
    assert mutated["mcp_extproc"]["outcome"] == "mutate"
    assert mutated["mcp_extproc"]["response_outcome"] == "allow"
    assert records[denied["mcp_extproc"]["decision_id"]]["outcome"] == "deny"


def test_a_sidecar_without_a_usable_policy_is_not_ready_and_becomes_so_when_it_is_mended(tmp_path: Path) -> None:
    policy, config, log = tmp_path / "p.yaml", tmp_path / "c.yaml", tmp_path / "log"
    policy.write_text(HEAD)
    socket = tmp_path / "s.sock"
    config.write_text(f"listen: {{address: 'unix:{socket}'}}\npolicy: p.yaml\nmetrics: {{address: null}}\n")
    from extproc.up.probes import is_serving

    with log.open("wb") as output:
        command = [sys.executable, "-m", "extproc", "serve", "--config", str(config)]
        with subprocess.Popen(command, stdout=output, stderr=output) as process:
            try:
                asyncio.run(_until(lambda: "nothing is served until it is mended" in log.read_text()))
                assert not is_serving(f"unix:{socket}")
                policy.write_text(f"{HEAD}spec: {{default: deny, rules: [{{id: all, effect: allow}}]}}\n")
                asyncio.run(_until(lambda: is_serving(f"unix:{socket}")))
            finally:
                process.terminate()
                assert process.wait(20) == 0


def _records(stack: Stack) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stack.sidecar_log.read_text().splitlines() if line.startswith("{")]


def test_a_listener_with_tls_serves_the_same_over_http_1_and_http_2(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path)

    async def story(stack: Stack) -> None:
        trusted = ssl.create_default_context(cafile=str(certificate))
        async with upstream(stack):
            url = stack.url.replace("127.0.0.1", "localhost")
            for http2 in (False, True):
                async with httpx2.AsyncClient(verify=trusted, http2=http2, trust_env=False, headers=HEADERS) as http:
                    answer = await http.post(url, json=call("deny_this"))
                    assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
                    assert answer.json()["result"]["isError"] is True

    with own_stack(tmp_path, tls_certificate=certificate, tls_key=key) as stack:
        asyncio.run(story(stack))
