"""A trail in bytes and back, within its bound, and what is no trail."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extproc.sessions.packing import MAX_BYTES, VERSION, PackingError, pack, unpack
from extproc.sessions.trail import (
    EMPTY,
    MAX_ASKS,
    MAX_COPIES,
    MAX_GIVEN,
    MAX_ITEMS,
    MAX_LABELS,
    MAX_SEEN,
    MAX_STEPS,
    MAX_TOOLS,
    MAX_TOPICS,
    Ask,
    Copy,
    Item,
    Label,
    Step,
    Trail,
)

_NUMBER = st.integers(min_value=0, max_value=2**32 - 1)
_NUMBERS = st.lists(_NUMBER, max_size=48).map(tuple)
_NAME = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=96)
_ID = st.text(alphabet="0123456789abcdef-", max_size=40)
_TIME = st.floats(min_value=0, max_value=4e9, allow_nan=False)
_SHARE = st.floats(min_value=0, max_value=1, allow_nan=False)
_STEPS = st.builds(Step, _ID, _NAME, _NAME, st.just("read"), st.just("mail"), _TIME, _NUMBER, _NUMBER, _NUMBER)
_ODDS = st.floats(min_value=-30, max_value=30, allow_nan=False)
_ASKS = st.builds(Ask, _ID, _TIME, _NUMBER, _SHARE, st.booleans(), st.booleans(), _NUMBERS, _NUMBERS, _ODDS)
_ITEMS = st.builds(
    Item,
    _ID,
    _NAME,
    st.just("secret"),
    st.text(alphabet="0123456789abcdef", min_size=16, max_size=16),
    st.integers(min_value=1, max_value=5),
    st.booleans(),
    _NUMBERS,
    st.integers(min_value=0, max_value=2**48),
    st.lists(_ID, max_size=8).map(tuple),
)
_COPIES = st.builds(Copy, _ID, _NAME, st.just("bulk"), st.lists(_NUMBER, max_size=96).map(tuple))
_TRAILS = st.builds(
    Trail,
    first_seen=_TIME,
    last_seen=_TIME,
    calls=_NUMBER,
    refused=_NUMBER,
    results=_NUMBER,
    chains=_NUMBER,
    intents=st.dictionaries(st.sampled_from(["read", "write"]), _NUMBER),
    risk=_SHARE,
    labels=st.dictionaries(_NAME, st.builds(Label, _ID, _ID, _TIME, _NUMBER), max_size=MAX_LABELS),
    tools=st.lists(_NAME, max_size=MAX_TOOLS).map(tuple),
    steps=st.lists(_STEPS, max_size=8).map(tuple),
    asks=st.lists(_ASKS, max_size=4).map(tuple),
    items=st.lists(_ITEMS, max_size=4).map(tuple),
    copies=st.lists(_COPIES, max_size=MAX_COPIES).map(tuple),
    given=st.lists(_NUMBER, max_size=MAX_GIVEN).map(tuple),
    seen=st.lists(_NUMBER, max_size=MAX_SEEN).map(tuple),
    topics=st.lists(_NUMBER, max_size=MAX_TOPICS).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(_TRAILS)
def test_a_trail_comes_back_as_it_was(trail: Trail) -> None:
    assert unpack(pack(trail)) == trail


def _full() -> Trail:
    numbers = tuple(range(4_000_000_000, 4_000_000_048))
    names = [f"{number:03d}".ljust(96, "n") for number in range(MAX_STEPS)]
    ids = [f"{number:03d}".ljust(40, "d") for number in range(MAX_STEPS)]
    prints = [f"{number:016x}" for number in range(MAX_ITEMS)]
    return Trail(
        intents={"read": 1},
        labels={f"{number}".ljust(64, "l"): Label(ids[0], ids[0], 2e9, 9) for number in range(MAX_LABELS)},
        tools=tuple(names[:MAX_TOOLS]),
        steps=tuple(
            Step(one, name, name[::-1], "exfiltrative", "payment", 2e9, 999, 4_000_000_000, 4_000_000_000)
            for one, name in zip(ids, names, strict=True)
        ),
        asks=(Ask(ids[0], 2e9, 65_535, 0.123, True, True, numbers[:16], numbers[:12]),) * MAX_ASKS,  # noqa: FBT003
        items=tuple(
            Item(ids[0], names[0], "financial", one, 5, True, numbers, 2**48 - 1, tuple(ids[:8]))  # noqa: FBT003
            for one in prints
        ),
        copies=(Copy(ids[0], names[0], "secret_text", numbers * 2),) * MAX_COPIES,
        given=numbers * 4,
        seen=numbers * 8,
        topics=numbers[:MAX_TOPICS],
    )


def test_the_fullest_trail_stays_within_the_bound_and_keeps_its_newest_parts() -> None:
    trail = _full()
    data = pack(trail)
    assert len(data) <= MAX_BYTES
    assert unpack(data).steps[-1] == trail.steps[-1]
    assert unpack(data).labels == trail.labels


def test_an_empty_trail_is_small() -> None:
    assert len(pack(EMPTY)) < 300


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        b"\xff" * 40,
        bytes([VERSION + 1]) + pack(EMPTY)[1:],
        pack(EMPTY)[:-10],
        pack(EMPTY) + b"\x00",
        b"\x01\x02\x00\x00\x00{}",
        b"\x01\x02\x00\x00\x00[]",
        pack(replace(EMPTY, seen=(1, 2, 3)))[:-4],
    ],
)
def test_what_is_no_trail_of_this_version_is_refused(data: bytes) -> None:
    with pytest.raises(PackingError):
        unpack(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_trail_or_are_refused(data: bytes) -> None:
    try:
        unpack(b"\x01" + data)
    except PackingError:
        return


def test_a_trail_of_a_version_without_odds_is_read() -> None:
    trail = replace(EMPTY, asks=(Ask("d1", 1.0, 1, 0.5, False, False, (1,), (2,), 2.5),))  # noqa: FBT003 - members
    packed = pack(trail)
    document = orjson.loads(packed[5:-8])
    document["asks"] = [ask[:8] for ask in document["asks"]]
    old = orjson.dumps(document)
    data = packed[:1] + len(old).to_bytes(4, "little") + old + packed[-8:]
    assert unpack(data).asks == (trail.asks[0]._replace(odds=0.0),)
