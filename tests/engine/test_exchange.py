"""Faults, deadlines and holds: an exchange is answered whatever happens, and closed unless it is named unsafe."""

import asyncio
from dataclasses import replace

import pytest

from extproc.engine.exchange import Exchange
from extproc.engine.runner import Outgoing, handle
from extproc.model.decision import Outcome
from extproc.ports import Hold, Record, Resolution
from extproc.stores.memory import MemoryHolds
from extproc.wire.commands import Continue, Part, Wait
from extproc.wire.events import Event
from extproc.wire.machine import ExchangeMachine
from tests.engine.failing import CRASH, DOWN, HANG, Failing
from tests.engine.harness import (
    END,
    LEGACY,
    SETTINGS,
    Desk,
    Sidecar,
    answer,
    ask,
    ask_modern,
    body_of,
    ended,
    event,
    frames,
    head,
    messages,
    notification,
    passed,
    refusal,
    request,
    result,
    stream_head,
    tool_call,
)
from tests.policies import policy

_SESSION = {"mcp_session_id": "s1", "mcp_protocol_version": LEGACY}
_ASK = ask(tool_call(number="a"), **_SESSION)
_CAUSES = [
    pytest.param(DOWN, "store", id="down"),
    pytest.param(HANG, "deadline", id="hanging"),
    pytest.param(CRASH, "bug", id="crashing"),
]
_HELD = policy(
    {"effect": "allow"},
    {"id": "wait", "effect": "hold", "tools": ["wire_*"], "reason": "Ask Finance."},
    {"redact": [{"pointer": "/params/arguments/iban", "with": "-"}]},
)
_WIRE = ask(tool_call("wire_money", {"iban": "DE1", "amount": 3}, number="w"), **_SESSION)


@pytest.mark.parametrize(("failure", "cause"), _CAUSES)
def test_a_request_on_which_no_decision_is_reached_is_refused_under_its_id(
    failure: Exception | str, cause: str
) -> None:
    sidecar = Sidecar(sessions=Failing(failure))
    reply = refusal(sidecar.exchange(*_ASK))
    body = body_of(reply)
    assert isinstance(body, dict)
    assert (reply.status, reply.details) == (503, f"mcp_extproc_failure_{cause}")
    assert (body["id"], body["error"]["code"]) == ("a", -32603)
    assert ("content-type", "application/json") in reply.headers
    assert (sidecar.last.failure, sidecar.last.outcome) == (cause, Outcome.DENY)
    assert b"secret content" not in reply.body


@pytest.mark.parametrize(("failure", "cause"), _CAUSES)
def test_a_bodyless_request_is_refused_as_well(failure: Exception | str, cause: str) -> None:
    reply = refusal(Sidecar(sessions=Failing(failure)).exchange(head("GET", body=False, **_SESSION)))
    assert (reply.status, reply.details) == (503, f"mcp_extproc_failure_{cause}")


@pytest.mark.parametrize(("failure", "cause"), _CAUSES)
def test_a_response_on_which_no_decision_is_reached_is_refused_under_the_id_of_its_call(
    failure: Exception | str, cause: str
) -> None:
    sessions = Failing(None)
    sidecar = Sidecar(sessions=sessions)
    reply = refusal(asyncio.run(_play(sidecar, _ASK, sessions, failure, answer(result({"secret": 1}, "a")))))
    body = body_of(reply)
    assert isinstance(body, dict)
    assert (reply.status, reply.details, body["id"]) == (503, f"mcp_extproc_failure_{cause}", "a")
    assert b"secret" not in reply.body


async def _play(
    sidecar: Sidecar, before: tuple[Event, ...], sessions: Failing, failure: Exception | str, after: tuple[Event, ...]
) -> list[Outgoing]:
    """Play an exchange during which the store breaks."""
    assert sidecar.engine.policy is not None
    machine = ExchangeMachine(event_bytes=1024)
    exchange = Exchange(sidecar.engine, sidecar.engine.policy)
    sent: list[Outgoing] = []

    async def send(command: Outgoing) -> None:
        sent.append(command)

    for one in before:
        await handle(one, machine, exchange, send)
    sessions.failure = failure
    for one in after:
        await handle(one, machine, exchange, send)
    return sent


@pytest.mark.parametrize(("failure", "cause"), _CAUSES)
def test_an_event_on_which_no_decision_is_reached_ends_the_stream_with_an_error(
    failure: Exception | str, cause: str
) -> None:
    sessions = Failing(None)
    sidecar = Sidecar(sessions=sessions)
    opening = (*_ASK, stream_head(), event(notification("notifications/progress")))
    sent = asyncio.run(_play(sidecar, opening, sessions, failure, (event(result({"secret": 1}, "a")), END)))
    last = messages(sent)[-1]
    assert isinstance(last, dict)
    assert (last["id"], last["error"]["code"]) == ("a", -32603)
    assert ended(sent)
    assert b"secret" not in frames(sent)
    assert sidecar.last.failure == cause


def test_a_stream_that_cannot_be_opened_is_refused() -> None:
    sessions = Failing(None)
    sent = asyncio.run(_play(Sidecar(sessions=sessions), _ASK, sessions, DOWN, (stream_head(),)))
    assert refusal(sent).details == "mcp_extproc_failure_store"


def test_bad_input_is_refused_as_such_while_everything_is_down() -> None:
    assert refusal(Sidecar(sessions=Failing(DOWN)).exchange(*ask(b"{", **_SESSION))).status == 400


def test_what_needs_no_store_goes_on_while_it_is_down() -> None:
    sidecar = Sidecar(sessions=Failing(DOWN))
    sent = sidecar.exchange(*ask_modern(request(number=1)), *answer(result({"tools": []}, 1)))
    assert passed(sent).part is Part.RESPONSE_BODY


class _Full:
    """A `DecisionLog` on a full disk."""

    def append(self, record: Record) -> None:
        raise OSError("no space left", record.kind)


def test_without_a_record_nothing_passes() -> None:
    with pytest.raises(OSError, match="no space"):
        Sidecar(broken_log=_Full()).exchange(*_ASK)


@pytest.mark.parametrize(
    ("resolution", "said"),
    [
        (Resolution.REFUSED, "approval was denied"),
        (Resolution.EXPIRED, "nobody gave it in time"),
    ],
)
def test_a_held_call_that_is_not_released_is_refused(resolution: Resolution, said: str) -> None:
    sidecar = Sidecar(policy=_HELD, holds=Desk(resolution))
    *_, waiting, reply = sidecar.exchange(*_WIRE)
    assert waiting == Wait(part=Part.REQUEST_BODY, seconds=0.2)
    body = body_of(reply)
    assert isinstance(body, dict)
    [content] = body["result"]["content"]
    assert (body["id"], body["result"]["isError"]) == ("w", True)
    assert said in content["text"]
    assert "Ask Finance." in content["text"]
    assert [(one.outcome, one.resolution) for one in sidecar.log.records] == [
        (Outcome.HOLD, None),
        (Outcome.HOLD, resolution.value),
    ]


def test_a_released_call_goes_on_with_its_edits() -> None:
    sidecar = Sidecar(policy=_HELD, holds=Desk(Resolution.RELEASED))
    sent = sidecar.exchange(*_WIRE, *answer(result({}, "w")))
    released = next(one for one in sent if isinstance(one, Continue) and one.part is Part.REQUEST_BODY)
    assert body_of(released) == tool_call("wire_money", {"iban": "-", "amount": 3}, number="w")
    assert passed(sent).body is None  # and its response is expected
    assert sidecar.log.records[1].resolution == "released"


def test_the_desk_learns_what_waits_and_no_content() -> None:
    desk = Desk(Resolution.EXPIRED)
    Sidecar(policy=_HELD, holds=desk).exchange(*_WIRE)
    assert desk.holds == [
        Hold(
            decision_id="d1",
            server="shop",
            method="tools/call",
            tool="wire_money",
            rules=("wait",),
            opened=1_000_000.0,
            seconds=0.2,
        )
    ]


def test_a_held_notification_that_is_not_released_is_refused_with_a_status() -> None:
    sidecar = Sidecar(policy=policy({"effect": "hold"}))
    assert refusal(sidecar.exchange(*ask(notification(), **_SESSION))).status == 403


def test_a_held_response_waits_with_its_body_and_is_released_or_replaced() -> None:
    rules = policy({"effect": "allow"}, {"effect": "hold", "on": ["response"]})
    for resolution, kept in ((Resolution.RELEASED, True), (Resolution.REFUSED, False)):
        sidecar = Sidecar(policy=rules, holds=Desk(resolution))
        *_, waiting, reply = sidecar.exchange(*_ASK, *answer(result({"secret": 1}, "a")))
        assert waiting == Wait(part=Part.RESPONSE_BODY, seconds=0.2)
        assert isinstance(reply, Continue)
        assert (reply.body is None) is kept
        assert b"secret" not in (reply.body or b"")


def test_a_held_event_waits_and_those_behind_it_too() -> None:
    rules = policy({"effect": "allow"}, {"effect": "hold", "methods": ["notifications/message"]})
    told = notification("notifications/message", {"data": "x"})
    for resolution, kept in ((Resolution.RELEASED, [told]), (Resolution.EXPIRED, [])):
        sidecar = Sidecar(policy=rules, holds=Desk(resolution))
        sent = sidecar.exchange(*_ASK, stream_head(), event(told), event(result({}, "a")), END)
        assert Wait(part=Part.RESPONSE_BODY, seconds=0.2) in sent
        assert messages(sent) == [*kept, result({}, "a")]


def test_a_held_answer_of_the_client_is_released_or_refused_to_the_server() -> None:
    rules = policy({"effect": "allow"}, {"effect": "hold", "on": ["response"], "direction": "client_to_server"})
    for resolution, kept in ((Resolution.RELEASED, True), (Resolution.REFUSED, False)):
        sidecar = Sidecar(policy=rules, holds=Desk(resolution))
        sidecar.exchange(head("GET", body=False, **_SESSION), stream_head(), event(request("roots/list", {}, 5)))
        reply = passed(sidecar.exchange(*ask(result({"roots": []}, 5), **_SESSION)))
        assert (reply.body is None) is kept


class _Broken:
    """A `HoldDesk` that fails."""

    async def wait(self, hold: Hold) -> Resolution:
        raise RuntimeError("secret content", hold)


def test_a_desk_that_fails_has_released_nothing() -> None:
    reply = refusal(Sidecar(policy=_HELD, holds=_Broken()).exchange(*_WIRE))
    assert b"approval was denied" in reply.body
    assert b"secret content" not in reply.body


class _Breaking:
    """A `HoldDesk` that releases while the store breaks."""

    holds: tuple[Hold, ...] = ()

    def __init__(self, sessions: Failing, failure: Exception | str) -> None:
        self._sessions, self._failure = sessions, failure

    async def wait(self, hold: Hold) -> Resolution:
        self.holds += (hold,)
        self._sessions.failure = self._failure
        return Resolution.RELEASED


@pytest.mark.parametrize(("failure", "cause"), _CAUSES)
def test_a_released_call_is_refused_when_it_cannot_go_on(failure: Exception | str, cause: str) -> None:
    sessions = Failing(None)
    sidecar = Sidecar(policy=_HELD, sessions=sessions, holds=_Breaking(sessions, failure))
    reply = refusal(sidecar.exchange(*_WIRE))
    body = body_of(reply)
    assert isinstance(body, dict)
    assert (reply.details, body["id"]) == (f"mcp_extproc_failure_{cause}", "w")


class _Thinking:
    """A `HoldDesk` that takes longer than a decision may."""

    async def wait(self, hold: Hold) -> Resolution:
        await asyncio.wait({asyncio.get_running_loop().create_future()}, timeout=hold.seconds)
        return Resolution.RELEASED


def test_the_time_of_a_hold_is_not_that_of_a_decision() -> None:
    settings = replace(SETTINGS, decision_seconds=0.02, hold_seconds=0.06)
    sidecar = Sidecar(policy=_HELD, holds=_Thinking(), settings=settings)
    assert passed(sidecar.exchange(*_WIRE)).part is Part.REQUEST_BODY


def test_a_client_that_leaves_withdraws_its_hold() -> None:
    async def run() -> None:
        desk = MemoryHolds()
        sidecar = Sidecar(policy=_HELD, holds=desk)
        playing = asyncio.ensure_future(sidecar.play(_WIRE))
        while not desk.waiting():
            await asyncio.sleep(0)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
        assert desk.waiting() == ()

    asyncio.run(run())


def test_nothing_held_is_nothing_to_wait_for() -> None:
    sidecar = Sidecar()
    with pytest.raises(RuntimeError, match="nothing is held"):
        asyncio.run(Exchange(sidecar.engine, sidecar.policy).resolve())


def test_an_exchange_keeps_the_policy_it_began_with() -> None:
    strict = policy({"id": "now-refused", "effect": "deny"}, {"effect": "deny", "on": ["response"]})
    sidecar = Sidecar()

    async def run() -> list[Outgoing]:
        machine = ExchangeMachine(event_bytes=1024)
        exchange = Exchange(sidecar.engine, sidecar.policy)
        sent: list[Outgoing] = []

        async def send(command: Outgoing) -> None:
            sent.append(command)
            sidecar.engine.policy = strict

        for one in (*_ASK, stream_head(), event(notification("notifications/x")), event(result({}, "a")), END):
            await handle(one, machine, exchange, send)
        return sent

    sent = asyncio.run(run())
    assert messages(sent) == [notification("notifications/x"), result({}, "a")]
    assert {record.policy_revision for record in sidecar.log.records} == {sidecar.policy.revision}
    assert refusal(sidecar.exchange(*_ASK)).details == "mcp_extproc_denied"


def test_a_failure_says_which_decision_to_look_for() -> None:
    sidecar = Sidecar(sessions=Failing(DOWN))
    reply = refusal(sidecar.exchange(*_ASK))
    assert sidecar.last.decision_id.encode() in reply.body
