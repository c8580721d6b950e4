"""Keys behind a URL: fetched in the background, renewed with restraint, and good for a limited time."""

import asyncio
from pathlib import Path

import pytest

from extproc.identity.keys import MAX_BYTES
from extproc.ports import PortError
from extproc.stores.jwks_url import KeyUrl, UrlKeys
from extproc.stores.key_ring import KeyRing
from tests.identity.tokens import jwk, jwks
from tests.stores.keys import Issuer, SetClock, until, url_keys

ONE, TWO = jwks(jwk("k1")), jwks(jwk("k1"), jwk("k2"))


def test_a_known_key_is_found_without_asking_again() -> None:
    async def story() -> None:
        async with url_keys(Issuer(ONE), SetClock()) as (store, _, server):
            for _ in range(3):
                assert await store.find("k1", "RS256") is not None
            assert [one.path for one in server.received] == ["/jwks.json"]
            assert server.received[0].header("authorization") is None

    asyncio.run(story())


def test_an_unknown_key_is_asked_for_at_once_but_not_again_before_the_cooldown() -> None:
    issuer, clock = Issuer(ONE), SetClock()

    async def story() -> None:
        async with url_keys(issuer, clock, cooldown=30, patience=10) as (store, _, server):
            assert await store.find("k2", "RS256") is None
            assert len(server.received) == 1
            clock.time += 30
            issuer.body = TWO
            found = await asyncio.gather(*(store.find("k2", "RS256") for _ in range(5)))
            assert None not in found
            assert len(server.received) == 2
            clock.time += 29
            assert await store.find("k3", "RS256") is None
            assert len(server.received) == 2

    asyncio.run(story())


@pytest.mark.parametrize(
    ("body", "status", "headers", "words"),
    [
        (b"{}", 200, {}, "no list of keys"),
        (b" " * (MAX_BYTES + 1), 200, {}, "larger"),
        (TWO, 500, {}, "HTTP status 500"),
        (TWO, 302, {"location": "http://127.0.0.1:1/"}, "HTTP status 302"),
        (TWO, 200, {"content-encoding": "gzip"}, "compressed"),
    ],
)
def test_a_bad_answer_leaves_the_last_good_keys_and_makes_unknown_ones_unavailable(
    body: bytes, status: int, headers: dict[str, str], words: str
) -> None:
    issuer, clock = Issuer(ONE), SetClock()

    async def story() -> None:
        async with url_keys(issuer, clock, patience=10) as (store, ring, server):
            clock.time += 60
            issuer.body, issuer.status, issuer.headers = body, status, headers
            with pytest.raises(PortError):
                await store.find("k2", "RS256")
            assert words in (ring.fault or "")
            assert await store.find("k1", "RS256") is not None
            assert len(server.received) == 2

    asyncio.run(story())


def test_keys_past_their_limit_are_not_used_any_more() -> None:
    issuer, clock = Issuer(ONE), SetClock()

    async def story() -> None:
        async with url_keys(issuer, clock, limit=100, patience=10) as (store, _, _server):
            issuer.status = 500
            clock.time += 100
            assert await store.find("k1", "RS256") is not None
            clock.time += 1
            with pytest.raises(PortError):
                await store.find("k1", "RS256")
            clock.time += 60
            issuer.status = 200
            assert await store.find("k1", "RS256") is not None

    asyncio.run(story())


def test_a_request_waits_only_a_moment_for_an_issuer_that_does_not_answer() -> None:
    issuer, clock = Issuer(ONE), SetClock()

    async def story() -> None:
        async with url_keys(issuer, clock, patience=0.05, timeout=20) as (store, _, _server):
            clock.time += 60
            issuer.body = None
            for _ in range(2):
                with pytest.raises(PortError, match="in time"):
                    await store.find("k2", "RS256")
            assert await store.find("k1", "RS256") is not None

    asyncio.run(story())


def test_a_fetch_that_takes_too_long_is_given_up_and_tried_again_after_the_cooldown() -> None:
    issuer = Issuer(ONE)
    issuer.body = None

    async def story() -> None:
        async with url_keys(issuer, SetClock(), timeout=0.05, cooldown=0.05) as (_, ring, server):
            assert "no answer within 0.05 s" in (ring.fault or "")
            issuer.body = ONE
            await until(lambda: ring.ready)
            assert len(server.received) >= 2

    asyncio.run(story())


def test_the_server_is_shown_the_bearer_token_of_the_moment(tmp_path: Path) -> None:
    issuer, clock, file = Issuer(ONE), SetClock(), tmp_path / "token"
    file.write_text("first\n")

    async def story() -> None:
        async with url_keys(issuer, clock, bearer_file=file, patience=10) as (store, ring, server):
            file.write_text("second\n")
            clock.time += 60
            await store.find("k2", "RS256")
            shown = [one.header("authorization") for one in server.received]
            assert shown == ["Bearer first", "Bearer second"]
            file.write_text("two words")
            clock.time += 60
            with pytest.raises(PortError):
                await store.find("k2", "RS256")
            assert "holds no token" in (ring.fault or "")
            assert "words" not in (ring.fault or "")

    asyncio.run(story())


def test_an_authority_that_cannot_be_read_is_named_and_nothing_is_fetched(tmp_path: Path) -> None:
    async def story() -> None:
        ring = KeyRing("idp")
        place = KeyUrl(url="https://127.0.0.1:1/", ca=tmp_path / "missing.crt", patience=0.01)
        store = UrlKeys(place, ring, SetClock())
        await store.run()
        assert "authority cannot be read: No such file" in (ring.fault or "")
        with pytest.raises(PortError):
            await store.find("k1", "RS256")

    asyncio.run(story())
