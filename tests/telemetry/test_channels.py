"""Notices: posted and signed, tried again, counted when they are lost, and never waited for."""

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from extproc.model.decision import Outcome
from extproc.telemetry import channels
from extproc.telemetry.channels import SIGNATURE, Channels, Webhook
from extproc.telemetry.metrics import Metrics
from tests.telemetry.records import ALLOWED

_DENIED = replace(ALLOWED, outcome=Outcome.DENY, determining=("no-deletes",))


@dataclass
class Received:
    """What a webhook got; `statuses` are answered in turn, the last one for ever."""

    statuses: list[int]
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str | None] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
        self.bodies.append(await reader.readexactly(int(fields["content-length"])))
        self.signatures.append(fields.get(SIGNATURE))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def webhook(received: Received, metrics: Metrics, secret: bytes | None = None) -> AsyncIterator[Channels]:
    server = await asyncio.start_server(received.answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    outbox = Channels({"ops": Webhook(url=f"http://127.0.0.1:{port}/", secret=secret), "log": None}, metrics)
    async with server:
        running = asyncio.ensure_future(outbox.run())
        try:
            yield outbox
        finally:
            await outbox.drain(20)
            running.cancel()


def notices(metrics: Metrics) -> dict[str, float]:
    [family] = [one for one in metrics.registry.collect() if one.name == "extproc_notices"]
    return {one.labels["result"]: one.value for one in family.samples if one.name.endswith("_total")}


def sent(*statuses: int, secret: bytes | None = None) -> tuple[Received, dict[str, float]]:
    received, metrics = Received([*statuses]), Metrics()

    async def run() -> None:
        async with webhook(received, metrics, secret) as outbox:
            outbox.send(frozenset({"ops"}), _DENIED, "Refused by policy.")

    asyncio.run(run())
    return received, notices(metrics)


def test_a_notice_says_what_was_decided_and_why() -> None:
    received, counted = sent(204)
    [body] = [json.loads(one) for one in received.bodies]
    assert (body["channel"], body["explanation"]) == ("ops", "Refused by policy.")
    assert (body["outcome"], body["determining"], body["decision_id"]) == ("deny", ["no-deletes"], "d1")
    assert counted == {"sent": 1}


def test_a_notice_is_signed_over_its_body() -> None:
    received, _ = sent(200, secret=b"key")
    expected = hmac.new(b"key", received.bodies[0], hashlib.sha256).hexdigest()
    assert received.signatures == [f"sha256={expected}"]


def test_a_webhook_in_trouble_is_asked_again_with_the_same_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "PAUSE", 0.001)
    received, counted = sent(503, 200)
    assert received.bodies[0] == received.bodies[1]
    assert counted == {"sent": 1}


@pytest.mark.parametrize(("status", "asked"), [(500, 3), (403, 1)])
def test_a_notice_that_is_not_taken_is_counted_and_named(
    status: int, asked: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(channels, "PAUSE", 0.001)
    received, counted = sent(status)
    assert (len(received.bodies), counted) == (asked, {"lost": 1})
    assert "decision d1 was not sent" in caplog.text


def test_a_channel_without_a_webhook_is_the_log(caplog: pytest.LogCaptureFixture) -> None:
    metrics = Metrics()
    with caplog.at_level(logging.WARNING):
        Channels({"security": None}, metrics).send(frozenset({"security"}), _DENIED, "")
    assert "security: deny by no-deletes, decision d1" in caplog.text
    assert notices(metrics) == {"logged": 1}


def test_too_many_waiting_notices_are_lost_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "WAITING", 1)
    metrics = Metrics()
    outbox = Channels({"ops": Webhook(url="http://127.0.0.1:1/")}, metrics)
    for _ in range(3):
        outbox.send(frozenset({"ops"}), _DENIED, "")
    assert notices(metrics) == {"lost": 2}
