"""Entries of the registry as bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.pins.entries import ServerEntry, ToolEntry

_NAMES = st.text(max_size=10)
_TIMES = st.floats(0, 2**40)
_TOOLS = st.builds(
    ToolEntry,
    name=_NAMES,
    skeleton=_NAMES,
    first_seen=_TIMES,
    sketch=st.lists(st.integers(0, 2**32 - 1), max_size=32).map(tuple),
    mentions=st.lists(_NAMES, max_size=3).map(tuple),
    quoted=st.lists(_NAMES, max_size=3).map(tuple),
)
_ENTRIES = st.builds(
    ServerEntry,
    server=_NAMES,
    first_seen=_TIMES,
    given_name=st.none() | _NAMES,
    tools=st.lists(_TOOLS, max_size=4).map(tuple),
)


@given(_ENTRIES)
def test_what_is_packed_is_unpacked(entry: ServerEntry) -> None:
    assert ServerEntry.unpack(entry.pack()) == entry


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2}, {"server": 1}, {"given_name": 3}, {"tools": None}, {"tools": [[]]}, {"first_seen": None},
        {"tools": [["a", "b", 1.0, "!!!", [], []]]}, {"tools": [["a", "b", 1.0, '"', [], []]]},
    ],
)  # fmt: skip
def test_what_is_no_entry_is_refused(change: dict[str, object]) -> None:
    packed = json.loads(ServerEntry(server="a", first_seen=1).pack())
    with pytest.raises(ValueError, match="entry"):
        ServerEntry.unpack(json.dumps({**packed, **change}).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{}"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="entry"):
        ServerEntry.unpack(data)
