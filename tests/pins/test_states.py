"""Pins over time: first sight, drift, the way back, decisions, renames and the lockfile."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.pins.canonical import LONGEST_TEXT, version_of
from extproc.pins.lock import Locked, locked_of
from extproc.pins.pin import Pin, PinMode, PinStatus
from extproc.pins.states import FIRST_USE, THE_LOCKFILE, WHOLE, ToolFlag, ToolState, approve, called, listed, reject
from tests.pins.definitions import ORDER

_TOFU, _ASKED, _LOCKED = PinMode.TRUST_ON_FIRST_USE, PinMode.REQUIRE_APPROVAL, PinMode.LOCKFILE


def sees(
    known: Pin | None,
    definition: dict[str, Any],
    *,
    mode: PinMode = _TOFU,
    now: float = 0.0,
    locked: Locked | None = None,
    old: Pin | None = None,
) -> tuple[Pin, ToolState]:
    name = definition["name"]
    return listed(mode, known, definition, server="shop", name=name, now=now, locked=locked, old=old)


def worded(text: str) -> dict[str, Any]:
    return {**ORDER, "description": text}


def test_the_first_use_is_trusted_where_the_mode_says_so() -> None:
    pin, state = sees(None, ORDER, now=5.0)
    assert (pin.status, pin.decided_by, pin.first_seen) == (PinStatus.APPROVED, FIRST_USE, 5.0)
    assert state == ToolState(flags=frozenset(), pinned=True, first_seen=5.0)


def test_the_first_use_waits_where_approval_is_required() -> None:
    pin, state = sees(None, ORDER, mode=_ASKED)
    assert pin.status is PinStatus.PENDING
    assert state.flags == {ToolFlag.UNPINNED, ToolFlag.PENDING}
    assert not state.pinned
    assert called(_ASKED, approve(pin, by="ada", now=1.0)).pinned


def test_the_same_definition_leaves_the_pin_itself() -> None:
    pin, _ = sees(None, ORDER)
    again, state = sees(pin, dict(reversed(ORDER.items())), now=9.0)
    assert again is pin
    assert state.pinned


def test_a_change_is_drift_until_the_approved_definition_is_back() -> None:
    pin, _ = sees(None, ORDER)
    drifted, state = sees(pin, {**worded("Deletes it."), "_meta": {}}, now=3.0)
    assert state.flags == {ToolFlag.DRIFTED, ToolFlag.PENDING}
    assert state.drift == ("_meta", "description")
    assert (state.pinned, drifted.status, drifted.changed_at) == (False, PinStatus.PENDING, 3.0)
    assert called(_TOFU, drifted) == state
    back, state = sees(drifted, ORDER, now=4.0)
    assert (back.status, state.pinned, state.flags) == (PinStatus.APPROVED, True, frozenset())


def test_a_cosmetic_change_is_no_drift() -> None:
    pin, _ = sees(None, ORDER)
    same, state = sees(pin, worded("  Reads an order by its id. \r\n\r\nReturns its lines.\n"), now=2.0)
    assert state.pinned
    assert not state.flags
    assert same.approved == pin.approved != same.current


@given(st.lists(st.sampled_from([" ", "\n", " or deletes", " it", " and mails it"]), min_size=1, max_size=8))
def test_slow_drift_is_measured_against_what_was_approved(steps: list[str]) -> None:
    pin, _ = sees(None, ORDER)
    approved, text = pin.approved, ORDER["description"]
    for step in steps:
        text += step
        pin, state = sees(pin, worded(text))
        assert pin.approved == approved == pin.first
        assert state.pinned == (" ".join(text.split()) == " ".join(ORDER["description"].split()))


def test_the_first_approved_version_is_kept_when_another_one_is_approved() -> None:
    pin, _ = sees(None, ORDER)
    drifted, _ = sees(pin, worded("Reads and mails it."))
    newer = approve(drifted, by="ada", now=7.0, reason="asked for")
    assert (newer.first, newer.approved) == (pin.current, drifted.current)
    assert (newer.decided_by, newer.decided_at, newer.reason) == ("ada", 7.0, "asked for")
    assert called(_TOFU, newer).pinned
    assert ToolFlag.DRIFTED in sees(newer, ORDER)[1].flags


def test_what_was_rejected_stays_rejected_when_it_comes_again() -> None:
    pin, _ = sees(None, ORDER)
    refused = reject(sees(pin, worded("Deletes it."))[0], by="ada", now=1.0)
    assert called(_TOFU, refused).flags == {ToolFlag.REJECTED, ToolFlag.DRIFTED}
    back, state = sees(refused, ORDER)
    assert state.pinned
    again, state = sees(back, worded("Deletes it."))
    assert again.status is PinStatus.REJECTED
    assert not state.pinned
    assert sees(again, worded("Deletes all."))[0].status is PinStatus.PENDING


def test_a_rejected_first_version_is_trusted_by_no_later_use() -> None:
    refused = reject(sees(None, ORDER)[0], by="ada", now=1.0)
    assert refused.approved is None
    for definition in (ORDER, worded("Something else.")):
        _, state = sees(refused, definition)
        assert not state.pinned
        assert ToolFlag.UNPINNED in state.flags


def test_what_was_rejected_can_be_approved_after_all() -> None:
    refused = reject(sees(None, ORDER)[0], by="ada", now=1.0)
    taken = approve(refused, by="ada", now=2.0)
    assert taken.rejected is None
    assert called(_TOFU, taken).pinned


def test_a_renamed_tool_waits_with_what_was_approved_under_the_old_name() -> None:
    old, _ = sees(None, ORDER)
    pin, state = sees(None, {**ORDER, "name": "fetch_order"}, old=old)
    assert state.flags == {ToolFlag.RENAMED, ToolFlag.PENDING, ToolFlag.DRIFTED}
    assert state.drift == ("name",)
    assert (pin.renamed_from, pin.approved, state.pinned) == ("get_order", old.approved, False)
    assert called(_TOFU, approve(pin, by="ada", now=1.0)).flags == frozenset()
    assert sees(None, {**ORDER, "name": "third"}, old=pin)[0].renamed_from == "get_order"


def test_a_call_of_a_tool_that_was_never_listed_is_not_pinned() -> None:
    assert called(_TOFU, None) == ToolState(flags=frozenset({ToolFlag.UNPINNED}), pinned=False)
    assert called(_LOCKED, None).flags == {ToolFlag.UNPINNED, ToolFlag.MISSING_FROM_LOCK}


def test_the_lockfile_alone_approves_in_its_mode() -> None:
    locked = locked_of(version_of(ORDER))
    pin, state = sees(None, ORDER, mode=_LOCKED, locked=locked)
    assert (state.pinned, pin.decided_by) == (True, THE_LOCKFILE)
    drifted, state = sees(pin, worded("Deletes it."), mode=_LOCKED, locked=locked)
    assert state.flags == {ToolFlag.DRIFTED, ToolFlag.PENDING}
    assert state.drift == ("description",)
    assert not called(_LOCKED, approve(drifted, by="ada", now=1.0), locked=locked).pinned
    spaced, state = sees(drifted, worded(ORDER["description"] + "\n"), mode=_LOCKED, locked=locked)
    assert state.pinned
    assert sees(spaced, worded(ORDER["description"] + "\n"), mode=_LOCKED, locked=locked)[0] is spaced


def test_what_is_not_in_the_lockfile_is_not_pinned_whoever_approved_it() -> None:
    pin = approve(sees(None, ORDER)[0], by="ada", now=1.0)
    unlocked, state = sees(pin, ORDER, mode=_LOCKED)
    assert state.flags == {ToolFlag.MISSING_FROM_LOCK, ToolFlag.PENDING}
    assert not state.pinned
    assert sees(unlocked, ORDER)[1].pinned


def test_a_tool_that_was_never_seen_as_it_is_locked_drifted_as_a_whole() -> None:
    locked = Locked(digest="0" * 64, cosmetic="0" * 64)
    _, state = sees(None, ORDER, mode=_LOCKED, locked=locked)
    assert (state.drift, state.pinned) == (WHOLE, False)


def test_a_rejection_holds_against_the_lockfile() -> None:
    locked = locked_of(version_of(ORDER))
    pin = reject(sees(None, ORDER, mode=_LOCKED, locked=locked)[0], by="ada", now=1.0)
    again, state = sees(pin, ORDER, mode=_LOCKED, locked=locked)
    assert again is pin
    assert state.flags == {ToolFlag.REJECTED}
    assert not state.pinned


def test_drift_of_what_is_too_long_to_be_kept_is_of_the_whole() -> None:
    pin, _ = sees(None, worded("x" * LONGEST_TEXT))
    assert sees(pin, worded("y" * LONGEST_TEXT))[1].drift == WHOLE


@pytest.mark.parametrize("mode", [_TOFU, _ASKED])
def test_what_was_approved_stays_so_when_the_mode_changes(mode: PinMode) -> None:
    pin, _ = sees(None, ORDER)
    assert sees(replace(pin), ORDER, mode=mode)[1].pinned
