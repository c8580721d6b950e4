"""The engine with ports in memory, driven through whole exchanges as the edge would."""

import asyncio
import itertools
import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Any

from extproc.engine.exchange import Exchange
from extproc.engine.judging import Engine, Ports
from extproc.engine.runner import Outgoing, handle
from extproc.engine.settings import Route, Settings
from extproc.mcp.headers import Headers
from extproc.model.message import Direction
from extproc.pipeline.search import Detection
from extproc.policy.globs import globs
from extproc.policy.rules import Policy
from extproc.ports import (
    Clock,
    DecisionLog,
    Hold,
    HoldDesk,
    KeySource,
    Record,
    Recorder,
    Resolution,
    SessionStore,
    ToolStore,
    Vault,
)
from extproc.stores.memory import MemorySessions, MemoryTools
from extproc.stores.recording import NoRecorder
from extproc.stores.vault import MemoryVault
from extproc.wire.commands import Continue, Reply, SendChunk
from extproc.wire.events import (
    BodyMode,
    Event,
    Modes,
    RequestBody,
    RequestHeaders,
    ResponseBody,
    ResponseHeaders,
)
from extproc.wire.machine import ExchangeMachine
from extproc.wire.phases import Phase
from tests.policies import ALLOW_ALL
from tests.states import MemoryState

LEGACY, MODERN, BATCHING = "2025-11-25", "2026-07-28", "2025-03-26"
C2S, S2C = Direction.CLIENT_TO_SERVER, Direction.SERVER_TO_CLIENT
SETTINGS = Settings(
    routes=(Route(name="shop", hosts=globs(("*",)), paths=frozenset({"/mcp"})),), decision_seconds=0.2, hold_seconds=0.2
)
_MODES = Modes(request_body=BodyMode.BUFFERED, response_body=BodyMode.BUFFERED)


class Kept:
    """A `DecisionLog` that can be read again."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def append(self, record: Record) -> None:
        self.records.append(record)


class Still:
    """A `Clock` that stands still."""

    def now(self) -> float:
        return 1_000_000.0

    def steady(self) -> float:
        return 1.0


class Ticking(Still):
    """A `Clock` that goes on a second whenever it is looked at."""

    def __init__(self) -> None:
        self._now = 1_000_000.0

    def now(self) -> float:
        self._now += 1.0
        return self._now


class Counted:
    """An `IdSource` that counts: d1, d2, ..."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self) -> str:
        return f"d{next(self._numbers)}"


class Desk:
    """A `HoldDesk` where every hold ends the same way, at once."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution
        self.holds: list[Hold] = []

    async def wait(self, hold: Hold) -> Resolution:
        self.holds.append(hold)
        return self._resolution


class Sent:
    """An `Outbox` that can be read."""

    def __init__(self) -> None:
        self.notices: list[tuple[frozenset[str], Record, str]] = []

    def send(self, channels: AbstractSet[str], record: Record, explanation: str) -> None:
        self.notices.append((frozenset(channels), record, explanation))


@dataclass(kw_only=True)
class Sidecar:
    """An engine and what it is made of."""

    policy: Policy = ALLOW_ALL
    settings: Settings = SETTINGS
    sessions: SessionStore = field(default_factory=MemorySessions)
    tools: ToolStore = field(default_factory=MemoryTools)
    state: MemoryState = field(default_factory=MemoryState)
    outbox: Sent = field(default_factory=Sent)
    recorder: Recorder = field(default_factory=NoRecorder)
    holds: HoldDesk = field(default_factory=lambda: Desk(Resolution.EXPIRED))
    log: Kept = field(default_factory=Kept)
    broken_log: DecisionLog | None = None
    keys: Mapping[str, KeySource] = field(default_factory=dict)
    vault: Vault = field(default_factory=lambda: MemoryVault(b"k" * 32, Still().steady))
    detection: Detection | None = None
    clock: Clock = field(default_factory=Still)

    def __post_init__(self) -> None:
        self.tools = getattr(self.sessions, "tools", self.tools)  # a failing store fails as a whole
        log = self.broken_log or self.log
        ports = Ports(
            sessions=self.sessions,
            tools=self.tools,
            trails=self.state.trails,
            pins=self.state.pins,
            registry=self.state.registry,
            holds=self.holds,
            log=log,
            outbox=self.outbox,
            recorder=self.recorder,
            clock=self.clock,
            ids=Counted(),
            keys=self.keys,
            vault=self.vault,
        )
        self.engine = Engine(settings=self.settings, ports=ports, policy=self.policy, detection=self.detection)

    def exchange(self, *events: Event) -> list[Outgoing]:
        """Play one exchange and return all that Envoy would be told."""
        return asyncio.run(self.play(events))

    async def play(self, events: Iterable[Event]) -> list[Outgoing]:
        assert self.engine.policy is not None
        removed = self.settings.identity.removed_headers
        machine = ExchangeMachine(event_bytes=self.settings.limits.event_bytes, removed_headers=removed)
        exchange = Exchange(self.engine, self.engine.policy)
        sent: list[Outgoing] = []

        async def send(command: Outgoing) -> None:
            sent.append(command)

        for event in events:
            if machine.phase is Phase.CLOSED:
                break  # a refused request has no response
            await handle(event, machine, exchange, send)
        return sent

    @property
    def last(self) -> Record:
        return self.log.records[-1]


def failing_open(*directions: Direction) -> Settings:
    return replace(SETTINGS, fail_open=frozenset(directions))


def head(
    method: str = "POST", path: str = "/mcp", *, body: bool = True, authority: str = "mcp.test", **fields: Any
) -> RequestHeaders:
    """Return a request head; fields by keyword, `_` for `-`, None to leave out."""
    named = {"content_type": "application/json" if method == "POST" else None, **fields}
    pairs = [(name.replace("_", "-"), value) for name, value in named.items() if value is not None]
    pseudo = [(":method", method), (":authority", authority), (":path", path)]
    return RequestHeaders(headers=Headers([*pseudo, *pairs]), end_of_stream=not body, modes=_MODES)


def ask(document: object, **fields: Any) -> tuple[Event, Event]:
    """Return a POST of one document; bytes as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return head(**fields), RequestBody(chunk=body)


def response_head(status: int = 200, *, body: bool = True, **fields: Any) -> ResponseHeaders:
    named = {"content_type": "application/json" if body else None, **fields}
    pairs = [(name.replace("_", "-"), value) for name, value in named.items() if value is not None]
    return ResponseHeaders(headers=Headers([(":status", str(status)), *pairs]), end_of_stream=not body)


def answer(document: object, status: int = 200, **fields: Any) -> tuple[Event, Event]:
    """Return a JSON response; bytes as they are."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return response_head(status, **fields), ResponseBody(chunk=body)


def stream_head(**fields: Any) -> ResponseHeaders:
    return response_head(**{"content_type": "text/event-stream", **fields})


def event(document: object, *, number: str | None = None, name: str | None = "message") -> ResponseBody:
    """Return one event of a stream in a chunk of its own."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    fields = [f"id: {number}\n".encode()] if number is not None else []
    fields += [f"event: {name}\n".encode()] if name is not None else []
    return ResponseBody(chunk=b"".join(fields) + b"data: " + data + b"\n\n", end_of_stream=False)


END = ResponseBody(chunk=b"", end_of_stream=True)


def request(
    method: str = "tools/list", params: Mapping[str, object] | None = None, number: object = 1
) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": dict(params or {})}


def tool_call(tool: str = "get", arguments: object = None, number: object = 1) -> dict[str, object]:
    return request("tools/call", {"name": tool, "arguments": arguments if arguments is not None else {}}, number)


def notification(method: str = "notifications/initialized", params: object = None) -> dict[str, object]:
    return {"jsonrpc": "2.0", "method": method, "params": params or {}}


def result(value: object = None, number: object = 1) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "result": value if value is not None else {}}


def error(code: int = -32603, number: object = 1, message: str = "broken") -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def modern(document: dict[str, object], **meta: object) -> dict[str, object]:
    """Return a request as the modern era has it."""
    params = document["params"]
    assert isinstance(params, dict)
    prefix = "io.modelcontextprotocol/"
    told = {f"{prefix}protocolVersion": MODERN, f"{prefix}clientCapabilities": {}, **meta}
    return {**document, "params": {**params, "_meta": told}}


def modern_fields(document: dict[str, object], **fields: Any) -> dict[str, str | None]:
    """Return the headers that a modern request must have."""
    params = document["params"]
    assert isinstance(params, dict)
    name = params.get("name") or params.get("uri")
    named = str(name) if document["method"] in {"tools/call", "prompts/get", "resources/read"} else None
    return {"mcp_protocol_version": MODERN, "mcp_method": str(document["method"]), "mcp_name": named, **fields}


def ask_modern(document: dict[str, object], **fields: Any) -> tuple[Event, Event]:
    whole = modern(document)
    return ask(whole, **modern_fields(whole, **fields))


def body_of(command: Outgoing) -> object:
    """Return the JSON that a reply carries."""
    assert isinstance(command, Reply | Continue)
    assert command.body is not None
    return json.loads(command.body)


def frames(sent: Iterable[Outgoing]) -> bytes:
    """Return all that a client gets of a stream."""
    return b"".join(command.chunk for command in sent if isinstance(command, SendChunk))


def messages(sent: Iterable[Outgoing]) -> list[object]:
    """Return the messages that a client reads in a stream."""
    lines = frames(sent).split(b"\n")
    return [json.loads(line.removeprefix(b"data: ")) for line in lines if line.startswith(b"data: {")]


def ended(sent: list[Outgoing]) -> bool:
    last = sent[-1]
    return isinstance(last, SendChunk) and last.end_of_stream


def refusal(sent: list[Outgoing]) -> Reply:
    """Return the answer that was given in place of the server; it is the last word."""
    last = sent[-1]
    assert isinstance(last, Reply), last
    assert last.details.startswith("mcp_extproc_")
    return last


def passed(sent: list[Outgoing]) -> Continue:
    """Return the reply that let a part go on as the last thing said."""
    last = sent[-1]
    assert isinstance(last, Continue), last
    return last
