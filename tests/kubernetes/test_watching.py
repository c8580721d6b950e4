"""Following objects: nothing is missed when watches end, versions are forgotten or the server is away."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from extproc.kubernetes.account import Account
from extproc.kubernetes.api import Api, Times
from extproc.kubernetes.resources import CONFIG_MAPS
from extproc.kubernetes.values import text
from extproc.kubernetes.watching import Backoff, Change, Changed, Gone, Listed, Lost, follow
from tests.kubernetes.api_server import ApiServer, api_server
from tests.kubernetes.waiting import until


def config_map(name: str, *, labelled: bool = True) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "a", "labels": {"p": "true"} if labelled else {}}, "data": {}}


def told(seen: list[Change]) -> list[str]:
    words = []
    for change in seen:
        match change:
            case Listed(objects=found):
                words.append("listed " + ",".join(text(one, "metadata", "name") for one in found))
            case Changed(object=one):
                words.append("changed " + text(one, "metadata", "name"))
            case Gone(object=one):
                words.append("gone " + text(one, "metadata", "name"))
            case Lost():
                words.append("lost")
    return words


def _watched(server: ApiServer, times: int) -> bool:
    return server.count("watch", "configmaps") == times


def _ends_with(seen: list[Change], words: str) -> bool:
    return told(seen)[-1] == words


Story = Callable[[ApiServer, list[Change]], Awaitable[None]]


def play(tmp_path: Path, story: Story, times: Times | None = None) -> list[str]:
    seen: list[Change] = []

    async def run() -> None:
        async with api_server(tmp_path / "account") as (server, cluster), Api(Account(cluster), times) as api:
            await server.put("configmaps", config_map("first"))

            async def collect() -> None:
                async for change in follow(
                    api, CONFIG_MAPS, labels="p=true", backoff=Backoff(first=0.01, longest=0.05)
                ):
                    seen.append(change)  # noqa: PERF401 - it never ends

            async with asyncio.TaskGroup() as tasks:
                following = tasks.create_task(collect())
                await until(lambda: "listed first" in told(seen))
                await story(server, seen)
                following.cancel()

    asyncio.run(run())
    return told(seen)


def test_changes_are_told_as_they_come(tmp_path: Path) -> None:
    async def story(server: ApiServer, seen: list[Change]) -> None:
        await server.put("configmaps", config_map("second"))
        await server.put("configmaps", config_map("other", labelled=False))
        await server.put("configmaps", config_map("second", labelled=False))
        await server.delete("configmaps", "a", "first")
        await until(lambda: len(seen) == 4)

    assert play(tmp_path, story) == ["listed first", "changed second", "gone second", "gone first"]


def test_after_the_end_of_a_watch_the_next_one_goes_on_where_it_was(tmp_path: Path) -> None:
    async def story(server: ApiServer, seen: list[Change]) -> None:
        for number in range(3):
            await until(partial(_watched, server, number + 1))
            await server.put("configmaps", config_map(f"n{number}"))
            await until(partial(_ends_with, seen, f"changed n{number}"))
            await server.end_watches()
        assert server.count("list", "configmaps") == 1

    assert play(tmp_path, story) == ["listed first", "changed n0", "changed n1", "changed n2"]


def test_what_happened_while_a_version_was_forgotten_is_listed_anew(tmp_path: Path) -> None:
    async def story(server: ApiServer, seen: list[Change]) -> None:
        await until(lambda: server.count("watch", "configmaps") == 1)
        server.failing["watch"] = 410
        await server.end_watches()
        await server.put("configmaps", config_map("second"))
        await server.delete("configmaps", "a", "first")
        await server.forget()
        server.failing.clear()
        await until(lambda: told(seen)[-1] == "listed second")

    assert play(tmp_path, story)[-1] == "listed second"


@pytest.mark.parametrize("status", [500, 403, 429])
def test_a_server_that_fails_is_told_and_asked_again(tmp_path: Path, status: int) -> None:
    async def story(server: ApiServer, seen: list[Change]) -> None:
        await until(lambda: server.count("watch", "configmaps") == 1)
        server.failing["watch"] = status
        await server.end_watches()
        await until(lambda: told(seen).count("lost") >= 2)
        await server.put("configmaps", config_map("meanwhile"))
        server.failing.clear()
        await until(lambda: told(seen)[-1] == "changed meanwhile")

    assert "listed meanwhile" not in play(tmp_path, story)


def test_a_server_that_ends_every_watch_at_once_is_not_asked_all_the_time(tmp_path: Path) -> None:
    async def story(server: ApiServer, _: list[Change]) -> None:
        begun, before = asyncio.get_running_loop().time(), server.count("watch", "configmaps")
        await until(lambda: server.count("watch", "configmaps") >= before + 10)
        assert asyncio.get_running_loop().time() - begun > 10 * 0.004

    play(tmp_path, story, Times(watch=0))


def test_pauses_grow_and_have_an_end() -> None:
    backoff = Backoff(first=1.0, longest=8.0)
    for failures, whole in ((1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (1000, 8.0)):
        assert whole / 2 <= backoff.pause(failures) <= whole
