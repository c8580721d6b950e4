"""What reaches the client of a server that misbehaves: an answer, and nothing that was not judged (guarantee d)."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from extproc.up.stack import Stack
from tests.e2e.raw import Handler, call, client, http_request, post, raw_exchange, request, upstream
from tests.fixtures.journal import Received
from tests.fixtures.raw_server import CUT, LAST_CHUNK, Cut, chunk, document, event, head

pytestmark = pytest.mark.envoy

MEBIBYTE = 1024 * 1024
MARK = "unjudged-content"
GOOD: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "done"}]}}


def answering(*pieces: bytes | Cut) -> Handler:
    """Return a handler that answers anything with these pieces."""

    async def handler(_request: Received) -> AsyncIterator[bytes | Cut]:
        for piece in pieces:
            yield piece

    return handler


def streaming(*pieces: bytes) -> Handler:
    """Return a handler that answers with an event stream of these pieces, each its own chunk."""
    return answering(head("text/event-stream", chunked=True), *map(chunk, pieces), LAST_CHUNK)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(document(gzip.compress(MARK.encode()), headers={"content-encoding": "gzip"}), id="gzip"),
        pytest.param(document(MARK, "text/html"), id="html"),
        pytest.param(document(MARK, None), id="no-type"),
        pytest.param(document(MARK, "application/json"), id="not-json"),
        pytest.param(document(f'{{"jsonrpc":"2.0","id":1,"result":{{"{MARK}":1,"{MARK}":2}}}}'), id="duplicate"),
        pytest.param(document({"jsonrpc": "2.0", "id": 2, "result": {"x": MARK}}), id="other-id"),
        pytest.param(document({"jsonrpc": "2.0", "id": "1", "result": {"x": MARK}}), id="id-of-other-type"),
        pytest.param(document(json.dumps([GOOD])), id="array"),
        pytest.param(document({**GOOD, "error": {"code": 1, "message": MARK}}), id="result-and-error"),
        pytest.param(document(request("sampling/createMessage", text=MARK)), id="request-as-answer"),
        pytest.param(document(b"", None, status=202), id="accepted-instead-of-answered"),
        pytest.param(document(MARK, "text/plain", status=302, headers={"location": f"http://{MARK}/"}), id="redirect"),
        pytest.param(document({**GOOD, "pad": "x" * (5 * MEBIBYTE)}), id="over-the-cap"),
    ],
)
def test_a_response_that_cannot_be_judged_becomes_an_error_with_the_id_of_the_call(
    raw_stack: Stack, answer: bytes
) -> None:
    async def story() -> None:
        async with upstream(raw_stack, answering(answer)):
            seen = await post(raw_stack, call("echo"))
            assert seen.headers["content-type"] == "application/json"
            assert seen.json()["error"]["code"] in {-32603, -32600}
            if seen.status_code == 200:
                assert seen.json()["id"] == 1
            assert MARK not in seen.text + str(seen.headers)

    asyncio.run(story())


def test_an_http_error_keeps_its_status_and_its_challenge_and_loses_its_unjudged_body(raw_stack: Stack) -> None:
    async def story() -> None:
        challenge = {"www-authenticate": 'Bearer resource_metadata="https://example.com/x"'}
        refused = document(MARK, "text/plain", status=401, headers=challenge)
        async with upstream(raw_stack, answering(refused)):
            seen = await post(raw_stack, call("echo"))
            assert seen.status_code == 401
            assert seen.headers["www-authenticate"] == challenge["www-authenticate"]
            assert (seen.json()["id"], MARK in seen.text) == (1, False)

    asyncio.run(story())


def test_an_absent_server_is_a_json_rpc_error_with_the_id_of_the_call(raw_stack: Stack) -> None:
    seen = asyncio.run(post(raw_stack, call("echo", "my-id")))
    assert seen.status_code == 503
    assert seen.headers["content-type"] == "application/json"
    assert seen.json()["id"] == "my-id"
    assert seen.json()["error"]["code"] == -32603


def test_a_refused_result_becomes_a_tool_error_in_json_and_in_an_event(raw_stack: Stack) -> None:
    async def story() -> None:
        poisoned = {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": MARK}]}}
        for handler in (answering(document(poisoned)), streaming(event(poisoned))):
            async with upstream(raw_stack, handler):
                seen = await post(raw_stack, call("poisoned"))
                (message,) = _events(seen.text) if "event-stream" in seen.headers["content-type"] else [seen.json()]
                assert message["id"] == 1
                assert message["result"]["isError"] is True
                assert "bad-result" in message["result"]["content"][0]["text"]
                assert MARK not in seen.text

    asyncio.run(story())


def test_half_an_event_is_not_forwarded_and_a_whole_one_is_at_once(raw_stack: Stack) -> None:
    opened = asyncio.Event()
    progress = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1}}
    whole, half = event(progress), event(GOOD)[:25]

    async def handler(_request: Received) -> AsyncIterator[bytes | Cut]:
        yield head("text/event-stream", chunked=True)
        yield chunk(whole + half)
        await opened.wait()
        yield chunk(event(GOOD)[25:])
        yield LAST_CHUNK

    async def story() -> None:
        async with (
            upstream(raw_stack, handler),
            client() as http,
            http.stream("POST", raw_stack.url, content=json.dumps(call("echo"))) as answer,
        ):
            pieces = answer.aiter_bytes()
            assert await anext(pieces) == whole  # the half that came with it stays back
            opened.set()
            rest = b"".join([piece async for piece in pieces])
            assert _events(rest.decode()) == [GOOD]

    asyncio.run(story())


def test_odd_framing_is_written_anew_in_one_plain_form(raw_stack: Stack) -> None:
    async def story() -> None:
        odd = (
            b"\xef\xbb\xbfevent:message\r\nid: 7\r\ndata:"
            + json.dumps(GOOD, indent=1).replace("\n", "\r\ndata:").encode()
            + b"\r\nretry: 5\r\nx: y\r\n\r\n: note with text\n\n"
        )
        async with upstream(raw_stack, streaming(odd)):
            seen = await post(raw_stack, call("echo"))
            assert seen.text.startswith("event: message\nid: 7\nretry: 5\ndata: {")
            assert _events(seen.text) == [GOOD]
            assert "note with text" not in seen.text

    asyncio.run(story())


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'data: {"jsonrpc":"2.0","id":1,"result":{},"result":{"x":"unjudged-content"}}\n\n', "twice"),
        (b"data: unjudged-content\n\n", "not JSON"),
        (b"data: " + b"x" * (MEBIBYTE + 10) + b"\n\n", "could not be read"),
        (event(json.dumps([GOOD])), "array"),
    ],
)
def test_an_event_that_cannot_be_judged_is_replaced_by_an_error_and_ends_the_stream(
    raw_stack: Stack, bad: bytes, reason: str
) -> None:
    async def story() -> None:
        async with upstream(raw_stack, streaming(bad, event({**GOOD, "result": {"late": MARK}}))):
            seen = await post(raw_stack, call("echo"))
            (message,) = _events(seen.text)
            assert (message["id"], message["error"]["code"]) == (1, -32603)
            assert reason in message["error"]["message"]
            assert MARK not in seen.text

    asyncio.run(story())


def test_an_event_of_almost_a_mebibyte_passes(raw_stack: Stack) -> None:
    async def story() -> None:
        large = {**GOOD, "result": {"content": [{"type": "text", "text": "x" * (MEBIBYTE - 300)}]}}
        async with upstream(raw_stack, streaming(event(large))):
            seen = await post(raw_stack, call("echo"))
            assert _events(seen.text) == [large]

    asyncio.run(story())


def test_what_is_refused_inside_a_stream_leaves_the_rest_of_it_intact(raw_stack: Stack) -> None:
    async def story() -> None:
        log = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": MARK}}
        stray = {"jsonrpc": "2.0", "id": 99, "result": {"x": MARK}}
        pieces = (
            b"id: 1\n" + event(log),  # refused by policy: its id stays
            event(stray),  # answers nothing that was asked
            b"event: endpoint\ndata: /unjudged-content\n\n",  # the transport of 2024-11-05
            event({**GOOD, "result": {"secret": MARK}}),
        )
        async with upstream(raw_stack, streaming(*pieces)):
            seen = await post(raw_stack, call("echo"))
            assert seen.text.startswith("id: 1\n\n")
            assert _events(seen.text) == [{**GOOD, "result": {"secret": "[REDACTED]"}}]
            assert MARK not in seen.text

    asyncio.run(story())


def test_a_stream_without_an_answer_gets_one(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack, streaming(b": hello\n\n")):
            seen = await post(raw_stack, call("echo"))
            (message,) = _events(seen.text)
            assert (message["id"], message["error"]["code"]) == (1, -32603)

    asyncio.run(story())


def test_a_stream_that_the_server_cuts_is_cut_for_the_client_too(raw_stack: Stack) -> None:
    async def story() -> None:
        progress = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1}}
        cutting = answering(head("text/event-stream", chunked=True), chunk(event(progress)), CUT)
        async with upstream(raw_stack, cutting):
            data = await raw_exchange(raw_stack, http_request("POST /mcp", json.dumps(call("echo")).encode()))
            assert not data.endswith(b"0\r\n\r\n")  # the client can tell that something is missing

    asyncio.run(story())


def test_a_refused_request_of_the_server_is_answered_with_an_error_and_nobody_hangs(raw_stack: Stack) -> None:
    told: asyncio.Queue[Any] = asyncio.Queue()

    async def handler(received: Received) -> AsyncIterator[bytes | Cut]:
        message = received.json()
        if message.get("method") == "initialize":
            result = {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": {"name": "x", "version": "1"}}
            yield document({"jsonrpc": "2.0", "id": message["id"], "result": result}, headers={"mcp-session-id": "s-1"})
        elif message.get("method") == "tools/call":
            yield head("text/event-stream", chunked=True)
            yield chunk(event({"jsonrpc": "2.0", "id": 1, "method": "roots/list", "params": {}}))
            yield chunk(event({**GOOD, "result": {"told": (await told.get())["error"]["code"]}}))
            yield LAST_CHUNK
        else:
            told.put_nowait(message)
            yield document(b"", None, status=202)

    async def story() -> None:
        async with upstream(raw_stack, handler), client() as http:
            await http.post(raw_stack.url, json=request("initialize", protocolVersion="2025-11-25", capabilities={}))
            session = {"mcp-session-id": "s-1"}
            async with http.stream("POST", raw_stack.url, json=call("echo"), headers=session) as answer:
                lines = answer.aiter_lines()
                asked = await _next_message(lines)
                assert (asked["id"], asked["method"]) == (1, "mcp-extproc/refused")
                error = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "Method not found"}}
                assert (await http.post(raw_stack.url, json=error, headers=session)).status_code == 202
                assert (await _next_message(lines))["result"] == {"told": -32601}

    asyncio.run(story())


def test_an_answer_to_nothing_reaches_the_server_only_as_an_error(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server:
            await post(raw_stack, {"jsonrpc": "2.0", "id": 5, "result": {"x": MARK}}, {"mcp-session-id": "nobody"})
            (seen,) = server.received
            assert seen.json()["error"]["code"] == -32603
            assert MARK not in str(seen)

    asyncio.run(story())


def _events(text: str) -> list[Any]:
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


async def _next_message(lines: AsyncIterator[str]) -> Any:
    async for line in lines:
        if line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))
    raise AssertionError("the stream ended")
