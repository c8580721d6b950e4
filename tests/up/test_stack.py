"""The stack with a real Envoy: what it starts, what it refuses by itself, and what it does when a part fails."""

from __future__ import annotations

import json
import os
import signal
import sys
from http.client import IncompleteRead
from pathlib import Path

import pytest

from extproc.envoy.addresses import OptionsError
from extproc.up.processes import NotReadyError
from extproc.up.stack import Stack, StackOptions, merged
from tests.up.recording_server import RecordingServer
from tests.up.talking import SIDECAR, error_of, exchange, raw, send

pytestmark = pytest.mark.envoy

_SECONDS = 10.0


def test_a_request_passes_the_sidecar_and_reaches_the_server(stack: Stack, upstream: RecordingServer) -> None:
    upstream.recorded()
    before = _messages(stack)
    assert exchange(stack, body=b'{"jsonrpc":"2.0"}') == (200, {"jsonrpc": "2.0"})
    [request] = upstream.recorded()
    assert (request["method"], request["path"], request["host"]) == ("POST", "/mcp", f"127.0.0.1:{stack.port}")
    assert _messages(stack) == before + 4


def test_clients_cannot_choose_a_request_id_compression_or_envoys_own_headers(
    stack: Stack, upstream: RecordingServer
) -> None:
    upstream.recorded()
    status, answer = exchange(
        stack,
        "/gone",
        x_request_id="chosen",
        accept_encoding="gzip",
        x_envoy_retry_on="5xx,reset",
        x_envoy_max_retries="3",
    )
    assert (status, error_of(answer)) == (503, (None, -32603, 503))
    [request] = upstream.recorded()  # one: nothing is tried again
    assert request["x-request-id"] == answer["error"]["data"]["request_id"] != "chosen"
    assert "accept-encoding" not in request
    assert not {"x-envoy-retry-on", "x-envoy-max-retries"} & set(request)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        pytest.param(b"POST /a%2f..%2fmcp HTTP/1.1\r\nhost: a", 400, id="escaped-slashes"),
        pytest.param(b"POST /mcp HTTP/1.1\r\nhost: a\r\nmcp_name: x", 400, id="underscore-in-a-header-name"),
        pytest.param(b"POST /mcp HTTP/1.1\r\naccept: */*", 400, id="no-host"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\nhost: a", 404, id="asterisk-form"),
        pytest.param(b"GET /mcp HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket", 403, id="websocket"),
        pytest.param(b"POST /mcp HTTP/1.1\r\nhost: a\r\ncontent-length: 9", 408, id="slow-body"),
        pytest.param(b"CONNECT a:80 HTTP/1.1\r\nhost: a:80", 404, id="connect"),
        pytest.param(b"POST /mcp HTTP/1.0\r\nhost: a", 426, id="http-1.0"),
        pytest.param(b"nonsense", 400, id="not-http"),
        pytest.param(
            b"POST /mcp HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 3", 400, id="two-lengths"
        ),
        pytest.param(b"POST /mcp HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 70_000, 431, id="headers-too-large"),
    ],
)
def test_envoy_refuses_by_itself_what_never_may_reach_the_server(
    stack: Stack, upstream: RecordingServer, head: bytes, status: int
) -> None:
    upstream.recorded()
    got, answer = raw(stack, head + b"\r\n\r\n")
    assert (got, error_of(answer)) == (status, (None, -32600, status))
    assert upstream.recorded() == []


def test_one_path_has_one_spelling(stack: Stack, upstream: RecordingServer) -> None:
    upstream.recorded()
    assert exchange(stack, "/a/..//mcp/./x")[0] == 200
    assert [request["path"] for request in upstream.recorded()] == ["/mcp/x"]


def test_a_body_over_the_limit_is_a_json_rpc_error_and_stays_here(stack: Stack, upstream: RecordingServer) -> None:
    upstream.recorded()
    status, answer = exchange(stack, body=b"x" * (4 * 1024 * 1024 + 1))
    assert (status, error_of(answer)) == (413, (None, -32600, 413))
    assert upstream.recorded() == []


def test_a_frozen_sidecar_ends_open_event_streams_and_new_requests(stack: Stack, upstream: RecordingServer) -> None:
    response, connection = send(stack, "/stream")
    assert response.read(13) == b"data: first\n\n"
    upstream.recorded()
    os.kill(stack.sidecar.pid, signal.SIGSTOP)
    try:
        with pytest.raises(IncompleteRead):
            response.read()
        status, answer = exchange(stack)
        assert (status, error_of(answer)) == (504, (None, -32603, 504))
        assert upstream.recorded() == []
    finally:
        os.kill(stack.sidecar.pid, signal.SIGCONT)
        connection.close()


def test_without_its_sidecar_nothing_passes_and_after_a_restart_it_does(upstream: RecordingServer) -> None:
    with Stack(StackOptions(upstream=upstream.address, sidecar_command=SIDECAR)) as stack:
        assert stack.wait(0) is None
        os.kill(stack.sidecar.pid, signal.SIGKILL)
        assert stack.wait(_SECONDS) is stack.sidecar
        upstream.recorded()
        status, answer = exchange(stack)
        assert (status, error_of(answer)) == (503, (None, -32603, 503))
        assert upstream.recorded() == []
        stack.restart_sidecar()
        assert exchange(stack)[0] == 200
        os.kill(stack.envoy.pid, signal.SIGKILL)
        assert stack.wait(_SECONDS) is stack.envoy
        stack.restart_envoy()
        assert exchange(stack)[0] == 200


def test_stop_leaves_no_process_and_no_file(upstream: RecordingServer) -> None:
    with Stack(StackOptions(upstream=upstream.address, sidecar_command=SIDECAR)) as stack:
        children = (stack.sidecar, stack.envoy)
        assert all(child.running for child in children)
        assert stack.workdir.exists()
    assert not any(child.running for child in children)
    assert not stack.workdir.exists()


def test_the_access_log_names_the_exchange_and_no_query(upstream: RecordingServer, tmp_path: Path) -> None:
    options = StackOptions(upstream=upstream.address, sidecar_command=SIDECAR, workdir=tmp_path)
    with Stack(options) as stack:
        exchange(stack, "/mcp?token=secret")
    [line] = [json.loads(text) for text in stack.access_log.read_text().splitlines()]
    assert (line["method"], line["path"], line["status"]) == ("POST", "/mcp", 200)
    assert "mcp_extproc" in line


def test_a_sidecar_that_cannot_start_is_reported_with_the_end_of_its_log() -> None:
    command = (sys.executable, "-c", "raise SystemExit('no policy at all')")
    stack = Stack(StackOptions(upstream="127.0.0.1:9", sidecar_command=command))
    with pytest.raises(NotReadyError, match=r"sidecar ended with status 1(.|\n)*no policy at all"):
        stack.start()
    assert not stack.workdir.exists()


def test_an_unknown_option_of_envoy_is_named() -> None:
    stack = Stack(StackOptions(upstream="127.0.0.1:9", envoy={"request_timeot": 1.0}))
    with pytest.raises(OptionsError, match="request_timeot"):
        stack.start()


def test_mappings_are_merged_and_everything_else_is_replaced() -> None:
    base = {"limits": {"depth": 128, "streams": 4096}, "servers": [1]}
    over = {"limits": {"depth": 8}, "servers": [2], "log": {"level": "debug"}}
    assert merged(base, over) == {
        "limits": {"depth": 8, "streams": 4096},
        "servers": [2],
        "log": {"level": "debug"},
    }


def _messages(stack: Stack) -> int:
    """Return how many messages Envoy has sent to the sidecar."""
    text = stack.admin("/stats?filter=ext_proc.stream_msgs_sent")
    return int(text.rpartition(":")[2])


def test_a_name_with_two_addresses_of_which_one_answers_is_one_server(upstream: RecordingServer) -> None:
    port = upstream.server_port
    with Stack(StackOptions(upstream=f"http://localhost:{port}", sidecar_command=SIDECAR)) as stack:
        assert [exchange(stack, connection="close")[0] for _ in range(6)] == [200] * 6
