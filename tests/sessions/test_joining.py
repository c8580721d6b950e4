"""Two trails of one scope that were added to apart: what either has is in the joined one, within the same bounds."""

from dataclasses import replace
from typing import Any, get_args, get_type_hints

from extproc.sessions.joining import LISTS, joined
from extproc.sessions.packing import MAX_BYTES, pack, unpack
from extproc.sessions.trail import EMPTY, FLAGGED, MAX_LABELS, Label, Step, Trail, with_labels, with_step


def called(trail: Trail, call: str, at: float) -> Trail:
    step = Step(call=call, server="s", tool=f"t{call}", intent="read", kind="", at=at, marks=0, same=1, where=0)
    return with_step(trail, step, given=(int(at),))


def part(kind: Any, number: int) -> Any:
    """Return a part of a list of which every member says a number."""
    makers = {str: str(number), int: number, float: float(number), bool: False}
    if kind in makers:
        return makers[kind]
    return kind(*(makers.get(hint, (number,)) for hint in get_type_hints(kind).values()))


def full(base: int) -> Trail:
    """Return a trail in which every list is as long as it may be, and no part is in another one."""
    hints = get_type_hints(Trail)
    lists: dict[str, Any] = {
        name: tuple(part(get_args(hints[name])[0], base + n) for n in range(most)) for name, most in LISTS.items()
    }
    names = [FLAGGED, *(f"l{base + n}" for n in range(MAX_LABELS - 1))]
    labels = {name: Label(first="d", last="d", at=float(base), times=1) for name in names}
    return replace(EMPTY, last_seen=float(base), calls=400, intents={"read": 400}, labels=labels, **lists)


def test_what_both_added_apart_is_in_both_orders_of_time() -> None:
    before = called(EMPTY, "1", 1.0)
    here = with_labels(called(before, "2", 2.0), {FLAGGED: 0.5}, "2", 2.0)
    there = called(called(before, "3", 3.0), "4", 4.0)
    one, other = joined(here, there), joined(there, here)
    assert one == other
    assert [step.call for step in one.steps] == ["1", "2", "3", "4"]
    assert (one.calls, one.first_seen, one.last_seen, one.flagged) == (4, 1.0, 4.0, True)
    assert set(one.given) == {1, 2, 3, 4}
    assert one.risk >= here.risk_at(4.0)


def test_a_label_of_both_has_its_first_call_and_its_last() -> None:
    here = with_labels(EMPTY, {"untrusted": 0.1}, "1", 1.0)
    there = with_labels(with_labels(EMPTY, {"untrusted": 0.1}, "2", 2.0), {"untrusted": 0.1}, "3", 3.0)
    assert joined(here, there).labels["untrusted"] == Label(first="1", last="3", at=3.0, times=2)


def test_a_trail_joined_with_itself_or_with_none_is_the_same() -> None:
    trail = with_labels(called(called(EMPTY, "1", 1.0), "2", 2.0), {FLAGGED: 0.5}, "2", 2.0)
    assert joined(trail, trail) == trail
    assert joined(trail, EMPTY) == joined(EMPTY, trail) == trail


def test_a_joined_trail_is_bounded_like_any_other_and_keeps_its_flag() -> None:
    trail = joined(full(0), full(1000))
    assert {name: len(getattr(trail, name)) for name in LISTS} == dict(LISTS)
    assert (len(trail.labels), trail.flagged) == (MAX_LABELS, True)
    assert len(pack(trail)) <= MAX_BYTES
    assert unpack(pack(trail)).calls == trail.calls


def half(trail: Trail) -> Trail:
    lists: dict[str, Any] = {name: getattr(trail, name)[: most // 2] for name, most in LISTS.items()}
    return replace(trail, **lists)


def test_where_there_is_room_nothing_of_either_is_lost() -> None:
    one, other = half(full(0)), half(full(1000))
    for name in LISTS:
        assert set(getattr(joined(one, other), name)) == {*getattr(one, name), *getattr(other, name)}
