"""A trail as a value: what calls and results add to it, and what it forgets."""

import pytest

from extproc.sessions.trail import (
    BULK,
    CHAINED,
    EMPTY,
    FLAGGED,
    HALF_LIFE,
    MAX_ASKS,
    MAX_GIVEN,
    MAX_ITEMS,
    MAX_LABELS,
    MAX_NAME,
    MAX_STEPS,
    MAX_TOOLS,
    Ask,
    Item,
    Mark,
    Step,
    name_of,
    raised,
    with_asks,
    with_items,
    with_labels,
    with_seen,
    with_step,
)


def _step(number: int, marks: int = 0) -> Step:
    return Step(f"d{number}", "one", f"tool{number}", "read", "", float(number), marks, number, 0)


def _ask(number: int, score: float = 0.0) -> Ask:
    return Ask(f"d{number}", float(number), 1, score, False, False, (number,), ())  # noqa: FBT003 - a tuple of members


def _item(number: int) -> Item:
    return Item(f"d{number}", "one", "secret", f"{number:016x}", 5, False, (number,), 0, ())  # noqa: FBT003 - likewise


def test_a_call_is_counted_and_remembered() -> None:
    trail = with_step(with_step(EMPTY, _step(1), given=(7,), words=(8,)), _step(2))
    assert (trail.calls, trail.refused, trail.first_seen, trail.last_seen) == (2, 0, 1.0, 2.0)
    assert (trail.tools, dict(trail.intents), trail.given, trail.topics) == (
        ("tool1", "tool2"),
        {"read": 2},
        (7,),
        (8,),
    )
    assert trail.step_of("d1") == _step(1)
    assert trail.step_of("d9") is None


def test_a_refused_call_is_counted_and_leaves_no_effect() -> None:
    trail = with_step(EMPTY, _step(1, Mark.REFUSED), given=(7,), words=(8,))
    assert (trail.calls, trail.refused, trail.tools, trail.given, trail.topics) == (1, 1, (), (), ())
    assert dict(trail.intents) == {}


def test_lists_forget_and_counts_do_not() -> None:
    trail = EMPTY
    for number in range(1, 500):
        trail = with_step(trail, _step(number), given=(number,))
    assert (trail.calls, len(trail.steps), len(trail.tools), len(trail.given)) == (499, MAX_STEPS, MAX_TOOLS, MAX_GIVEN)
    assert trail.steps[-1].call == "d499"


def test_a_label_says_who_set_it_first_and_last_and_how_often() -> None:
    trail = with_labels(with_labels(EMPTY, {BULK: 0.2}, "d1", 1.0), {BULK: 0.2}, "d2", 5.0)
    assert tuple(trail.labels[BULK]) == ("d1", "d2", 5.0, 2)
    assert not trail.flagged


@pytest.mark.parametrize("name", [FLAGGED, CHAINED])
def test_what_was_flagged_stays_flagged_whatever_follows(name: str) -> None:
    trail = with_labels(EMPTY, {name: 0.5}, "d1", 1.0)
    for number in range(100):
        trail = with_labels(trail, {f"label{number}": 0.0}, "d2", 2.0)
    assert trail.flagged
    assert len(trail.labels) == MAX_LABELS


def test_risk_rises_with_news_and_halves_with_time() -> None:
    trail = with_labels(EMPTY, {FLAGGED: 0.6}, "d1", 0.0)
    assert trail.risk_at(0.0) == pytest.approx(0.6)
    assert trail.risk_at(HALF_LIFE) == pytest.approx(0.3)
    assert with_labels(trail, {FLAGGED: 0.6}, "d2", HALF_LIFE).risk == pytest.approx(raised(0.3, 0.6))
    assert trail.risk_at(-5.0) == pytest.approx(0.6)


def test_the_least_suspicious_instruction_is_forgotten_first() -> None:
    trail = with_asks(EMPTY, [_ask(0, 0.9)])
    trail = with_asks(trail, [_ask(number) for number in range(1, 100)])
    assert len(trail.asks) == MAX_ASKS
    assert trail.asks[0] == _ask(0, 0.9)


def test_a_value_that_is_known_keeps_what_is_known_of_it() -> None:
    sent = _item(1)._replace(sent=1)
    trail = with_items(EMPTY, [sent])
    assert with_items(trail, [_item(1)]) is trail
    assert len(with_items(trail, [_item(number) for number in range(2, 90)]).items) == MAX_ITEMS


def test_what_is_seen_again_is_forgotten_last() -> None:
    assert with_seen(with_seen(EMPTY, (1, 2, 3)), (1,)).seen == (2, 3, 1)


@pytest.mark.parametrize("name", ["tool", "t" * 500, "outil\u00e9", "a\u202eb", "\ud800", "\x00\n"])
def test_names_are_short_and_printable(name: str) -> None:
    kept = name_of(name)
    assert kept.isprintable()
    assert kept.isascii()
    assert len(kept) <= MAX_NAME
