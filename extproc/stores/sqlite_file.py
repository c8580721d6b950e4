"""The file of the embedded store: opened for its owner only, and brought forward from any older schema."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from extproc.ports.errors import PortError

# How long opening waits for another process that brings the same file forward.
_OPENING_SECONDS: Final = 5.0

# `change` is a number that only grows, so that each process reads what the others wrote since it last looked. An entry
# that was removed stays without data until `until`, to be seen by them; when it goes, `pruned` says up to which change.
_FIRST: Final = (
    """CREATE TABLE entries (
      kind TEXT NOT NULL, place_group TEXT NOT NULL, place_name TEXT NOT NULL,
      version BLOB NOT NULL, data BLOB, until REAL, flagged INTEGER NOT NULL, change INTEGER NOT NULL,
      PRIMARY KEY (kind, place_group, place_name))""",
    "CREATE INDEX entries_by_change ON entries (change)",
    "CREATE INDEX entries_by_until ON entries (until) WHERE until IS NOT NULL",
    "CREATE TABLE counters (change INTEGER NOT NULL, pruned INTEGER NOT NULL)",
    "INSERT INTO counters VALUES (0, 0)",
)
# Each step brings a file from the schema of its position to the next one. A step that was released never changes.
STEPS: Final[tuple[tuple[str, ...], ...]] = (_FIRST,)


def opened(path: Path, steps: Sequence[Sequence[str]] = STEPS) -> sqlite3.Connection:
    """Open the file, made if it is not there, for a thread of its own. Raises: `PortError` that says what is wrong."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise PortError(f"the state file {path} cannot be opened: {error.strerror}") from None
    connection = connected(path, seconds=_OPENING_SECONDS)
    try:
        _brought_forward(connection, steps)
    except sqlite3.Error as error:
        connection.close()
        raise fault(path, error) from None
    if _schema(connection) > len(steps):
        there = _schema(connection)
        connection.close()
        raise PortError(f"the state file {path} is of a newer version: schema {there}, known is {len(steps)}")
    return connection


def connected(path: Path, *, seconds: float) -> sqlite3.Connection:
    """Connect to the file; `seconds` is how long a statement waits for another process to finish writing.

    Raises: `PortError`.
    """
    try:
        # mode=rw: a file that somebody removed is not silently begun anew.
        uri = f"file:{quote(str(path))}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=seconds, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise fault(path, error) from None
    try:
        # With WAL, readers and the writer do not wait for one another; NORMAL survives the death of every process.
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error as error:
        connection.close()
        raise fault(path, error) from None
    if mode != "wal":
        connection.close()
        raise PortError(f"the state file {path} stands on a file system without shared memory")
    return connection


def fault(path: Path, error: sqlite3.Error) -> PortError:
    """Return the fault that an error of SQLite means: its text is of the library, never of what is stored."""
    return PortError(f"the state file {path}: {error}")


def _brought_forward(connection: sqlite3.Connection, steps: Sequence[Sequence[str]]) -> None:
    """Apply the steps that the file does not have, all of them or none; one that has more is left as it is."""
    if _schema(connection) >= len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL)")
        there = _schema(connection)
        for step in steps[there:]:
            for statement in step:
                connection.execute(statement)
        connection.execute("DELETE FROM schema")
        connection.execute("INSERT INTO schema VALUES (?)", (max(there, len(steps)),))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _schema(connection: sqlite3.Connection) -> int:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema'").fetchone() is None:
        return 0
    found = connection.execute("SELECT version FROM schema").fetchone()
    return int(found[0]) if found is not None else 0
