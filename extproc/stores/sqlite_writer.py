"""The one thread that writes a state file: whatever waits goes into one transaction, and is answered when it stands."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from extproc.model.value import value
from extproc.ports.errors import PortError
from extproc.stores.sqlite_entries import Book, Change, Look, Put, Remove, Work, changes, counters, prune
from extproc.stores.sqlite_file import connected, fault
from extproc.stores.state_backend import LASTING

# How much goes into one transaction: enough to share its cost, little enough to be answered within a few milliseconds.
_BATCH: Final = 128


@value
class Outcome:
    """What came of a transaction: its answers, or the fault in place of all, and what changed up to a number.

    `whole` says that the changes are everything there is, since those in between cannot be told any more.
    """

    answers: Sequence[Any]
    changes: Sequence[Change]
    number: int
    whole: bool
    fault: PortError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of work and who waits for it."""

    work: Work
    answer: asyncio.Future[Any]


class Writer:
    """Works off jobs on a connection of its own, and has each outcome taken in on the event loop, in order."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        *,
        since: int,
        seconds: float,
        now: Callable[[], float],
        settle: Callable[[Sequence[Job], Outcome], None],
    ) -> None:
        """Begin after the change `since`; `seconds` is how long a transaction waits for another process."""
        self._path, self._seconds, self._now, self._settle = path, seconds, now, settle
        self._connection: sqlite3.Connection | None = connection
        self._connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
        self._since, self._durable = since, False
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="state-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> asyncio.Future[Any]:
        """Have something done; what it answers, or `PortError`, is in the future once it stands."""
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._jobs.put(Job(work=work, answer=answer))
        return answer

    async def close(self) -> None:
        """Finish all jobs."""
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        more = True
        while more:
            first = self._jobs.get()
            batch = [first] if first is not None else []
            more = first is not None
            while more and len(batch) < _BATCH:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    more = False
                else:
                    batch.append(job)
            # Nobody waits for a job any more whose time was up, and who asked was told that it was not done.
            batch = [job for job in batch if not job.answer.cancelled()]
            if batch:
                outcome = self._attempt([job.work for job in batch])
                with contextlib.suppress(RuntimeError):  # the loop is closed, and with it all who waited
                    self._loop.call_soon_threadsafe(self._settle, batch, outcome)
        if self._connection is not None:
            self._connection.close()

    def _attempt(self, works: Sequence[Work]) -> Outcome:
        try:
            return self._transact(works)
        except sqlite3.Error as error:
            self._let_go(error)
            return Outcome(answers=(), changes=(), number=self._since, whole=False, fault=fault(self._path, error))
        except PortError as error:
            return Outcome(answers=(), changes=(), number=self._since, whole=False, fault=error)

    def _transact(self, works: Sequence[Work]) -> Outcome:
        connection = self._connection
        if connection is None:
            connection = self._connection = connected(self._path, seconds=self._seconds)
            self._durable = False
        durable = any(isinstance(work, Put | Remove) and work.place.kind in LASTING for work in works)
        if durable is not self._durable:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        connection.execute("BEGIN" if all(isinstance(work, Look) for work in works) else "BEGIN IMMEDIATE")
        now = self._now()
        last, pruned = counters(connection)
        whole = last < self._since or self._since < pruned
        others = list(changes(connection, 0 if whole else self._since, now)) if last != self._since else []
        book = Book(connection=connection, now=now, change=last, made=[])
        answers = [work.apply(book) for work in works]
        if book.made:
            connection.execute("UPDATE counters SET change = ?", (book.change,))
            prune(book)
            last = book.change
        connection.execute("COMMIT")
        self._since = last
        return Outcome(answers=answers, changes=[*others, *book.made], number=last, whole=whole)

    def _let_go(self, error: sqlite3.Error) -> None:
        """Undo the transaction; connect anew next time unless another process was only in the way."""
        if self._connection is None:
            return
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL}:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
