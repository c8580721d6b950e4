"""The address of a state store: `memory:`, `sqlite:///path`, `redis://host:port/db` or the same with TLS, `rediss://`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

_REDIS_PORT: Final = 6379
_MAX_DATABASE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """State that ends with the process."""

    def __str__(self) -> str:
        """Return the address for people."""
        return "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """State in a file."""

    path: Path

    def __str__(self) -> str:
        """Return the address for people."""
        return f"sqlite://{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """State in Redis, Valkey or what speaks their protocol. The password is in no text of this value."""

    host: str
    port: int = _REDIS_PORT
    database: int = 0
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return the address for people."""
        return f"{'rediss' if self.tls else 'redis'}://{self.host}:{self.port}/{self.database}"


StateUrl = Memory | Embedded | Remote


def state_url(text: str) -> StateUrl:
    """Read an address. Raises: `ValueError` that says what is wrong, and never quotes it: it may hold a password."""
    if text in ("memory:", "memory://"):
        return Memory()
    parts = urlsplit(text)
    if parts.query or parts.fragment:
        raise ValueError("must have no options after the path; they are settings of their own")
    match parts.scheme:
        case "sqlite":
            path = Path(unquote(parts.path))
            if parts.netloc or path == Path("/") or not path.is_absolute():
                raise ValueError("must name a file by its whole path, as in sqlite:///var/lib/mcp-extproc/state.db")
            return Embedded(path=path)
        case "redis" | "rediss":
            return _remote(parts)
        case _:
            raise ValueError("must be memory:, sqlite:///path, redis://host:port/db or rediss://host:port/db")


def _remote(parts: SplitResult) -> Remote:
    try:
        port = parts.port
    except ValueError:
        raise ValueError("must have a port between 1 and 65535") from None
    if not parts.hostname or port == 0:
        raise ValueError("must name a host, as in redis://redis.example.com:6379/0")
    database = parts.path.strip("/") or "0"
    if not (database.isascii() and database.isdigit() and int(database) <= _MAX_DATABASE):
        raise ValueError("must have the number of a database after the host, or nothing")
    return Remote(
        host=parts.hostname,
        port=port or _REDIS_PORT,
        database=int(database),
        tls=parts.scheme == "rediss",
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )
