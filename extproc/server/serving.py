"""The gRPC servers: ext_proc with health for Envoy, and the control socket for operators."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import grpc
from google.protobuf.struct_pb2 import Struct
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from extproc.ports import Resolution
from extproc.server.servicer import SERVICE, Processor
from extproc.stores.memory import MemoryHolds

CONTROL: Final = "mcp_extproc.control.v1.Control"
IDENTITY: Final = "identity"
_MEBIBYTE: Final = 1024 * 1024


class ExtProcServer:
    """Serves Envoy; says SERVING only when told that a policy is in force."""

    def __init__(self, processor: Processor, *, body_bytes: int) -> None:
        """Set up a server for messages of `body_bytes` and what comes around them."""
        self._server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", body_bytes + _MEBIBYTE),
                ("grpc.max_send_message_length", -1),
                ("grpc.so_reuseport", 0),  # a second process on one address would get no traffic, or all of it
                # Envoy pings to notice a frozen sidecar; gRPC must not take that for an attack.
                ("grpc.http2.min_recv_ping_interval_without_data_ms", 500),
                ("grpc.http2.max_ping_strikes", 0),
                ("grpc.keepalive_permit_without_calls", 1),
            ]
        )
        self._health = health.aio.HealthServicer()
        self._server.add_generic_rpc_handlers((processor.handler(),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        # Kubelets probe the address of the pod, where ext_proc itself may not be reached.
        self._probed = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._probed)

    async def start(self, address: str, *, health_address: str | None = None) -> None:
        """Listen on `unix:/path` or `host:port`, and for health alone on another `host:port`."""
        await self.serving(ready=False)
        with _socket(address, mode=0o660):
            self._server.add_insecure_port(address)
        await self._server.start()
        if health_address is not None:
            self._probed.add_insecure_port(health_address)
            await self._probed.start()

    async def serving(self, *, ready: bool, parts: Mapping[str, bool] | None = None) -> None:
        """Set what the health service answers, for the whole and for each identity source (`identity/NAME`)."""
        own = {f"{IDENTITY}/{name}": fit for name, fit in (parts or {}).items()}
        for service, fit in {"": ready, SERVICE: ready, **own}.items():
            answers = health_pb2.HealthCheckResponse
            await self._health.set(service, answers.SERVING if fit else answers.NOT_SERVING)

    async def drain(self, seconds: float) -> None:
        """Take no new exchanges, let open ones end, and cut what is left after so many seconds."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(seconds)
        await self._probed.stop(None)


class ControlServer:
    """Lists and resolves holds, on a socket that only its owner may open."""

    def __init__(self, holds: MemoryHolds) -> None:
        """Take the desk where messages wait."""
        self._holds = holds
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        handlers = {"ListHolds": self._list, "ResolveHold": self._resolve}
        methods = {
            name: grpc.unary_unary_rpc_method_handler(handler, Struct.FromString, Struct.SerializeToString)
            for name, handler in handlers.items()
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(CONTROL, methods),))

    async def start(self, path: str) -> None:
        """Listen on a unix socket."""
        with _socket(f"unix:{path}", mode=0o600):
            self._server.add_insecure_port(f"unix:{path}")
        await self._server.start()

    async def stop(self) -> None:
        """Stop at once."""
        await self._server.stop(None)

    async def _list(self, _request: Struct, _context: object) -> Struct:
        answer = Struct()
        answer.update(
            {
                "holds": [
                    {
                        "decision_id": hold.decision_id,
                        "server": hold.server,
                        "method": hold.method,
                        "tool": hold.tool,
                        "rules": list(hold.rules),
                        "approval": list(hold.approval),
                        "opened": hold.opened,
                        "seconds": hold.seconds,
                    }
                    for hold in self._holds.waiting()
                ]
            }
        )
        return answer

    async def _resolve(self, request: Struct, _context: object) -> Struct:
        fields = dict(request)
        resolution = Resolution.RELEASED if fields.get("release") is True else Resolution.REFUSED
        answer = Struct()
        answer.update({"found": self._holds.resolve(str(fields.get("decision_id")), resolution)})
        return answer


@contextmanager
def _socket(address: str, *, mode: int) -> Iterator[None]:
    """Bind with these permissions from the first moment on, over a socket that a killed process left behind."""
    path = Path(address.removeprefix("unix:"))
    if not address.startswith("unix:"):
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_socket():
        path.unlink()
    before = os.umask(0o777 & ~mode)
    try:
        yield
    finally:
        os.umask(before)
