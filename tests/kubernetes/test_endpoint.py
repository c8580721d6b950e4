"""The endpoint on its own: bodies that do not end, or are too many at once, are answered and forgotten."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from extproc.kubernetes.endpoint import inject_app
from extproc.kubernetes.review import MAX_BYTES, Rules
from extproc.kubernetes.telemetry import InjectorMetrics
from tests.kubernetes.samples import pod, review, template
from tests.kubernetes.waiting import until

SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/inject",
    "raw_path": b"/inject",
    "query_string": b"",
    "headers": [],
}


async def status(app: Any, chunks: AsyncIterator[bytes]) -> int:
    """Post a body in chunks, as a server hands them on; return the status of the answer."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        try:
            return {"type": "http.request", "body": await anext(chunks), "more_body": True}
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(SCOPE, receive, send)
    return int(sent[0]["status"])


async def whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def held(gate: asyncio.Event, taken: list[int]) -> AsyncIterator[bytes]:
    yield b" " * MAX_BYTES
    taken.append(MAX_BYTES)
    await gate.wait()


def test_bodies_that_are_too_many_at_once_are_refused_and_leave_room_again() -> None:
    async def story() -> None:
        app = inject_app(template, Rules(enrolled=frozenset({"team-a"})), InjectorMetrics())
        gate = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            taken: list[int] = []
            slow = [tasks.create_task(status(app, held(gate, taken))) for _ in range(8)]
            await until(lambda: len(taken) == 8)
            assert await status(app, whole(review(pod()))) == 503
            gate.set()
        assert {task.result() for task in slow} == {400}
        assert await status(app, whole(review(pod()))) == 200
        assert await status(app, whole(b" " * (MAX_BYTES + 1))) == 413
        assert await status(app, whole(review(pod()))) == 200

    asyncio.run(story())


def test_without_a_template_nobody_is_let_in() -> None:
    async def story() -> None:
        app = inject_app(lambda: None, Rules(enrolled=frozenset({"team-a"})), InjectorMetrics())
        assert await status(app, whole(review(pod()))) == 503

    asyncio.run(story())
