"""Correlation of the calls of one scope: judges a call by its trail, and writes calls and results into the trail."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from extproc.classify.names import read_name
from extproc.model.intent import Intent
from extproc.model.message import JsonValue
from extproc.model.value import value
from extproc.sessions.chains import Rule, Situation, chains_of
from extproc.sessions.fingerprints import Printer
from extproc.sessions.flows import carried_of
from extproc.sessions.kinds import OUTWARD, Kind
from extproc.sessions.learning import copies_of, items_of, labels_of, objects_of, revealed_by, sought, told_by
from extproc.sessions.sink_words import REVEALS_SECRETS
from extproc.sessions.sinks import Reach, Sink, destinations_of, sink_of
from extproc.sessions.steps import CallStep, Chain, ResultStep
from extproc.sessions.trail import (
    BULK,
    CHAINED,
    MAX_COPIES,
    Item,
    Mark,
    Step,
    Trail,
    name_of,
    with_asks,
    with_items,
    with_labels,
    with_seen,
    with_step,
)
from extproc.sessions.uptake import Uptake, given_of, named_of, uptake_of

_LEAVES: Final = OUTWARD | {Kind.PAYMENT, Kind.CHANGE, Kind.BOOK, Kind.ACCOUNT}
_LONGEST_NAME: Final = 120
_MAX_PARTS: Final = 8
_CHAIN_RISK: Final = 0.5


@value
class Reading:
    """A call as it was read once: what it does outside, and where."""

    call: CallStep
    intent: Intent
    sink: Sink
    same: int
    where: int
    marks: int
    about: tuple[int, ...]


class Correlator:
    """Knows the key, the domains that are inside, and the rules. It keeps nothing else, so one serves all scopes."""

    def __init__(self, key: bytes, inside: frozenset[str], rules: Sequence[Rule]) -> None:
        """Take what never changes."""
        self._printer = Printer(key)
        self._inside = inside
        self._rules = tuple(rules)

    def read(self, call: CallStep) -> Reading:
        """Read a call, for `judge` and `with_call` alike."""
        sink = sink_of(call, self._inside)
        token = self._printer.token
        classified = call.classification
        where = destinations_of(sink)
        marks, about = sought(call.tool, sink)
        if classified is not None and any(each.code in REVEALS_SECRETS for each in classified.evidence):
            marks |= Mark.REVEALS
        return Reading(
            call=call,
            intent=classified.intent if classified is not None else read_name(call.tool[:_LONGEST_NAME]).intent,
            sink=sink,
            same=token(f"{call.tool}\0{_written(call.arguments, sink)}"),
            where=token("\0".join(where)) if where else 0,
            marks=marks,
            about=self._printer.tokens(about),
        )

    def judge(self, trail: Trail, call: CallStep | Reading, *, now: float) -> tuple[Chain, ...]:
        """Return the chains that a call completes, before it goes on."""
        reading = call if isinstance(call, Reading) else self.read(call)
        sink = reading.sink
        flows = carried_of(trail, reading.call, sink, self._printer).flows
        return chains_of(
            self._rules,
            Situation(
                trail=trail,
                server=name_of(reading.call.server),
                tool=name_of(reading.call.tool),
                intent=reading.intent,
                same=reading.same,
                where=reading.where,
                sink=sink,
                uptake=self._uptake(trail, sink, carries=bool(flows) and sink.reach is Reach.OUTSIDE),
                flows=flows,
                now=now,
            ),
        )

    def _uptake(self, trail: Trail, sink: Sink, *, carries: bool) -> Uptake | None:
        if not sink.kinds or not trail.asks:
            return None
        return uptake_of(trail, sink, named_of(sink, self._printer), trail.asks, carries=carries)

    def with_call(
        self,
        trail: Trail,
        call: CallStep | Reading,
        *,
        refused: bool,
        decision_id: str,
        now: float,
        chains: Sequence[Chain] = (),
    ) -> Trail:
        """Return the trail once it is decided whether a call goes on; `chains` are those it completes."""
        reading = call if isinstance(call, Reading) else self.read(call)
        sink = reading.sink
        now = round(now, 3)
        step = Step(
            decision_id,
            name_of(reading.call.server),
            name_of(reading.call.tool),
            reading.intent.value,
            sink.main.value if sink.main is not None else "",
            now,
            _marks(reading, refused=refused),
            reading.same,
            reading.where,
        )
        pieces: Mapping[str, int] = {}
        if not refused and sink.kinds:
            carried = carried_of(trail, reading.call, sink, self._printer)
            step = step._replace(marks=step.marks | Mark.CARRIES * bool(carried.flows))
            pieces = carried.pieces
        given = () if refused else _given(trail, given_of(sink, self._printer))
        trail = with_step(trail, step, given=given, words=reading.about)
        if chains:
            trail = replace(trail, chains=trail.chains + len(chains))
        if refused:
            return trail
        if chains:
            trail = with_labels(trail, {CHAINED: _CHAIN_RISK}, decision_id, now)
        return _sent(trail, pieces, decision_id) if not sink.kinds.isdisjoint(_LEAVES) else trail

    def with_result(self, trail: Trail, result: ResultStep, now: float) -> Trail:
        """Return the trail with what a result holds and tells, as far as it went on to the model."""
        now = round(now, 3)
        step = trail.step_of(result.decision_id)
        marks = step.marks if step is not None else 0
        labels = labels_of(result)
        asks, seen = told_by(result, self._printer, now, marks, frozenset(trail.topics))
        trail = replace(
            trail,
            results=trail.results + 1,
            first_seen=trail.first_seen if trail.calls or trail.results else now,
            last_seen=max(now, trail.last_seen),
            risk=trail.risk_at(now),
        )
        if labels:
            trail = with_labels(trail, labels, result.decision_id, now)
        trail = with_seen(with_asks(trail, asks), seen)
        if marks & Mark.CARRIES:
            objects = objects_of(result, BULK, self._printer)
            trail = replace(trail, copies=(*trail.copies, *objects)[-MAX_COPIES:])
        if marks & Mark.REVEALS:
            trail = with_items(trail, revealed_by(result, self._printer))
        if not result.findings:
            return trail
        asked = bool(marks & Mark.ASKED_SECRET)
        trail = with_items(trail, items_of(result, self._printer, asked=asked))
        copies = copies_of(result, self._printer)
        if copies:
            trail = replace(trail, copies=(*trail.copies, *copies)[-MAX_COPIES:])
        if step is not None and any(name.startswith("sensitive:") for name in labels):
            marked = step._replace(marks=step.marks | Mark.SENSITIVE)
            trail = replace(trail, steps=tuple(marked if each is step else each for each in trail.steps))
        return trail


def _written(arguments: Mapping[str, JsonValue], sink: Sink) -> str:
    """Return the arguments as one text, in the order of their places."""
    return "\0".join(f"{leaf.pointer}{leaf.text}" for leaf in sink.filled) or repr(sorted(arguments))


def _marks(reading: Reading, *, refused: bool) -> int:
    sink = reading.sink
    return (
        Mark.REFUSED * refused
        | Mark.OUTSIDE * (sink.reach is Reach.OUTSIDE)
        | Mark.POWER * sink.power
        | Mark.OUTWARD * (not sink.kinds.isdisjoint(OUTWARD))
        | reading.marks
    )


def _given(trail: Trail, named: frozenset[int]) -> frozenset[int]:
    """Return what a call names that no result asked for: so it comes from whoever gave the agent its task."""
    asked: set[int] = set()
    for ask in trail.asks:
        asked.update(ask.hard, ask.soft)
    return named - asked


def _sent(trail: Trail, pieces: Mapping[str, int], call: str) -> Trail:
    """Return the trail with the pieces of sensitive values that went out in a call."""
    if not pieces:
        return trail
    return replace(
        trail,
        items=tuple(
            _with_pieces(item, pieces[item.print], call) if item.print in pieces else item for item in trail.items
        ),
    )


def _with_pieces(item: Item, bits: int, call: str) -> Item:
    return item._replace(sent=item.sent | bits, parts=(*item.parts, call)[-_MAX_PARTS:])
