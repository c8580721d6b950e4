"""The statements on the table of entries: what was changed, a put, a removal, and letting go of what is over."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from extproc.model.value import value
from extproc.stores.state_backend import Kept, Kind, Place, Swap
from extproc.stores.state_shelf import Entry

# How long other processes have to see that an entry was removed, before they must read everything again.
_REMOVED_SECONDS: Final = 86_400.0
# How many entries whose time is over go with one transaction, so that none takes long.
_PRUNED: Final = 64


@value
class Change:
    """What is now in a place; None when it was removed. `number` orders all changes of a file."""

    place: Place
    entry: Entry | None
    number: int


@dataclass(slots=True, kw_only=True)
class Book:
    """A transaction: its time, the number of the last change, and the changes it makes."""

    connection: sqlite3.Connection
    now: float
    change: int
    made: list[Change]

    def next(self) -> int:
        """Return the number of a further change."""
        self.change += 1
        return self.change


@value
class Put:
    """A put; `durable` when it must outlive the machine's power too."""

    place: Place
    new: Kept
    known: bytes | None
    ttl: float | None
    flagged: bool

    def apply(self, book: Book) -> Swap:
        """Keep the entry if what is kept is what was known."""
        until = book.now + self.ttl if self.ttl is not None else None
        number = book.next()
        values = (self.new.version, self.new.data, until, self.flagged, number)
        if self.known is None:
            cursor = book.connection.execute(
                "INSERT INTO entries (version, data, until, flagged, change, kind, place_group, place_name)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, place_group, place_name) DO UPDATE SET"
                " version = excluded.version, data = excluded.data, until = excluded.until,"
                " flagged = excluded.flagged, change = excluded.change WHERE data IS NULL OR until <= ?",
                (*values, *self.place, book.now),
            )
        else:
            cursor = book.connection.execute(
                "UPDATE entries SET version = ?, data = ?, until = ?, flagged = ?, change = ?"
                " WHERE kind = ? AND place_group = ? AND place_name = ? AND version = ?"
                " AND data IS NOT NULL AND (until IS NULL OR until > ?)",
                (*values, *self.place, self.known, book.now),
            )
        if cursor.rowcount:
            entry = Entry(kept=self.new, until=until, flagged=self.flagged)
            book.made.append(Change(place=self.place, entry=entry, number=number))
            return Swap(done=True, kept=self.new)
        found = book.connection.execute(
            "SELECT version, data FROM entries WHERE kind = ? AND place_group = ? AND place_name = ?"
            " AND data IS NOT NULL AND (until IS NULL OR until > ?)",
            (*self.place, book.now),
        ).fetchone()
        return Swap(done=False, kept=Kept(version=found[0], data=found[1]) if found is not None else None)


@value
class Remove:
    """A removal that other processes are to see."""

    place: Place

    def apply(self, book: Book) -> None:
        """Leave the place without data for a time."""
        number = book.next()
        book.connection.execute(
            "UPDATE entries SET data = NULL, version = x'', until = ?, change = ?"
            " WHERE kind = ? AND place_group = ? AND place_name = ?",
            (book.now + _REMOVED_SECONDS, number, *self.place),
        )
        book.made.append(Change(place=self.place, entry=None, number=number))


@value
class Forget:
    """An entry that had to make room in this process. Others do not need to know: they have the same room."""

    place: Place
    version: bytes

    def apply(self, book: Book) -> None:
        """Delete the entry unless it was put anew."""
        book.connection.execute(
            "DELETE FROM entries WHERE kind = ? AND place_group = ? AND place_name = ? AND version = ?",
            (*self.place, self.version),
        )


@value
class Look:
    """Nothing but a look at what others changed."""

    def apply(self, book: Book) -> None:
        """Do nothing: every transaction looks."""


Work = Put | Remove | Forget | Look


def counters(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the number of the last change, and of the last one whose removal nobody can see any more."""
    change, pruned = connection.execute("SELECT change, pruned FROM counters").fetchone()
    return change, pruned


def changes(connection: sqlite3.Connection, since: int, now: float) -> Iterator[Change]:
    """Go through what was changed after a number, in order; what is over is not there."""
    query = "SELECT kind, place_group, place_name, version, data, until, flagged, change FROM entries"
    if since:
        rows: Iterable[tuple[Any, ...]] = connection.execute(f"{query} WHERE change > ? ORDER BY change", (since,))
    else:
        # Everything is read twice as fast in the order of the file.
        rows = sorted(connection.execute(query), key=itemgetter(-1))
    for kind, group, name, version, data, until, flagged, number in rows:
        over = data is None or (until is not None and until <= now)
        entry = None if over else Entry(kept=Kept(version=version, data=data), until=until, flagged=bool(flagged))
        yield Change(place=Place(Kind(kind), group, name), entry=entry, number=number)


def prune(book: Book) -> None:
    """Delete some of what is over."""
    rows = book.connection.execute(
        "SELECT rowid, change, data IS NULL FROM entries WHERE until <= ? LIMIT ?", (book.now, _PRUNED)
    ).fetchall()
    if rows:
        book.connection.executemany("DELETE FROM entries WHERE rowid = ?", [(row[0],) for row in rows])
        removed = max((change for _, change, is_removed in rows if is_removed), default=0)
        book.connection.execute("UPDATE counters SET pruned = max(pruned, ?)", (removed,))
