"""The embedded store beyond its contract: several processes, sudden deaths, damage, full and locked files."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from extproc.ports.errors import PortError
from extproc.stores.sqlite_backend import SqliteBackend
from extproc.stores.state_backend import Kept, Kind, Place, Room, kept
from tests.contract.backends import Time
from tests.stores.writing import content

TRAIL, PIN = Place(Kind.TRAILS, "aa"), Place(Kind.PINS, "files", "read")


@asynccontextmanager
async def opened(path: Path, clock: Time, room: Room | None = None, busy: float = 5.0) -> AsyncIterator[SqliteBackend]:
    backend = await SqliteBackend.open(path, clock, room, busy=busy)
    try:
        yield backend
    finally:
        await backend.close()


def rows(path: Path) -> list[tuple[str, bytes]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT place_group, data FROM entries").fetchall()


def program(what: str, path: Path) -> list[str]:
    return [sys.executable, "-m", "tests.stores.writing", what, str(path)]


async def put_all(backend: SqliteBackend, places: list[Place], known: Kept) -> None:
    for place in places:
        await backend.put(place, kept(b"2"), known=known.version)


def test_what_was_kept_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    clock, new = Time(), [kept(b"1"), kept(b"2")]

    async def written() -> None:
        async with opened(tmp_path / "s.db", clock) as backend:
            await backend.put(TRAIL, new[0], known=None, ttl=60, flagged=True)
            await backend.put(PIN, new[1], known=None)

    async def read() -> list[Kept | None]:
        async with opened(tmp_path / "s.db", clock) as backend:
            return [await backend.get(TRAIL), await backend.get(PIN)]

    asyncio.run(written())
    assert asyncio.run(read()) == new
    clock.now += 61
    assert asyncio.run(read()) == [None, new[1]]


def test_each_process_sees_what_the_others_wrote_with_its_next_read(tmp_path: Path) -> None:
    async def steps() -> None:
        clock, path = Time(), tmp_path / "s.db"
        async with opened(path, clock) as here, opened(path, clock) as there:
            for place in (TRAIL, PIN):
                first, second = kept(b"1"), kept(b"2")
                await here.put(place, first, known=None)
                assert await there.get(place) == first
                assert (await there.put(place, second, known=first.version)).done
                late = await here.put(place, kept(b"3"), known=first.version)
                assert (late.done, late.kept, await here.get(place)) == (False, second, second)
                await there.delete(place)
                assert await here.get(place) is None

    asyncio.run(steps())


def test_a_process_that_slept_while_a_removal_was_forgotten_reads_everything_again(tmp_path: Path) -> None:
    async def steps() -> None:
        clock, path = Time(), tmp_path / "s.db"
        async with opened(path, clock) as here, opened(path, clock) as asleep:
            stays = Place(Kind.PINS, "files", "write")
            for place in (PIN, stays):
                await here.put(place, kept(b"1"), known=None)
            assert set(await asleep.scan(Kind.PINS)) == {PIN, stays}
            await here.delete(PIN)
            clock.now += 2 * 86_400
            await here.put(TRAIL, kept(b"1"), known=None)
            assert set(await asleep.scan(Kind.PINS)) == {stays}
            assert await asleep.get(TRAIL) is not None

    asyncio.run(steps())


def test_processes_that_count_in_one_entry_lose_nothing(tmp_path: Path) -> None:
    async def one_more(backend: SqliteBackend) -> None:
        while True:
            before = await backend.get(TRAIL)
            count = int(before.data) if before else 0
            if (
                await backend.put(TRAIL, kept(b"%d" % (count + 1)), known=before.version if before else None, ttl=60)
            ).done:
                return

    async def steps() -> None:
        clock, path = Time(), tmp_path / "s.db"
        async with opened(path, clock) as here, opened(path, clock) as there:
            await asyncio.gather(*(one_more(backend) for _ in range(25) for backend in (here, there)))
            after = await here.get(TRAIL)
            assert after is not None
            assert after.data == b"50"

    asyncio.run(steps())


def test_a_killed_process_leaves_all_that_it_was_told_is_kept_and_nothing_torn(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with subprocess.Popen(program("kill", path), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(300)]
        process.kill()
        told += [int(line) for line in process.stdout if line.endswith("\n")]

    there = {int(name): data for name, data in rows(path)}
    assert len(told) >= 300
    assert all(there[number] == content(number) for number in told)
    assert all(data == content(number) for number, data in there.items())


def test_a_file_that_cannot_grow_is_a_fault_until_it_can_and_reading_goes_on(tmp_path: Path) -> None:
    done = subprocess.run(program("full", tmp_path / "s.db"), capture_output=True, text=True, check=False, timeout=60)
    lines = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert lines.pop("full").startswith("True "), done.stderr
    assert lines == {"read": "True", "missing": "True", "again": "True"}


def test_a_file_that_another_process_holds_is_a_fault_until_it_lets_go(tmp_path: Path) -> None:
    async def steps() -> None:
        async with opened(tmp_path / "s.db", Time(), busy=0.0) as backend:
            first = kept(b"1")
            await backend.put(PIN, first, known=None)
            other = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(PortError, match="database is locked"):
                await backend.put(PIN, kept(b"2"), known=first.version)
            assert await backend.get(PIN) == first
            other.execute("ROLLBACK")
            other.close()
            assert (await backend.put(PIN, kept(b"2"), known=first.version)).done

    asyncio.run(steps())


def test_what_nobody_waits_for_any_more_is_not_done(tmp_path: Path) -> None:
    async def steps() -> None:
        async with opened(tmp_path / "s.db", Time(), busy=0.2) as backend:
            other = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            first = asyncio.ensure_future(backend.put(TRAIL, kept(b"1"), known=None))
            second = asyncio.ensure_future(backend.put(PIN, kept(b"2"), known=None))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await second
            with pytest.raises(PortError, match="locked"):
                await first
            other.execute("ROLLBACK")
            other.close()
            assert await backend.get(PIN) is None

    asyncio.run(steps())


def test_a_file_that_is_damaged_while_it_is_used_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "s.db"

    async def steps() -> None:
        async with opened(path, Time()) as backend:
            first = kept(b"1" * 60_000)  # more than SQLite itself remembers of a file, in all
            places = [Place(Kind.TRAILS, str(number)) for number in range(100)]
            for place in places:
                await backend.put(place, first, known=None)
            for file in (path, path.with_name("s.db-wal")):
                file.write_bytes(b"x" * file.stat().st_size)
            with pytest.raises(PortError, match=r"s\.db"):
                await put_all(backend, places, first)

    asyncio.run(steps())


def test_a_file_that_is_removed_is_not_begun_anew_by_a_running_process(tmp_path: Path) -> None:
    path = tmp_path / "s.db"

    async def steps() -> None:
        async with opened(path, Time()) as backend:
            await backend.put(PIN, kept(b"1"), known=None)
            for suffix in ("", "-wal", "-shm"):
                path.with_name(f"s.db{suffix}").unlink()
            assert await backend.get(PIN) is not None
        assert not path.exists()

    asyncio.run(steps())


def test_what_had_to_make_room_is_gone_from_the_file_too(tmp_path: Path) -> None:
    path = tmp_path / "s.db"

    async def steps(room: Room) -> None:
        async with opened(path, Time(), room) as backend:
            for number in range(20):
                place = Place(Kind.TRAILS, str(number))
                if await backend.get(place) is None:
                    await backend.put(place, kept(b"1"), known=None, flagged=number == 0)

    asyncio.run(steps(Room(trails=10)))
    assert {name for name, _ in rows(path)} == {"0", *map(str, range(11, 20))}


def test_a_file_with_more_than_there_is_room_for_keeps_the_latest_and_the_flagged(tmp_path: Path) -> None:
    path = tmp_path / "s.db"

    async def filled() -> None:
        async with opened(path, Time()) as backend:
            for number in range(20):
                await backend.put(Place(Kind.TRAILS, str(number)), kept(b"1"), known=None, flagged=number == 0)

    async def read() -> set[int]:
        async with opened(path, Time(), Room(trails=3)) as backend:
            return {number for number in range(20) if await backend.get(Place(Kind.TRAILS, str(number)))}

    asyncio.run(filled())
    assert asyncio.run(read()) == {0, 18, 19}
    assert len(rows(path)) == 3


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    async def steps() -> None:
        async with opened(tmp_path / "s.db", Time()) as backend:
            pass
        with pytest.raises(PortError, match="is closed"):
            await backend.put(PIN, kept(b"1"), known=None)

    asyncio.run(steps())
