"""An upstream that records what reaches it, and a stack whose sidecar lets everything pass."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest

from extproc.up.stack import Stack, StackOptions
from tests.up.recording_server import RecordingServer
from tests.up.talking import SIDECAR


@pytest.fixture(scope="module")
def upstream() -> Iterator[RecordingServer]:
    with RecordingServer() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def stack(upstream: RecordingServer) -> Iterator[Stack]:
    options = StackOptions(
        upstream=upstream.address,
        sidecar_command=SIDECAR,
        envoy={"keepalive_interval": 0.5, "keepalive_timeout": 0.5, "message_timeout": 0.5, "request_timeout": 1.0},
    )
    with Stack(options) as running:
        yield running
