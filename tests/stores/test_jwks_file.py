"""Keys from a file."""

import asyncio
from pathlib import Path

import pytest

from extproc.identity.keys import MAX_BYTES, Key
from extproc.ports import PortError
from extproc.stores.jwks_file import FileKeys
from extproc.stores.key_ring import KeyRing
from tests.identity.tokens import jwk, jwks
from tests.stores.keys import until


def made(path: Path) -> tuple[FileKeys, KeyRing]:
    ring = KeyRing("files")
    return FileKeys(path, ring), ring


def find(store: FileKeys, identifier: str) -> Key | None:
    return asyncio.run(store.find(identifier, "RS256"))


def test_a_new_key_is_found_as_soon_as_it_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(jwks(jwk("k1")))
    store, _ = made(path)
    assert find(store, "k1") is not None
    assert find(store, "k2") is None
    path.write_bytes(jwks(jwk("k1"), jwk("k2")))
    assert find(store, "k2") is not None


def test_a_mounted_file_is_read_again_when_its_symlink_is_swapped(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "keys.json").write_bytes(jwks(jwk(name)))
    (tmp_path / "..data").symlink_to("one")
    (tmp_path / "keys.json").symlink_to("..data/keys.json")
    store, _ = made(tmp_path / "keys.json")
    assert find(store, "one") is not None
    (tmp_path / "new").symlink_to("two")
    (tmp_path / "new").rename(tmp_path / "..data")
    assert find(store, "two") is not None
    assert find(store, "one") is None


@pytest.mark.parametrize("bad", [b"", b"{", b'{"keys": []}', b'{"keys": [{"kty": "oct"}]}', b" " * (MAX_BYTES + 1)])
def test_a_bad_file_leaves_the_last_good_keys_and_names_the_fault(tmp_path: Path, bad: bytes) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(jwks(jwk("k1")))
    store, ring = made(path)
    store.look()
    path.write_bytes(bad)
    store.look()
    assert str(path) in (ring.fault or "")
    assert find(store, "k1") is not None
    assert find(store, "k2") is None
    path.unlink()
    store.look()
    assert "No such file" in (ring.fault or "")
    assert find(store, "k1") is not None


def test_without_any_keys_nobody_can_tell(tmp_path: Path) -> None:
    store, ring = made(tmp_path / "missing.json")
    with pytest.raises(PortError, match="files"):
        find(store, "k1")
    assert not ring.ready


def test_while_it_runs_a_change_is_seen_without_anybody_asking(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"

    async def story() -> None:
        store, ring = made(path)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(store.run())
            await until(lambda: "No such file" in (ring.fault or ""))
            path.write_bytes(jwks(jwk("k1")))
            await until(lambda: ring.ready)
            running.cancel()

    asyncio.run(story())
