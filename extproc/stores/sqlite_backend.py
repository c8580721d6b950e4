"""The embedded store: reads from memory, writes to one file that several processes of a host may share.

What was put is committed before it is answered: trails survive the death of every process, pins and servers that of the
machine. What other processes wrote is seen by the next read, for a number in the file tells that there is something.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import cast

from extproc.ports.errors import PortError
from extproc.stores.sqlite_entries import Book, Change, Forget, Look, Put, Remove, changes, counters
from extproc.stores.sqlite_file import STEPS, connected, fault, opened
from extproc.stores.sqlite_writer import Job, Outcome, Writer
from extproc.stores.state_backend import EntryError, Kept, Kind, Place, Room, Swap
from extproc.stores.state_shelf import LastingShelf, Shelf, shelves


class SqliteBackend:
    """A `StateBackend` on a file; made by `SqliteBackend.open`."""

    local = True

    def __init__(self, path: Path, now: Callable[[], float], room: Room) -> None:
        """Start with nothing read."""
        self._path, self._now = path, now
        self._shelves: dict[Kind, Shelf] = shelves(room, now)
        self._reader: sqlite3.Connection | None = None
        self._writer: Writer | None = None
        self._seen = self._waiting = 0

    @staticmethod
    async def open(
        path: Path,
        now: Callable[[], float],
        room: Room | None = None,
        *,
        busy: float = 0.01,
        steps: Sequence[Sequence[str]] = STEPS,
    ) -> "SqliteBackend":
        """Open a file, made or brought forward where needed, and read it.

        `now` is a wall clock, since the file outlives processes; `busy` how long a write waits for other processes, in
        seconds. Raises: `PortError` when the file is damaged, of a newer version, or cannot be written.
        """
        backend = SqliteBackend(path, now, room or Room())
        connection = await asyncio.to_thread(backend._load, steps)
        backend._writer = Writer(path, connection, since=backend._seen, seconds=busy, now=now, settle=backend._settle)
        return backend

    async def get(self, place: Place) -> Kept | None:
        """See `StateBackend`."""
        await self._catch_up()
        return self._shelves[place.kind].get(place)

    async def put(
        self, place: Place, new: Kept, *, known: bytes | None, ttl: float | None = None, flagged: bool = False
    ) -> Swap:
        """See `StateBackend`."""
        shelf = self._shelves[place.kind]
        if isinstance(shelf, LastingShelf):
            shelf.check(place, new.data)
        put = Put(place=place, new=new, known=known, ttl=ttl, flagged=flagged)
        return cast(Swap, await self._submit(put))

    async def scan(self, kind: Kind, group: str | None = None) -> dict[Place, Kept]:
        """See `StateBackend`."""
        await self._catch_up()
        return dict(self._shelves[kind].group(group))

    async def delete(self, place: Place) -> None:
        """See `StateBackend`."""
        await self._submit(Remove(place=place))

    async def close(self) -> None:
        """See `StateBackend`."""
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
        self._drop_reader()

    def _load(self, steps: Sequence[Sequence[str]]) -> sqlite3.Connection:
        connection = opened(self._path, steps)
        try:
            connection.execute("BEGIN")
            self._seen, _ = counters(connection)
            gone = self._take_in(changes(connection, 0, self._now()))
            connection.execute("COMMIT")
            if gone:
                connection.execute("BEGIN IMMEDIATE")
                book = Book(connection=connection, now=self._now(), change=self._seen, made=[])
                for place, kept in gone:
                    Forget(place=place, version=kept.version).apply(book)
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            connection.close()
            raise fault(self._path, error) from None
        return connection

    async def _catch_up(self) -> None:
        """Read what other processes wrote, if they did; a transaction of our own that is under way does it too."""
        if self._behind() and not self._waiting:
            await self._submit(Look())

    def _behind(self) -> bool:
        try:
            if self._reader is None:
                # It must never wait: it is used on the event loop, and readers wait for nobody but a recovery.
                self._reader = connected(self._path, seconds=0.0)
            return counters(self._reader)[0] != self._seen
        except (sqlite3.Error, PortError):
            self._drop_reader()
            return True

    async def _submit(self, work: Put | Remove | Look) -> object:
        if self._writer is None:
            raise PortError(f"the state file {self._path} is closed")
        self._waiting += 1
        try:
            return await self._writer.submit(work)
        finally:
            self._waiting -= 1

    def _settle(self, batch: Sequence[Job], outcome: Outcome) -> None:
        """Take in what a transaction changed, then tell those who wait."""
        if outcome.whole:
            for shelf in self._shelves.values():
                shelf.clear()
        gone = self._take_in(outcome.changes)
        self._seen = outcome.number
        for place, kept in gone:
            if self._writer is not None:
                self._writer.submit(Forget(place=place, version=kept.version)).add_done_callback(_seen)
        answers = outcome.answers or [None] * len(batch)
        for job, answer in zip(batch, answers, strict=True):
            if job.answer.done():
                continue
            if outcome.fault is not None:
                job.answer.set_exception(PortError(*outcome.fault.args))
            else:
                job.answer.set_result(answer)

    def _take_in(self, made: Iterable[Change]) -> list[tuple[Place, Kept]]:
        gone: list[tuple[Place, Kept]] = []
        for change in made:
            shelf = self._shelves[change.place.kind]
            if change.entry is None:
                shelf.drop(change.place)
                continue
            try:
                gone += shelf.set(change.place, change.entry)
            except EntryError:  # larger than all the room of this process: another one has more
                shelf.drop(change.place)
        return gone

    def _drop_reader(self) -> None:
        if self._reader is not None:
            with contextlib.suppress(sqlite3.Error):
                self._reader.close()
            self._reader = None


def _seen(answer: "asyncio.Future[object]") -> None:
    """Take note of a fault nobody waits for: the entry stays in the file until its time is over."""
    if not answer.cancelled():
        answer.exception()
