"""Room in memory: what is over goes first, then what was not used for longest, flagged entries last, pins never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.stores.state_backend import EntryError, Kept, Kind, Place, Room
from extproc.stores.state_shelf import ENTRY_BYTES, Entry, LastingShelf, PassingShelf, shelves


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def trail(name: str) -> Place:
    return Place(Kind.TRAILS, name)


def entry(data: bytes = b"", *, ttl: float | None = None, flagged: bool = False) -> Entry:
    return Entry(kept=Kept(data=data, version=b"v"), until=ttl, flagged=flagged)


def names(shelf: PassingShelf) -> set[str]:
    return {place.group for place, _ in shelf.group(None)}


def test_the_least_recently_used_goes_first() -> None:
    shelf = PassingShelf(3, 1 << 20, Time())
    for name in "abc":
        shelf.set(trail(name), entry())
    shelf.get(trail("a"))
    gone = shelf.set(trail("d"), entry())
    assert ([place.group for place, _ in gone], names(shelf)) == (["b"], {"a", "c", "d"})


def test_a_flood_of_others_never_drives_out_a_flagged_one() -> None:
    shelf = PassingShelf(10, 1 << 20, Time())
    shelf.set(trail("flagged"), entry(flagged=True))
    for number in range(1000):
        shelf.set(trail(str(number)), entry())
    assert len(shelf) == 10
    assert shelf.get(trail("flagged")) is not None


def test_when_all_are_flagged_the_least_recently_used_makes_room_for_a_new_one() -> None:
    shelf = PassingShelf(2, 1 << 20, Time())
    for name in "ab":
        shelf.set(trail(name), entry(flagged=True))
    shelf.set(trail("new"), entry())
    assert names(shelf) == {"b", "new"}


def test_what_is_over_goes_before_what_is_not_even_when_it_is_flagged() -> None:
    clock = Time()
    shelf = PassingShelf(2, 1 << 20, clock)
    shelf.set(trail("used"), entry(ttl=100.0))
    shelf.set(trail("over"), entry(ttl=10.0, flagged=True))
    clock.now = 10.0
    shelf.set(trail("new"), entry(ttl=100.0))
    assert names(shelf) == {"used", "new"}


def test_an_entry_that_was_renewed_is_not_over() -> None:
    clock = Time()
    shelf = PassingShelf(2, 1 << 20, clock)
    shelf.set(trail("renewed"), entry(ttl=10.0))
    shelf.set(trail("renewed"), entry(ttl=100.0))
    shelf.set(trail("idle"), entry(ttl=100.0))
    shelf.get(trail("renewed"))
    clock.now = 50.0
    shelf.set(trail("new"), entry(ttl=100.0))
    assert names(shelf) == {"renewed", "new"}
    clock.now = 100.0
    assert shelf.get(trail("renewed")) is None
    assert names(shelf) == set()


def test_an_entry_whose_flag_changes_is_there_once() -> None:
    shelf = PassingShelf(5, 1 << 20, Time())
    shelf.set(trail("a"), entry(flagged=True))
    shelf.set(trail("a"), entry(b"x"))
    assert (len(shelf), shelf.size) == (1, ENTRY_BYTES + 2)
    shelf.drop(trail("a"))
    assert (len(shelf), shelf.size) == (0, 0)


def test_bytes_are_bounded_too() -> None:
    shelf = PassingShelf(100, 3 * ENTRY_BYTES, Time())
    for name in "abcd":
        shelf.set(trail(name), entry(b"x" * 100))
    assert names(shelf) == {"c", "d"}
    assert shelf.size <= 3 * ENTRY_BYTES
    with pytest.raises(EntryError, match="larger than the whole"):
        shelf.set(trail("huge"), entry(b"x" * 3 * ENTRY_BYTES))


def test_what_waits_for_its_end_is_bounded_by_what_there_is() -> None:
    shelf = PassingShelf(10, 1 << 20, Time())
    for number in range(20_000):
        shelf.set(trail(str(number)), entry(ttl=1e6 - number))
    assert len(shelf._times) < 2000


@given(
    st.lists(
        st.tuples(st.integers(0, 15), st.integers(0, 400), st.floats(1, 50), st.booleans(), st.floats(0, 5)),
        max_size=200,
    )
)
def test_whatever_comes_room_is_kept_to_and_only_what_is_there_is_counted(
    puts: list[tuple[int, int, float, bool, float]],
) -> None:
    clock = Time()
    shelf = PassingShelf(8, 8 * (ENTRY_BYTES + 100), clock)
    for name, size, ttl, flagged, passed in puts:
        clock.now += passed
        shelf.set(trail(f"{name:02}"), entry(b"x" * size, ttl=clock.now + ttl, flagged=flagged))
        assert shelf.get(trail(f"{name:02}")) is not None
        assert len(shelf) <= 8
        assert shelf.size <= 8 * (ENTRY_BYTES + 100)
    for name in range(16):
        shelf.drop(trail(f"{name:02}"))
    assert (len(shelf), shelf.size) == (0, 0)


def test_lasting_entries_stay_and_further_ones_are_refused() -> None:
    shelf = LastingShelf(2, 1 << 20, 2)
    pins = [Place(Kind.PINS, "files", name) for name in "abc"]
    for pin in pins[:2]:
        shelf.check(pin, b"")
        assert shelf.set(pin, entry()) == []
    with pytest.raises(EntryError, match="no room for more pins"):
        shelf.check(Place(Kind.PINS, "mail", "a"), b"")
    shelf.check(pins[0], b"longer")
    shelf.drop(pins[1])
    shelf.check(pins[2], b"")


def test_the_bytes_of_lasting_entries_are_bounded_and_may_shrink() -> None:
    shelf = LastingShelf(10, ENTRY_BYTES + 300, 10)
    pin = Place(Kind.PINS, "files", "a")
    shelf.set(pin, entry(b"x" * 200))
    with pytest.raises(EntryError, match="no room"):
        shelf.check(pin, b"x" * 400)
    shelf.check(pin, b"x" * 100)


def test_pins_and_servers_last_and_trails_pass() -> None:
    kinds = {kind: type(shelf) for kind, shelf in shelves(Room(), Time()).items()}
    assert kinds == {Kind.TRAILS: PassingShelf, Kind.PINS: LastingShelf, Kind.SERVERS: LastingShelf}
