"""The scripted tour: calls the demo shop through the stack, and says in plain words what happened and why."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import grpc
import httpx2
import orjson
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, TextContent

from extproc.up.stack import Stack

_CONTROL: Final = "/mcp_extproc.control.v1.Control/"
_PATIENCE: Final = 10.0
_JSON: Final = {"content-type": "application/json", "accept": "application/json, text/event-stream"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to show: what is done, and what proves that it went as announced."""

    title: str
    show: Callable[["Visit"], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a step can use: a connected client and the stack it talks through."""

    client: Client
    stack: Stack

    async def call(self, tool: str, **arguments: object) -> CallToolResult:
        """Call a tool and print the call."""
        print(f"   call    {tool}({', '.join(f'{name}={value!r}' for name, value in arguments.items())})")
        return await self.client.call_tool(tool, arguments)


async def tour(stack: Stack) -> int:
    """Run all steps; return 0 when each went as announced."""
    surprises = 0
    for number, step in enumerate(STEPS, 1):
        print(f"{number}. {step.title}")
        transport = streamable_http_client(stack.url)
        async with Client(transport) as client:
            as_announced = await step.show(Visit(client=client, stack=stack))
        surprises += not as_announced
        print("   " + ("as announced" if as_announced else "NOT AS ANNOUNCED") + "\n", flush=True)
    print(f"{len(STEPS) - surprises} of {len(STEPS)} steps went as announced.")
    return 1 if surprises else 0


async def _allowed(visit: Visit) -> bool:
    result = await visit.call("refund_order", order_id="o-1001", amount=1.5)
    print(f"   answer  {_text(result)}")
    print("   why     rule shop-tools allows it; the message was forwarded byte for byte")
    return not result.is_error


async def _changed(visit: Visit) -> bool:
    result = await visit.call("lookup_customer", id="c-1")
    print(f"   answer  {orjson.dumps(result.structured_content).decode()}")
    print("   why     rule hide-personal-data: what detectors found is replaced, in the structure and in the text")
    whole = _text(result) + orjson.dumps(result.structured_content).decode()
    return "[REDACTED:credit_card]" in whole and "4111" not in whole and "ada.sample@" not in whole


async def _refused(visit: Visit) -> bool:
    before = _text(await visit.call("count_customers"))
    result = await visit.call("delete_customer", id="c-2")
    print(f"   answer  {_text(result)}")
    after = _text(await visit.call("count_customers"))
    print(f"   proof   customers before: {before}; after: {after}: the call never reached the server")
    return bool(result.is_error) and before == after


async def _streamed(visit: Visit) -> bool:
    seen: list[float] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        seen.append(progress)
        print(f"   event   {message or 'progress'} ({progress:g} of {total or 0:g})")

    await visit.client.call_tool("export_report", {"steps": 3}, progress_callback=on_progress)
    print("   why     every event of the stream was judged alone and sent on at once")
    return len(seen) >= 3  # noqa: PLR2004 - the three steps asked for


async def _held(visit: Visit) -> bool:
    call = asyncio.ensure_future(visit.call("wire_transfer", account="DE00 TEST", amount=100))
    hold = await _first_hold(visit.stack)
    print(f"   held    by rule {', '.join(hold['rules'])}; reference {hold['decision_id']}")
    await asyncio.to_thread(_control, visit.stack, "ResolveHold", {"decision_id": hold["decision_id"], "release": True})
    print(f"   release extproc holds release {hold['decision_id']}")
    result = await call
    print(f"   answer  {_text(result)}")
    return not result.is_error


async def _first_hold(stack: Stack) -> dict[str, list[str]]:
    async with asyncio.timeout(_PATIENCE):
        while True:
            holds = (await asyncio.to_thread(_control, stack, "ListHolds", {}))["holds"]
            if holds:
                return dict(holds[0])
            await asyncio.sleep(0.05)


def _control(stack: Stack, method: str, members: dict[str, object]) -> dict[str, list[dict[str, list[str]]]]:
    request = Struct()
    request.update(members)  # type: ignore[arg-type]  # strings and booleans
    with grpc.insecure_channel(f"unix:{stack.control_socket}") as channel:
        call = channel.unary_unary(_CONTROL + method, Struct.SerializeToString, Struct.FromString)
        return MessageToDict(call(request, timeout=_PATIENCE))


async def _malformed(visit: Visit) -> bool:
    body = '{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"delete_customer"}}'
    print(f"   send    {body}")
    status, answer = await _post(visit.stack.url, body, {})
    print(f"   answer  HTTP {status} {answer}")
    print("   why     two parsers could read two different methods, so neither gets it")
    return status == httpx2.codes.BAD_REQUEST and "twice" in answer


async def _lying_header(visit: Visit) -> bool:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": "delete_customer", "arguments": {"id": "c-2"}, "_meta": meta}
    body = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).decode()
    headers = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "lookup_customer"}
    print("   send    a call of delete_customer with the header Mcp-Name: lookup_customer")
    status, answer = await _post(visit.stack.url, body, headers)
    print(f"   answer  HTTP {status} {answer}")
    return status == httpx2.codes.BAD_REQUEST and "-32020" in answer


async def _post(url: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    async with httpx2.AsyncClient() as client:
        response = await client.post(url, content=body.encode(), headers={**_JSON, **headers})
        return response.status_code, response.text


def _text(result: CallToolResult) -> str:
    return " ".join(block.text for block in result.content if isinstance(block, TextContent))


async def _injected(visit: Visit) -> bool:
    read = await visit.call("list_reviews", item="rug")
    said = orjson.dumps(read.structured_content).decode()
    print(f"   answer  {said}")
    print("   why     a review spoke to the model that reads it, and was taken out")
    followed = await visit.call("wire_transfer", account="DE99 ROGUE", amount=900)
    print(f"   answer  {_text(followed)}")
    print("   why     nobody but that review asked for this transfer, so nobody is asked to approve it")
    return "DE99" not in said and bool(followed.is_error) and "injected_sink" in _text(followed)


STEPS: Final = (
    Step(title="An ordinary call is allowed", show=_allowed),
    Step(title="Personal data in a result is changed", show=_changed),
    Step(title="A destructive call is refused", show=_refused),
    Step(title="An event stream passes event by event", show=_streamed),
    Step(title="A transfer is held until somebody releases it", show=_held),
    Step(title="A message with two readings is refused", show=_malformed),
    Step(title="A header that says something else than the body is refused", show=_lying_header),
    Step(title="An instruction in a review is taken out, and a call that follows it is refused", show=_injected),
)
