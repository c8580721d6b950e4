"""The collector as a process, with a real sidecar behind a real Envoy that judges by what it collects."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from extproc.up.ports import free_port
from extproc.up.stack import Stack, StackOptions
from tests.e2e.raw import call, post, upstream
from tests.kubernetes.api_server import ApiServer, api_server
from tests.kubernetes.policies import LOOSENING, config_map, policy, write_floor
from tests.kubernetes.processes import command, environment, metric, probe
from tests.kubernetes.waiting import until

LOOK = "{id: no-look, match: {tools: [look]}, effect: deny}"


def words(tmp_path: Path, health: int, *more: str) -> list[str]:
    return [
        "policies",
        "--output",
        str(tmp_path / "out"),
        "--floor",
        str(tmp_path / "floor.yaml"),
        "--health",
        f"127.0.0.1:{health}",
        "--service-account",
        str(tmp_path / "account"),
        "--every",
        "0.05",
        *more,
    ]


async def denied(stack: Stack, server: str, tool: str) -> bool:
    answer = await post(stack, call(tool), {"host": f"{server}.test"})
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["result"].get("isError"))


async def until_denied(stack: Stack, server: str, tool: str, *, what: bool = True) -> None:
    async with asyncio.timeout(60):
        while await denied(stack, server, tool) is not what:
            await asyncio.sleep(0.02)


@pytest.mark.envoy
def test_one_teams_mistake_is_that_teams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_floor(tmp_path)
    (tmp_path / "out").mkdir()
    health, log = free_port(), tmp_path / "collector.log"
    servers = [{"name": one, "hosts": [f"{one}.test"], "namespace": f"team-{one}"} for one in ("a", "b")]
    config = {"policy": [str(tmp_path / "floor.yaml"), str(tmp_path / "out")], "servers": servers}
    stack = Stack(StackOptions(upstream=f"http://127.0.0.1:{free_port()}/mcp", config=config))

    async def story(server: ApiServer) -> None:
        with command(log, *words(tmp_path, health)) as first:
            await asyncio.gather(asyncio.to_thread(stack.start), until(lambda: probe(health, "/readyz")[0] == 200))
            async with upstream(stack):
                assert [await denied(stack, one, "erase") for one in "ab"] == [False, False]
                await server.put("configmaps", config_map("team-a"))
                await server.put("configmaps", config_map("team-b", policy("team-b", LOOK)))
                await until_denied(stack, "a", "erase")
                await until_denied(stack, "b", "look")
                assert [await denied(stack, "a", "look"), await denied(stack, "b", "erase")] == [False, False]

                await server.put("configmaps", config_map("team-a", policy("team-a", LOOSENING)))
                await until(lambda: "namespace team-a is refused, its last good one stays" in log.read_text())
                assert [await denied(stack, "a", tool) for tool in ("shell", "erase", "look")] == [True, True, False]
                await server.put("configmaps", config_map("team-b"))
                await until_denied(stack, "b", "erase")
                assert await denied(stack, "b", "look") is False
                assert metric(health, 'extproc_namespace_policies{state="kept"}') == 1
                assert metric(health, 'extproc_namespace_policies{state="good"}') == 1

                server.failing.update(list=500, watch=500)
                await server.end_watches()
                first.process.send_signal(signal.SIGKILL)
                first.process.wait()
                with command(log, *words(tmp_path, health)) as second:
                    await until(lambda: log.read_text().count("what is there counts on") > 0)
                    assert probe(health, "/readyz")[0] == 200
                    assert [await denied(stack, one, "erase") for one in "ab"] == [True, True]
                    server.failing.clear()
                    await server.delete("configmaps", "team-a", "mcp-extproc-policy")
                    await until_denied(stack, "a", "erase", what=False)
                    assert await denied(stack, "b", "erase") is True
                    second.process.terminate()
                    await until(lambda: not second.running)
                    assert second.process.returncode == 0
            assert "policy not loaded" not in stack.sidecar_log.read_text()

    async def run() -> None:
        async with api_server(tmp_path / "account") as (server, cluster):
            for name, value in environment(cluster).items():
                monkeypatch.setenv(name, value)
            try:
                await story(server)
            finally:
                await asyncio.to_thread(stack.stop)

    asyncio.run(run())
    assert "Traceback" not in log.read_text()


def test_without_the_api_server_it_is_not_ready_and_the_floor_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_floor(tmp_path)
    health, log = free_port(), tmp_path / "collector.log"
    out = tmp_path / "out"

    async def run() -> None:
        async with api_server(tmp_path / "account") as (server, cluster):
            for name, value in environment(cluster).items():
                monkeypatch.setenv(name, value)
            server.failing["list"] = 503
            for namespace in ("a", "b", "c"):
                await server.put("configmaps", config_map(namespace))
            with command(log, *words(tmp_path, health, "--namespaces", "a,b")):
                await until(lambda: "list ConfigMap a: HTTP status 503" in log.read_text())
                assert probe(health, "/readyz") == (503, "the API server has not told yet what there is\n")
                assert probe(health, "/healthz")[0] == 200
                server.failing.clear()
                await until(lambda: probe(health, "/readyz")[0] == 200)
                assert names(out) == ["a.yaml", "b.yaml"]
                assert metric(health, "extproc_namespace_policy_watch_failures_total") >= 1

                stricter = (tmp_path / "floor.yaml").read_text().replace("no-shell", "no-erase-at-all")
                await server.put(
                    "configmaps", config_map("a", policy("a", "{id: x, effect: allow, match: {tools: [y]}}"))
                )
                await until(has(out / "a.yaml", '"a.x"'))
                (tmp_path / "floor.yaml").write_text(stricter.replace("[shell]", "[shell, y]"))
                await until(has(out / "a.yaml", '"a.no-policy"'))
                assert '"b.no-erase"' in (out / "b.yaml").read_text()

    asyncio.run(run())


def has(path: Path, text: str) -> Callable[[], bool]:
    return lambda: text in path.read_text()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.yaml"))
