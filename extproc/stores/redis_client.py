"""A connection to Redis or Valkey with short waits, no retries and nothing that is not needed.

redis-py is an extra and slow to load, so that it is imported only where an address asks for it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from extproc.ports.errors import PortError
from extproc.stores.state_url import Remote

if TYPE_CHECKING:
    from redis.asyncio import Redis, RedisCluster

    Client: TypeAlias = Redis | RedisCluster

# What redis-py would do by default costs 4.5 s when nobody answers (redis/redis-py #4082): ten retries with pauses.
_RETRIES: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisOptions:
    """How to reach Redis: waits in seconds, files in PEM. `connections` is the most there are at once."""

    connect_seconds: float = 0.05
    answer_seconds: float = 0.1
    connections: int = 32
    cluster: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)


def redis_client(address: Remote, options: RedisOptions) -> "Client":
    """Return a client that has not connected yet. Raises: `PortError` when the extra is not installed."""
    try:
        from redis.asyncio import (  # noqa: PLC0415 - an extra
            BlockingConnectionPool,
            Connection,
            Redis,
            RedisCluster,
            SSLConnection,
        )
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.maint_notifications import MaintNotificationsConfig  # noqa: PLC0415
    except ImportError:
        raise PortError("state in Redis needs the extra: pip install 'mcp-extproc[redis]'") from None
    common: dict[str, Any] = {
        "host": address.host,
        "port": address.port,
        "username": options.username or address.username,
        "password": options.password or address.password,
        "socket_connect_timeout": options.connect_seconds,
        "socket_timeout": options.answer_seconds,
        "retry": Retry(NoBackoff(), _RETRIES),
        "protocol": 3,
        # No further commands at each connection: an ACL need not allow them, and they cost a round trip.
        "driver_info": None,
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }
    tls = _tls(options) if address.tls else {}
    if options.cluster:
        return RedisCluster(**common, **tls, ssl=address.tls, max_connections=options.connections)
    pool = BlockingConnectionPool(
        max_connections=options.connections,
        timeout=options.answer_seconds,
        connection_class=SSLConnection if address.tls else Connection,
        db=address.database,
        **common,
        **tls,
    )
    return Redis.from_pool(pool)


def _tls(options: RedisOptions) -> dict[str, Any]:
    """Return the settings of TLS: the server is always verified, by its name too."""
    files = {"ssl_ca_certs": options.ca_file, "ssl_certfile": options.cert_file, "ssl_keyfile": options.key_file}
    return {"ssl_cert_reqs": "required"} | {name: str(path) for name, path in files.items() if path is not None}
