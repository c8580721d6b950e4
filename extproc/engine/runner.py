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
    """Take one event of the edge to its end; returns when everything that follows from it has been sent."""
    commands = deque(machine.receive(event))
    while commands:
        command = commands.popleft()
        match command:
            case Evaluate(subject=subject):
                answer = await exchange.evaluate(subject)
                commands.extend(machine.receive(Evaluated(answer=answer)))
            case Wait():
                await send(command)
                commands.extend(machine.receive(Evaluated(answer=await exchange.resolve())))
            case Continue() | SendChunk() | Reply():
                await send(command)
