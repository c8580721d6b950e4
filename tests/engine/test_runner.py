"""Driving a machine: commands are carried out in order, and each before the next question is answered."""

import asyncio

import pytest

from extproc.engine.exchange import Exchange
from extproc.engine.runner import Outgoing, handle
from extproc.ports import Resolution
from extproc.wire.commands import Continue, SendChunk, Wait
from extproc.wire.events import Cancelled, ResponseBody
from extproc.wire.machine import ExchangeMachine, PhaseError
from extproc.wire.phases import Phase
from tests.engine.harness import (
    END,
    Desk,
    Sidecar,
    ask,
    ended,
    event,
    messages,
    notification,
    result,
    stream_head,
    tool_call,
)
from tests.policies import policy

_ASK = ask(tool_call(number=1))


def together(*documents: object) -> ResponseBody:
    """Return several events in one chunk."""
    return ResponseBody(chunk=b"".join(event(document).chunk for document in documents), end_of_stream=False)


def test_events_that_came_together_leave_together_each_after_its_own_decision() -> None:
    sidecar = Sidecar()
    sent = sidecar.exchange(*_ASK, stream_head(), together(notification("notifications/a"), result()))
    assert isinstance(sent[-1], SendChunk)
    assert messages(sent[-1:]) == [notification("notifications/a"), result()]
    assert sent[-1].metadata == {"response_decision_id": "d3", "response_outcome": "allow"}
    assert len(sidecar.log.records) == 3


def test_events_that_came_apart_leave_apart() -> None:
    sent = Sidecar().exchange(*_ASK, stream_head(), event(notification("notifications/a")), event(result()), END)
    assert [messages([one]) for one in sent if isinstance(one, SendChunk)] == [
        [notification("notifications/a")],
        [result()],
        [],
    ]


def test_what_is_decided_leaves_before_a_hold_begins() -> None:
    rules = policy({"effect": "allow"}, {"effect": "hold", "methods": ["notifications/b"]})
    sidecar = Sidecar(policy=rules, holds=Desk(Resolution.RELEASED))
    chunk = together(notification("notifications/a"), notification("notifications/b"), result())
    *_, first, waiting, rest = sidecar.exchange(*_ASK, stream_head(), chunk)
    assert messages([first]) == [notification("notifications/a")]
    assert isinstance(waiting, Wait)
    assert messages([rest]) == [notification("notifications/b"), result()]


def test_the_end_of_a_stream_leaves_with_what_came_before_it() -> None:
    last = ResponseBody(chunk=event(result()).chunk, end_of_stream=True)
    sent = Sidecar().exchange(*_ASK, stream_head(), last)
    assert (messages(sent[-1:]), ended(sent)) == ([result()], True)


def test_envoy_is_told_to_wait_before_the_wait_begins() -> None:
    sent: list[str] = []

    class Noting(Desk):
        async def wait(self, hold: object) -> Resolution:
            sent.append(f"waiting {getattr(hold, 'decision_id', '')}")
            return Resolution.RELEASED

    sidecar = Sidecar(policy=policy({"effect": "hold"}), holds=Noting(Resolution.RELEASED))
    machine, exchange = ExchangeMachine(event_bytes=1024), Exchange(sidecar.engine, sidecar.policy)

    async def send(command: Outgoing) -> None:
        sent.append(type(command).__name__)

    async def run() -> None:
        for one in _ASK:
            await handle(one, machine, exchange, send)

    asyncio.run(run())
    assert sent == ["Continue", "Wait", "waiting d1", "Continue"]


def test_an_event_out_of_order_is_told_to_the_edge() -> None:
    with pytest.raises(PhaseError):
        Sidecar().exchange(_ASK[1])


def test_a_cancelled_exchange_says_nothing_more() -> None:
    sidecar = Sidecar()
    assert [type(one) for one in sidecar.exchange(*_ASK, Cancelled())] == [Continue, Continue]


def test_every_question_is_answered_before_the_edge_gets_control_back() -> None:
    sidecar = Sidecar(policy=policy({"effect": "hold"}, {"effect": "hold", "on": ["response"]}))
    machine, exchange = ExchangeMachine(event_bytes=1024), Exchange(sidecar.engine, sidecar.policy)
    sent: list[Outgoing] = []

    async def send(command: Outgoing) -> None:
        sent.append(command)

    async def run() -> list[Phase]:
        phases = []
        for one in _ASK:
            await handle(one, machine, exchange, send)
            phases.append(machine.phase)
        return phases

    assert asyncio.run(run()) == [Phase.REQUEST_BODY, Phase.CLOSED]
    assert not any(isinstance(one, SendChunk) for one in sent)
    assert sum(isinstance(one, Wait) for one in sent) == 1
