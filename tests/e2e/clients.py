"""The official Python client in both eras, with everything it was asked and told kept for assertions.

    async with connect(stack.url, "modern", elicitation=accept(name="Ada")) as peer:
        result = await peer.client.call_tool("needs_input", {})
        assert peer.asked[0].message == "What is your name?"
        await peer.notified("notifications/tools/list_changed")
        print(await seen(peer.client.call_tool("delete_record", {"id": "7"})))

`seen` turns whatever a client call ends with into a plain dictionary; the TypeScript client prints the same shape.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

import anyio
import httpx2
from mcp import Client
from mcp.client.session import ClientRequestContext, IncomingMessage
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolResult,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    ServerNotification,
    TextContent,
)
from mcp_types.version import LATEST_MODERN_VERSION

Era = Literal["legacy", "modern"]

PATIENCE_SECONDS = 20.0


def accept(**content: str | float | bool) -> ElicitResult:
    """Return the answer of a person who fills in the form."""
    return ElicitResult(action="accept", content=dict(content))


def decline() -> ElicitResult:
    """Return the answer of a person who says no."""
    return ElicitResult(action="decline")


def completion(text: str) -> CreateMessageResult:
    """Return the answer of a model to sampling."""
    return CreateMessageResult(role="assistant", content=TextContent(text=text), model="test-model")


class Peer:
    """One connection: the SDK's client, what the server asked of it, what it was told, and the HTTP answers it got."""

    client: Client

    def __init__(
        self, elicitation: ElicitResult | ErrorData | None, sampling: CreateMessageResult | ErrorData | None
    ) -> None:
        """Keep the answers to give; None means that the capability is not declared at all."""
        self.asked: list[ElicitRequestParams | CreateMessageRequestParams] = []
        self.notifications: list[ServerNotification] = []
        self.faults: list[Exception] = []
        self.responses: list[httpx2.Response] = []
        self._elicitation = elicitation
        self._sampling = sampling
        self._told = anyio.Event()

    @property
    def session_id(self) -> str | None:
        """Return the session of the legacy era."""
        ids = [response.headers.get("mcp-session-id") for response in self.responses]
        return next((found for found in ids if found), None)

    async def notified(self, method: str, count: int = 1) -> list[ServerNotification]:
        """Wait until that many notifications of a method have arrived and return them."""
        with anyio.fail_after(PATIENCE_SECONDS):
            while True:
                found = [note for note in self.notifications if note.method == method]
                if len(found) >= count:
                    return found
                await self._told.wait()

    async def on_elicitation(
        self,
        context: ClientRequestContext,  # noqa: ARG002 - the SDK names what it passes
        params: ElicitRequestParams,
    ) -> ElicitResult | ErrorData:
        """Answer elicitation/create, and an elicitation inside input_required."""
        self.asked.append(params)
        return self._elicitation or ErrorData(code=-32603, message="no answer was prepared")

    async def on_sampling(
        self,
        context: ClientRequestContext,  # noqa: ARG002 - the SDK names what it passes
        params: CreateMessageRequestParams,
    ) -> CreateMessageResult | ErrorData:
        """Answer sampling/createMessage."""
        self.asked.append(params)
        return self._sampling or ErrorData(code=-32603, message="no answer was prepared")

    async def on_message(self, message: IncomingMessage) -> None:
        """Keep a notification, or a fault of the transport."""
        if isinstance(message, Exception):
            self.faults.append(message)
        else:
            self.notifications.append(message)
        told, self._told = self._told, anyio.Event()
        told.set()

    async def on_response(self, response: httpx2.Response) -> None:
        """Keep status and headers of an HTTP answer (its body belongs to the SDK)."""
        self.responses.append(response)


@asynccontextmanager
async def connect(
    url: str,
    era: Era,
    *,
    elicitation: ElicitResult | ErrorData | None = None,
    sampling: CreateMessageResult | ErrorData | None = None,
    headers: Mapping[str, str] | None = None,
    verify: ssl.SSLContext | bool = True,
) -> AsyncIterator[Peer]:
    """Connect, negotiate (initialize or server/discover) and yield; a legacy session is DELETEd at the end.

    The client's response cache is off, so that each call is seen on the wire. A modern connection that was talked
    down to the legacy era is an error: the SDK would otherwise fall back in silence.
    """
    peer = Peer(elicitation, sampling)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            httpx2.AsyncClient(
                headers=dict(headers or {}),
                verify=verify,
                timeout=httpx2.Timeout(PATIENCE_SECONDS),
                event_hooks={"response": [peer.on_response]},
                limits=httpx2.Limits(max_connections=None),
                trust_env=False,
            )
        )
        peer.client = await stack.enter_async_context(
            Client(
                streamable_http_client(url, http_client=http),
                mode="auto" if era == "modern" else "legacy",
                read_timeout_seconds=PATIENCE_SECONDS,
                elicitation_callback=peer.on_elicitation if elicitation else None,
                sampling_callback=peer.on_sampling if sampling else None,
                message_handler=peer.on_message,
                cache=None,
            )
        )
        if era == "modern" and peer.client.protocol_version != LATEST_MODERN_VERSION:
            raise RuntimeError(f"the modern client was talked down to {peer.client.protocol_version}")
        yield peer


async def seen(result: Awaitable[Any]) -> dict[str, Any]:
    """Await a client call and return what its caller gets: the content of a result, or the error it raised."""
    try:
        with anyio.fail_after(PATIENCE_SECONDS):
            ended = await result
    except Exception as error:  # noqa: BLE001 - whatever a client raises is the observation
        return failure(error)
    return shown(ended) if isinstance(ended, CallToolResult) else dict(ended)


def shown(result: CallToolResult) -> dict[str, Any]:
    """Return a tool's result as its text, the error mark and the structured content."""
    texts = [block.text for block in result.content if isinstance(block, TextContent)]
    return {"text": "\n".join(texts), "isError": bool(result.is_error), "structured": result.structured_content}


def failure(error: BaseException) -> dict[str, Any]:
    """Return an exception as data; of a group, its first member that is not one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    found: dict[str, Any] = {"kind": type(error).__name__, "code": None, "message": str(error), "data": None}
    if isinstance(error, MCPError):
        found |= {"code": error.code, "message": error.message, "data": error.data}
    return {"error": found}
