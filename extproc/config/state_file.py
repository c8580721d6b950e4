"""The part of the configuration about where state is kept, for how long, and what its faults do."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field, model_validator

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict
from extproc.stores.guard import GuardOptions
from extproc.stores.redis_client import RedisOptions
from extproc.stores.state import StateOptions
from extproc.stores.state_backend import Kind, Room
from extproc.stores.state_url import Remote, state_url
from extproc.stores.trails import TrailOptions

_FILE: Final = "state.db"
# Where services of a host keep what they must find again (Filesystem Hierarchy Standard 3.0, 5.8).
_FOLDER: Final = Path("/var/lib/mcp-extproc")
_Seconds = Annotated[float, Field(gt=0, le=60, strict=False)]
_Long = Annotated[float, Field(ge=60, le=30 * 86_400, strict=False)]
_Path = Annotated[str, Field(min_length=1)]


def _address(text: str) -> str:
    state_url(text)
    return text


class StateTimeouts(Strict):
    """Seconds: to connect to Redis, for one answer of it, and for all that one decision asks of one kind of state."""

    connect: _Seconds = 0.05
    answer: _Seconds = 0.1
    operation: _Seconds = 0.02


class StateBreaker(Strict):
    """After how many faults in a row a store is not asked any more, and for how many seconds."""

    failures: Annotated[int, Field(ge=1, le=1000)] = 5
    pause: _Seconds = 1.0


class TrailSettings(Strict):
    """For how many seconds trails are kept after their last call, and how many; in Redis its memory decides that.

    `behind` is how many seconds after a change a file or memory is written; 0 for before the call goes on.
    """

    seconds: _Long = 3600.0
    flagged_seconds: _Long = 86_400.0
    entries: Annotated[int, Field(ge=100, le=10_000_000)] = 100_000
    bytes: Annotated[int, Field(ge=1 << 20, le=1 << 40)] = 768 << 20
    behind: Annotated[float, Field(ge=0, le=10, strict=False)] = 0.05


class StateFailures(Strict):
    """What is done when a store fails: what this replica remembers counts, or the call is refused."""

    trails: Literal["local", "deny"] = "local"
    pins: Literal["last_known", "deny"] = "last_known"
    servers: Literal["skip", "deny"] = "skip"


class StateSettings(Strict):
    """Where state is kept. Without `url`, in a file of the service's folder if there is one, else in memory."""

    url: Annotated[str, AfterValidator(_address)] | None = Field(default=None, repr=False)  # it may hold a password
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")] = "mcp-extproc"
    cluster: bool = False
    connections: Annotated[int, Field(ge=1, le=1024)] = 32
    username: Annotated[str, Field(min_length=1)] | None = None
    password_file: _Path | None = None
    password_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    ca_file: _Path | None = None
    cert_file: _Path | None = None
    key_file: _Path | None = None
    timeouts: StateTimeouts = StateTimeouts()
    breaker: StateBreaker = StateBreaker()
    trails: TrailSettings = TrailSettings()
    on_failure: StateFailures = StateFailures()

    @model_validator(mode="after")
    def _consistent(self) -> "StateSettings":
        address = state_url(self.url) if self.url is not None else None
        remote = isinstance(address, Remote)
        only_remote = (
            self.username,
            self.password_file,
            self.password_env,
            self.ca_file,
            self.cert_file,
            self.key_file,
        )
        if not remote and (self.cluster or any(one is not None for one in only_remote)):
            raise ValueError("cluster, username, passwords and files of TLS are for a url of Redis")
        if isinstance(address, Remote) and not address.tls and (self.ca_file or self.cert_file or self.key_file):
            raise ValueError("ca_file, cert_file and key_file need a url of rediss:")
        if self.password_file is not None and self.password_env is not None:
            raise ValueError("a password is in a file or in a variable, not in both")
        if (self.cert_file is None) is not (self.key_file is None):
            raise ValueError("cert_file and key_file go together")
        if self.cluster and isinstance(address, Remote) and address.database:
            raise ValueError("a cluster has database 0 only")
        return self

    def options(
        self, *, folder: Path, tenant: str = "default", environment: Mapping[str, str] | None = None
    ) -> StateOptions:
        """Return what the stores take of it; files are relative to the folder of the configuration.

        Raises: `ConfigError` when the password cannot be read.
        """
        variables = os.environ if environment is None else environment
        return StateOptions(
            address=state_url(self.url if self.url is not None else default_url(variables)),
            prefix=f"{self.prefix}:{tenant}",
            room=Room(trails=self.trails.entries, trail_bytes=self.trails.bytes),
            redis=RedisOptions(
                connect_seconds=self.timeouts.connect,
                answer_seconds=self.timeouts.answer,
                connections=self.connections,
                cluster=self.cluster,
                ca_file=_in(folder, self.ca_file),
                cert_file=_in(folder, self.cert_file),
                key_file=_in(folder, self.key_file),
                username=self.username,
                password=self._password(folder, variables),
            ),
            trails=TrailOptions(
                ttl=self.trails.seconds,
                flagged_ttl=self.trails.flagged_seconds,
                turn=self.timeouts.operation,
                behind=self.trails.behind,
            ),
            guard=GuardOptions(
                budget=self.timeouts.operation, failures=self.breaker.failures, pause=self.breaker.pause
            ),
            fallback=frozenset(kind for kind in Kind if getattr(self.on_failure, kind.value) != "deny"),
            busy=self.timeouts.operation / 2,
        )

    def _password(self, folder: Path, environment: Mapping[str, str]) -> str | None:
        if self.password_env is not None:
            found = environment.get(self.password_env)
            if not found:
                raise _fault(f"${self.password_env}", "password_env", "is not set")
            return found
        path = _in(folder, self.password_file)
        if path is None:
            return None
        try:
            text = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise _fault(str(path), "password_file", "cannot be read") from None
        if not text:
            raise _fault(str(path), "password_file", "is empty")
        return text


def default_url(environment: Mapping[str, str], folder: Path = _FOLDER) -> str:
    """Return where state is kept when nothing is said: in the folder that was made for it, else in memory."""
    given = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    place = Path(given) if given else folder
    return _url_of(place / _FILE) if place.is_dir() and os.access(place, os.W_OK | os.X_OK) else "memory:"


def _url_of(path: Path) -> str:
    return f"sqlite://{quote(str(path))}"


def _in(folder: Path, name: str | None) -> Path | None:
    return folder / name if name is not None else None


def _fault(file: str, setting: str, message: str) -> ConfigError:
    return ConfigError([Fault(file=file, line=1, column=1, where=f"state.{setting}", message=message)])
