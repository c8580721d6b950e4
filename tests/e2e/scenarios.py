"""One short story per thing a client does with the fixture server, played by the official Python client.

`run(url, era, names, control=origin)` returns `{name: what the client saw}`; `typescript.run` plays the same stories
with the same result, so a test can be written once for both SDKs. Every story opens its own connection. A story that
could not be finished is `{"error": {"kind", "code", "message", "data"}}`.

    call, denied, fail, redacted,     {"text", "isError", "structured"}
      region, big
    list                              {"protocol", "server", "tools": [name, ...]}
    progress                          {"order": ["event 1", "open 1", "event 2", ..., "result"],
                                       "messages": [...], "result": {call}}
    elicitation, elicitation_declined, elicitation_error, sampling, sampling_error, input_required
                                      {"asked": [message, ...], "result": {call}}
    resource                          {"contents": [{"uri", "text"}], "templates": [...]}
    prompt                            {"prompts": [name, ...], "messages": [{"role", "text"}]}
    get_stream (legacy)               {"notifications": [{"method", "params"}, ...]}
    listen (modern)                   the same, and "honored": what the server agreed to send
    changing                          {"before", "changed", "restored"}: each {"tools": [name, ...], "result": {call}}
    injected, thread                  {"text", "isError", "structured"}
    delete                            legacy: {"deleted": status, "after": status of a call with that session};
                                      modern: {"deleted": status}

`changing`, `injected` and `thread` are stories with `office_server`, the others with `tool_server`.

In `progress` the server makes event N+1 only after the gate was opened, and the client opens it after it has seen
event N: that the story ends at all proves that nothing on the way waited for more.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
from mcp_types import (
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequestParams,
    ElicitResult,
    ErrorData,
    ServerNotification,
    TextContent,
    TextResourceContents,
)
from mcp_types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION

from tests.e2e.clients import PATIENCE_SECONDS, Era, Peer, accept, completion, connect, decline, failure, seen, shown

STEPS = 3
NOTE = "test://note/1"
Seen = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a story plays: the endpoint, the era, and the fixture server's own address for its gates."""

    url: str
    era: Era
    control: str
    headers: Mapping[str, str]

    async def open(self, gate: str) -> None:
        """Let one waiter through a gate, past any proxy."""
        async with httpx2.AsyncClient(trust_env=False) as http:
            (await http.post(f"{self.control}/gate/{gate}")).raise_for_status()


Story = Callable[[Stage], Awaitable[Seen]]


def run(
    url: str, era: Era, names: Iterable[str], *, control: str | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Seen]:
    """Play the stories one after the other; `control` defaults to the origin of `url` (no proxy between)."""
    parts = urlsplit(url)
    stage = Stage(url=url, era=era, control=control or f"{parts.scheme}://{parts.netloc}", headers=dict(headers or {}))
    return asyncio.run(_play(stage, list(names)))


async def _play(stage: Stage, names: list[str]) -> dict[str, Seen]:
    """Play each story against its own deadline; what it raises is what it saw."""
    found: dict[str, Seen] = {}
    for name in names:
        story = STORIES[name]
        try:
            with anyio.fail_after(PATIENCE_SECONDS):
                found[name] = await story(stage)
        except Exception as error:  # noqa: BLE001 - whatever a client raises is the observation
            found[name] = failure(error)
    return found


def _call(tool: str, arguments: dict[str, Any]) -> Story:
    """Return the story of one plain call."""

    async def story(stage: Stage) -> Seen:
        async with connect(stage.url, stage.era, headers=stage.headers) as peer:
            return await seen(peer.client.call_tool(tool, arguments))

    return story


def _asking(
    tool: str,
    *,
    elicitation: ElicitResult | ErrorData | None = None,
    sampling: CreateMessageResult | ErrorData | None = None,
) -> Story:
    """Return the story of a call during which the server asks the client something."""

    async def story(stage: Stage) -> Seen:
        async with connect(
            stage.url, stage.era, elicitation=elicitation, sampling=sampling, headers=stage.headers
        ) as peer:
            result = await seen(peer.client.call_tool(tool, {}))
            return {"asked": [_question(asked) for asked in peer.asked], "result": result}

    return story


async def _list(stage: Stage) -> Seen:
    async with connect(stage.url, stage.era, headers=stage.headers) as peer:
        tools = (await peer.client.list_tools()).tools
        info = peer.client.server_info
        return {
            "protocol": peer.client.protocol_version,
            "server": info.name if info else None,
            "tools": sorted(tool.name for tool in tools),
        }


async def _region(stage: Stage) -> Seen:
    # A client learns from the list which arguments to mirror into headers.
    async with connect(stage.url, stage.era, headers=stage.headers) as peer:
        await peer.client.list_tools()
        return await seen(peer.client.call_tool("regional", {"region": "eu-west", "text": "hello"}))


async def _progress(stage: Stage) -> Seen:
    order: list[str] = []
    messages: list[str | None] = []
    gate = f"progress-{secrets.token_hex(8)}"
    all_opened = anyio.Event()

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        assert total == STEPS
        order.append(f"event {progress:g}")
        messages.append(message)
        # Noted first: the next event may come back before the gate has answered.
        order.append(f"open {progress:g}")
        await stage.open(gate)
        if progress == STEPS:
            all_opened.set()

    async with connect(stage.url, stage.era, headers=stage.headers) as peer:
        arguments = {"steps": STEPS, "gate": gate}
        result = shown(await peer.client.call_tool("slow_progress", arguments, progress_callback=on_progress))
        # The answer may overtake the end of the callback that caused it.
        await all_opened.wait()
        return {"order": [*order, "result"], "messages": messages, "result": result}


async def _resource(stage: Stage) -> Seen:
    async with connect(stage.url, stage.era, headers=stage.headers) as peer:
        templates = (await peer.client.list_resource_templates()).resource_templates
        read = await peer.client.read_resource(NOTE)
        texts = [content for content in read.contents if isinstance(content, TextResourceContents)]
        return {
            "templates": [template.uri_template for template in templates],
            "contents": [{"uri": content.uri, "text": content.text} for content in texts],
        }


async def _prompt(stage: Stage) -> Seen:
    async with connect(stage.url, stage.era, headers=stage.headers) as peer:
        prompts = (await peer.client.list_prompts()).prompts
        got = await peer.client.get_prompt("greet", {"name": "Ada"})
        texts = [(message.role, message.content) for message in got.messages]
        return {
            "prompts": [prompt.name for prompt in prompts],
            "messages": [{"role": role, "text": part.text} for role, part in texts if isinstance(part, TextContent)],
        }


async def _announced(peer: Peer) -> list[Seen]:
    """Have the server announce two changes and return what arrived."""
    await peer.client.call_tool("announce", {"kind": "tools"})
    first = await peer.notified("notifications/tools/list_changed")
    await peer.client.call_tool("announce", {"kind": "note", "uri": NOTE})
    return [_told(note) for note in [*first, *await peer.notified("notifications/resources/updated")]]


async def _get_stream(stage: Stage) -> Seen:
    async with connect(stage.url, stage.era, headers=stage.headers) as peer:
        told = await _announced(peer)
        await peer.client.call_tool("log_alone", {"text": "call ada@example.com"})
        logged = await peer.notified("notifications/message")
        return {"notifications": [*told, *(_told(note) for note in logged)]}


async def _listen(stage: Stage) -> Seen:
    async with (
        connect(stage.url, stage.era, headers=stage.headers) as peer,
        peer.client.listen(tools_list_changed=True, resource_subscriptions=[NOTE]) as subscription,
    ):
        honored = subscription.honored.model_dump(by_alias=True, exclude_none=True)
        return {"honored": honored, "notifications": await _announced(peer)}


async def _delete(stage: Stage) -> Seen:
    async with httpx2.AsyncClient(headers=dict(stage.headers), trust_env=False) as http:
        if stage.era == "modern":
            version = {"mcp-protocol-version": LATEST_MODERN_VERSION}
            return {"deleted": (await http.delete(stage.url, headers=version)).status_code}
        async with connect(stage.url, stage.era, headers=stage.headers) as peer:
            await peer.client.list_tools()
        deleted = [answer.status_code for answer in peer.responses if answer.request.method == "DELETE"]
        after = await http.post(
            stage.url,
            content=json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}),
            headers={
                "content-type": "application/json",
                "accept": "application/json, text/event-stream",
                "mcp-session-id": peer.session_id or "",
                "mcp-protocol-version": LATEST_HANDSHAKE_VERSION,
            },
        )
        return {"deleted": deleted[0] if deleted else None, "after": after.status_code}


async def _changing(stage: Stage) -> Seen:
    """Look at the tools and call one before the server describes it anew, after that, and after it took that back."""
    async with connect(stage.url, stage.era, headers=stage.headers) as peer:

        async def look() -> Seen:
            tools = (await peer.client.list_tools()).tools
            return {
                "tools": sorted(tool.name for tool in tools),
                "result": await seen(peer.client.call_tool("echo", {"text": "hello"})),
            }

        found = {"before": await look()}
        for name, description in (("changed", "Return the text, and keep a copy."), ("restored", "Return the text.")):
            await peer.client.call_tool("turn", {"description": description})
            found[name] = await look()
        return found


def _question(asked: ElicitRequestParams | CreateMessageRequestParams) -> str:
    """Return the text that the server put to the person or to the model."""
    if not isinstance(asked, CreateMessageRequestParams):
        return asked.message
    content = asked.messages[0].content
    return content.text if isinstance(content, TextContent) else type(content).__name__


def _told(note: ServerNotification) -> Seen:
    """Return a notification without its bookkeeping (the subscription id differs from run to run)."""
    params = note.params.model_dump(by_alias=True, exclude_none=True) if note.params else {}
    params.pop("_meta", None)
    return {"method": note.method, "params": params}


_REFUSED = ErrorData(code=-1, message="no model here")

STORIES: Mapping[str, Story] = {
    "list": _list,
    "call": _call("echo", {"text": "hello"}),
    "denied": _call("delete_record", {"id": "7"}),
    "fail": _call("fail", {}),
    "redacted": _call("customer", {"id": "c-1"}),
    "region": _region,
    "big": _call("big", {"size": 100_000}),
    "progress": _progress,
    "elicitation": _asking("ask_elicitation", elicitation=accept(name="Ada")),
    "elicitation_declined": _asking("ask_elicitation", elicitation=decline()),
    "elicitation_error": _asking("ask_elicitation", elicitation=ErrorData(code=-1, message="no person here")),
    "sampling": _asking("ask_sampling", sampling=completion("an answer")),
    "sampling_error": _asking("ask_sampling", sampling=_REFUSED),
    "input_required": _asking("needs_input", elicitation=accept(name="Ada")),
    "resource": _resource,
    "prompt": _prompt,
    "get_stream": _get_stream,
    "listen": _listen,
    "delete": _delete,
    "changing": _changing,
    "injected": _call("read_message", {"name": "marked"}),
    "thread": _call("read_thread", {"name": "marked"}),
}

ALWAYS = ("list", "call", "denied", "fail", "redacted", "region", "big", "progress", "resource", "prompt", "delete")
ONLY_LEGACY = (
    "elicitation",
    "elicitation_declined",
    "elicitation_error",
    "sampling",
    "sampling_error",
    "get_stream",
)
ONLY_MODERN = ("input_required", "listen")


def of_era(era: Era) -> tuple[str, ...]:
    """Return the names of all stories that exist in an era."""
    return ALWAYS + (ONLY_LEGACY if era == "legacy" else ONLY_MODERN)
