"""Notices of decisions, posted to webhooks or written to the log; no decision waits for one."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

import httpx2
import orjson

from extproc.ports import Record
from extproc.telemetry.decisions import members
from extproc.telemetry.metrics import Metrics

_log: Final = logging.getLogger("extproc.notices")
WAITING = 1000
_ATTEMPTS: Final = 3
_SECONDS: Final = 5.0
PAUSE = 1.0  # seconds before the second attempt, doubled for the third
SIGNATURE: Final = "x-mcp-extproc-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where the notices of one channel are posted; with a `secret`, each is signed with HMAC-SHA256."""

    url: str
    secret: bytes | None = None


class Channels:
    """An `Outbox`. A channel without a webhook is written to the log.

    Notices wait in a queue of limited length; those that find it full, or that a webhook does not take, are counted and
    named in the log by their decision id.
    """

    def __init__(self, webhooks: Mapping[str, Webhook | None], metrics: Metrics) -> None:
        """Take the channels by name."""
        self._webhooks = webhooks
        self._metrics = metrics
        self._waiting: asyncio.Queue[tuple[str, Webhook, str, bytes]] = asyncio.Queue(WAITING)

    def send(self, channels: AbstractSet[str], record: Record, explanation: str) -> None:
        """See `Outbox`."""
        for channel in sorted(channels):
            webhook = self._webhooks.get(channel)
            if webhook is None:
                rules = ",".join(record.determining)
                _log.warning("%s: %s by %s, decision %s", channel, record.outcome, rules, record.decision_id)
                self._metrics.notice(channel, "logged")
                continue
            notice = {"channel": channel, "explanation": explanation, **members(record)}
            try:
                self._waiting.put_nowait((channel, webhook, record.decision_id, orjson.dumps(notice)))
            except asyncio.QueueFull:
                self._lost(channel, record.decision_id, "too many notices wait")

    async def run(self) -> None:
        """Post what waits, one after the other, until cancelled."""
        async with httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
            while True:
                channel, webhook, decision_id, body = await self._waiting.get()
                try:
                    await self._post(client, channel, webhook, decision_id, body)
                finally:
                    self._waiting.task_done()

    async def drain(self, seconds: float) -> None:
        """Wait for what is on its way, for a limited time."""
        try:
            async with asyncio.timeout(seconds):
                await self._waiting.join()
        except TimeoutError:
            _log.error("%d notices were not posted before the end", self._waiting.qsize())

    async def _post(
        self, client: httpx2.AsyncClient, channel: str, webhook: Webhook, decision_id: str, body: bytes
    ) -> None:
        headers = {"content-type": "application/json"}
        if webhook.secret is not None:
            headers[SIGNATURE] = "sha256=" + hmac.new(webhook.secret, body, hashlib.sha256).hexdigest()
        problem = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE * 2 ** (attempt - 1))
            try:
                response = await client.post(webhook.url, content=body, headers=headers)
            except httpx2.HTTPError as error:
                problem = type(error).__name__
                continue
            if response.is_success:
                self._metrics.notice(channel, "sent")
                return
            problem = f"HTTP {response.status_code}"
            if response.is_client_error:
                break  # it would be refused again
        self._lost(channel, decision_id, problem)

    def _lost(self, channel: str, decision_id: str, problem: str) -> None:
        self._metrics.notice(channel, "lost")
        _log.error("%s: the notice of decision %s was not sent: %s", channel, decision_id, problem)
