"""Connections to Redis: verified and authenticated as configured, in a cluster too, and without retries."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from extproc.ports.errors import PortError
from extproc.stores.redis_backend import RedisBackend
from extproc.stores.redis_client import RedisOptions, redis_client
from extproc.stores.state_backend import Kind, Place, kept
from extproc.stores.state_url import Remote
from tests.contract.backends import redis_backend
from tests.redis_server import RedisServer, free_port, running
from tests.stores.certificates import certificates

PATIENT = RedisOptions(connect_seconds=5.0, answer_seconds=5.0)
TRAIL, PIN = Place(Kind.TRAILS, "aa"), Place(Kind.PINS, "files", "read")


async def used(address: Remote, options: RedisOptions) -> None:
    """Do all that is ever asked of a server."""
    backend = RedisBackend(redis_client(address, options), prefix="test:t", shown=str(address))
    try:
        for place in (TRAIL, PIN):
            assert (await backend.put(place, kept(b"1"), known=None)).done
            assert await backend.get(place) is not None
        assert set(await backend.scan(Kind.PINS)) == {PIN}
        for place in (TRAIL, PIN):
            await backend.delete(place)
    finally:
        await backend.close()


def test_the_server_is_verified_and_verifies_us(tmp_path: Path) -> None:
    certificates(tmp_path, "server", "client")
    files = {"--tls-cert-file": "server.pem", "--tls-key-file": "server.key", "--tls-ca-cert-file": "ca.pem"}
    known = replace(PATIENT, ca_file=tmp_path / "ca.pem")
    ours = replace(known, cert_file=tmp_path / "client.pem", key_file=tmp_path / "client.key")
    with running(tmp_path, *(word for pair in files.items() for word in pair), tls=True) as server:
        address = Remote(host="127.0.0.1", port=server.port, tls=True)
        asyncio.run(used(address, ours))
        for other in (PATIENT, known):
            with pytest.raises(PortError, match="did not do what was asked"):
                asyncio.run(used(address, other))
        with pytest.raises(PortError, match="did not do what was asked"):
            asyncio.run(used(Remote(host="localhost", port=server.port, tls=True), ours))


def test_a_user_with_only_the_rights_that_are_documented_is_enough(redis_server: RedisServer) -> None:
    rights = "+get +set +del +hget +hset +hdel +hlen +hgetall +sadd +smembers +eval +evalsha"
    redis_server.ask("ACL", "SETUSER", "sidecar", "on", ">s3same", "~test:*", "-@all", *rights.split())
    address = Remote(host="127.0.0.1", port=redis_server.port, username="other", password="wrong")
    asyncio.run(used(address, replace(PATIENT, username="sidecar", password="s3same")))
    with pytest.raises(PortError, match="AuthenticationError") as caught:
        asyncio.run(used(address, PATIENT))
    assert "wrong" not in str(caught.value)


@contextmanager
def three_nodes(folder: Path) -> Iterator[list[RedisServer]]:
    """Run a cluster of three, each with a third of the slots, of which the others serve theirs while one is gone."""
    thirds = (("0", "5460"), ("5461", "10922"), ("10923", "16383"))
    options = ("--cluster-enabled", "yes", "--cluster-require-full-coverage", "no", "--cluster-node-timeout", "500")
    first_bus = free_port(26_000)
    bus = first_bus
    with ExitStack() as stack:
        nodes: list[RedisServer] = []
        for number, third in enumerate(thirds):
            (folder / str(number)).mkdir()
            node = stack.enter_context(running(folder / str(number), *options, "--cluster-port", str(bus)))
            node.ask("CLUSTER", "ADDSLOTSRANGE", *third)
            nodes.append(node)
            node.ask("CLUSTER", "MEET", "127.0.0.1", str(nodes[0].port), str(first_bus))
            bus = free_port(bus)
        for node in nodes:
            until_whole(node)
        yield nodes


def until_whole(node: RedisServer) -> None:
    """Wait until a node knows the others, where each slot is, and serves."""
    wanted = {b"cluster_known_nodes:3", b"cluster_slots_assigned:16384", b"cluster_state:ok"}
    end = time.monotonic() + 20
    while not wanted <= set(node.ask("CLUSTER", "INFO").split()):
        assert time.monotonic() < end


def test_a_cluster_finds_each_key_where_it_is(tmp_path: Path) -> None:
    with three_nodes(tmp_path) as nodes:
        address = Remote(host="127.0.0.1", port=nodes[1].port)
        asyncio.run(used(address, replace(PATIENT, cluster=True)))


def test_a_cluster_that_lost_a_node_serves_what_the_others_have(tmp_path: Path) -> None:
    places = [Place(Kind.TRAILS, f"{number:02x}") for number in range(30)]

    async def steps(nodes: list[RedisServer]) -> None:
        address = Remote(host="127.0.0.1", port=nodes[0].port)
        backend = RedisBackend(redis_client(address, replace(PATIENT, cluster=True)), prefix="test:t", shown="cluster")
        try:
            for place in places:
                assert (await backend.put(place, kept(b"1"), known=None)).done
            held = [int(node.ask("DBSIZE").strip(b":\r\n")) for node in nodes]
            assert sum(held) == len(places)
            assert all(held)
            nodes[2].kill()
            there = 0
            for place in places:
                with suppress(PortError):
                    there += await backend.get(place) is not None
            assert there == held[0] + held[1]
        finally:
            await backend.close()

    with three_nodes(tmp_path) as nodes:
        asyncio.run(steps(nodes))


def test_nobody_there_is_known_at_once(redis_server: RedisServer) -> None:
    redis_server.kill()

    async def steps() -> float:
        backend = redis_backend(redis_server, options=RedisOptions())
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for _ in range(20):
            with pytest.raises(PortError):
                await backend.get(TRAIL)
        await backend.close()
        return loop.time() - begun

    assert asyncio.run(steps()) < 2  # the default of redis-py is 4.5 seconds for each


def test_redis_is_loaded_only_where_it_is_used() -> None:
    code = "import sys, extproc.stores.state; print('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout == b"False\n"
