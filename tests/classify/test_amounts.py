"""How much is asked for, and how much money moves."""

import pytest

from extproc.classify.amounts import number_of
from extproc.classify.intent import classify
from extproc.model.intent import Intent
from extproc.model.message import JsonObject, JsonValue, Request


def intent(tool: str, arguments: JsonObject) -> Intent:
    return classify(
        Request(id=1, method="tools/call", params={"name": tool, "arguments": arguments}, document={}), None
    ).intent


@pytest.mark.parametrize(
    ("value", "number"),
    [(5, 5.0), ("1,000.50", 1000.5), ("$7", 7.0), (True, None), ("x", None), (None, None), (10**400, 1e300)],
)
def test_numbers_are_read_also_when_written_as_text(value: JsonValue, number: float | None) -> None:
    assert number_of(value) == number


def test_persons_in_bulk_are_exfiltrative_from_a_thousand_on() -> None:
    assert intent("list_customers", {"limit": 999}) is Intent.READ
    assert intent("list_customers", {"limit": 1000}) is Intent.EXFILTRATIVE
    assert intent("list_customers", {"limit": "5000"}) is Intent.EXFILTRATIVE
    assert intent("list_records", {"table": "employees", "limit": 5000}) is Intent.EXFILTRATIVE


def test_money_that_leaves_is_destructive_at_any_amount_and_what_is_charged_from_a_large_one_on() -> None:
    assert intent("transfer", {"amount": 1}) is Intent.DESTRUCTIVE
    assert intent("create_invoice", {"amount": 9999}) is Intent.WRITE
    assert intent("create_invoice", {"amount": 10000}) is Intent.DESTRUCTIVE


def test_a_change_of_everything_is_destructive() -> None:
    assert intent("update_rule", {"id": "*"}) is Intent.DESTRUCTIVE
    assert intent("update_rule", {"id": "r1"}) is Intent.WRITE
