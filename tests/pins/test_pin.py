"""Pins as bytes: what is kept is what was there, and nothing else is taken for one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.pins.pin import Pin, PinStatus, Version

_DIGESTS = st.sampled_from(["a" * 64, "b" * 64, "c" * 64])
_VERSIONS = st.builds(Version, digest=_DIGESTS, cosmetic=st.just("d" * 64), text=st.just('{"name":"t"}'))
_TEXT = st.none() | st.text(max_size=20)
_TIMES = st.floats(0, 2**40)
_PINS = st.builds(
    Pin,
    server=st.text(max_size=10),
    name=st.text(max_size=10),
    status=st.sampled_from(PinStatus),
    current=_VERSIONS,
    approved=st.none() | _VERSIONS,
    first=st.none() | _VERSIONS,
    rejected=st.none() | _DIGESTS,
    renamed_from=_TEXT,
    first_seen=_TIMES,
    changed_at=_TIMES,
    decided_by=_TEXT,
    decided_at=st.none() | _TIMES,
    reason=_TEXT,
)


@given(_PINS)
def test_what_is_packed_is_unpacked(pin: Pin) -> None:
    assert Pin.unpack(pin.pack()) == pin


def test_a_version_that_is_approved_and_listed_is_kept_once() -> None:
    version = Version(digest="a" * 64, cosmetic="b" * 64, text="x" * 1000)
    pin = Pin(
        server="s", name="t", status=PinStatus.APPROVED, current=version, approved=version, first=version,
        first_seen=0, changed_at=0,
    )  # fmt: skip
    assert len(pin.pack()) < 1600


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2}, {"schema": None}, {"server": 1}, {"status": "odd"}, {"current": "none"}, {"versions": []},
        {"versions": {"a": ["b"]}}, {"seen": [1]}, {"seen": ["x", 1]}, {"seen": [True, 1]}, {"decided": None},
        {"approved": 3}, {"rejected": 3},
    ],
)  # fmt: skip
def test_what_is_no_pin_is_refused(change: dict[str, object]) -> None:
    version = Version(digest="a", cosmetic="b")
    pin = Pin(server="s", name="t", status=PinStatus.PENDING, current=version, first_seen=0, changed_at=0)
    with pytest.raises(ValueError, match="pin"):
        Pin.unpack(json.dumps({**json.loads(pin.pack()), **change}).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"7", b"{}"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="pin"):
        Pin.unpack(data)
