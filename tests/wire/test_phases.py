"""The order of an exchange: what may happen in each phase, and that nothing else may."""

from collections.abc import Callable

import pytest

from extproc.wire.commands import Part
from extproc.wire.events import Cancelled, Elapsed, Evaluated, Event
from extproc.wire.machine import ExchangeMachine, PhaseError
from extproc.wire.phases import TABLE, Move, Phase, Trigger
from tests.wire.conversation import (
    BODY,
    END,
    FORWARD,
    GET,
    HEAD,
    HEAD_ALONE,
    LAST,
    PENDING,
    POST,
    REQUEST_TRAILERS,
    RESPOND,
    RESPONSE_TRAILERS,
    STREAM,
    UNSUITED,
    WHOLE,
    chunk,
    emit,
)

_REQUESTED = (POST, BODY, FORWARD)
_STREAMING = (*_REQUESTED, HEAD, STREAM)
# A way to each phase.
_WAYS: dict[Phase, tuple[Event, ...]] = {
    Phase.IDLE: (),
    Phase.REQUEST_BODY: (POST,),
    Phase.JUDGING_REQUEST_HEAD: (GET,),
    Phase.HOLDING_REQUEST_HEAD: (GET, PENDING),
    Phase.JUDGING_REQUEST_BODY: (POST, BODY),
    Phase.HOLDING_REQUEST_BODY: (POST, BODY, PENDING),
    Phase.RESPONSE: _REQUESTED,
    Phase.JUDGING_RESPONSE_HEAD: (*_REQUESTED, HEAD),
    Phase.JUDGING_BODYLESS_RESPONSE: (*_REQUESTED, HEAD_ALONE),
    Phase.RESPONSE_BODY: (*_REQUESTED, HEAD, FORWARD),
    Phase.JUDGING_RESPONSE_BODY: (*_REQUESTED, HEAD, FORWARD, WHOLE),
    Phase.HOLDING_RESPONSE_BODY: (*_REQUESTED, HEAD, FORWARD, WHOLE, PENDING),
    Phase.STREAMING: _STREAMING,
    Phase.JUDGING_ITEM: (*_STREAMING, chunk(b"data: 1\n\n")),
    Phase.HOLDING_ITEM: (*_STREAMING, chunk(b"data: 1\n\n"), PENDING),
    Phase.TRAILERS: (*_REQUESTED, HEAD_ALONE, FORWARD),
    Phase.CLOSED: (POST, BODY, RESPOND),
}
_SAMPLES: dict[str, tuple[Event, Callable[[Phase], Trigger]]] = {
    "request-head": (POST, lambda _: Trigger.REQUEST_HEAD),
    "request-head-alone": (GET, lambda _: Trigger.REQUEST_HEAD_ALONE),
    "unsuited-modes": (UNSUITED, lambda _: Trigger.MISCONFIGURED),
    "request-body": (BODY, lambda _: Trigger.REQUEST_BODY),
    "request-trailers": (REQUEST_TRAILERS, lambda _: Trigger.REQUEST_TRAILERS),
    "response-head": (HEAD, lambda _: Trigger.RESPONSE_HEAD),
    "response-head-alone": (HEAD_ALONE, lambda _: Trigger.RESPONSE_HEAD_ALONE),
    "response-body": (
        chunk(b"data: 2"),
        lambda phase: (
            Trigger.CHUNK_WITHOUT_ITEM if phase in {Phase.STREAMING, Phase.TRAILERS} else Trigger.RESPONSE_BODY
        ),
    ),
    "last-of-response-body": (
        END,
        lambda phase: {Phase.STREAMING: Trigger.CHUNK_WITH_ITEM, Phase.TRAILERS: Trigger.CHUNK_WITHOUT_ITEM}.get(
            phase, Trigger.RESPONSE_BODY
        ),
    ),
    "response-trailers": (RESPONSE_TRAILERS, lambda _: Trigger.RESPONSE_TRAILERS),
    "forward": (FORWARD, lambda _: Trigger.FORWARD),
    "respond": (RESPOND, lambda _: Trigger.RESPOND),
    "stream": (STREAM, lambda _: Trigger.STREAM),
    "emit": (emit(b"x"), lambda _: Trigger.EMIT_AND_WAIT),
    "emit-last": (LAST, lambda _: Trigger.EMIT_LAST),
    "pending": (PENDING, lambda _: Trigger.PENDING),
    "elapsed": (Elapsed(), lambda _: Trigger.ELAPSED),
    "cancelled": (Cancelled(), lambda _: Trigger.CANCELLED),
}
_CASES = [
    pytest.param(phase, event, trigger(phase), id=f"{phase.name}-{name}")
    for phase in Phase
    for name, (event, trigger) in _SAMPLES.items()
]


def machine_in(phase: Phase) -> ExchangeMachine:
    machine = ExchangeMachine(event_bytes=1024)
    for event in _WAYS[phase]:
        machine.receive(event)
    assert machine.phase is phase
    return machine


@pytest.mark.parametrize(
    ("phase", "event", "trigger"), [case for case in _CASES if (case.values[0], case.values[2]) not in TABLE]
)
def test_an_event_out_of_order_is_an_error(phase: Phase, event: Event, trigger: Trigger) -> None:
    machine = machine_in(phase)
    with pytest.raises(PhaseError, match=f"^{trigger.name} in phase {phase.name}$"):
        machine.receive(event)


@pytest.mark.parametrize(
    ("phase", "event", "trigger"), [case for case in _CASES if (case.values[0], case.values[2]) in TABLE]
)
def test_an_event_in_order_leads_where_the_table_says(phase: Phase, event: Event, trigger: Trigger) -> None:
    machine = machine_in(phase)
    machine.receive(event)
    assert machine.phase is TABLE[phase, trigger][0]


def test_a_second_item_in_a_chunk_is_judged_after_the_first() -> None:
    machine = machine_in(Phase.STREAMING)
    machine.receive(chunk(b"data: 1\n\ndata: 2\n\n"))
    machine.receive(emit(b"x"))
    assert machine.phase is TABLE[Phase.JUDGING_ITEM, Trigger.EMIT_AND_MORE][0] is Phase.JUDGING_ITEM


@pytest.mark.parametrize("phase", Phase)
def test_an_exchange_can_be_cancelled_at_any_point_and_nothing_follows(phase: Phase) -> None:
    machine = machine_in(phase)
    assert machine.receive(Cancelled()) == ()
    assert machine.phase is Phase.CLOSED
    for event in (POST, BODY, FORWARD, HEAD, WHOLE, RESPONSE_TRAILERS):
        with pytest.raises(PhaseError):
            machine.receive(event)


def test_the_samples_cover_every_trigger_but_the_one_tested_apart() -> None:
    produced = {case.values[2] for case in _CASES}
    assert produced | {Trigger.EMIT_AND_MORE} == set(Trigger)


def test_every_phase_can_be_reached_and_left() -> None:
    reached = {Phase.IDLE}
    while new := {after for (before, _), (after, _) in TABLE.items() if before in reached} - reached:
        reached |= new
    assert reached == set(Phase)
    assert {before for (before, _), (after, _) in TABLE.items() if after is not before} >= set(Phase) - {Phase.CLOSED}


def test_every_move_and_every_trigger_has_a_row() -> None:
    assert {move for _, move in TABLE.values()} == set(Move)
    assert {trigger for _, trigger in TABLE} == set(Trigger)


def test_what_is_judged_can_only_be_answered() -> None:
    answers = {Trigger.FORWARD, Trigger.RESPOND, Trigger.STREAM, Trigger.EMIT_AND_MORE, Trigger.EMIT_AND_WAIT}
    answers |= {Trigger.EMIT_LAST, Trigger.PENDING, Trigger.CANCELLED}
    for phase, trigger in TABLE:
        if phase.name.startswith(("JUDGING_", "HOLDING_")):
            assert trigger in answers


def test_a_message_goes_on_only_from_a_phase_that_waits_for_its_decision() -> None:
    onward = {Move.LET_GO_ON, Move.START_STREAM, Move.EMIT, Move.EMIT_AND_JUDGE, Move.EMIT_AND_END}
    for (phase, _), (_, move) in TABLE.items():
        if move in onward:
            assert phase.name.startswith(("JUDGING_", "HOLDING_"))


@pytest.mark.parametrize(
    ("phase", "part"),
    [
        (Phase.JUDGING_REQUEST_HEAD, Part.REQUEST_HEADERS),
        (Phase.JUDGING_REQUEST_BODY, Part.REQUEST_BODY),
        (Phase.JUDGING_RESPONSE_BODY, Part.RESPONSE_BODY),
        (Phase.JUDGING_ITEM, Part.RESPONSE_BODY),
    ],
)
def test_a_hold_names_the_part_that_waits(phase: Phase, part: Part) -> None:
    [command] = machine_in(phase).receive(PENDING)
    assert getattr(command, "part", None) is part


def test_a_second_hold_of_one_part_is_an_error() -> None:
    machine = machine_in(Phase.HOLDING_REQUEST_BODY)
    with pytest.raises(PhaseError):
        machine.receive(Evaluated(answer=PENDING.answer))


@pytest.mark.parametrize("phase", Phase)
def test_an_exchange_is_over_when_nothing_can_go_on_any_more(phase: Phase) -> None:
    onward = {Move.LET_GO_ON, Move.START_STREAM, Move.EMIT, Move.EMIT_AND_JUDGE, Move.EMIT_AND_END}
    reached = {phase}
    while new := {after for (before, _), (after, _) in TABLE.items() if before in reached} - reached:
        reached |= new
    can_go_on = any(move in onward for (before, _), (_, move) in TABLE.items() if before in reached)
    assert machine_in(phase).over is not can_go_on
