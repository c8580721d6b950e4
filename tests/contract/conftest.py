"""The places that state is kept in, each opened afresh for every test of the contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.backends import Opening, memory, redis, sqlite
from tests.redis_server import RedisServer, running


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with running(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "sqlite", "redis"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    match request.param:
        case "memory":
            return memory()
        case "sqlite":
            return sqlite(tmp_path / "state.db")
        case _:
            server: RedisServer = request.getfixturevalue("redis_server")
            server.ask("FLUSHALL")
            return redis(server)
