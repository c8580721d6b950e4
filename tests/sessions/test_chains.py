"""Cases and their conditions, one by one."""

from dataclasses import replace

import pytest

from extproc.model.intent import Intent
from extproc.sessions.chains import Case, Count, Pattern, Rule, Situation, chains_of
from extproc.sessions.flows import Flow
from extproc.sessions.kinds import Kind
from extproc.sessions.sinks import Reach, Sink
from extproc.sessions.trail import EMPTY, Ask, Label, Mark, Step, Trail
from extproc.sessions.uptake import Uptake

_MAIL = Sink(
    kinds=frozenset({Kind.MAIL}), reach=Reach.OUTSIDE, where=(), filled=(), power=False, gives=False, opaque=False
)
_CASE = Case(why="because", score=0.7, labels=frozenset({"flagged"}))


def _step(number: int, intent: str = "read", marks: int = 0, *, same: int = 0, where: int = 0, tool: str = "t") -> Step:
    return Step(f"d{number}", "one", tool, intent, "", float(number), marks, same, where)


def _situation(trail: Trail = EMPTY, sink: Sink = _MAIL, **rest: object) -> Situation:
    base = Situation(
        trail=trail,
        server="one",
        tool="t",
        intent=Intent.WRITE,
        same=0,
        where=0,
        sink=sink,
        uptake=None,
        flows=(),
        now=100.0,
    )
    return replace(base, **rest)  # type: ignore[arg-type]  # members of a value, by name


def _holds(case: Case, situation: Situation) -> tuple[str, ...] | None:
    chains = chains_of([Rule(id="x", title="x", severity="high", cases=(case,))], situation)
    return chains[0].calls if chains else None


def _flagged(at: float) -> Trail:
    return replace(EMPTY, labels={"flagged": Label("d1", "d2", at, 2)})


def test_a_label_holds_for_its_time_and_names_its_last_call() -> None:
    case = replace(_CASE, seconds=60.0)
    assert _holds(case, _situation(_flagged(50.0))) == ("d2",)
    assert _holds(case, _situation(_flagged(30.0))) is None
    assert _holds(case, _situation()) is None


@pytest.mark.parametrize(
    "case",
    [
        replace(_CASE, sinks=frozenset({Kind.CHAT})),
        replace(_CASE, intents=frozenset({Intent.DESTRUCTIVE})),
        replace(_CASE, takes_up=0.5),
        replace(_CASE, carries=frozenset({"secret"})),
        replace(_CASE, follows=0.5),
    ],
)
def test_every_condition_has_to_hold(case: Case) -> None:
    assert _holds(case, _situation(_flagged(99.0))) is None


def test_reach_is_at_least_what_is_asked_for() -> None:
    near = replace(_MAIL, reach=Reach.INSIDE)
    assert _holds(replace(_CASE, reach=Reach.UNKNOWN), _situation(_flagged(99.0))) is not None
    assert _holds(replace(_CASE, reach=Reach.UNKNOWN), _situation(_flagged(99.0), near)) is None


def test_an_effect_is_more_than_reading_and_goes_somewhere() -> None:
    case = replace(_CASE, effect=True)
    nowhere = replace(_MAIL, kinds=frozenset())
    assert _holds(case, _situation(_flagged(99.0))) is not None
    assert _holds(case, _situation(_flagged(99.0), intent=Intent.READ)) is None
    assert _holds(case, _situation(_flagged(99.0), nowhere)) is None


def test_an_uptake_counts_from_its_certainty_on() -> None:
    case = Case(why="w", score=0.7, takes_up=0.5)
    sure = Uptake(score=0.5, told=0.0, call="d3", pointer=("to",))
    assert _holds(case, _situation(uptake=sure)) == ("d3",)
    assert _holds(case, _situation(uptake=replace(sure, score=0.49))) is None


def test_what_is_carried_counts_by_category_writing_use_and_origin() -> None:
    flow = Flow(category="secret", server="one", calls=("d1", "d2"), how="plain", pointer=("body",), used=True)
    case = Case(why="w", score=0.7, carries=frozenset({"secret"}))
    assert _holds(case, _situation(flows=(flow,))) == ("d1", "d2")
    for other in (
        replace(case, carries=frozenset({"pii"})),
        replace(case, written=frozenset({"encoded"})),
        replace(case, used=False),
        replace(case, asked=True),
        replace(case, elsewhere=True),
    ):
        assert _holds(other, _situation(flows=(flow,))) is None


def test_an_instruction_is_followed_for_some_calls_and_by_what_it_speaks_of() -> None:
    ask = Ask("d1", 1.0, 1 << list(Kind).index(Kind.CHAT), 0.9, False, False, (), ())  # noqa: FBT003 - members
    trail = replace(EMPTY, asks=(ask,), steps=(_step(1), _step(2)))
    case = Case(why="w", score=0.7, follows=0.8)
    assert _holds(case, _situation(trail)) == ("d1",)
    assert _holds(replace(case, calls=1), _situation(trail)) is None
    assert _holds(replace(case, agrees=True), _situation(trail)) is None
    assert _holds(replace(case, follows=0.95), _situation(trail)) is None


def test_steps_grow_in_their_order_and_refused_ones_are_no_steps() -> None:
    grows = (Pattern(intents=frozenset({Intent.READ})), Pattern(power=True), Pattern(intents=frozenset({Intent.WRITE})))
    case = Case(why="w", score=0.7, grows=grows)
    climbed = replace(EMPTY, steps=(_step(1), _step(2, "write", Mark.POWER), _step(3)))
    assert _holds(case, _situation(climbed)) == ("d1", "d2")
    refused = replace(EMPTY, steps=(_step(1), _step(2, "write", Mark.POWER | Mark.REFUSED)))
    assert _holds(case, _situation(refused)) is None
    backwards = replace(EMPTY, steps=(_step(1, "write", Mark.POWER), _step(2)))
    assert _holds(case, _situation(backwards)) is None


@pytest.mark.parametrize(
    ("of", "steps", "reached"),
    [
        ("same", (_step(1), _step(2)), True),
        ("same", (_step(1), _step(2, same=5)), False),
        ("tool", (_step(1, same=4), _step(2, same=5)), True),
        ("tool", (_step(1, same=4), _step(2, same=4)), False),
        ("tool", (_step(1, same=4), _step(2, same=5, tool="u")), False),
        ("where", (_step(1, where=4), _step(2, where=5)), True),
        ("where", (_step(1, where=4), _step(2, where=5, marks=Mark.REFUSED)), False),
    ],
)
def test_calls_are_counted_with_the_one_that_is_judged(of: str, steps: tuple[Step, ...], reached: bool) -> None:
    case = Case(why="w", score=0.7, count=Count(of=of, at_least=3))
    assert (_holds(case, _situation(replace(EMPTY, steps=steps), where=9)) is not None) is reached


def test_a_count_can_ask_for_sensitive_results() -> None:
    case = Case(why="w", score=0.7, count=Count(of="same", at_least=3, sensitive=0.6))
    half = (_step(1, marks=Mark.SENSITIVE), _step(2))
    assert _holds(case, _situation(replace(EMPTY, steps=half))) is None
    assert _holds(case, _situation(replace(EMPTY, steps=(half[0], half[0])))) == ("d1",)


def test_the_surest_case_of_a_rule_speaks_for_it() -> None:
    rule = Rule(
        id="x",
        title="x",
        severity="low",
        cases=(_CASE, replace(_CASE, why="sure", score=0.9), replace(_CASE, score=0.1)),
    )
    assert [chain.reason for chain in chains_of([rule], _situation(_flagged(99.0)))] == ["sure"]
