"""State in the memory of one process, bounded: the least recently used goes first."""

import asyncio
from collections import OrderedDict
from typing import Final, Generic, TypeVar

from extproc.model.message import Call, Direction, RequestId
from extproc.ports import Hold, KnownTool, Resolution, SessionKey

MAX_SESSIONS: Final = 10_000
MAX_CALLS: Final = 50_000
MAX_TOOLS: Final = 10_000

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class _Bounded(Generic[_Key, _Value]):
    """A mapping of at most `limit` entries."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[_Key, _Value] = OrderedDict()

    def get(self, key: _Key) -> _Value | None:
        value = self._entries.get(key)
        if value is not None:
            self._entries.move_to_end(key)
        return value

    def put(self, key: _Key, value: _Value) -> None:
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)

    def take(self, key: _Key) -> _Value | None:
        return self._entries.pop(key, None)


class MemorySessions:
    """A `SessionStore` that ends with the process: after a restart, calls that were open are unknown."""

    def __init__(self) -> None:
        """Start empty."""
        self._versions: _Bounded[SessionKey, str] = _Bounded(MAX_SESSIONS)
        self._owners: _Bounded[SessionKey, str] = _Bounded(MAX_SESSIONS)
        # The type of the id is part of the key: 1 and "1" are different requests (JSON-RPC 2.0 §4).
        self._calls: _Bounded[tuple[SessionKey, Direction, type, RequestId], Call] = _Bounded(MAX_CALLS)

    async def version(self, key: SessionKey) -> str | None:
        """See `SessionStore`."""
        return self._versions.get(key)

    async def negotiated(self, key: SessionKey, version: str) -> None:
        """See `SessionStore`."""
        self._versions.put(key, version)

    async def bind(self, key: SessionKey, owner: str) -> None:
        """See `SessionStore`."""
        self._owners.put(key, owner)

    async def owner(self, key: SessionKey) -> str | None:
        """See `SessionStore`."""
        return self._owners.get(key)

    async def open_call(self, key: SessionKey, direction: Direction, call: Call) -> None:
        """See `SessionStore`."""
        self._calls.put((key, direction, type(call.id), call.id), call)

    async def close_call(self, key: SessionKey, direction: Direction, identifier: RequestId) -> Call | None:
        """See `SessionStore`."""
        return self._calls.take((key, direction, type(identifier), identifier))

    async def end(self, key: SessionKey) -> None:
        """See `SessionStore`."""
        self._versions.take(key)
        self._owners.take(key)


class MemoryTools:
    """A `ToolStore` that ends with the process: after a restart, tools are unknown until they are listed again."""

    def __init__(self) -> None:
        """Start empty."""
        self._tools: _Bounded[tuple[str, str], KnownTool] = _Bounded(MAX_TOOLS)

    async def learn(self, server: str, name: str, tool: KnownTool) -> None:
        """See `ToolStore`."""
        self._tools.put((server, name), tool)

    async def known(self, server: str, name: str) -> KnownTool | None:
        """See `ToolStore`."""
        return self._tools.get((server, name))


class MemoryHolds:
    """A `HoldDesk` for the waiting messages of this process."""

    def __init__(self) -> None:
        """Start with nobody waiting."""
        self._waiting: dict[str, tuple[Hold, asyncio.Future[Resolution]]] = {}

    async def wait(self, hold: Hold) -> Resolution:
        """See `HoldDesk`."""
        answer: asyncio.Future[Resolution] = asyncio.get_running_loop().create_future()
        self._waiting[hold.decision_id] = (hold, answer)
        try:
            async with asyncio.timeout(hold.seconds):
                return await answer
        except TimeoutError:
            # Whoever resolved it in the last moment was told so.
            return answer.result() if answer.done() and not answer.cancelled() else Resolution.EXPIRED
        finally:
            del self._waiting[hold.decision_id]

    def waiting(self) -> tuple[Hold, ...]:
        """Return the holds that wait now, oldest first."""
        return tuple(hold for hold, _ in self._waiting.values())

    def resolve(self, decision_id: str, resolution: Resolution) -> bool:
        """End a hold; False when none waits under this id."""
        entry = self._waiting.get(decision_id)
        if entry is None or entry[1].done():
            return False
        entry[1].set_result(resolution)
        return True
