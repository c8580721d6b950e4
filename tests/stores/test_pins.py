"""Pins while their store fails: the last copy can be read, nothing is written, and nothing is guessed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from extproc.pins.pin import Pin, PinStatus, Version
from extproc.ports.errors import PortError
from extproc.stores import pins as module
from extproc.stores.pins import StatePins
from extproc.stores.state_backend import EntryError, Kind, Place, StateBackend, kept
from extproc.stores.state_memory import MemoryBackend
from tests.contract.backends import Time
from tests.stores.faulty import Line, guard


def pin(name: str, text: str = "{}") -> Pin:
    version = Version(digest=f"{name}{text}", cosmetic=name, text=text)
    return Pin(server="files", name=name, status=PinStatus.APPROVED, current=version, first_seen=1.0, changed_at=1.0)


READ, WRITE = pin("read"), pin("write")


@dataclass(slots=True, kw_only=True)
class World:
    """A replica and its line to a store."""

    store: StateBackend
    line: Line
    pins: StatePins


def run(steps: Callable[[World], Awaitable[None]], *, fallback: bool = True) -> None:
    async def made() -> None:
        clock = Time()
        store = MemoryBackend(clock)
        line = Line(store)
        pins = StatePins(line, guard(Kind.PINS, clock), fallback=fallback)
        for one in (READ, WRITE):
            await StatePins(store, guard(Kind.PINS, clock)).put(one, known=None)
        await steps(World(store=store, line=line, pins=pins))

    asyncio.run(made())


def test_the_last_copy_counts_while_the_store_fails_and_what_was_never_seen_is_a_fault() -> None:
    async def steps(at: World) -> None:
        assert await at.pins.of("files", "read") == READ
        at.line.down = True
        for _ in range(5):
            assert await at.pins.of("files", "read") == READ
            with pytest.raises(PortError):
                await at.pins.of("files", "write")

    run(steps)


def test_the_last_list_of_a_server_counts_when_it_is_whole() -> None:
    async def steps(at: World) -> None:
        assert await at.pins.of("files", "read") == READ
        at.line.down = True
        with pytest.raises(PortError):
            await at.pins.of_server("files")
        at.line.down = False
        assert await at.pins.of_server("files") == {"read": READ, "write": WRITE}
        at.line.down = True
        assert await at.pins.of_server("files") == {"read": READ, "write": WRITE}
        with pytest.raises(PortError):
            await at.pins.all()

    run(steps)


def test_nothing_is_written_while_the_store_fails() -> None:
    async def steps(at: World) -> None:
        changed = replace(READ, reason="changed")
        assert await at.pins.of("files", "read") == READ
        at.line.down = True
        with pytest.raises(PortError):
            await at.pins.put(changed, known=READ)
        with pytest.raises(PortError):
            await at.pins.remove("files", "read")
        assert await at.pins.of("files", "read") == READ

    run(steps)


def test_where_it_is_configured_so_no_copy_counts() -> None:
    async def steps(at: World) -> None:
        assert await at.pins.of("files", "read") == READ
        at.line.down = True
        with pytest.raises(PortError):
            await at.pins.of("files", "read")

    run(steps, fallback=False)


def test_a_pin_that_is_not_what_its_place_says_is_none() -> None:
    async def steps(at: World) -> None:
        for name, data in (("moved", READ.pack()), ("damaged", b"{}"), ("strange", b"\xff")):
            await at.store.put(Place(Kind.PINS, "files", name), kept(data), known=None)
            with pytest.raises(EntryError):
                await at.pins.of("files", name)
        assert await at.pins.of("files", "read") == READ

    run(steps)


def test_copies_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_COPY_BYTES", len(WRITE.pack()))

    async def steps(at: World) -> None:
        for name in ("read", "write"):
            await at.pins.of("files", name)
        at.line.down = True
        assert await at.pins.of("files", "write") == WRITE
        with pytest.raises(PortError):
            await at.pins.of("files", "read")

    run(steps)


NEW = Pin(server="mail", name="send", status=PinStatus.APPROVED, current=READ.current, first_seen=1.0, changed_at=1.0)


def test_what_this_replica_pinned_itself_is_among_what_it_knows_while_the_store_fails() -> None:
    async def steps(at: World) -> None:
        assert await at.pins.of_server("mail") == {}
        assert await at.pins.put(NEW, known=None)
        at.line.down = True
        assert await at.pins.of_server("mail") == {"send": NEW}

    run(steps)


def test_what_this_replica_removed_is_not() -> None:
    async def steps(at: World) -> None:
        await at.pins.of_server("files")
        await at.pins.remove("files", "read")
        at.line.down = True
        assert await at.pins.of_server("files") == {"write": WRITE}

    run(steps)
