"""A listener and a server that speak TLS, and a server that is not there."""

from __future__ import annotations

import socket
import ssl
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from extproc.envoy.options import UpstreamTls
from extproc.up.ports import free_port
from extproc.up.stack import Stack, StackOptions
from tests.up.certificates import write_certificate
from tests.up.recording_server import RecordingServer
from tests.up.talking import SIDECAR, error_of, exchange

pytestmark = pytest.mark.envoy


def test_a_server_over_tls_is_reached_only_under_the_name_in_its_certificate(tmp_path: Path) -> None:
    chain, key = write_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with RecordingServer() as server:
        server.secure(context)
        thread = _serving(server)
        port = server.server_port
        for host, expected in (("localhost", 200), ("127.0.0.1", 503)):
            options = StackOptions(
                upstream=f"https://{host}:{port}",
                sidecar_command=SIDECAR,
                envoy={"upstream_tls": UpstreamTls(ca=chain)},
            )
            with Stack(options) as stack:
                assert exchange(stack)[0] == expected
        assert len(server.recorded()) == 1
        server.shutdown()
        thread.join()


def test_clients_reach_a_listener_with_tls_in_http_2_and_http_1(tmp_path: Path, upstream: RecordingServer) -> None:
    chain, key = write_certificate(tmp_path)
    options = StackOptions(upstream=upstream.address, sidecar_command=SIDECAR, tls_certificate=chain, tls_key=key)
    with Stack(options) as stack:
        assert stack.url == f"https://127.0.0.1:{stack.port}/mcp"
        for offered, agreed in ((["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1")):
            context = ssl.create_default_context(cafile=str(chain))
            context.set_alpn_protocols(offered)
            with (
                socket.create_connection(("127.0.0.1", stack.port)) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as secured,
            ):
                assert secured.selected_alpn_protocol() == agreed


def test_a_server_that_is_not_there_is_a_json_rpc_error() -> None:
    with Stack(StackOptions(upstream=f"127.0.0.1:{free_port()}", sidecar_command=SIDECAR)) as stack:
        status, answer = exchange(stack)
        assert (status, error_of(answer)) == (503, (None, -32603, 503))


def _serving(server: ThreadingHTTPServer) -> Thread:
    thread = Thread(target=server.serve_forever)
    thread.start()
    return thread
