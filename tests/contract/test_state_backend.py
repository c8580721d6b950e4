"""What every `StateBackend` keeps to: entries are replaced only by who saw the last one, and end with their time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from extproc.stores.state_backend import EntryError, Kind, Place, Room, kept
from tests.contract.backends import Bench, Opening

_Answer = TypeVar("_Answer")
TRAIL, PIN = Place(Kind.TRAILS, "aa"), Place(Kind.PINS, "files", "read")


def run(opening: Opening, steps: Callable[[Bench], Awaitable[_Answer]], room: Room | None = None) -> _Answer:
    async def opened() -> _Answer:
        async with opening(room) as bench:
            return await steps(bench)

    return asyncio.run(opened())


@pytest.mark.parametrize("place", [TRAIL, PIN])
def test_what_was_put_is_read_byte_for_byte(opening: Opening, place: Place) -> None:
    async def steps(bench: Bench) -> None:
        assert await bench.backend.get(place) is None
        for data in (bytes(range(256)), b"", b"x" * 200_000):
            before = await bench.backend.get(place)
            new = kept(data)
            swap = await bench.backend.put(place, new, known=before.version if before else None)
            assert (swap.done, swap.kept) == (True, new)
            assert await bench.backend.get(place) == new

    run(opening, steps)


@pytest.mark.parametrize("place", [TRAIL, PIN])
def test_only_who_saw_the_last_entry_replaces_it(opening: Opening, place: Place) -> None:
    async def steps(bench: Bench) -> None:
        first, second = kept(b"first"), kept(b"second")
        assert (await bench.backend.put(place, second, known=first.version)).done is False
        assert (await bench.backend.put(place, first, known=None)).done is True
        refused = await bench.backend.put(place, second, known=None)
        assert (refused.done, refused.kept) == (False, first)
        assert (await bench.backend.put(place, second, known=first.version)).done is True
        late = await bench.backend.put(place, kept(b"late"), known=first.version)
        assert (late.done, late.kept) == (False, second)

    run(opening, steps)


@pytest.mark.parametrize("place", [TRAIL, PIN])
def test_a_removed_entry_is_not_replaced_by_who_saw_it(opening: Opening, place: Place) -> None:
    async def steps(bench: Bench) -> None:
        first = kept(b"first")
        await bench.backend.delete(place)
        await bench.backend.put(place, first, known=None)
        await bench.backend.delete(place)
        refused = await bench.backend.put(place, kept(b"second"), known=first.version)
        assert (refused.done, refused.kept, await bench.backend.get(place)) == (False, None, None)
        assert (await bench.backend.put(place, first, known=None)).done is True

    run(opening, steps)


def test_whatever_they_are_called_places_stay_apart(opening: Opening) -> None:
    names = ["a", "A", "a:b", "{a}", "a}b", "*", "a\x00b", "ä", "", "a/b", "a%2Fb", "\uff41", "a" * 300]
    lasting = [Place(kind, group, name) for kind in (Kind.PINS, Kind.SERVERS) for group in names for name in names]
    places = [*lasting, *(Place(Kind.TRAILS, name) for name in names)]

    async def steps(bench: Bench) -> None:
        new = {place: kept(repr(place).encode()) for place in places}
        for place, entry in new.items():
            assert (await bench.backend.put(place, entry, known=None)).done
        assert {place: await bench.backend.get(place) for place in places} == new

    run(opening, steps)


def test_lasting_entries_are_listed_all_or_by_group(opening: Opening) -> None:
    async def steps(bench: Bench) -> None:
        places = [Place(Kind.PINS, group, name) for group in ("files", "mail") for name in ("read", "send")]
        for place in places:
            await bench.backend.put(place, kept(place.name.encode()), known=None)
        await bench.backend.delete(places[0])
        assert set(await bench.backend.scan(Kind.PINS)) == set(places[1:])
        assert {place: one.data for place, one in (await bench.backend.scan(Kind.PINS, "mail")).items()} == {
            places[2]: b"read",
            places[3]: b"send",
        }
        assert await bench.backend.scan(Kind.PINS, "chat") == {}
        assert await bench.backend.scan(Kind.SERVERS) == {}

    run(opening, steps)


def test_an_entry_ends_with_its_time_and_each_put_begins_it_anew(opening: Opening) -> None:
    async def steps(bench: Bench) -> None:
        first, second = kept(b"first"), kept(b"second")
        await bench.backend.put(TRAIL, first, known=None, ttl=60)
        await bench.elapse(40)
        await bench.backend.put(TRAIL, second, known=first.version, ttl=60)
        await bench.elapse(40)
        assert await bench.backend.get(TRAIL) == second
        await bench.elapse(21)
        assert await bench.backend.get(TRAIL) is None
        assert (await bench.backend.put(TRAIL, first, known=second.version, ttl=60)).done is False
        assert (await bench.backend.put(TRAIL, first, known=None, ttl=60)).done is True

    run(opening, steps)


def test_many_that_count_at_once_lose_nothing(opening: Opening) -> None:
    async def one_more(bench: Bench) -> None:
        while True:
            before = await bench.backend.get(TRAIL)
            count = int(before.data) if before else 0
            known = before.version if before else None
            if (await bench.backend.put(TRAIL, kept(b"%d" % (count + 1)), known=known)).done:
                return

    async def steps(bench: Bench) -> None:
        await asyncio.gather(*(one_more(bench) for _ in range(40)))
        after = await bench.backend.get(TRAIL)
        assert after is not None
        assert after.data == b"40"

    run(opening, steps)


def test_one_group_does_not_take_the_room_of_all(opening: Opening) -> None:
    async def steps(bench: Bench) -> None:
        first = kept(b"1")
        await bench.backend.put(Place(Kind.PINS, "greedy", "1"), first, known=None)
        await bench.backend.put(Place(Kind.PINS, "greedy", "2"), kept(b"2"), known=None)
        with pytest.raises(EntryError, match="no room for more pins"):
            await bench.backend.put(Place(Kind.PINS, "greedy", "3"), kept(b"3"), known=None)
        assert (await bench.backend.put(Place(Kind.PINS, "greedy", "1"), kept(b"1+"), known=first.version)).done
        assert (await bench.backend.put(Place(Kind.PINS, "modest", "1"), kept(b"1"), known=None)).done

    run(opening, steps, Room(group=2))


def test_an_entry_that_is_too_long_is_none() -> None:
    with pytest.raises(EntryError, match="too long"):
        kept(b"x" * ((1 << 20) + 1))
