"""The client of the API: its verbs, its errors, and that the server must be the one that the account trusts."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from extproc.kubernetes.account import Account
from extproc.kubernetes.api import Api, ApiError, EventKind, PatchKind, Times
from extproc.kubernetes.resources import CONFIG_MAPS, SECRETS, WEBHOOKS, Resource
from extproc.model.message import JsonObject
from tests.kubernetes.api_server import ApiServer, api_server

Story = Callable[[Api, ApiServer], Awaitable[None]]


def config_map(name: str, namespace: str = "a", **data: str) -> JsonObject:
    return {"metadata": {"name": name, "namespace": namespace, "labels": {"x": "y"}}, "data": {**data}}


def play(tmp_path: Path, story: Story, times: Times | None = None) -> None:
    async def run() -> None:
        async with api_server(tmp_path / "account") as (server, cluster), Api(Account(cluster), times) as api:
            await story(api, server)

    asyncio.run(run())


def test_what_is_created_can_be_read_and_listed(tmp_path: Path) -> None:
    async def story(api: Api, _: ApiServer) -> None:
        await api.create(CONFIG_MAPS, config_map("one", k="v"), namespace="a")
        await api.create(CONFIG_MAPS, config_map("one", "b"), namespace="b")
        assert (await api.get(CONFIG_MAPS, "one", namespace="a"))["data"] == {"k": "v"}
        assert len(list_of(await api.list(CONFIG_MAPS))) == 2
        assert len(list_of(await api.list(CONFIG_MAPS, namespace="b", labels="x=y"))) == 1
        assert list_of(await api.list(CONFIG_MAPS, labels="x=z")) == []

    play(tmp_path, story)


def test_an_update_of_what_changed_meanwhile_is_a_conflict(tmp_path: Path) -> None:
    async def story(api: Api, _: ApiServer) -> None:
        made = await api.create(CONFIG_MAPS, config_map("one"), namespace="a")
        await api.update(CONFIG_MAPS, {**made, "data": {"k": "mine"}}, namespace="a")
        with pytest.raises(ApiError) as late:
            await api.update(CONFIG_MAPS, {**made, "data": {"k": "late"}}, namespace="a")
        assert late.value.conflict
        assert (await api.get(CONFIG_MAPS, "one", namespace="a"))["data"] == {"k": "mine"}
        with pytest.raises(ApiError) as twice:
            await api.create(CONFIG_MAPS, config_map("one"), namespace="a")
        assert twice.value.conflict
        with pytest.raises(ValueError, match="has not seen"):
            await api.update(CONFIG_MAPS, config_map("one"), namespace="a")

    play(tmp_path, story)


def test_both_kinds_of_patch_change_what_they_name(tmp_path: Path) -> None:
    async def story(api: Api, server: ApiServer) -> None:
        await server.put("mutatingwebhookconfigurations", {"metadata": {"name": "w"}, "webhooks": []})
        await api.patch(WEBHOOKS, "w", {"metadata": {"labels": {"a": "b"}}}, PatchKind.MERGE)
        done = await api.patch(WEBHOOKS, "w", [{"op": "add", "path": "/webhooks/-", "value": {"n": 1}}], PatchKind.JSON)
        assert done["webhooks"] == [{"n": 1}]
        with pytest.raises(ApiError) as failed:
            await api.patch(
                WEBHOOKS, "w", [{"op": "test", "path": "/metadata/resourceVersion", "value": "1"}], PatchKind.JSON
            )
        assert failed.value.failed_test

    play(tmp_path, story)


def test_an_error_names_the_call_and_never_what_the_server_said(tmp_path: Path) -> None:
    async def story(api: Api, server: ApiServer) -> None:
        with pytest.raises(ApiError) as missing:
            await api.get(SECRETS, "certs", namespace="injector")
        assert missing.value.missing
        assert str(missing.value) == "get Secret injector/certs: HTTP status 404"
        server.failing["list"] = 500
        with pytest.raises(ApiError) as broken:
            await api.list(CONFIG_MAPS)
        assert str(broken.value) == "list ConfigMap: HTTP status 500"
        assert "nobody-may-log" not in str(broken.value)

    play(tmp_path, story)


def test_a_replaced_token_is_used_from_the_next_call_on(tmp_path: Path) -> None:
    async def story(api: Api, server: ApiServer) -> None:
        await api.list(CONFIG_MAPS)
        server.tokens = {"a-new-token"}
        with pytest.raises(ApiError, match="401"):
            await api.list(CONFIG_MAPS)
        new = tmp_path / "account" / "token.new"
        new.write_text("a-new-token")
        new.rename(tmp_path / "account" / "token")
        await api.list(CONFIG_MAPS)

    play(tmp_path, story)


def test_a_watch_tells_what_changes_and_ends_when_the_server_ends_it(tmp_path: Path) -> None:
    async def story(api: Api, server: ApiServer) -> None:
        made = await api.create(CONFIG_MAPS, config_map("one"), namespace="a")
        version = metadata(made)["resourceVersion"]
        assert isinstance(version, str)
        await server.put("configmaps", dict(config_map("two")))
        await server.delete("configmaps", "a", "one")
        seen = [event.kind async for event in api.watch(CONFIG_MAPS, version, labels="x=y")]
        assert seen == [EventKind.ADDED, EventKind.DELETED, EventKind.BOOKMARK]

    play(tmp_path, story, Times(watch=1))


def test_a_watch_from_a_version_that_is_forgotten_is_gone(tmp_path: Path) -> None:
    async def story(api: Api, server: ApiServer) -> None:
        await server.forget()
        with pytest.raises(ApiError) as lost:
            async for _ in api.watch(CONFIG_MAPS, "1"):
                pass
        assert lost.value.gone

    play(tmp_path, story)


def test_a_server_that_the_account_does_not_trust_is_not_spoken_to(tmp_path: Path) -> None:
    async def story() -> None:
        async with api_server(tmp_path / "one") as (server, cluster), api_server(tmp_path / "two") as (_, other):
            assert isinstance(Account(other).context, ssl.SSLContext)
            (cluster.folder / "ca.crt").write_bytes((other.folder / "ca.crt").read_bytes())
            async with Api(Account(cluster)) as api:
                with pytest.raises(ApiError, match="no answer"):
                    await api.list(CONFIG_MAPS)
            assert server.calls == []

    asyncio.run(story())


def test_a_server_that_is_not_there_is_an_error_in_time(tmp_path: Path) -> None:
    async def story(api: Api, _: ApiServer) -> None:
        with pytest.raises(ApiError, match=r"get Thing a/b: no answer in time"):
            await api.get(Resource(kind="Thing", plural="things"), "b", namespace="a")

    play(tmp_path, story, Times(call=0.0001))


def list_of(found: JsonObject) -> list[object]:
    items = found["items"]
    assert isinstance(items, list)
    return [*items]


def metadata(obj: JsonObject) -> JsonObject:
    found = obj["metadata"]
    assert isinstance(found, dict)
    return found
