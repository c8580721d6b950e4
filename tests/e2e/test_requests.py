"""What reaches the server: only what was judged, as it was judged (guarantees a, b, c and e)."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Mapping

import pytest

from extproc.up.stack import Stack
from tests.e2e.raw import call, client, http_request, modern, modern_call, post, raw_exchange, upstream
from tests.fixtures.journal import Received
from tests.fixtures.raw_server import Cut, document
from tests.fixtures.running import ToolServer

pytestmark = pytest.mark.envoy

MEBIBYTE = 1024 * 1024
GOOD = json.dumps(call("echo", text="hi")).encode()


def test_no_byte_reaches_the_server_while_the_body_is_still_arriving(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server:
            started = http_request("POST /mcp", headers={"content-length": str(len(GOOD))}) + GOOD[:-1]
            hanging = asyncio.ensure_future(raw_exchange(raw_stack, started))
            denied = await post(raw_stack, call("deny_this"))  # a whole exchange later ...
            assert denied.json()["result"]["isError"] is True
            assert (server.connections, server.bytes_received) == (0, 0)  # ... not even a head has arrived
            hanging.cancel()
            await asyncio.gather(hanging, return_exceptions=True)

    asyncio.run(story())


def test_no_byte_reaches_the_server_while_a_message_is_held_and_all_of_it_after_release(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server:
            expired = await post(raw_stack, call("hold_me"))
            assert "nobody gave it in time" in expired.json()["result"]["content"][0]["text"]
            assert (server.connections, server.bytes_received) == (0, 0)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("PUT /mcp", 405),
        ("PATCH /mcp", 405),
        ("OPTIONS /mcp", 405),
        ("HEAD /mcp", 405),
        ("QUERY /mcp", 405),
        ("POST /", 404),
        ("POST /mcp/", 404),
        ("POST /mcp?tool=x", 404),
        ("POST /MCP", 404),
        ("POST /mcp;a=b", 404),
        ("POST /messages", 404),
        ("GET /sse", 404),
        ("GET /.well-known/oauth-protected-resource", 404),
        ("POST /x/../other", 404),
        ("POST /mcp%2fother", 400),
        ("POST /%6dcpx", 404),
    ],
)
def test_other_methods_and_paths_are_refused_before_the_server(raw_stack: Stack, line: str, status: int) -> None:
    body = b"" if line.startswith(("GET", "HEAD")) else GOOD
    _assert_refused(raw_stack, http_request(line, body), status)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json5"}, 415),
        ({"content-type": "application/json; charset=utf-16"}, 415),
        ({"content-type": "application/json, text/plain"}, 415),
        ({"content-type": ""}, 415),
        ({"content-encoding": "gzip"}, 415),
        ({"content-encoding": "identity, gzip"}, 415),
        ({"mcp-protocol-version": "1999-01-01"}, 400),
        ({"mcp-method": "tools/list"}, 400),
        ({"mcp-name": "other"}, 400),
        ({"Mcp-Param-Text": "lie"}, 400),
        ({"mcp_name": "other"}, 400),
    ],
)
def test_headers_that_could_hide_or_contradict_the_body_are_refused(
    raw_stack: Stack, headers: Mapping[str, str], status: int
) -> None:
    _assert_refused(raw_stack, http_request("POST /mcp", GOOD, headers), status)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(gzip.compress(GOOD), id="gzip"),
        pytest.param(GOOD.decode().encode("utf-16"), id="utf-16"),
        pytest.param(b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', id="duplicate"),
        pytest.param(b"[" + GOOD + b"]", id="array"),
        pytest.param(GOOD + GOOD, id="two-documents"),
        pytest.param(b"null", id="scalar"),
    ],
)
def test_bodies_with_more_than_one_reading_are_refused(raw_stack: Stack, body: bytes) -> None:
    _assert_refused(raw_stack, http_request("POST /mcp", body), 400)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(http_request("POST /mcp", headers={"content-length": "0"}), id="length-0"),
        pytest.param(http_request("POST /mcp"), id="no-length"),
        pytest.param(http_request("POST /mcp", headers={"transfer-encoding": "chunked"}) + b"0\r\n\r\n", id="chunked"),
    ],
)
def test_a_post_without_a_body_is_refused(raw_stack: Stack, data: bytes) -> None:
    _assert_refused(raw_stack, data, 400)


def test_a_repeated_header_is_refused(raw_stack: Stack) -> None:
    twice = http_request("POST /mcp", GOOD).replace(b"\r\n\r\n", b"\r\nMcp-Name: echo\r\nMcp-Name: other\r\n\r\n", 1)
    _assert_refused(raw_stack, twice, 400)


@pytest.mark.parametrize("line", ["GET /mcp", "CONNECT localhost:80"])
def test_upgrades_and_tunnels_do_not_reach_the_server(raw_stack: Stack, line: str) -> None:
    headers = {"upgrade": "websocket", "connection": "upgrade"} if line.startswith("GET") else {}
    _assert_refused(raw_stack, http_request(line, headers=headers, close=False), None)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_cap_is_answered_413_and_reaches_no_server(raw_stack: Stack, chunked: bool) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server, client() as http:
            large = json.dumps(call("echo", text="x" * (5 * MEBIBYTE))).encode()

            async def pieces() -> AsyncIterator[bytes]:
                yield large

            answer = await http.post(raw_stack.url, content=pieces() if chunked else large)
            assert answer.status_code == 413
            assert answer.headers["content-type"] == "application/json"
            assert answer.json()["error"]["code"] == -32600
            assert server.connections == 0

    asyncio.run(story())


def test_a_body_just_below_the_cap_passes_unchanged(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server:
            body = json.dumps(call("echo", text="x" * (4 * MEBIBYTE - 200)), indent=1).encode()
            assert (await post(raw_stack, body)).status_code == 200
            assert server.received[0].body == body.decode()

    asyncio.run(story())


def test_an_unedited_body_arrives_byte_for_byte_and_asks_for_a_readable_answer(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server:
            body = (
                b'{ "id":1, "jsonrpc":"2.0",\n "method":"tools/call", "params":{"name":"echo","arguments":{"n":1.50}}}'
            )
            await post(raw_stack, body, {"accept-encoding": "gzip, br"})
            (seen,) = server.received
            assert seen.body == body.decode()
            assert seen.header("accept-encoding") is None
            assert seen.header("host") == raw_stack.url.split("/")[2]

    asyncio.run(story())


def test_an_edited_body_arrives_with_the_right_length_and_its_numbers_untouched(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server:
            body = (
                b'{"jsonrpc":"2.0","id":1,"method":"tools/call",'
                b'"params":{"name":"echo","arguments":{"secret":"s3cr3t-value","n":1.50,"e":1e2}}}'
            )
            await post(raw_stack, body)
            (seen,) = server.received
            assert seen.body == body.decode().replace("s3cr3t-value", "[REDACTED]")
            assert seen.header("content-length") == str(len(seen.body))

    asyncio.run(story())


def test_an_edited_argument_is_edited_in_the_header_that_repeats_it(stack: Stack, server: ToolServer) -> None:
    async def story() -> None:
        message, headers = modern_call("regional", region="eu-secret", text="hello")
        answer = await post(stack, message, headers | {"mcp-param-region": "eu-secret"})
        assert answer.json()["result"]["content"][0]["text"].count("eu-redacted") == 2

    asyncio.run(story())
    last = server.received()[-1]
    assert last.header("mcp-param-region") == "eu-redacted"
    assert "eu-secret" not in str(last)


def test_a_param_header_is_compared_with_the_argument_its_schema_names(stack: Stack, server: ToolServer) -> None:
    async def story() -> None:
        listing, names = modern("tools/list")
        assert (await post(stack, listing, names)).status_code == 200  # from here on the annotation is known
        before = len(server.received())
        message, headers = modern_call("regional", region="eu-west", text="us-east")
        for lie in ({"mcp-param-region": "us-east"}, {}):
            answer = await post(stack, message, headers | lie)
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32020)
            assert answer.json()["id"] == 1
        assert len(server.received()) == before
        truth = await post(stack, message, headers | {"mcp-param-region": "=?base64?ZXUtd2VzdA==?="})
        assert truth.status_code == 200

    asyncio.run(story())


def test_the_decision_is_made_on_the_body_whatever_the_headers_say(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server:
            message, headers = modern_call("deny_this")
            answer = await post(raw_stack, message, headers | {"mcp-name": "echo"})
            assert answer.json()["error"]["code"] == -32020
            legacy = await post(raw_stack, call("deny_this"), {"x-mcp-tool": "echo"})
            assert legacy.json()["result"]["isError"] is True
            assert server.connections == 0

    asyncio.run(story())


def test_an_array_passes_only_in_2025_03_26_and_each_element_is_judged_alone(raw_stack: Stack) -> None:
    async def story() -> None:
        async def answers(received: Received) -> AsyncIterator[bytes | Cut]:
            yield document(
                json.dumps([{"jsonrpc": "2.0", "id": m["id"], "result": {"content": []}} for m in received.json()])
            )

        async with upstream(raw_stack, answers) as server:
            batch = [call("echo", 1), call("deny_this", 2), call("echo", 3, secret="x")]
            answer = await post(raw_stack, batch, {"mcp-protocol-version": "2025-03-26"})
            assert [message["id"] for message in server.received[0].json()] == [1, 3]
            assert server.received[0].json()[1]["params"]["arguments"] == {"secret": "[REDACTED]"}
            assert {m["id"]: "isError" in m["result"] for m in answer.json()} == {1: False, 2: True, 3: False}

    asyncio.run(story())


def test_a_refused_notification_leaves_the_client_with_an_answer(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server:
            note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
            answer = await post(raw_stack, note)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, -31403)
            assert server.connections == 0

    asyncio.run(story())


def test_trailers_of_a_request_are_dropped(raw_stack: Stack) -> None:
    async def story() -> None:
        async with upstream(raw_stack) as server:
            head = http_request("POST /mcp", headers={"transfer-encoding": "chunked", "te": "trailers"})
            sent = head + b"%x\r\n%s\r\n0\r\nx-hidden: secret\r\n\r\n" % (len(GOOD), GOOD)
            answer = await raw_exchange(raw_stack, sent)
            assert b"200 OK" in answer
            assert "x-hidden" not in str(server.received)

    asyncio.run(story())


def _assert_refused(stack: Stack, data: bytes, status: int | None) -> None:
    """Send bytes that must be answered with an error, as JSON-RPC unless HTTP has no body there, and go no further."""

    async def story() -> None:
        async with upstream(stack) as server:
            answer = await raw_exchange(stack, data)
            head, _, body = answer.partition(b"\r\n\r\n")
            seen = int(head.split(b" ")[1])
            assert seen == status if status else seen >= 400, answer[:300]
            assert server.connections == 0
            if body:
                assert b"content-type: application/json" in head.lower()
                assert json.loads(body)["error"]["code"] < 0

    asyncio.run(story())
