"""Run work within a time, without paying for a timer when the work never waits."""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")


async def within(seconds: float, work: Coroutine[Any, Any, _T]) -> _T:
    """Return what the work returns. Raises: `TimeoutError` when it waits longer than this.

    Most judgements never wait, because their facts are in memory; arming a timer costs more than many of them do. So
    the work runs to its first wait at once, and the timer is armed only if there is one.
    """
    try:
        awaited = work.send(None)
    except StopIteration as done:
        result: _T = done.value
        return result
    async with asyncio.timeout(seconds):
        return await _Rest(work, awaited)


class _Rest(Generic[_T]):
    """Work that has begun and waits for `awaited`."""

    def __init__(self, work: Coroutine[Any, Any, _T], awaited: object) -> None:
        self._work = work
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, _T]:
        awaited = self._awaited
        while True:
            try:
                try:
                    sent = yield awaited
                except BaseException as thrown:  # noqa: BLE001 - cancellation too belongs to the work
                    awaited = self._work.throw(thrown)
                else:
                    awaited = self._work.send(sent)
            except StopIteration as done:
                result: _T = done.value
                return result
