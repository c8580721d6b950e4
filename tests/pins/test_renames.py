"""Renamed tools: found by what they say, and no two tools that only say little."""

from typing import Any

from hypothesis import given

from extproc.pins.pin import INSTRUCTIONS, Pin, PinMode
from extproc.pins.renames import renamed
from extproc.pins.states import listed
from tests.pins.definitions import DEFINITIONS, ORDER


def pins_of(*definitions: dict[str, Any]) -> dict[str, Pin]:
    mode = PinMode.TRUST_ON_FIRST_USE
    return {one["name"]: listed(mode, None, one, server="shop", name=one["name"], now=0.0)[0] for one in definitions}


def names(pins: dict[str, Pin], *definitions: dict[str, Any]) -> dict[str, str]:
    return {new: pin.name for new, pin in renamed(pins, {one["name"]: one for one in definitions}).items()}


def named(name: str, **members: Any) -> dict[str, Any]:
    return {**ORDER, "name": name, **members}


def test_a_tool_under_a_new_name_is_known_again() -> None:
    assert names(pins_of(ORDER), named("fetch_order")) == {"fetch_order": "get_order"}


def test_a_rename_with_a_little_more_is_known_again() -> None:
    text = "Reads an order by its id, and keeps a copy.\nReturns its lines."
    assert names(pins_of(ORDER), named("other", description=text)) == {"other": "get_order"}


def test_a_tool_that_is_still_listed_was_not_renamed() -> None:
    assert names(pins_of(ORDER), ORDER, named("fetch_order")) == {}


def test_another_tool_in_the_place_of_one_is_no_rename() -> None:
    mail = {"name": "send_mail", "description": "Sends a mail to a person of the address book, with attachments."}
    assert names(pins_of(ORDER), mail) == {}


def test_the_nearest_of_several_is_taken_and_each_only_once() -> None:
    invoice = named("get_invoice", description="Reads an invoice by its number.", outputSchema={"title": "Invoice"})
    found = names(pins_of(ORDER, invoice), {**invoice, "name": "b"}, named("a"), named("c"))
    assert found == {"a": "get_order", "b": "get_invoice"}


def test_tools_that_say_nothing_need_names_that_are_near() -> None:
    empty = {"inputSchema": {"type": "object"}}
    assert names(pins_of({"name": "ping", **empty}), {"name": "status", **empty}) == {}
    assert names(pins_of({"name": "list_users", **empty}), {"name": "list_user", **empty}) == {
        "list_user": "list_users"
    }


def test_instructions_are_no_tool() -> None:
    pins = pins_of({"name": INSTRUCTIONS, **{key: ORDER[key] for key in ("description", "inputSchema")}})
    assert names(pins, named("fetch_order")) == {}


@given(DEFINITIONS, DEFINITIONS)
def test_any_definitions_can_be_compared(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = names(pins_of(old), new)
    assert found in ({}, {new["name"]: old["name"]})
