"""Opening a state file: for its owner only, brought forward from older schemas, refused when it is newer or no such."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from extproc.ports.errors import PortError
from extproc.stores.sqlite_backend import SqliteBackend
from extproc.stores.sqlite_file import STEPS, connected, opened
from extproc.stores.state_backend import Kept, Kind, Place, kept
from tests.contract.backends import Time

PIN = Place(Kind.PINS, "files", "read")
# A schema as it may come: entries get a mark, which those that are there have too.
NEXT = (
    *STEPS,
    ("ALTER TABLE entries ADD COLUMN mark TEXT NOT NULL DEFAULT 'old'", "CREATE INDEX marks ON entries (mark)"),
)


def with_entry(path: Path, new: Kept, steps: Sequence[Sequence[str]] = STEPS) -> Kept | None:
    """Open a file by the steps of a version, put an entry unless there is one, and return what is there."""

    async def put() -> Kept | None:
        backend = await SqliteBackend.open(path, Time(), steps=steps)
        try:
            return (await backend.put(PIN, new, known=None)).kept
        finally:
            await backend.close()

    return asyncio.run(put())


def schema(path: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT version FROM schema").fetchall()


def test_a_file_of_an_older_version_is_brought_forward_with_what_is_in_it(tmp_path: Path) -> None:
    path, old = tmp_path / "s.db", kept(b"old")
    with_entry(path, old)
    assert schema(path) == [(1,)]
    assert with_entry(path, kept(b"new"), NEXT) == old
    assert schema(path) == [(2,)]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT mark FROM entries").fetchall() == [("old",)]


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path, old = tmp_path / "s.db", kept(b"old")
    with_entry(path, old)
    broken = (*NEXT, ("UPDATE entries SET data = NULL", "NONSENSE"))
    with pytest.raises(PortError, match=r"s\.db: near"):
        opened(path, broken)
    assert schema(path) == [(1,)]
    assert with_entry(path, kept(b"new")) == old


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path, old = tmp_path / "s.db", kept(b"old")
    with_entry(path, old, NEXT)
    with pytest.raises(PortError, match="of a newer version: schema 2, known is 1"):
        opened(path)
    assert schema(path) == [(2,)]
    assert with_entry(path, kept(b"new"), NEXT) == old


def test_only_its_owner_may_read_it_and_its_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "s.db"
    with closing(opened(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE counters SET change = 1")
        connection.execute("COMMIT")
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert modes == {"s.db": 0o600, "s.db-wal": 0o600, "s.db-shm": 0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("content", [b"x" * 5000, b"SQLite format 3\x00" + b"\xff" * 8192])
def test_a_file_that_is_none_of_ours_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(content)
    with pytest.raises(PortError, match=r"the state file .*s\.db"):
        opened(path)
    assert path.read_bytes() == content


def test_a_place_that_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="cannot be opened: Is a directory"):
        opened(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(PortError, match="cannot be opened: "):
        opened(tmp_path / "file" / "s.db")


def test_a_file_that_is_not_there_is_not_made_by_connecting(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="unable to open"):
        connected(tmp_path / "s.db", seconds=0)
    assert list(tmp_path.iterdir()) == []


def test_any_name_of_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a?mode=ro#b%20 c.db"
    opened(path).close()
    assert path.exists()
