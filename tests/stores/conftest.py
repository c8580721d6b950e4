"""A real redis-server for the stores that need one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_server import RedisServer, running


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with running(tmp_path) as server:
        yield server
