"""What keeping state costs: memory for 100,000 sessions, and the time of reading and changing one, on each backend.

Each backend is measured in a process of its own. Redis is started here unless `--redis` names one that runs; without
either it is left out. Times are of the wall clock, seen by the caller, and CPU times those of this process.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from extproc.pins.pin import Pin, PinStatus, Version
from extproc.sessions.packing import pack
from extproc.sessions.trail import EMPTY, Step, Trail, with_step
from extproc.stores.guard import GuardOptions
from extproc.stores.redis_backend import RedisBackend
from extproc.stores.redis_client import RedisOptions, redis_client
from extproc.stores.sqlite_backend import SqliteBackend
from extproc.stores.state import State, StateOptions, open_state
from extproc.stores.state_backend import Kind, Place, StateBackend, kept
from extproc.stores.state_memory import MemoryBackend
from extproc.stores.state_url import Embedded, Remote, StateUrl, state_url
from extproc.stores.trails_behind import TrailsBehind

_SESSIONS: Final = 100_000
_TYPICAL: Final = 6_000
_ROUNDS: Final = 3_000
_TASKS: Final = (1, 16)


def step(number: int) -> Step:
    """Return one call of a trail."""
    names = {"server": f"server-{number % 3}", "tool": f"tool_{number % 7}", "intent": "read", "kind": "http"}
    return Step(call=f"decision{number:08}", at=float(number), marks=0, same=number, where=0, **names)


def typical() -> Trail:
    """Return a trail of about the typical size: a session of some forty calls, and fingerprints of its results."""
    trail = EMPTY
    for number in range(40):
        trail = with_step(trail, step(number))
    draw = random.Random(1)
    numbers = [draw.getrandbits(32) for _ in range(192)]
    return replace(trail, given=tuple(numbers[:96]), seen=tuple(numbers))


async def backend_of(address: StateUrl) -> StateBackend:
    """Open a backend without guards."""
    match address:
        case Embedded(path=path):
            return await SqliteBackend.open(path, time.time, busy=5.0)  # noqa: TID251 - what is kept outlives processes
        case Remote():
            client = redis_client(address, RedisOptions(connect_seconds=5, answer_seconds=5))
            return RedisBackend(client, prefix="bench:default", shown=str(address))
        case _:
            return MemoryBackend(time.monotonic)


async def filled(address: StateUrl) -> dict[str, object]:
    """Keep very many trails, and return what they take."""
    before = resident()
    backend = await backend_of(address)
    begun = time.perf_counter()
    for at in range(0, _SESSIONS, 200):
        places = [Place(Kind.TRAILS, f"{number:064x}") for number in range(at, at + 200)]
        await asyncio.gather(*(backend.put(each, kept(os.urandom(_TYPICAL)), known=None, ttl=3600) for each in places))
    taken = time.perf_counter() - begun
    found: dict[str, object] = {"fill_per_s": round(_SESSIONS / taken), "fill_mib": (resident() - before) >> 20}
    await backend.close()
    if isinstance(address, Embedded):
        found["file_mib"] = address.path.stat().st_size >> 20
        begun = time.perf_counter()
        await (await backend_of(address)).close()
        found["open_s"] = round(time.perf_counter() - begun, 2)
    return found


async def timed(address: StateUrl, trail: Trail) -> dict[str, object]:
    """Return microseconds of reading and changing trails and pins, as decisions do it."""
    options = StateOptions(address=address, guard=GuardOptions(budget=5.0), prefix="bench:default", busy=5.0)
    found: dict[str, object] = {}
    async with open_state(options) as state:
        keys = [f"{number:064x}" for number in range(1000)]
        for key in keys:
            await state.trails.update(key, lambda _: trail, now=1.0)
        pin = Pin(
            server="s",
            name="t",
            status=PinStatus.APPROVED,
            first_seen=1.0,
            changed_at=1.0,
            current=Version(digest="d" * 64, cosmetic="c" * 64, text="x" * 2000),
        )
        await state.pins.put(pin, known=await state.pins.of("s", "t"))
        async with asyncio.TaskGroup() as group:
            running = group.create_task(state.run())
            for tasks in _TASKS:
                for name, work in operations(state, keys).items():
                    found[f"{name}_x{tasks}"] = await rate(work, tasks)
            running.cancel()
    return found


def operations(state: State, keys: list[str]) -> dict[str, Callable[[int], Awaitable[object]]]:
    """Return what is timed: reads and changes of trails, each of another session than the one before, and a pin."""

    def changed(number: int) -> Callable[[Trail], Trail]:
        return lambda trail: with_step(trail, step(number))

    return {
        "trail_read": lambda number: state.trails.of(keys[number * 7 % len(keys)]),
        "trail_change": lambda number: state.trails.update(keys[number * 7 % len(keys)], changed(number), now=1.0),
        "call": lambda number: called(state, keys[number * 7 % len(keys)], number),
        "pin_read": lambda _: state.pins.of("s", "t"),
    }


async def called(state: State, key: str, number: int) -> None:
    """Do what a call and its result do: read, change, change again; and what is then done for sixteen at once."""
    await state.trails.of(key)
    for each in (number, number + 1):
        await state.trails.update(key, partial(with_step, step=step(each)), now=1.0)
    if number % 16 == 0 and isinstance(state.trails, TrailsBehind):
        await state.trails.flush()


async def rate(work: Callable[[int], Awaitable[object]], tasks: int) -> dict[str, int]:
    """Return how long one takes, with so many at once."""
    taken: list[float] = []

    async def worker(first: int) -> None:
        for number in range(first, _ROUNDS, tasks):
            begun = time.perf_counter()
            await work(number)
            taken.append(time.perf_counter() - begun)

    begun, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker(first) for first in range(tasks)))
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    taken.sort()
    return {
        "p50_us": round(taken[len(taken) // 2] * 1e6),
        "p99_us": round(taken[len(taken) * 99 // 100] * 1e6),
        "cpu_us": round(used / _ROUNDS * 1e6),
        "per_s": round(_ROUNDS / seconds),
    }


async def while_down(trail: Trail) -> dict[str, int]:
    """Return what a call costs once the breaker is open: nobody listens at this address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = StateOptions(address=Remote(host="127.0.0.1", port=port), guard=GuardOptions(failures=1, pause=3600))
    async with open_state(options) as state:
        await state.trails.update("a", lambda _: trail, now=1.0)
        return await rate(lambda number: state.trails.update("a", lambda old: with_step(old, step(number)), now=1.0), 1)


def resident() -> int:
    """Return the bytes of memory that this process has now."""
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def redis_at(given: str | None, folder: Path) -> Iterator[str | None]:
    """Say where there is a Redis to measure, started here where none is given and one is installed."""
    if given is not None or shutil.which("redis-server") is None:
        yield given
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


def measure(name: str, url: str) -> None:
    """Measure one backend, and print it."""
    address, trail = state_url(url), typical()
    found = asyncio.run(timed(address, trail)) | asyncio.run(filled(address))
    print(json.dumps({"backend": name, **found}, indent=1))


def main() -> None:
    """Measure all backends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--redis", help="the address of a Redis with nothing in it that is needed")
    arguments = parser.parse_args()
    trail = typical()
    print(
        json.dumps(
            {"trail_bytes": len(pack(trail)), "kept_bytes": _TYPICAL, "while_down": asyncio.run(while_down(trail))}
        )
    )
    with tempfile.TemporaryDirectory() as folder, redis_at(arguments.redis, Path(folder)) as redis:
        urls = {"memory": "memory:", "sqlite": f"sqlite://{folder}/state.db", "redis": redis}
        for name, url in urls.items():
            if url is None:
                print("redis: left out, for redis-server is not installed and no address is given")
                continue
            child = multiprocessing.get_context("spawn").Process(target=measure, args=(name, url))
            child.start()
            child.join()


if __name__ == "__main__":
    main()
