"""Session stores that do what stores do on a bad day."""

import asyncio

from extproc.model.message import Call, Direction, RequestId
from extproc.ports import KnownTool, PortError, SessionKey
from extproc.stores.memory import MemorySessions, MemoryTools


class Failing(MemorySessions):
    """A `SessionStore` whose methods fail from the moment on when `failure` is set; "hang" never returns."""

    def __init__(self, failure: Exception | str | None) -> None:
        super().__init__()
        self.failure = failure
        self.tools = FailingTools(self)

    async def fail(self) -> None:
        match self.failure:
            case None:
                return
            case Exception():
                raise self.failure
            case _:
                await asyncio.Event().wait()

    async def version(self, key: SessionKey) -> str | None:
        await self.fail()
        return await super().version(key)

    async def negotiated(self, key: SessionKey, version: str) -> None:
        await self.fail()
        await super().negotiated(key, version)

    async def bind(self, key: SessionKey, owner: str) -> None:
        await self.fail()
        await super().bind(key, owner)

    async def owner(self, key: SessionKey) -> str | None:
        await self.fail()
        return await super().owner(key)

    async def open_call(self, key: SessionKey, direction: Direction, call: Call) -> None:
        await self.fail()
        await super().open_call(key, direction, call)

    async def close_call(self, key: SessionKey, direction: Direction, identifier: RequestId) -> Call | None:
        await self.fail()
        return await super().close_call(key, direction, identifier)

    async def end(self, key: SessionKey) -> None:
        await self.fail()
        await super().end(key)


class FailingTools(MemoryTools):
    """A `ToolStore` in the same place as a failing `SessionStore`."""

    def __init__(self, sessions: Failing) -> None:
        super().__init__()
        self._sessions = sessions

    async def learn(self, server: str, name: str, tool: KnownTool) -> None:
        await self._sessions.fail()
        await super().learn(server, name, tool)

    async def known(self, server: str, name: str) -> KnownTool | None:
        await self._sessions.fail()
        return await super().known(server, name)


DOWN = PortError("the store is down")
CRASH = KeyError("secret content")
HANG = "hang"
