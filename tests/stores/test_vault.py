"""The contract of a vault, kept by the one in memory: values come back in their scope and time, and only there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from extproc.model.finding import Category
from extproc.ports.errors import PortError
from extproc.redact.restore import VaultEntry
from extproc.stores import vault
from extproc.stores.vault import MemoryVault

_Answer = TypeVar("_Answer")
KEY = b"k" * 32
ADA = "ada@example.com"


class Time:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def run(steps: Callable[[MemoryVault, Time], Awaitable[_Answer]], values: int = 100) -> _Answer:
    async def started() -> _Answer:
        clock = Time()
        return await steps(MemoryVault(KEY, clock, values), clock)

    return asyncio.run(started())


def put(store: MemoryVault, value: str = ADA, scope: str = "s", server: str = "crm") -> Awaitable[str]:
    return store.put(scope, "email", Category.PII, value, server=server, ttl=10)


def test_a_value_comes_back_with_what_it_is_and_where_it_came_from() -> None:
    async def steps(store: MemoryVault, _: Time) -> VaultEntry | None:
        return await store.get("s", "email", await put(store))

    expected = VaultEntry(value=ADA, entity="email", category=Category.PII, servers=frozenset({"crm"}))
    assert run(steps) == expected


def test_one_value_has_one_mark_in_a_scope_and_another_in_another() -> None:
    async def steps(store: MemoryVault, _: Time) -> list[str]:
        other = await store.put("s", "phone", Category.PII, ADA, server="crm", ttl=10)
        return [await put(store), await put(store), await put(store, "b"), await put(store, scope="o"), other]

    first, again, *others = run(steps)
    assert first == again
    assert len({first, *others}) == 4
    assert all(len(one) == 26 and set(one) <= set("abcdefghijklmnopqrstuvwxyz234567") for one in (first, *others))


def test_the_marks_of_another_key_are_others() -> None:
    async def letters(key: bytes) -> str:
        return await put(MemoryVault(key, Time()))

    assert asyncio.run(letters(KEY)) != asyncio.run(letters(b"o" * 32))


def test_all_servers_are_known_that_a_value_came_from() -> None:
    async def steps(store: MemoryVault, _: Time) -> VaultEntry | None:
        await put(store, server="mail")
        return await store.get("s", "email", await put(store))

    entry = run(steps)
    assert entry is not None
    assert entry.servers == {"crm", "mail"}


def test_nothing_comes_back_in_another_scope_under_another_name_or_for_other_letters() -> None:
    async def steps(store: MemoryVault, _: Time) -> list[VaultEntry | None]:
        letters = await put(store)
        return [
            await store.get("o", "email", letters),
            await store.get("s", "phone", letters),
            await store.get("s", "email", letters[::-1]),
        ]

    assert run(steps) == [None] * 3


def test_a_value_is_kept_for_its_time_from_when_it_was_last_seen() -> None:
    async def steps(store: MemoryVault, clock: Time) -> list[bool]:
        letters = await put(store)
        seen = []
        for moment in (9.0, 18.0, 19.0):
            clock.now = moment
            seen.append(await store.get("s", "email", letters) is not None)
            if moment < 10:
                await put(store)
        return seen

    assert run(steps) == [True, True, False]


def test_the_oldest_go_when_there_are_too_many_and_those_whose_time_is_over() -> None:
    async def steps(store: MemoryVault, clock: Time) -> tuple[list[bool], int]:
        letters = [await put(store, value) for value in ("a", "b")]
        await put(store, "a")
        letters.append(await put(store, "c"))
        known = [await store.get("s", "email", one) is not None for one in letters]
        clock.now = 11.0
        await put(store, "d")
        return known, len(store._values)

    assert run(steps, values=2) == ([True, False, True], 1)


def test_what_is_kept_cannot_be_read_and_not_be_moved() -> None:
    async def steps(store: MemoryVault, _: Time) -> tuple[bool, VaultEntry | None]:
        one, other = await put(store), await put(store, "bob@example.com")
        readable = any(b"example" in sealed.data for sealed in store._values.values())
        store._values["s", one] = store._values["s", other]
        return readable, await store.get("s", "email", one)

    assert run(steps) == (False, None)


def test_entities_are_known_as_marks_write_them() -> None:
    async def steps(store: MemoryVault, _: Time) -> VaultEntry | None:
        letters = await store.put("s", "Card-Number", Category.CUSTOM, "x", server="crm", ttl=10)
        return await store.get("s", "card_number", letters)

    entry = run(steps)
    assert entry is not None
    assert entry.entity == "Card-Number"


def test_a_value_that_is_too_long_is_not_taken() -> None:
    with pytest.raises(PortError):
        run(lambda store, _: put(store, "x" * (vault.MAX_CHARACTERS + 1)))


def test_a_short_key_is_none() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        MemoryVault(b"short", Time())
