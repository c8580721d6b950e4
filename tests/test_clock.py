"""The clock and the ids of a running process."""

import re

from extproc.clock import RandomIds, SystemClock


def test_ids_are_short_words_that_are_never_the_same() -> None:
    source = RandomIds()
    ids = [source.new() for _ in range(2_000)]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z2-7]{16}", one) for one in ids)


def test_two_sources_do_not_make_the_same_ids() -> None:
    first, second = RandomIds(), RandomIds()
    assert {first.new() for _ in range(500)}.isdisjoint({second.new() for _ in range(500)})


def test_no_id_tells_the_next() -> None:
    """Over many ids every place takes every letter: nothing in them counts."""
    source = RandomIds()
    places = [set(letters) for letters in zip(*(source.new() for _ in range(2_000)), strict=True)]
    assert [len(letters) for letters in places] == [32] * 16


def test_the_steady_clock_never_goes_back() -> None:
    clock = SystemClock()
    readings = [clock.steady() for _ in range(1_000)]
    assert readings == sorted(readings)
    assert clock.now() > 1_700_000_000
