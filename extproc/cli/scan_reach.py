"""Asks a server for all that it offers, on the official SDK: lifecycle and lists, and never a call."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.shared.message import SessionMessage
from mcp_types import METHOD_NOT_FOUND, PARSE_ERROR, REQUEST_TIMEOUT, Implementation, JSONRPCRequest, JSONRPCResponse
from pydantic import ValidationError

from extproc import __version__
from extproc.cli.scan_limits import MOST_ENTRIES, MOST_PAGES, Allowance, Reach, UnreachableError
from extproc.cli.scan_stdio import program
from extproc.model.message import JsonObject, JsonValue
from extproc.pins.showing import cut
from extproc.vetting.offer import Kind, Offer, secrets_of, without

# A probe that was answered, and then left for the other era, is not what counts.
_INTRODUCTIONS: Final = ("initialize", "server/discover")


@dataclass(slots=True, kw_only=True)
class _Heard:
    """The results as the server sent them, by the method of the request that they answer."""

    asked: dict[str | int, str] = field(default_factory=dict)
    results: dict[str, JsonObject] = field(default_factory=dict)


async def offer_of(reach: Reach) -> Offer:
    """Return all that a server offers. Raises: `UnreachableError` when it does not tell, or not within bounds."""
    allowance = Allowance()
    try:
        with anyio.fail_after(reach.seconds):
            return await _asked(reach, allowance)
    except TimeoutError:
        raise UnreachableError(_with_reason(f"it took more than {reach.seconds:g} s", allowance)) from None
    except Exception as error:  # noqa: BLE001 - whatever the SDK makes of what servers do ends here
        raise UnreachableError(_why(_first(error), allowance, reach.secrets)) from None


async def _asked(reach: Reach, allowance: Allowance) -> Offer:
    heard = _Heard()
    async with AsyncExitStack() as stack:
        transport = await _transport(stack, reach, allowance)
        client = await stack.enter_async_context(
            Client(
                _Tapped(transport, heard),
                mode="auto",
                read_timeout_seconds=reach.seconds,
                client_info=Implementation(name="mcp-extproc scan", version=__version__),
                cache=None,
            )
        )
        lists = {kind: await _listed(member, method, ask, heard) for kind, member, method, ask in _lists(client)}
        revision = client.protocol_version
    introduction = next((heard.results[name] for name in _INTRODUCTIONS if name in heard.results), {})
    told: JsonObject = {
        name: introduction[name] for name in ("instructions", "serverInfo", "_meta") if name in introduction
    }
    document: JsonObject = {"introduction": told, "lists": {kind.value: entries for kind, entries in lists.items()}}
    clean = without(document, secrets_of(reach.headers.values()))
    return _offer(reach, revision, clean, echoed=clean != document)


def _offer(reach: Reach, revision: str, document: JsonValue, *, echoed: bool) -> Offer:
    match document:
        case {"introduction": dict(introduction), "lists": dict(lists)}:
            found = {Kind(kind): entries for kind, entries in lists.items() if isinstance(entries, list)}
            return Offer(target=reach.shown, revision=revision, introduction=introduction, lists=found, echoed=echoed)
        case _:
            raise TypeError


async def _transport(stack: AsyncExitStack, reach: Reach, allowance: Allowance) -> AbstractAsyncContextManager[Any]:
    if reach.url is None:
        return program(reach.command, allowance)
    http = await stack.enter_async_context(
        httpx2.AsyncClient(
            headers={**reach.headers, "accept-encoding": "identity"},
            timeout=httpx2.Timeout(reach.seconds),
            event_hooks={"response": [_bounded(allowance)]},
        )
    )
    return streamable_http_client(reach.url, http_client=http)


def _bounded(allowance: Allowance) -> Callable[[httpx2.Response], Awaitable[None]]:
    """Return what counts the bytes of a response; compressed ones would be counted before they grow."""

    async def hook(response: httpx2.Response) -> None:
        if response.request.method == "POST":
            allowance.answered(response.status_code, _place(response.headers.get("location")))
        if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            allowance.odd = "it sends compressed data that it was not asked for"
            await response.aclose()
            raise UnreachableError(allowance.odd)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Counted(response.stream, allowance)

    return hook


def _place(location: str | None) -> str | None:
    return cut(location.partition("?")[0]) if location is not None else None


class _Counted(httpx2.AsyncByteStream):
    """A body that ends with an error where there is too much of it."""

    def __init__(self, stream: httpx2.AsyncByteStream, allowance: Allowance) -> None:
        self._stream = stream
        self._allowance = allowance

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._stream:
            if not self._allowance.takes(len(data)):
                raise UnreachableError("too much")
            yield data

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Tapped:
    """A transport whose messages are heard: the SDK's own values keep only what its models know."""

    def __init__(self, inner: AbstractAsyncContextManager[Any], heard: _Heard) -> None:
        self._inner = inner
        self._heard = heard

    async def __aenter__(self) -> tuple["_Reading", "_Writing"]:
        reading, writing = await self._inner.__aenter__()
        return _Reading(reading, self._heard), _Writing(writing, self._heard)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._inner.__aexit__(kind, error, trace)


class _Stream:
    """A stream of the transport; whatever is not heard goes to it."""

    def __init__(self, inner: Any, heard: _Heard) -> None:  # noqa: ANN401 - either transport has classes of its own
        self._inner = inner
        self._heard = heard

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aenter__(self) -> "Any":  # noqa: ANN401 - each stream is itself
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        closed: bool | None = await self._inner.__aexit__(kind, error, trace)
        return closed


class _Reading(_Stream):
    """What the server sends."""

    @property
    def last_context(self) -> Any:  # noqa: ANN401 - the SDK's own affair
        return getattr(self._inner, "last_context", None)

    async def receive(self) -> SessionMessage | Exception:
        item: SessionMessage | Exception = await self._inner.receive()
        return self._keep(item)

    def __aiter__(self) -> "_Reading":
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        item: SessionMessage | Exception = await self._inner.__anext__()
        return self._keep(item)

    def _keep(self, item: SessionMessage | Exception) -> SessionMessage | Exception:
        if isinstance(item, SessionMessage) and isinstance(item.message, JSONRPCResponse):
            method = self._heard.asked.pop(item.message.id, None)
            if method is not None:
                self._heard.results[method] = item.message.result
        return item


class _Writing(_Stream):
    """What is sent to the server."""

    async def send(self, item: SessionMessage, /) -> None:
        if isinstance(item.message, JSONRPCRequest):
            self._heard.asked[item.message.id] = item.message.method
            self._heard.results.pop(item.message.method, None)
        await self._inner.send(item)


_Ask = Callable[[str | None], Awaitable[Any]]


def _lists(client: Client) -> list[tuple[Kind, str, str, _Ask]]:
    """Return the lists that a server says it has; one of tools is asked for in any case."""
    has = client.server_capabilities
    found: list[tuple[Kind, str, str, _Ask]] = [
        (Kind.TOOL, "tools", "tools/list", lambda cursor: client.list_tools(cursor=cursor))
    ]
    if has.prompts is not None:
        found.append((Kind.PROMPT, "prompts", "prompts/list", lambda cursor: client.list_prompts(cursor=cursor)))
    if has.resources is not None:
        found += [
            (Kind.RESOURCE, "resources", "resources/list", lambda cursor: client.list_resources(cursor=cursor)),
            (
                Kind.TEMPLATE,
                "resourceTemplates",
                "resources/templates/list",
                lambda cursor: client.list_resource_templates(cursor=cursor),
            ),
        ]
    return found


async def _listed(member: str, method: str, ask: _Ask, heard: _Heard) -> list[JsonValue]:
    """Return all entries of a list, as the server sent them, also where they do not fit the protocol's schema."""
    entries: list[JsonValue] = []
    cursor: str | None = None
    seen: set[str] = set()
    for pages in range(1, MOST_PAGES + 1):  # noqa: B007 - told when they do not end
        try:
            await ask(cursor)
        except ValidationError:
            pass  # a client that is less strict would show it to its model
        except MCPError as error:
            if error.code == METHOD_NOT_FOUND and not entries:
                return []
            raise
        page = heard.results.get(method, {})
        found = page.get(member)
        entries += found if isinstance(found, list) else []
        told = page.get("nextCursor")
        following = told if isinstance(told, str) else None
        if len(entries) > MOST_ENTRIES or following in seen:
            break
        if following is None:
            return entries
        seen.add(following)
        cursor = following
    raise UnreachableError(f"{method} has no end, or one too far away: {pages} pages, {len(entries)} entries")


def _first(error: BaseException) -> BaseException:
    """Return the first fault of a group, however deep."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _why(error: BaseException, allowance: Allowance, secrets: Sequence[str]) -> str:
    """Return in words why a server could not be looked at; what the server says is shown as its words, cut."""
    if (seen := allowance.reason()) is not None and not isinstance(error, OSError):
        return _with_reason(seen, allowance)
    match error:
        case UnreachableError():
            return str(error)
        case MCPError() if error.code == REQUEST_TIMEOUT:
            return "it does not answer in time"
        case MCPError() if error.code == PARSE_ERROR:
            return "it answers with what is no message of JSON-RPC"
        case MCPError():
            said = without(error.error.message, secrets)
            return _with_reason(f'it answers with error {error.code}: "{cut(str(said))}"', allowance)
        case ValidationError():
            return "its introduction is not as the protocol says"
        case httpx2.HTTPError():
            return f"it cannot be reached: {cut(str(without(str(error), secrets))) or type(error).__name__}"
        case OSError():
            return f"it cannot be started: {error.strerror or type(error).__name__}"
        case _:
            return _with_reason(f"the connection failed: {type(error).__name__}", allowance)


def _with_reason(told: str, allowance: Allowance) -> str:
    """Add the last line that a program wrote to its standard error."""
    lines = allowance.last_words.decode("utf-8", "replace").strip().splitlines()
    return f'{told}; it wrote: "{cut(lines[-1])}"' if lines else told
