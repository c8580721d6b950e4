"""Lockfiles as values: what goes into them, and how they differ from what is listed."""

from typing import Any

from extproc.pins.canonical import LONGEST_TEXT, version_of
from extproc.pins.lock import LockDifference, lock_differences, lock_of, locked_of
from extproc.pins.pin import Pin, PinMode
from extproc.pins.states import approve, listed
from tests.pins.definitions import ORDER


def pin_of(definition: dict[str, Any], *, mode: PinMode = PinMode.TRUST_ON_FIRST_USE, old: Pin | None = None) -> Pin:
    return listed(mode, None, definition, server="shop", name=definition["name"], now=0.0, old=old)[0]


def drifted(pin: Pin, definition: dict[str, Any]) -> Pin:
    return listed(PinMode.REQUIRE_APPROVAL, pin, definition, server="shop", name=pin.name, now=1.0)[0]


def test_the_approved_version_is_locked_also_where_another_one_is_listed() -> None:
    pin = drifted(pin_of(ORDER), {**ORDER, "description": "Deletes it."})
    assert lock_of([pin]) == {"shop": {"get_order": locked_of(version_of(ORDER))}}


def test_what_was_never_approved_is_not_locked() -> None:
    assert lock_of([pin_of(ORDER, mode=PinMode.REQUIRE_APPROVAL)]) == {}


def test_a_renamed_tool_is_locked_once_it_is_approved() -> None:
    renamed = pin_of({**ORDER, "name": "fetch_order"}, old=pin_of(ORDER))
    assert lock_of([renamed]) == {}
    assert list(lock_of([approve(renamed, by="ada", now=0.0)])["shop"]) == ["fetch_order"]


def test_a_summary_is_one_line_that_hides_nothing() -> None:
    assert locked_of(version_of({"description": "Reads.\n\u202eOnce."})).summary == "Reads. Once."
    assert locked_of(version_of({"instructions": "Ask first."})).summary == "Ask first."
    assert locked_of(version_of({"title": "Order"})).summary == "Order"
    assert len(locked_of(version_of({"description": "word " * 100})).summary) == 100
    assert locked_of(version_of({"description": "x" * LONGEST_TEXT})).summary == ""


def test_what_differs_from_a_lockfile_is_told_in_order() -> None:
    same, changed, new = (pin_of({**ORDER, "name": name}) for name in ("a", "b", "c"))
    gone = pin_of({**ORDER, "name": "d"})
    lock = lock_of([same, changed, gone])
    seen = [new, drifted(changed, {**ORDER, "name": "b", "title": "Other"}), same]
    assert lock_differences(lock, seen) == (
        ("shop", "b", LockDifference.CHANGED),
        ("shop", "c", LockDifference.NOT_LOCKED),
        ("shop", "d", LockDifference.NOT_SEEN),
    )


def test_a_cosmetic_change_is_no_difference() -> None:
    pin = pin_of(ORDER)
    spaced = drifted(pin, {**ORDER, "description": ORDER["description"] + " "})
    assert lock_differences(lock_of([pin]), [spaced]) == ()
