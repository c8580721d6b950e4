"""The whole stack in one value: the sidecar, an Envoy in front of it, and a directory with their files."""

import dataclasses
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import yaml

from extproc.envoy.addresses import OptionsError, Upstream, parse_upstream
from extproc.envoy.bootstrap import bootstrap_json
from extproc.envoy.options import BootstrapOptions
from extproc.envoy.program import envoy_program
from extproc.up import probes
from extproc.up.ports import free_port
from extproc.up.processes import Child, NotReadyError, first_to_end

_SIDECAR_COMMAND: Final = (sys.executable, "-m", "extproc", "serve", "--config", "{config}")
_OPEN_POLICY: Final = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: open}
spec: {default: deny, rules: [{id: allow-everything, effect: allow}]}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """What to start, and where.

    `config` is merged over the sidecar's configuration, `envoy` over the fields of `BootstrapOptions`. In
    `sidecar_command` the marks `{config}` and `{socket}` are replaced; the sidecar must serve gRPC health.
    Without `policy` everything that parses is allowed; without `workdir` a temporary one is removed at the end.
    """

    upstream: str
    policy: Path | None = None
    port: int | None = None
    config: Mapping[str, object] = field(default_factory=dict)
    envoy: Mapping[str, object] = field(default_factory=dict)
    workdir: Path | None = None
    sidecar_command: Sequence[str] = _SIDECAR_COMMAND
    concurrency: int = 1
    log_level: str = "warning"
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    ready_seconds: float = 120.0  # the first start on a machine compiles patterns
    stop_seconds: float = 12.0


class Stack:
    """Sidecar and Envoy as child processes, from `start` to `stop`; also a context manager."""

    def __init__(self, options: StackOptions) -> None:
        self.options = options
        # A unix socket's path has at most 107 bytes, so a temporary directory must be short.
        self.workdir = (options.workdir or Path(tempfile.mkdtemp(prefix="extproc-"))).resolve()
        self.control_socket = self.workdir / "control.sock"
        self.sidecar_socket = self.workdir / "sidecar.sock"
        self.access_log = self.workdir / "access.log"
        self.sidecar_log = self.workdir / "sidecar.log"
        self.envoy_log = self.workdir / "envoy.log"
        self.port = options.port or free_port()
        self._metrics_address = f"127.0.0.1:{free_port()}"
        self._upstream: Upstream = parse_upstream(options.upstream)
        self._sidecar: Child | None = None
        self._envoy: Child | None = None

    @property
    def url(self) -> str:
        """Return the MCP endpoint that clients use; its path is the server's."""
        scheme = "https" if self.options.tls_certificate else "http"
        return f"{scheme}://{self._bootstrap.listen_host}:{self.port}{self._upstream.path}"

    @property
    def metrics_url(self) -> str:
        """Return where the sidecar shows its metrics."""
        return f"http://{self._metrics_address}/metrics"

    @property
    def envoy_admin(self) -> str:
        """Return Envoy's admin address: a unix socket that only this account can open, unless overridden."""
        return self._bootstrap.admin

    @property
    def sidecar(self) -> Child:
        """Return the sidecar's process."""
        return _started(self._sidecar, "the sidecar")

    @property
    def envoy(self) -> Child:
        """Return Envoy's process."""
        return _started(self._envoy, "envoy")

    def start(self) -> Self:
        """Start the sidecar, wait until it serves, start Envoy, wait until it is ready; all or nothing."""
        try:
            self._write_files()
            self._start_sidecar()
            self._start_envoy()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop Envoy first, so that no request meets a missing sidecar, then the sidecar; leave no process."""
        with ExitStack() as last_in_first_out:
            if self.options.workdir is None:
                last_in_first_out.callback(shutil.rmtree, self.workdir, ignore_errors=True)
            for child in (self._sidecar, self._envoy):
                if child is not None:
                    last_in_first_out.callback(child.stop, self.options.stop_seconds)

    def wait(self, timeout: float | None = None) -> Child | None:
        """Block until a child ends on its own and return it, or nothing when the time is over."""
        return first_to_end((self.sidecar, self.envoy), timeout)

    def restart_sidecar(self) -> None:
        """Stop the sidecar if it still runs, and start it again at the same address."""
        self.sidecar.stop(self.options.stop_seconds)
        self._start_sidecar()

    def restart_envoy(self) -> None:
        """Stop Envoy if it still runs, and start it again on the same port."""
        self.envoy.stop(self.options.stop_seconds)
        self._start_envoy()

    def admin(self, path: str, method: str = "GET") -> str:
        """Ask Envoy's admin interface, for example for `/stats?filter=ext_proc`."""
        return probes.admin(self.envoy_admin, path, method)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _bootstrap(self) -> BootstrapOptions:
        options = BootstrapOptions(
            upstream=self.options.upstream,
            listen_port=self.port,
            admin=f"unix:{self.workdir / 'admin.sock'}",
            sidecars=(f"unix:{self.sidecar_socket}",),
            access_log=self.access_log,
            tls_certificate=self.options.tls_certificate,
            tls_key=self.options.tls_key,
        )
        known = {entry.name for entry in dataclasses.fields(options)}
        if unknown := sorted(set(self.options.envoy) - known):
            raise OptionsError(f"no such option of Envoy: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
        return dataclasses.replace(options, **self.options.envoy)  # type: ignore[arg-type]

    def _write_files(self) -> None:
        self.workdir.mkdir(parents=True, exist_ok=True)
        policy = self.options.policy
        if policy is None:
            policy = self.workdir / "policy.yaml"
            policy.write_text(_OPEN_POLICY)
        config = merged(self._sidecar_config(policy.absolute()), self.options.config)
        (self.workdir / "sidecar.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
        (self.workdir / "envoy.json").write_text(bootstrap_json(self._bootstrap))

    def _sidecar_config(self, policy: Path) -> dict[str, object]:
        return {
            "listen": {"address": f"unix:{self.sidecar_socket}"},
            "servers": [{"name": "upstream", "hosts": ["*"], "paths": [self._upstream.path]}],
            "policy": str(policy),
            "metrics": {"address": self._metrics_address},
            "control": {"socket": str(self.control_socket)},
        }

    def _start_sidecar(self) -> None:
        config, socket = str(self.workdir / "sidecar.yaml"), str(self.sidecar_socket)
        command = [
            word.replace("{config}", config).replace("{socket}", socket) for word in self.options.sidecar_command
        ]
        # A socket left by a killed sidecar would look like a sidecar that does not answer.
        self.sidecar_socket.unlink(missing_ok=True)
        self._sidecar = Child.start("sidecar", command, log=self.sidecar_log)
        self._sidecar.until(lambda: probes.is_serving(f"unix:{self.sidecar_socket}"), self.options.ready_seconds)

    def _start_envoy(self) -> None:
        command = [
            str(envoy_program()),
            *("-c", str(self.workdir / "envoy.json")),
            # Hot restart shares memory by a number that every Envoy on the machine would have in common.
            "--disable-hot-restart",
            *("--concurrency", str(self.options.concurrency)),
            *("--log-level", self.options.log_level),
            # Envoy writes its access log every 10 s unless told otherwise: too late for somebody who watches it.
            *("--file-flush-interval-msec", "200"),
        ]
        self._envoy = Child.start("envoy", command, log=self.envoy_log)
        self._envoy.until(lambda: probes.is_ready(self.envoy_admin), self.options.ready_seconds)


def merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    """Lay one mapping over another: mappings inside are merged too, everything else is replaced."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return result


def _started(child: Child | None, name: str) -> Child:
    if child is None:
        raise NotReadyError(f"{name} has not been started")
    return child
