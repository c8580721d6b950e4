"""Asks a sidecar whether it serves and an Envoy whether it is ready, each over a unix socket or loopback."""

import socket
from http.client import HTTPConnection, HTTPException
from typing import Final

import grpc

from extproc.envoy.addresses import host_and_port, socket_path

_SECONDS: Final = 1.0
_OK: Final = 200
_HEALTH_CHECK: Final = "/grpc.health.v1.Health/Check"
_SERVING: Final = b"\x08\x01"  # HealthCheckResponse {status: SERVING}; the request is the empty message


class _UnixConnection(HTTPConnection):
    """An HTTP connection over a unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def is_serving(address: str) -> bool:
    """Tell whether the gRPC server at the address reports SERVING."""
    with grpc.insecure_channel(address) as channel:
        try:
            check = channel.unary_unary(_HEALTH_CHECK, request_serializer=bytes, response_deserializer=bytes)
            answer = check(b"", timeout=_SECONDS)
        except grpc.RpcError:
            return False
    return answer == _SERVING


def is_ready(admin_address: str) -> bool:
    """Tell whether Envoy has loaded its configuration and listens."""
    try:
        return "LIVE" in admin(admin_address, "/ready")
    except (OSError, HTTPException):
        return False


def admin(address: str, path: str, method: str = "GET") -> str:
    """Return the text of one page of Envoy's admin interface; anything but 200 is an error."""
    unix = socket_path(address)
    connection = HTTPConnection(*host_and_port(address), timeout=_SECONDS) if unix is None else None
    connection = connection or _UnixConnection(str(unix), _SECONDS)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
    finally:
        connection.close()
    if response.status != _OK:
        raise HTTPException(f"envoy admin {path}: {response.status}")
    return text
