"""Session stores that do what stores do on a bad day."""

import asyncio

from extproc.mcp.headers import ParamHeader
from extproc.model.message import Call, Direction, RequestId
from extproc.ports import PortError, SessionKey
from extproc.stores.memory import MemorySessions


class Failing(MemorySessions):
    """A `SessionStore` whose methods fail from the moment on when `failure` is set; "hang" never returns."""

    def __init__(self, failure: Exception | str | None) -> None:
        super().__init__()
        self.failure = failure

    async def _fail(self) -> None:
        match self.failure:
            case None:
                return
            case Exception():
                raise self.failure
            case _:
                await asyncio.Event().wait()

    async def version(self, key: SessionKey) -> str | None:
        await self._fail()
        return await super().version(key)

    async def negotiated(self, key: SessionKey, version: str) -> None:
        await self._fail()
        await super().negotiated(key, version)

    async def open_call(self, key: SessionKey, direction: Direction, call: Call) -> None:
        await self._fail()
        await super().open_call(key, direction, call)

    async def close_call(self, key: SessionKey, direction: Direction, identifier: RequestId) -> Call | None:
        await self._fail()
        return await super().close_call(key, direction, identifier)

    async def end(self, key: SessionKey) -> None:
        await self._fail()
        await super().end(key)

    async def learn_tool(self, server: str, tool: str, headers: tuple[ParamHeader, ...]) -> None:
        await self._fail()
        await super().learn_tool(server, tool, headers)

    async def tool_headers(self, server: str, tool: str) -> tuple[ParamHeader, ...] | None:
        await self._fail()
        return await super().tool_headers(server, tool)


DOWN = PortError("the store is down")
CRASH = KeyError("secret content")
HANG = "hang"
