"""`extproc pins list`, `show`, `diff`, `export` and `diff-lock`."""

import json
from dataclasses import replace
from typing import Any

import pytest

from extproc.cli.pins_look import against_lock, differences, export, listing, show
from extproc.config.lock_file import parse_lock
from extproc.pins.canonical import LONGEST_TEXT, version_of
from extproc.pins.lock import Lock, locked_of
from extproc.pins.states import approve
from extproc.ports.pins import PinStore
from tests.cli.pinning import MAILING, NEW, NOTE, ORDER, on_pins, pin_of

Printed = pytest.CaptureFixture[str]


def locked(*definitions: dict[str, Any]) -> Lock:
    return {"shop": {one["name"]: locked_of(version_of(one)) for one in definitions}}


def test_a_list_has_a_line_for_each_pin_and_fails_while_one_is_not_approved(capsys: Printed) -> None:
    assert on_pins(lambda store: listing(store, server=None, as_json=False)) == [1]
    head, note, new, order = capsys.readouterr().out.splitlines()
    assert head.split() == ["SERVER", "TOOL", "STATE", "CHANGED", "SINCE", "DECIDED", "BY"]
    assert "drifted, pending" in note
    assert "description" in note
    assert "pending, unpinned" in new
    assert "approved" in order
    assert "first use, 1970-01-01 00:16:40Z" in order


def test_a_list_of_approved_pins_is_a_success(capsys: Printed) -> None:
    assert on_pins(lambda store: listing(store, server="none", as_json=False)) == [0]
    assert capsys.readouterr().out == "nothing is pinned\n"


def test_a_list_as_json_is_one_line_each(capsys: Printed) -> None:
    on_pins(lambda store: listing(store, server="shop", as_json=True))
    note, _, order = map(json.loads, capsys.readouterr().out.splitlines())
    assert (note["tool"], note["pinned"], note["flags"]) == ("add_note", False, ["drifted", "pending"])
    assert note["drift"] == ["description"]
    assert (order["pinned"], order["decided_by"]) == (True, "first use")


def test_a_pin_is_shown_with_its_definition(capsys: Printed) -> None:
    assert on_pins(lambda store: show(store, "shop", "get_order", as_json=False)) == [0]
    text = capsys.readouterr().out
    assert "description: Reads an order." in text
    assert version_of(ORDER).digest in text
    on_pins(lambda store: show(store, "shop", "get_order", as_json=True))
    assert json.loads(capsys.readouterr().out)["definition"] == ORDER


def test_what_a_definition_hides_is_shown(capsys: Printed) -> None:
    hidden = {"name": "odd\x1b[2J", "description": "One.\nTwo\u200b.", "_meta": {"a\u202e": ["\x07"]}}

    async def command(store: PinStore) -> int:
        await store.put(replace(pin_of(hidden), reason="a\x1bb"), known=None)
        return await show(store, "shop", hidden["name"], as_json=False)  # type: ignore[arg-type]  # it is a text

    assert on_pins(command, empty=True) == [0]
    text = capsys.readouterr().out
    assert all(line.isprintable() for line in text.split("\n"))
    assert "description: One.\n  Two\\u200b." in text


def test_a_difference_is_told_with_its_risk_and_fails(capsys: Printed) -> None:
    assert on_pins(lambda store: differences(store, "shop", "add_note", as_json=False)) == [1]
    text = capsys.readouterr().out
    assert "! destination added: notes@evil.example" in text
    assert "! description: Adds a note " in text
    assert "{+and mails it +}to [-an order-]{+notes@evil.example+}." in text
    assert "capability risk +0.46" in text


def test_a_difference_as_json_names_what_changed(capsys: Printed) -> None:
    on_pins(lambda store: differences(store, "shop", "add_note", as_json=True))
    document = json.loads(capsys.readouterr().out)
    assert {"destination_added", "text_changed"} == {each["kind"] for each in document["since_approved"]["changes"]}
    assert document["since_first"] is None


def test_what_was_approved_later_is_compared_with_the_first_version_too(capsys: Printed) -> None:
    drifted = pin_of(MAILING, pin_of(NOTE))
    approved = approve(drifted, by="ada", now=2.0)

    async def command(store: PinStore) -> int:
        await store.put(approved, known=None)
        return await differences(store, "shop", "add_note", as_json=False)

    assert on_pins(command, empty=True) == [0]
    text = capsys.readouterr().out
    assert "nothing but its looks changed" in text
    assert "since its first version: capability risk +0.46" in text


def test_what_was_never_approved_has_no_difference(capsys: Printed) -> None:
    assert on_pins(lambda store: differences(store, "shop", "find", as_json=False)) == [1]
    assert "no version was approved" in capsys.readouterr().err


def test_a_definition_that_is_too_long_is_told_to_be(capsys: Printed) -> None:
    long = {"name": "long", "description": "x" * LONGEST_TEXT}

    async def command(store: PinStore) -> int:
        await store.put(pin_of({**long, "title": "Other"}, pin_of(long)), known=None)
        return await differences(store, "shop", "long", as_json=False)

    assert on_pins(command, empty=True) == [1]
    assert "too long to be kept" in capsys.readouterr().out


def test_a_tool_without_a_pin_is_told(capsys: Printed) -> None:
    codes = on_pins(
        lambda store: show(store, "shop", "none", as_json=False),
        lambda store: differences(store, "none", "find", as_json=True),
    )
    assert codes == [2, 2]
    assert "shop none has no pin" in capsys.readouterr().err


def test_what_is_exported_is_a_lockfile_of_what_is_approved(capsys: Printed) -> None:
    assert on_pins(export) == [0]
    assert parse_lock(capsys.readouterr().out.encode(), "lock") == locked(NOTE, ORDER)


def test_differences_from_a_lockfile_fail(capsys: Printed) -> None:
    lock = locked(NOTE, ORDER)
    assert on_pins(lambda store: against_lock(store, lock, as_json=False)) == [1]
    assert capsys.readouterr().out.splitlines() == ["shop add_note: changed", "shop find: not locked"]
    same = locked(MAILING, ORDER, NEW)
    assert on_pins(lambda store: against_lock(store, same, as_json=False)) == [0]
    assert "agree" in capsys.readouterr().out
    on_pins(lambda store: against_lock(store, lock, as_json=True))
    assert json.loads(capsys.readouterr().out.splitlines()[0])["difference"] == "changed"
