"""Drive one exchange machine: pass events in, have questions answered, hand every reply to the edge in order."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from extproc.engine.exchange import Exchange
from extproc.wire.commands import Continue, Evaluate, Reply, SendChunk, Wait
from extproc.wire.events import Evaluated, Event
from extproc.wire.machine import ExchangeMachine

# What the edge sends to Envoy.
Outgoing: TypeAlias = Continue | SendChunk | Reply | Wait
Send: TypeAlias = Callable[[Outgoing], Awaitable[None]]


async def handle(event: Event, machine: ExchangeMachine, exchange: Exchange, send: Send) -> None:
    """Take one event of the edge to its end; returns when everything that follows from it has been sent.

    Events of a stream that came together leave together, each after its own decision: one reply costs far more than
    one decision. Before a hold, everything that is decided goes out.
    """
    commands = deque(machine.receive(event))
    chunks: list[SendChunk] = []
    while commands:
        command = commands.popleft()
        match command:
            case Evaluate(subject=subject):
                answer = await exchange.evaluate(subject)
                commands.extend(machine.receive(Evaluated(answer=answer)))
            case SendChunk():
                chunks.append(command)
            case Wait():
                await _send_all(chunks, send)
                await send(command)
                commands.extend(machine.receive(Evaluated(answer=await exchange.resolve())))
            case Continue() | Reply():
                await _send_all(chunks, send)
                await send(command)
    await _send_all(chunks, send)


async def _send_all(chunks: list[SendChunk], send: Send) -> None:
    """Send what has been decided as one chunk."""
    if not chunks:
        return
    joined = chunks[0]
    if len(chunks) > 1:
        metadata = {name: value for chunk in chunks for name, value in (chunk.metadata or {}).items()}
        joined = SendChunk(
            chunk=b"".join(chunk.chunk for chunk in chunks),
            end_of_stream=chunks[-1].end_of_stream,
            metadata=metadata or None,
        )
    chunks.clear()
    await send(joined)
