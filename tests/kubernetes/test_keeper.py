"""Several replicas and one certificate: who is second takes what the first made, and nothing is served untrusted."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from extproc.kubernetes.account import Account
from extproc.kubernetes.api import Api, ApiError
from extproc.kubernetes.certificates import Material, host_names, make, moment
from extproc.kubernetes.keeper import Keeper, Pauses
from extproc.kubernetes.settings import SelfSigned
from tests.kubernetes.api_server import ApiServer, api_server
from tests.kubernetes.waiting import until

DAY = 86_400.0
NAMES = host_names("injector", "mcp-system")
SETTINGS = SelfSigned(
    mode="self-signed",
    secret="injector-tls",
    namespace="mcp-system",
    service="injector",
    webhook="mcp-extproc",
    days=90,
)


@dataclass
class SetClock:
    time: float = 1_900_000_000.0

    def now(self) -> float:
        return self.time

    def steady(self) -> float:
        return self.time


@dataclass
class Replica:
    """A keeper, and what it served; each serving is checked against the bundle at that moment."""

    server: ApiServer
    api: Api
    clock: SetClock
    index: int = 0
    served: list[Material] = field(default_factory=list)
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.api, SETTINGS, self.serve, self.clock, Pauses(look=0.02, fault=0.02, settle=0.0))

    def serve(self, material: Material) -> None:
        assert material.authorities[0] in trusted(self.server, self.index)
        self.served.append(material)


def webhook(service: str, namespace: str = "mcp-system") -> dict[str, Any]:
    return {"name": f"{service}.test", "clientConfig": {"service": {"name": service, "namespace": namespace}}}


def trusted(server: ApiServer, index: int = 0) -> list[x509.Certificate]:
    configuration = server.objects["mutatingwebhookconfigurations", "", "mcp-extproc"]
    data = base64.b64decode(configuration["webhooks"][index]["clientConfig"].get("caBundle", ""))
    return x509.load_pem_x509_certificates(data) if data else []


def secret(server: ApiServer) -> dict[str, Any]:
    return server.objects["secrets", "mcp-system", "injector-tls"]


@asynccontextmanager
async def cluster(tmp_path: Path) -> AsyncIterator[tuple[ApiServer, Api]]:
    async with api_server(tmp_path / "account") as (server, where), Api(Account(where)) as api:
        hooks = [webhook("injector"), webhook("other"), webhook("injector")]
        await server.put("mutatingwebhookconfigurations", {"metadata": {"name": "mcp-extproc"}, "webhooks": hooks})
        yield server, api


def play(tmp_path: Path, story: Callable[[ApiServer, Api], Awaitable[None]]) -> None:
    async def run() -> None:
        async with cluster(tmp_path) as (server, api):
            await story(server, api)

    asyncio.run(run())


def test_the_first_replica_makes_what_the_others_take(tmp_path: Path) -> None:
    async def story(server: ApiServer, api: Api) -> None:
        replicas = [Replica(server, api, SetClock()) for _ in range(5)]
        await asyncio.gather(*(one.keeper.look() for one in replicas))
        assert server.count("post", "secrets") >= 1
        assert len({one.served[-1].leaf for one in replicas}) == 1
        assert trusted(server) == trusted(server, 2) == [replicas[0].served[-1].authorities[0]]
        assert trusted(server, 1) == []
        before = secret(server)["metadata"]["resourceVersion"]
        await asyncio.gather(*(one.keeper.look() for one in replicas))
        assert secret(server)["metadata"]["resourceVersion"] == before
        assert [len(one.served) for one in replicas] == [1] * 5

    play(tmp_path, story)


def test_an_empty_secret_of_the_chart_is_filled_and_what_others_keep_in_it_stays(tmp_path: Path) -> None:
    async def story(server: ApiServer, api: Api) -> None:
        metadata = {"name": "injector-tls", "namespace": "mcp-system", "labels": {"a": "b"}}
        await server.put("secrets", {"metadata": metadata, "type": "Opaque", "data": {"other": "eA=="}})
        await Replica(server, api, SetClock()).keeper.look()
        assert secret(server)["metadata"]["labels"] == {"a": "b"}
        assert sorted(secret(server)["data"]) == ["ca.crt", "other", "tls.crt", "tls.key"]
        assert server.count("post", "secrets") == 0

    play(tmp_path, story)


def test_replicas_that_race_for_a_renewal_end_with_one_and_trust_both_until_the_old_one_ends(tmp_path: Path) -> None:
    async def story(server: ApiServer, api: Api) -> None:
        clock = SetClock()
        replicas = [Replica(server, api, clock) for _ in range(4)]
        for one in replicas:
            await one.keeper.look()
        clock.time += 55 * DAY
        await asyncio.gather(*(one.keeper.look() for one in replicas))
        assert [len(one.served) for one in replicas] == [2] * 4
        assert len({one.served[1].leaf for one in replicas}) == 1
        old, new = (one.authorities[0] for one in replicas[0].served)
        assert trusted(server) == [new, old]
        clock.time += 36 * DAY
        await replicas[0].keeper.look()
        assert trusted(server) == [new]

    play(tmp_path, story)


def test_a_leaf_is_not_served_before_its_authority_is_trusted(tmp_path: Path) -> None:
    async def story(server: ApiServer, api: Api) -> None:
        server.failing["patch"] = 403
        replica = Replica(server, api, SetClock())
        with pytest.raises(ApiError, match=r"patch MutatingWebhookConfiguration mcp-extproc: HTTP status 403"):
            await replica.keeper.look()
        assert replica.served == []
        server.failing.clear()
        await replica.keeper.look()
        assert len(replica.served) == 1

    play(tmp_path, story)


def test_a_configuration_that_changes_meanwhile_is_patched_as_it_is_then(tmp_path: Path) -> None:
    async def story(server: ApiServer, api: Api) -> None:
        replica = Replica(server, api, SetClock(), index=1)

        async def disturb() -> None:
            hooks = [webhook("other"), webhook("injector")]
            await server.put("mutatingwebhookconfigurations", {"metadata": {"name": "mcp-extproc"}, "webhooks": hooks})

        server.meanwhile["patch"] = disturb
        await replica.keeper.look()
        assert server.count("patch", "mutatingwebhookconfigurations") == 2
        assert trusted(server, 0) == []
        assert trusted(server, 1) == [replica.served[-1].authorities[0]]

    play(tmp_path, story)


def test_a_secret_that_changes_meanwhile_is_taken_as_it_is_then(tmp_path: Path) -> None:
    async def story(server: ApiServer, api: Api) -> None:
        clock = SetClock()
        winner, loser = Replica(server, api, clock), Replica(server, api, clock)
        server.meanwhile["post"] = winner.keeper.look
        await loser.keeper.look()
        assert server.count("post", "secrets") == 2
        assert loser.served[0].leaf == winner.served[0].leaf

    play(tmp_path, story)


def test_a_secret_with_nothing_usable_in_it_is_made_anew(tmp_path: Path) -> None:
    async def story(server: ApiServer, api: Api) -> None:
        metadata = {"name": "injector-tls", "namespace": "mcp-system"}
        await server.put(
            "secrets", {"metadata": metadata, "data": {"tls.crt": "!", "tls.key": "eA==", "ca.crt": "eA=="}}
        )
        replica = Replica(server, api, SetClock())
        await replica.keeper.look()
        assert len(replica.served) == 1

    play(tmp_path, story)


def test_what_cannot_be_renewed_is_served_while_it_is_good(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(server: ApiServer, api: Api) -> None:
        clock = SetClock()
        kept = make(NAMES, moment(clock.time), 90)
        data = {name: base64.b64encode(value).decode() for name, value in kept.data().items()}
        await server.put("secrets", {"metadata": {"name": "injector-tls", "namespace": "mcp-system"}, "data": data})
        clock.time += 70 * DAY
        server.failing["put"] = 403
        replica = Replica(server, api, clock)
        await replica.keeper.look()
        assert [one.leaf for one in replica.served] == [kept.leaf]
        assert "cannot be renewed" in caplog.text
        clock.time += 30 * DAY
        with pytest.raises(ApiError, match="403"):
            await replica.keeper.look()

    play(tmp_path, story)


def test_it_goes_on_looking_after_faults_until_told_to_stop(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story(server: ApiServer, api: Api) -> None:
        stop = asyncio.Event()
        replica = Replica(server, api, SetClock())
        server.failing["get"] = 500
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(replica.keeper.run(stop))
            await until(lambda: server.count("get", "secrets") > 2)
            server.failing.clear()
            await until(lambda: len(replica.served) == 1)
            stop.set()
        assert "get Secret mcp-system/injector-tls: HTTP status 500" in caplog.text
        assert "nobody-may-log" not in caplog.text

    with caplog.at_level(logging.INFO):
        play(tmp_path, story)
