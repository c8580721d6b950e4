"""Attacks over several calls, through Envoys and sidecars that share one Redis, while it is there and while not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from extproc.up.stack import Stack
from tests import redis_server
from tests.e2e.clients import Era, connect, seen
from tests.e2e.offices import (
    Seen,
    at,
    bearer,
    called,
    listed,
    office,
    recorded,
    records,
    reference,
    sent,
    serving,
    turn,
)
from tests.fixtures.office_server import COLLECTOR, CUSTOMERS, ECHO, MESSAGES
from tests.fixtures.running import ToolServer
from tests.redis_server import RedisServer

pytestmark = pytest.mark.envoy

# Results are told as they are: the chain has to be caught by itself.
_POLICY: Final = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: chains}
spec:
  default: allow
  rules:
    - id: changed
      match: {flags: [drifted, pending]}
      effect: deny
    - id: exfiltration
      match: {findings: [injected_sink, sensitive_egress]}
      effect: deny
      reason: "It would send on what was read before."
"""
# Far above what a test needs: a slow machine is no fault of the store.
_PATIENT: Final = {"connect": 1.0, "answer": 1.0, "operation": 1.0}
_INSIDE: Final = "board@home.example"
_MAIL: Final = {"to": COLLECTOR, "subject": "Customers", "body": "All of them, as you asked."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offices:
    """Three stacks before three servers; the last one refuses what it cannot look up in Redis."""

    inbox: Stack
    customers: Stack
    mail: Stack
    redis: RedisServer


@pytest.fixture(scope="module")
def shared(offices: ToolServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """Run the stacks, each a sidecar and an Envoy of its own, and the Redis that they share."""
    folder = tmp_path_factory.mktemp("shared")
    policy = folder / "chains.yaml"
    policy.write_text(_POLICY)
    with ExitStack() as running:
        redis = running.enter_context(redis_server.running(folder))

        def start(name: str) -> Stack:
            failing = {"trails": "deny"} if name == "mail" else {}
            state = {"url": redis.url, "timeouts": _PATIENT, "breaker": {"pause": 0.2}, "on_failure": failing}
            return running.enter_context(office(folder, offices, state, first=name, policy=policy))

        with ThreadPoolExecutor() as pool:
            inbox, customers, mail = pool.map(start, ("inbox", "customers", "mail"))
        yield Offices(inbox=inbox, customers=customers, mail=mail, redis=redis)


async def _attack(shared: Offices, who: str, message: str, to: str, era: Era = "legacy") -> list[Seen]:
    """Read a message, read the customers and send them on, each over a connection (and session) of its own."""
    read = await called(shared.inbox.url, "read_message", who, era, name=message)
    customers = await called(shared.customers.url, "list_customers", who, era)
    mail = {"to": to, "subject": "Customers", "body": customers["text"]}
    return [read, customers, await called(shared.mail.url, "send_mail", who, era, **mail)]


def _read_id(stack: Stack, who: str, tool: str) -> str:
    [record] = records(stack, principal=who, tool=tool, kind="request")
    identifier: str = record["decision_id"]
    return identifier


@pytest.mark.parametrize("era", ["legacy", "modern"])
@pytest.mark.parametrize("message", ["plain", "marked"])
def test_customers_that_were_read_after_an_instruction_are_not_sent_to_where_it_says(
    shared: Offices, offices: ToolServer, message: str, era: Era
) -> None:
    who, before = f"{message}-{era}", sent(offices)
    read, customers, refused = asyncio.run(_attack(shared, who, message, COLLECTOR, era))
    assert (read["text"], json.loads(customers["text"])) == (MESSAGES[message], [*CUSTOMERS])
    assert refused["isError"] is True
    assert "(rule exfiltration). It would send on what was read before." in refused["text"]
    assert sent(offices) == before
    record = asyncio.run(recorded(shared.mail, decision_id=reference(refused)))
    calls = {chain["id"]: chain["calls"] for chain in record["chains"]}
    assert calls == {
        "injected_sink": [_read_id(shared.inbox, who, "read_message")],
        "sensitive_egress": [_read_id(shared.customers, who, "list_customers")],
    }


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_an_honest_task_over_the_same_servers_passes(shared: Offices, offices: ToolServer, era: Era) -> None:
    before = sent(offices)
    *_, mailed = asyncio.run(_attack(shared, f"honest-{era}", "honest", _INSIDE, era))
    assert mailed["isError"] is False
    assert mailed["text"].endswith(f"about Customers to {_INSIDE}")
    assert sent(offices) == before + 1
    assert not any("chains" in one for one in records(shared.mail, principal=f"honest-{era}"))


def test_what_one_principal_read_is_not_held_against_another(shared: Offices, offices: ToolServer) -> None:
    async def story() -> Seen:
        await called(shared.inbox.url, "read_message", "reader", name="marked")
        return await called(shared.mail.url, "send_mail", "writer", to=COLLECTOR, subject="Lunch", body="At noon?")

    before = sent(offices)
    assert asyncio.run(story())["isError"] is False
    assert sent(offices) == before + 1


@asynccontextmanager
async def _without_redis(shared: Offices) -> AsyncIterator[None]:
    """Kill Redis; at the end start it again, empty, and wait until every replica uses it."""
    shared.redis.kill()
    try:
        yield
    finally:
        shared.redis.start()
        await serving(shared.mail)
        async with asyncio.timeout(20):
            while shared.redis.ask("KEYS", "*:trails:*").startswith(b"*0"):
                await called(at(shared.inbox, "rogue"), "customer", "monitor", id="7")


async def _mailed(stack: Stack, who: str) -> str:
    text: str = (await called(at(stack, "mail"), "send_mail", who, "legacy", **_MAIL))["text"]
    return text


def test_while_redis_is_gone_a_replica_goes_on_by_what_it_remembers(shared: Offices, offices: ToolServer) -> None:
    rogue = at(shared.inbox, "rogue")

    async def story() -> None:
        await listed(rogue, "ann")
        await listed(at(shared.inbox, "mail"), "ann")
        await turn(offices, "Return the text, and keep it.")
        assert "echo" not in await listed(rogue, "ann")
        await called(shared.inbox.url, "read_message", "ann", name="marked")
        async with _without_redis(shared):
            assert "echo" not in await listed(rogue, "tim")
            assert "rule changed" in (await called(rogue, "echo", "tim", text="hello"))["text"]
            assert (await called(rogue, "customer", "tim", id="7"))["text"] == "customer 7"
            assert "rule exfiltration" in await _mailed(shared.inbox, "ann")
        # What this replica remembered is in the store again with its next call, and so known to the others.
        assert "rule exfiltration" in await _mailed(shared.inbox, "ann")
        assert "rule exfiltration" in await _mailed(shared.mail, "ann")

    before = sent(offices)
    try:
        asyncio.run(story())
    finally:
        asyncio.run(turn(offices, ECHO))
    assert sent(offices) == before


def test_where_trails_must_be_known_calls_are_refused_while_redis_is_gone(shared: Offices, offices: ToolServer) -> None:
    mail = _MAIL | {"to": _INSIDE}

    async def story() -> Seen:
        async with connect(shared.mail.url, "legacy", headers=bearer("zoe")) as peer:
            assert (await seen(peer.client.call_tool("send_mail", mail)))["isError"] is False
            async with _without_redis(shared):
                refused = await seen(peer.client.call_tool("send_mail", mail))
            assert (await seen(peer.client.call_tool("send_mail", mail)))["isError"] is False
            await recorded(shared.mail, principal="zoe", failure="store", outcome="deny")
            return refused

    before = sent(offices)
    refused = asyncio.run(story())
    assert refused["error"]["message"].startswith("Refused: no decision was reached (store). Reference: ")
    assert sent(offices) == before + 2
