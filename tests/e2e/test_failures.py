"""What breaks, and what the client gets then: always an answer, never anything unjudged."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from extproc.up.ports import free_port
from extproc.up.stack import Stack, StackOptions
from tests.e2e.conftest import RAW_POLICY
from tests.e2e.raw import call, http_request, post, upstream
from tests.fixtures.journal import Received
from tests.fixtures.raw_server import LAST_CHUNK, Cut, chunk, event, head

pytestmark = pytest.mark.envoy

STREAMS = 1000
PROGRESS: dict[str, Any] = {
    "jsonrpc": "2.0",
    "method": "notifications/progress",
    "params": {"progressToken": 1, "progress": 1},
}


@contextmanager
def own_stack(tmp_path: Path, **options: Any) -> Iterator[Stack]:
    """Run a stack that a test may break."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(RAW_POLICY)
    with Stack(StackOptions(upstream=f"http://127.0.0.1:{free_port()}/mcp", policy=policy, **options)) as stack:
        yield stack


def assert_gateway_error(answer: httpx2.Response, status: int) -> None:
    """Expect an error that Envoy made itself, in a form that clients of MCP can read."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["jsonrpc"] == "2.0"
    assert answer.json()["error"]["code"] == -32603


def test_without_a_sidecar_nothing_passes_until_it_is_back(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack) as server:
            stack.sidecar.process.kill()
            stack.sidecar.process.wait()
            for body in (call("echo"), call("deny_this")):
                assert_gateway_error(await post(stack, body), 503)
            assert server.connections == 0
            await asyncio.to_thread(stack.restart_sidecar)
            await _until_ok(stack)
            assert (await post(stack, call("deny_this"))).json()["result"]["isError"] is True

    with own_stack(tmp_path) as stack:
        asyncio.run(story(stack))


def test_a_sidecar_killed_while_it_holds_a_message_lets_nothing_pass(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack) as server:
            held = asyncio.ensure_future(post(stack, call("hold_me")))
            await _until(lambda: '"outcome":"hold"' in stack.sidecar_log.read_text())
            stack.sidecar.process.kill()
            assert_gateway_error(await held, 503)
            assert server.connections == 0

    with own_stack(tmp_path, config={"timeouts": {"hold": 60.0}}) as stack:
        asyncio.run(story(stack))


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_sidecar_lost_in_the_middle_of_a_stream_ends_that_stream(tmp_path: Path, signal_number: int) -> None:
    lost = asyncio.Event()

    async def handler(_request: Received) -> AsyncIterator[bytes | Cut]:
        yield head("text/event-stream", chunked=True)
        yield chunk(event(PROGRESS))
        await lost.wait()
        yield chunk(event({"jsonrpc": "2.0", "id": 1, "result": {"secret": "unjudged-content"}}))
        yield LAST_CHUNK

    async def story(stack: Stack) -> None:
        async with upstream(stack, handler):
            reader, writer = await asyncio.open_connection("127.0.0.1", stack.port)
            writer.write(http_request("POST /mcp", json.dumps(call("echo")).encode()))
            await reader.readuntil(event(PROGRESS))
            os.kill(stack.sidecar.pid, signal_number)
            lost.set()
            async with asyncio.timeout(20):
                rest = await reader.read()
            writer.close()
            assert b"unjudged-content" not in rest
            assert not rest.endswith(b"0\r\n\r\n")  # cut, so that the client knows
            stack.sidecar.process.kill()

    quick = {"keepalive_interval": 1.0, "keepalive_timeout": 1.0}
    with own_stack(tmp_path, envoy=quick) as stack:
        asyncio.run(story(stack))


def test_a_frozen_sidecar_is_a_gateway_timeout(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack) as server:
            os.kill(stack.sidecar.pid, signal.SIGSTOP)
            answer = await post(stack, call("echo"))
            assert_gateway_error(answer, answer.status_code)
            assert answer.status_code in {503, 504}
            assert server.connections == 0
            os.kill(stack.sidecar.pid, signal.SIGCONT)
            await _until_ok(stack)

    with own_stack(tmp_path) as stack:
        asyncio.run(story(stack))


@pytest.mark.parametrize("nonsense", ["wrong_type", "empty", "bad_header", "error"])
def test_a_sidecar_that_answers_nonsense_lets_nothing_pass(tmp_path: Path, nonsense: str) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack) as server:
            answer = await post(stack, call("echo"))
            assert_gateway_error(answer, answer.status_code)
            assert answer.status_code >= 500
            assert server.bytes_received == 0

    command = (sys.executable, "-m", "tests.fixtures.nonsense_sidecar", "{socket}", nonsense)
    with own_stack(tmp_path, sidecar_command=command) as stack:
        asyncio.run(story(stack))


def test_an_exchange_over_the_cap_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack):
            held = asyncio.ensure_future(post(stack, call("hold_me")))
            await _until(lambda: len(_holds(stack)) == 1)
            assert_gateway_error(await post(stack, call("echo")), 503)
            (hold,) = _holds(stack)
            _extproc("holds", "release", json.loads(hold)["decision_id"], "--socket", str(stack.control_socket))
            assert (await held).json()["result"]["content"][0]["text"] == "done"

    with own_stack(tmp_path, config={"timeouts": {"hold": 60.0}, "limits": {"streams": 1}}) as stack:
        asyncio.run(story(stack))


def test_an_envoy_that_would_let_bytes_by_is_refused_and_the_log_says_why(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack) as server:
            assert_gateway_error(await post(stack, call("echo")), 500)
            assert server.bytes_received == 0

    with own_stack(tmp_path) as stack:
        bootstrap = stack.workdir / "envoy.json"
        bootstrap.write_text(
            bootstrap.read_text().replace('"requestBodyMode": "BUFFERED"', '"requestBodyMode": "STREAMED"')
        )
        assert "STREAMED" in bootstrap.read_text()
        stack.restart_envoy()
        asyncio.run(story(stack))
        assert "processing modes would let bytes by" in stack.sidecar_log.read_text()


def test_a_restarted_envoy_serves_again(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack):
            stack.envoy.process.kill()
            stack.envoy.process.wait()
            with pytest.raises(httpx2.TransportError):
                await post(stack, call("echo"))
            await asyncio.to_thread(stack.restart_envoy)
            assert (await post(stack, call("echo"))).status_code == 200

    with own_stack(tmp_path) as stack:
        asyncio.run(story(stack))


def test_a_client_that_leaves_withdraws_its_held_message(tmp_path: Path) -> None:
    async def story(stack: Stack) -> None:
        async with upstream(stack) as server:
            waiting = asyncio.ensure_future(post(stack, call("hold_me")))
            await _until(lambda: len(_holds(stack)) == 1)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await _until(lambda: not _holds(stack))
            assert server.connections == 0

    with own_stack(tmp_path, config={"timeouts": {"hold": 60.0}}) as stack:
        asyncio.run(story(stack))


def test_a_thousand_streams_are_held_open_and_each_gets_its_own_end(tmp_path: Path) -> None:
    release = asyncio.Event()

    async def handler(request: Received) -> AsyncIterator[bytes | Cut]:
        identifier = request.json()["id"]
        yield head("text/event-stream", chunked=True)
        yield chunk(event(PROGRESS))
        await release.wait()
        yield chunk(event({"jsonrpc": "2.0", "id": identifier, "result": {"secret": f"s-{identifier}"}}))
        yield LAST_CHUNK

    async def one(stack: Stack, identifier: int, started: asyncio.Semaphore, seen: list[int]) -> bytes:
        async with started:
            reader, writer = await asyncio.open_connection("127.0.0.1", stack.port)
            writer.write(http_request("POST /mcp", json.dumps(call("echo", identifier)).encode()))
            await reader.readuntil(event(PROGRESS))
        seen.append(identifier)
        if len(seen) == STREAMS:
            release.set()
        rest = await reader.read()
        writer.close()
        return rest

    async def story(stack: Stack) -> None:
        started, seen = asyncio.Semaphore(50), list[int]()
        async with upstream(stack, handler), asyncio.timeout(90):
            ends = await asyncio.gather(*(one(stack, identifier, started, seen) for identifier in range(STREAMS)))
        for identifier, rest in enumerate(ends):
            assert f'"id": {identifier}'.encode() in rest or f'"id":{identifier},'.encode() in rest
            assert b"[REDACTED]" in rest
            assert rest.endswith(b"0\r\n\r\n")

    with own_stack(tmp_path) as stack:
        asyncio.run(story(stack))


async def _until(condition: Any, seconds: float = 20.0) -> None:
    """Poll for a state of another process; the deadline only turns a hang into a failure."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.02)


async def _until_ok(stack: Stack) -> None:
    async with httpx2.AsyncClient(trust_env=False) as http:
        await _until_status(stack, http, httpx2.codes.OK)


def _holds(stack: Stack) -> list[str]:
    return _extproc("holds", "list", "--socket", str(stack.control_socket)).splitlines()


def _extproc(*words: str) -> str:
    """Run a command of ours and return what it printed."""
    done = subprocess.run([sys.executable, "-m", "extproc", *words], capture_output=True, text=True, check=True)
    return done.stdout


def test_after_a_restart_an_answer_on_a_resumed_stream_is_an_error(tmp_path: Path) -> None:
    result = {"jsonrpc": "2.0", "id": 7, "result": {"content": [{"type": "text", "text": "unjudged-content"}]}}

    async def handler(received: Received) -> AsyncIterator[bytes | Cut]:
        yield head("text/event-stream", chunked=True)
        if received.method == "POST":
            yield chunk(b"id: 1\ndata:\n\n")  # the answer will come where the client resumes
        else:
            yield chunk(b"id: 2\n" + event(result))
        yield LAST_CHUNK

    async def story(stack: Stack, *, restart: bool) -> str:
        session = {"mcp-session-id": "s-1", "mcp-protocol-version": "2025-11-25", "last-event-id": "1"}
        async with upstream(stack, handler), httpx2.AsyncClient(trust_env=False, headers=session) as http:
            await http.post(stack.url, json=call("echo", 7))
            if restart:
                await asyncio.to_thread(stack.restart_sidecar)
                await _until_status(stack, http, 200)
            return (await http.get(stack.url)).text

    with own_stack(tmp_path) as stack:
        assert "unjudged-content" in asyncio.run(story(stack, restart=False))
        seen = asyncio.run(story(stack, restart=True))
        assert "unjudged-content" not in seen
        assert '"id":7,"error":{"code":-32603' in seen


async def _until_status(stack: Stack, http: httpx2.AsyncClient, status: int) -> None:
    async with asyncio.timeout(20):
        while (await http.post(stack.url, json=call("echo", 1))).status_code != status:
            await asyncio.sleep(0.05)
