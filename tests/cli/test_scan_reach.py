"""Whatever a server does, a look at it ends, with what it offers or with the reason why not."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from extproc.cli.scan_limits import MOST_BYTES, MOST_ENTRIES, MOST_PAGES, Reach, UnreachableError
from extproc.cli.scan_reach import offer_of
from extproc.vetting.offer import Kind, Offer
from tests.fixtures.journal import Received
from tests.fixtures.raw_server import (
    CUT,
    LAST_CHUNK,
    Cut,
    Handler,
    RawServer,
    answer,
    chunk,
    document,
    head,
    lifecycle,
)

_SECRET = "Bearer k3y-0123456789"
_Answer = Callable[[dict[str, Any]], bytes]


def on_tools(reply: _Answer) -> Handler:
    """Return a server that does what is proper until it is asked for its tools."""

    async def handler(request: Received) -> AsyncIterator[bytes | Cut]:
        message = request.json() if request.method == "POST" else {}
        match message.get("method"):
            case "tools/list":
                yield reply(message)
            case "prompts/list" | "resources/list" | "resources/templates/list":
                yield document({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "none"}})
            case _:
                yield lifecycle(request) or document(b"", None, status=404)

    return handler


def page(message: dict[str, Any], *tools: Any, cursor: Any = None) -> bytes:
    following = {"nextCursor": cursor} if cursor is not None else {}
    return document(answer(message, {"tools": list(tools), "ttlMs": 0, "cacheScope": "private", **following}))


def looked_at(handler: Handler, seconds: float = 20.0) -> tuple[Offer, list[Received]]:
    async def run() -> tuple[Offer, list[Received]]:
        async with RawServer(handler) as server:
            reach = Reach(url=f"{server.url}?key=hush", headers={"authorization": _SECRET}, seconds=seconds)
            return await offer_of(reach), server.received

    return asyncio.run(run())


def refused(handler: Handler, seconds: float = 20.0) -> str:
    with pytest.raises(UnreachableError) as caught:
        looked_at(handler, seconds)
    assert _SECRET not in str(caught.value)
    return str(caught.value)


def test_only_lifecycle_and_lists_are_asked_for_and_headers_are_sent() -> None:
    offer, received = looked_at(on_tools(lambda message: page(message, {"name": "a", "inputSchema": {}})))
    methods = {request.json()["method"] for request in received if request.method == "POST"}
    assert methods <= {"server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list"}
    assert all(request.header("authorization") == _SECRET for request in received)
    assert [name for _, name, _ in offer.named(Kind.TOOL)] == ["a"]


def test_a_server_is_shown_without_its_query() -> None:
    offer, _ = looked_at(on_tools(page))
    assert offer.target.startswith("http://127.0.0.1:")
    assert "hush" not in offer.target


def test_definitions_are_kept_as_they_were_sent_also_where_they_are_odd() -> None:
    odd = {"name": "a", "inputSchema": 7, "x-unknown": {"text": "speaks"}}
    offer, _ = looked_at(on_tools(lambda message: page(message, odd, "nothing")))
    assert offer.lists[Kind.TOOL] == [odd, "nothing"]


def test_all_pages_are_read() -> None:
    def reply(message: dict[str, Any]) -> bytes:
        number = int(message.get("params", {}).get("cursor", "0"))
        tool = {"name": f"t{number}", "inputSchema": {"type": "object"}}
        return page(message, tool, cursor=str(number + 1) if number < 3 else None)

    offer, _ = looked_at(on_tools(reply))
    assert [name for _, name, _ in offer.named(Kind.TOOL)] == ["t0", "t1", "t2", "t3"]


def test_pages_that_do_not_end_end_the_look() -> None:
    numbers = iter(range(10_000))
    told = refused(on_tools(lambda message: page(message, cursor=str(next(numbers)))))
    assert told == f"tools/list has no end, or one too far away: {MOST_PAGES} pages, 0 entries"


def test_a_cursor_that_comes_again_ends_the_look() -> None:
    assert "has no end" in refused(on_tools(lambda message: page(message, cursor="same")))


def test_a_cursor_that_is_none_ends_the_list() -> None:
    offer, _ = looked_at(on_tools(lambda message: page(message, {"name": "a", "inputSchema": {}}, cursor={"a": 1})))
    assert len(offer.lists[Kind.TOOL]) == 1


def test_a_page_of_too_many_entries_ends_the_look() -> None:
    tools = [{"name": f"t{number}", "inputSchema": {}} for number in range(MOST_ENTRIES + 1)]
    assert f"1 pages, {MOST_ENTRIES + 1} entries" in refused(on_tools(lambda message: page(message, *tools)))


def test_a_header_that_is_repeated_is_not_kept() -> None:
    tool = {"name": "a", "description": f"You sent {_SECRET}.", "inputSchema": {"type": "object"}}
    offer, _ = looked_at(on_tools(lambda message: page(message, tool)))
    assert offer.echoed
    assert _SECRET.split()[1] not in str(offer.lists)


def test_what_a_server_says_of_its_failure_is_told_without_secrets() -> None:
    error = {"code": -32000, "message": f"no entry\x1b[2J for {_SECRET}"}
    told = refused(on_tools(lambda message: document({"jsonrpc": "2.0", "id": message["id"], "error": error})))
    assert told.startswith('it answers with error -32000: "no entry\\u001b[2J for ')


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (document(b"{not json"), "is no message of JSON-RPC"),
        (document(b"<html>", "text/html"), "text/html"),
        (document(b"", None, status=401), "it answers with HTTP 401"),
        (
            document(b"", None, status=302, headers={"location": "http://192.0.2.7/else?token=hush"}),
            "it answers with HTTP 302, to http://192.0.2.7/else, and is not followed there",
        ),
        (
            document(gzip.compress(b"{}"), headers={"content-encoding": "gzip"}),
            "it sends compressed data that it was not asked for",
        ),
        (document(b" " * (MOST_BYTES + 1)), "it sends more than 16 MiB"),
    ],
    ids=["no-json", "html", "401", "redirect", "compressed", "large"],
)
def test_a_server_that_does_not_answer_properly_is_told_so(reply: bytes, told: str) -> None:
    assert told in refused(on_tools(lambda _message: reply))


def test_a_server_that_closes_the_connection_is_told_so() -> None:
    async def handler(request: Received) -> AsyncIterator[bytes | Cut]:
        yield CUT if b"tools/list" in json.dumps(request.json()).encode() else (lifecycle(request) or b"")

    assert "it cannot be reached" in refused(handler)


def test_a_server_that_never_answers_has_a_limit_of_time() -> None:
    async def handler(_request: Received) -> AsyncIterator[bytes | Cut]:
        await asyncio.Event().wait()
        yield b""

    assert refused(handler, seconds=0.3) == "it took more than 0.3 s"


def test_a_stream_that_never_ends_has_a_limit_of_bytes() -> None:
    async def handler(request: Received) -> AsyncIterator[bytes | Cut]:
        if request.method != "POST" or request.json().get("method") != "tools/list":
            yield lifecycle(request) or document(b"", None, status=404)
            return
        yield head("text/event-stream", chunked=True)
        for _ in range(64):
            yield chunk(b": nothing\n" * 100_000)
        yield LAST_CHUNK

    assert refused(handler) == "it sends more than 16 MiB"


def test_where_nobody_listens_nothing_is_reached() -> None:
    with pytest.raises(UnreachableError, match="it cannot be reached"):
        asyncio.run(offer_of(Reach(url="http://127.0.0.1:9/mcp")))
