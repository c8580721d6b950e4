"""The keys of all sources together."""

import asyncio
from pathlib import Path

from extproc.stores.jwks_url import KeyUrl
from extproc.stores.key_stores import KeyStores
from tests.identity.tokens import jwk, jwks
from tests.stores.keys import SetClock


def test_each_source_has_its_own_keys_and_is_ready_by_itself(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(jwks(jwk("k1")))
    places: dict[str, KeyUrl | Path] = {
        "files": tmp_path / "keys.json",
        "missing": tmp_path / "missing.json",
        "remote": KeyUrl(url="http://127.0.0.1:1/"),
    }

    async def story() -> None:
        stop, seen = asyncio.Event(), asyncio.Event()
        stores = KeyStores(places, SetClock())
        assert stores.ready() == {"files": False, "missing": False, "remote": False}

        async def changed() -> None:
            if stores.ready()["files"]:
                seen.set()

        async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
            tasks.create_task(stores.run(stop, changed))
            await seen.wait()
            assert stores.ready() == {"files": True, "missing": False, "remote": False}
            assert await stores.sources["files"].find("k1", "RS256") is not None
            stop.set()

    asyncio.run(story())


def test_without_sources_there_is_nothing_to_wait_for() -> None:
    async def story() -> None:
        stop = asyncio.Event()
        stop.set()
        stores = KeyStores({}, SetClock())

        async def changed() -> None:
            raise AssertionError("nothing can change")

        await stores.run(stop, changed)
        assert all(stores.ready().values())

    asyncio.run(story())
