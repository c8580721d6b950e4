"""A program that writes a state file until it is killed, or until the file may not grow any more."""

import asyncio
import hashlib
import resource
import sys
from pathlib import Path

from extproc.ports.errors import PortError
from extproc.stores.sqlite_backend import SqliteBackend
from extproc.stores.state_backend import Kind, Place, kept


def content(number: int) -> bytes:
    """Return data that tells whether it is whole."""
    body = number.to_bytes(8) * (100 + number % 400)
    return hashlib.sha256(body).digest() + body


async def until_killed(path: Path) -> None:
    """Say the number of each entry once it is kept; several are under way at once."""
    backend = await SqliteBackend.open(path, lambda: 1.0, busy=5.0)

    async def write(lane: int) -> None:
        number = lane
        while True:
            known = None
            for _ in range(2):
                new = kept(content(number))
                swap = await backend.put(Place(Kind.TRAILS, str(number)), new, known=known, ttl=60)
                known = new.version
                assert swap.done
            print(number, flush=True)
            number += 4

    await asyncio.gather(*(write(lane) for lane in range(4)))


async def until_full(path: Path) -> None:
    """Write until there is no room, read what there is, and go on once there is room again."""
    backend = await SqliteBackend.open(path, lambda: 1.0)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    number = 0
    while True:
        try:
            await backend.put(Place(Kind.TRAILS, str(number)), kept(content(number) * 4), known=None)
        except PortError as error:
            print("full:", number > 0, str(error).partition(": ")[2])
            break
        number += 1
    before = await backend.get(Place(Kind.TRAILS, "0"))
    print("read:", before is not None and before.data == content(0) * 4)
    print("missing:", await backend.get(Place(Kind.TRAILS, str(number))) is None)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    swap = await backend.put(Place(Kind.TRAILS, str(number)), kept(b"again"), known=None)
    print("again:", swap.done)
    await backend.close()


if __name__ == "__main__":
    program = until_killed if sys.argv[1] == "kill" else until_full
    asyncio.run(program(Path(sys.argv[2])))
