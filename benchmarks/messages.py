"""The canned MCP messages of the benchmark: requests and replies of an exact size, JSON and server-sent events."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

Kind = Literal["json", "sse"]
Json = dict[str, object]
Build = Callable[[list[Json], str], Json]

TOOL = "search_orders"
MAX_CONNECTIONS = 999
_TIERS = ("gold", "silver", None)
_PROSE = (
    "The customer asked for delivery before noon and a call on arrival. Two items were replaced by newer models at the "
    "same price; the invoice names both. Returns are accepted within thirty days when the seal is unbroken. "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one exchange looks like: `body` bytes of JSON in the request, and as many in a reply of this kind."""

    kind: Kind
    body: int


SHAPES = tuple(Shape(kind=kind, body=body) for body in (1024, 16384) for kind in ("json", "sse"))


def request_id(shape: Shape, connection: int) -> int:
    """Return the JSON-RPC id of a connection's requests; its first digit tells the upstream which reply is wanted."""
    if not 0 <= connection <= MAX_CONNECTIONS:
        msg = f"connection {connection} is not within 0..{MAX_CONNECTIONS}"
        raise ValueError(msg)
    return (SHAPES.index(shape) + 1) * (MAX_CONNECTIONS + 1) + connection


def shape_of(identifier: int) -> Shape:
    """Return the shape that an id made by `request_id` stands for."""
    index = identifier // (MAX_CONNECTIONS + 1) - 1
    if not 0 <= index < len(SHAPES):
        msg = f"no shape has the id {identifier}"
        raise ValueError(msg)
    return SHAPES[index]


@cache
def request(shape: Shape, identifier: int) -> bytes:
    """Return a `tools/call` request; the kind does not show in it, so that both kinds ask the same of a policy."""

    def build(records: list[Json], note: str) -> Json:
        arguments = {"query": "status:open", "page": {"limit": 25, "after": None}, "known": records, "note": note}
        params = {"name": TOOL, "_meta": {"progressToken": identifier}, "arguments": arguments}
        return {"jsonrpc": "2.0", "id": identifier, "method": "tools/call", "params": params}

    return _sized(build, shape.body)


@cache
def reply(shape: Shape, identifier: int) -> tuple[bytes, ...]:
    """Return the reply's body as the pieces in which the upstream sends it: one for JSON, one per event for SSE."""
    match shape.kind:
        case "json":
            return (_result(identifier, shape.body),)
        case "sse":
            return _events(identifier, shape.body)


def _result(identifier: int, size: int) -> bytes:
    def build(records: list[Json], note: str) -> Json:
        content = [{"type": "text", "text": note}]
        result = {"content": content, "structuredContent": {"orders": records}, "isError": False}
        return {"jsonrpc": "2.0", "id": identifier, "result": result}

    return _sized(build, size)


def _events(identifier: int, size: int) -> tuple[bytes, ...]:
    """Return a progress notification, two log notifications of a quarter each, and the result that fills the size."""
    progress = {"progressToken": identifier, "progress": 1, "total": 3, "message": "reading orders"}
    first = _frame(_dump({"jsonrpc": "2.0", "method": "notifications/progress", "params": progress}))

    def build(records: list[Json], note: str) -> Json:
        params = {"level": "info", "logger": "orders", "data": {"read": records, "note": note}}
        return {"jsonrpc": "2.0", "method": "notifications/message", "params": params}

    overhead = len(_frame(b""))
    log = _frame(_sized(build, size // 4 - overhead))
    last = _frame(_result(identifier, size - len(first) - 2 * len(log) - overhead))
    return (first, log, log, last)


def _frame(data: bytes) -> bytes:
    return b"event: message\ndata: " + data + b"\n\n"


def _record(number: int) -> Json:
    customer = {"name": f"Company {number:04d}", "tier": _TIERS[number % 3], "since": 2001 + number % 25}
    lines = [{"sku": f"A-{number * 7 + k:05d}", "quantity": k + 1, "price": 19.5 + number} for k in range(2)]
    return {"order": f"ord-{number:06d}", "open": number % 2 == 0, "customer": customer, "lines": lines}


def _sized(build: Build, size: int) -> bytes:
    """Return a document of exactly `size` bytes: half of the room in nested records, the rest in a text of prose."""
    records: list[Json] = []
    while len(_dump(build([*records, _record(len(records))], ""))) <= (size + len(_dump(build([], "")))) // 2:
        records.append(_record(len(records)))
    room = size - len(_dump(build(records, "")))
    document = _dump(build(records, (_PROSE * (room // len(_PROSE) + 1))[:room] if room > 0 else ""))
    if len(document) != size:
        msg = f"a message of {size} bytes cannot be built, the smallest has {len(document)}"
        raise ValueError(msg)
    return document


def _dump(document: Json) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
