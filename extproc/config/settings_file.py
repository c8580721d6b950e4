"""The configuration file of `extproc serve`, with overrides from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from extproc.config.faults import ConfigError, Fault
from extproc.config.model import Strict, check
from extproc.config.yaml import Plain, Source, read_yaml
from extproc.engine.settings import Route, Settings
from extproc.mcp.jsonrpc import PARSER_DEPTH
from extproc.mcp.limits import Limits
from extproc.mcp.versions import REVISIONS
from extproc.model.message import Direction
from extproc.policy.rules import globs

PREFIX: Final = "EXTPROC_"
_HOST_PORT: Final = r"\[?[0-9A-Za-z.:_-]+\]?:[0-9]{1,5}"
_Address = Annotated[str, Field(pattern=f"^(unix:/.+|{_HOST_PORT})$")]
_HostPort = Annotated[str, Field(pattern=f"^{_HOST_PORT}$")]
_Seconds = Annotated[float, Field(gt=0, le=3600, strict=False)]
_MEBIBYTE: Final = 1024 * 1024


class Listen(Strict):
    """Where Envoy reaches the sidecar: `unix:/path` or `host:port`."""

    address: _Address = "unix:/run/mcp-extproc/0.sock"


class Server(Strict):
    """One MCP server behind Envoy, by its public hosts and exact paths (query included)."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    hosts: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1, default_factory=lambda: ["*"])]
    paths: Annotated[list[Annotated[str, Field(pattern=r"^/")]], Field(min_length=1, default_factory=lambda: ["/mcp"])]


class LimitSettings(Strict):
    """Caps. Sizes in bytes; `streams` is the number of exchanges at once, open event streams included."""

    body_bytes: Annotated[int, Field(ge=1024, le=64 * _MEBIBYTE)] = 4 * _MEBIBYTE
    event_bytes: Annotated[int, Field(ge=1024, le=64 * _MEBIBYTE)] = _MEBIBYTE
    depth: Annotated[int, Field(ge=8, le=PARSER_DEPTH)] = PARSER_DEPTH
    values: Annotated[int, Field(ge=100, le=10_000_000)] = 500_000
    batch: Annotated[int, Field(ge=1, le=10_000)] = 100
    streams: Annotated[int, Field(ge=1, le=100_000)] = 4096


class Timeouts(Strict):
    """Times in seconds: one decision, a hold, and the drain after SIGTERM."""

    decision: _Seconds = 1.0
    hold: Annotated[float, Field(gt=0, le=3500, strict=False)] = 5.0  # below Envoy's max_message_timeout
    drain: _Seconds = 10.0


class Metrics(Strict):
    """Where Prometheus reads, as `host:port`; null for nowhere."""

    address: _HostPort | None = "127.0.0.1:9464"


class Control(Strict):
    """A unix socket, open to its owner only, on which holds are listed and resolved; null for none."""

    socket: Annotated[str, Field(pattern=r"^/")] | None = None


class UnsafeFailOpen(Strict):
    """UNSAFE: let messages pass unjudged when the sidecar itself fails, per direction."""

    client_to_server: bool = False
    server_to_client: bool = False


class Log(Strict):
    """The log on standard error; decisions are one line each on standard output."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    decisions: bool = True


class Protocol(Strict):
    """Which revisions are spoken."""

    versions: Annotated[list[str], Field(min_length=1, default_factory=lambda: sorted(REVISIONS))]

    @model_validator(mode="after")
    def _known(self) -> "Protocol":
        if not set(self.versions) <= set(REVISIONS):
            raise ValueError(f"known versions are {', '.join(sorted(REVISIONS))}")
        return self


class Config(Strict):
    """The whole file."""

    policy: Annotated[str, Field(min_length=1)]
    listen: Listen = Listen()
    servers: Annotated[list[Server], Field(min_length=1, default_factory=lambda: [Server(name="default")])]
    limits: LimitSettings = LimitSettings()
    timeouts: Timeouts = Timeouts()
    metrics: Metrics = Metrics()
    control: Control = Control()
    unsafe_fail_open: UnsafeFailOpen = UnsafeFailOpen()
    log: Log = Log()
    protocol: Protocol = Field(default_factory=lambda: Protocol.model_validate({}))

    def settings(self) -> Settings:
        """Return what the engine takes of it."""
        return Settings(
            routes=tuple(
                Route(
                    name=server.name,
                    hosts=globs(tuple(host.lower() for host in server.hosts)),
                    paths=frozenset(server.paths),
                )
                for server in self.servers
            ),
            limits=Limits(**self.limits.model_dump(exclude={"streams"})),
            versions=frozenset(self.protocol.versions),
            decision_seconds=self.timeouts.decision,
            hold_seconds=self.timeouts.hold,
            fail_open=frozenset(
                Direction(name) for name, passes in self.unsafe_fail_open.model_dump().items() if passes
            ),
        )


def load_config(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """Read a configuration file and put `EXTPROC_SECTION__SETTING` variables over it.

    Raises: `ConfigError` with every fault of the file and of the variables.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        message = f"cannot be read: {reason}"
        raise ConfigError([Fault(file=str(path), line=1, column=1, where="", message=message)]) from None
    source = read_yaml(text, str(path))
    document = source.document if source.document is not None else {}
    return check(_override(source, document, os.environ if environment is None else environment), Config)


def _override(source: Source, document: Plain, environment: Mapping[str, str]) -> Source:
    """Write each variable over the setting it names; its value is read as one YAML value."""
    if not isinstance(document, dict):
        raise ConfigError([source.fault((), "the file must be a mapping of settings")])
    faults: list[Fault] = []
    places = dict(source.places)
    merged = {key: dict(value) if isinstance(value, dict) else value for key, value in document.items()}
    for variable, text in sorted(environment.items()):
        if not variable.startswith(PREFIX):
            continue
        section, _, setting = variable.removeprefix(PREFIX).lower().partition("__")
        name = f"${variable}"
        try:
            value = read_yaml(text, name).document
        except ConfigError as error:
            faults.extend(error.faults)
            continue
        inner = merged.setdefault(section, {}) if setting else None
        if section not in Config.model_fields:
            faults.append(Fault(file=name, line=1, column=1, where=section, message="unknown setting"))
        elif not setting:
            merged[section], places[section,] = value, (name, 1, 1)
        elif isinstance(inner, dict):
            inner[setting], places[section, setting] = value, (name, 1, 1)
        else:
            faults.append(Fault(file=name, line=1, column=1, where=section, message="this setting has no parts"))
    if faults:
        raise ConfigError(faults)
    return Source(file=source.file, document=merged, places=places)
