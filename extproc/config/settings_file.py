"""The configuration file of `extproc serve`, with overrides from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from extproc.config.detection_file import DetectionSettings
from extproc.config.faults import ConfigError, Fault
from extproc.config.identity_file import IdentitySettings
from extproc.config.model import Strict, check
from extproc.config.outputs_file import ChannelSettings, Recording
from extproc.config.policy_file import Place, TeamPlace
from extproc.config.protected import AuthorizationSettings
from extproc.config.state_file import StateSettings
from extproc.config.threats_file import SessionSettings, ThreatSettings
from extproc.config.yaml import Plain, Source, read_yaml
from extproc.engine.settings import Route, Settings
from extproc.mcp.authorization import has_query_token
from extproc.mcp.jsonrpc import PARSER_DEPTH
from extproc.mcp.limits import Limits
from extproc.mcp.versions import REVISIONS
from extproc.model.message import Direction
from extproc.policy.globs import globs

PREFIX: Final = "EXTPROC_"
_HOST_PORT: Final = r"\[?[0-9A-Za-z.:_-]+\]?:[0-9]{1,5}"
_Address = Annotated[str, Field(pattern=f"^(unix:/.+|{_HOST_PORT})$")]
_HostPort = Annotated[str, Field(pattern=f"^{_HOST_PORT}$")]
_Seconds = Annotated[float, Field(gt=0, le=3600, strict=False)]
_MEBIBYTE: Final = 1024 * 1024
_Name = Annotated[str, Field(min_length=1)]


def _without_token(path: str) -> str:
    if has_query_token(path):
        raise ValueError("a token in the query is never taken")
    return path


_Path = Annotated[str, Field(pattern=r"^/"), AfterValidator(_without_token)]


def _several(value: object) -> object:
    """Read one file or folder as a list of one."""
    return [value] if isinstance(value, str) else value


class TeamPolicies(Strict):
    """A file or folder that a team writes: what stands there may be of the layer of this namespace only."""

    path: _Name
    namespace: _Name


def _form(value: object) -> str:
    return "team" if isinstance(value, dict | TeamPolicies) else "path"


_Policies = Annotated[Annotated[_Name, Tag("path")] | Annotated[TeamPolicies, Tag("team")], Discriminator(_form)]


class Listen(Strict):
    """Where Envoy reaches the sidecar: `unix:/path` or `host:port`."""

    address: _Address = "unix:/run/mcp-extproc/0.sock"


class Server(Strict):
    """One MCP server behind Envoy, by its public hosts and exact paths (query included).

    `pins` has the digests of tool definitions that the operator read and vouches for; only their annotations may lower
    the class of a call. `namespace` is where it stands, if not where the sidecar does.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    hosts: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1, default_factory=lambda: ["*"])]
    paths: Annotated[list[_Path], Field(min_length=1, default_factory=lambda: ["/mcp"])]
    authorization: AuthorizationSettings | None = None
    namespace: _Name | None = None
    pins: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _reachable(self) -> "Server":
        """Refuse a resource that clients could not have called this server by."""
        if self.authorization is None:
            return self
        resource = urlsplit(self.authorization.resource)
        path = (resource.path or "/") + (f"?{resource.query}" if resource.query else "")
        if path not in self.paths:
            raise ValueError("the path of authorization.resource must be one of paths")
        compiled = globs(tuple(host.lower() for host in self.hosts))
        if not any(compiled.fullmatch(name) for name in (resource.netloc.lower(), resource.hostname or "")):
            raise ValueError("the host of authorization.resource must be one of hosts")
        return self


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


class Health(Strict):
    """Where grpc.health.v1 is answered over TCP, for probes, as `host:port`; nothing else is. Null for nowhere."""

    address: _HostPort | None = None


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

    policy: Annotated[list[_Policies], BeforeValidator(_several), Field(min_length=1)]
    namespace: _Name | None = None
    inside: list[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]] = Field(default_factory=list)
    listen: Listen = Listen()
    servers: Annotated[list[Server], Field(min_length=1, default_factory=lambda: [Server(name="default")])]
    limits: LimitSettings = LimitSettings()
    timeouts: Timeouts = Timeouts()
    metrics: Metrics = Metrics()
    health: Health = Health()
    control: Control = Control()
    unsafe_fail_open: UnsafeFailOpen = UnsafeFailOpen()
    log: Log = Log()
    protocol: Protocol = Field(default_factory=lambda: Protocol.model_validate({}))
    identity: IdentitySettings = Field(default_factory=lambda: IdentitySettings.model_validate({}))
    channels: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")], ChannelSettings] = Field(
        default_factory=dict
    )
    recording: Recording = Recording()
    detection: DetectionSettings = DetectionSettings()
    threats: ThreatSettings = ThreatSettings()
    sessions: SessionSettings = Field(default_factory=SessionSettings)
    state: StateSettings = StateSettings()

    @model_validator(mode="after")
    def _shared(self) -> "Config":
        """Refuse replicas that would not know each other's fingerprints again."""
        if (self.state.url or "").startswith("redis") and self.detection.key_env is None:
            raise ValueError("state in Redis needs detection.key_env: replicas compare fingerprints under one key")
        return self

    @model_validator(mode="after")
    def _provable(self) -> "Config":
        protected = [server.authorization for server in self.servers if server.authorization is not None]
        if any(one.required for one in protected) and not self.identity.gives_principal():
            raise ValueError("a server requires authorization, and no source in identity.sources gives a principal")
        resources = [one.resource.rstrip("/") for one in protected]
        if len(resources) != len(set(resources)):
            raise ValueError("two servers have the same authorization.resource")
        return self

    def places(self, base: Path) -> list[Place]:
        """Return where the policies are; `base` is the folder that paths are relative to."""
        return [
            base / one if isinstance(one, str) else TeamPlace(path=base / one.path, namespace=one.namespace)
            for one in self.policy
        ]

    def settings(self) -> Settings:
        """Return what the engine takes of it."""
        return Settings(
            routes=tuple(self._route(server) for server in self.servers),
            limits=Limits(**self.limits.model_dump(exclude={"streams"})),
            versions=frozenset(self.protocol.versions),
            decision_seconds=self.timeouts.decision,
            hold_seconds=self.timeouts.hold if self.control.socket else 0.0,  # nobody could release it
            fail_open=frozenset(
                Direction(name) for name, passes in self.unsafe_fail_open.model_dump().items() if passes
            ),
            identity=self.identity.value(),
            inside=frozenset(self.inside),
            pins={server.name: server.pins for server in self.servers},
            vault_seconds=self.detection.vault.seconds,
            stream_wait=self.detection.stream_wait,
            runs=tuple(self.sessions.runs),
            tenant=self.detection.tenant,
        )

    def _route(self, server: Server) -> Route:
        others = (one.authorization.resource for one in self.servers if one is not server and one.authorization)
        return Route(
            name=server.name,
            hosts=globs(tuple(host.lower() for host in server.hosts)),
            paths=frozenset(server.paths),
            authorization=server.authorization.value() if server.authorization else None,
            foreign=frozenset(resource.rstrip("/") for resource in others),
            namespace=server.namespace or self.namespace,
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
