"""Values go back to the server and the place that a rule names, and to nothing else."""

import json
from collections.abc import Sequence
from typing import Final

import pytest

from extproc.mcp.pointer import Pointer, parse_pattern
from extproc.model.decision import Edit
from extproc.model.finding import Category
from extproc.model.marks import named
from extproc.model.message import JsonObject, JsonValue
from extproc.policy.obligations import Restoration
from extproc.redact.apply import Rename
from extproc.redact.restore import Restored, VaultEntry, restorations, vault_marks
from tests.redact.making import edited

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
OTHER: Final = LETTERS[::-1]
MARK: Final = named("email", LETTERS)
ADA: Final = VaultEntry(
    value="ada@example.com", entity="email", category=Category.PII, servers=frozenset({"crm"})
)  # fmt: skip
TO: Final[Pointer] = ("params", "arguments", "to")


def call(**arguments: JsonValue) -> JsonObject:
    return {"id": 1, "method": "tools/call", "params": {"name": "send", "arguments": arguments}}


def rule(pointer: str = "/params/arguments/to", *entities: str) -> Restoration:
    return Restoration(pattern=parse_pattern(pointer), entities=frozenset(entities or ("email",)))


def restored(
    document: JsonObject,
    *rules: Restoration,
    entry: VaultEntry = ADA,
    server: str = "mail",
    planned: Sequence[Edit] = (),
) -> tuple[JsonObject, Restored]:
    given = restorations(document, rules, {LETTERS: entry}, server, planned)
    return edited(document, given.edits), given


def test_a_value_is_given_back_at_the_place_that_a_rule_names() -> None:
    after, given = restored(call(to=f"Ada <{MARK}>", cc="x"), rule())
    assert after == call(to="Ada <ada@example.com>", cc="x")
    assert given.flows == ()


@pytest.mark.parametrize(
    "one",
    [rule("/params/arguments/cc"), rule("/params/arguments/to", "phone"), rule("/params/arguments/to/*")],
)
def test_anywhere_else_the_mark_stays_and_its_way_is_a_finding(one: Restoration) -> None:
    document = call(to=f"Ada <{MARK}>")
    after, given = restored(document, one)
    assert after == document
    [flow] = given.flows
    assert (flow.entity, flow.category, flow.pointer) == ("token_flow", Category.CUSTOM, TO)
    assert (flow.start, flow.end) == (5, 5 + len(MARK))


def test_a_category_gives_back_all_of_it_but_secrets() -> None:
    assert restored(call(to=MARK), rule("/params/arguments/to", "pii"))[0] == call(to="ada@example.com")
    secret = VaultEntry(value="s", entity="email", category=Category.SECRET, servers=frozenset({"crm"}))
    for name in ("secret", "email"):
        after, given = restored(call(to=MARK), rule("/params/arguments/to", name), entry=secret)
        assert (after, len(given.flows)) == (call(to=MARK), 1)


def test_a_mark_may_go_back_where_its_value_came_from() -> None:
    after, given = restored(call(to=MARK), server="crm")
    assert (after, given.flows) == (call(to=MARK), ())


def test_unknown_marks_and_marks_under_another_name_are_plain_text() -> None:
    for text in (named("email", OTHER), named("phone", LETTERS), "[EMAIL:k7f3q2wd]"):
        after, given = restored(call(to=text), rule())
        assert (after, given.flows) == (call(to=text), ())
    assert restorations(call(to=MARK), [rule()], {}, "mail") == Restored(edits=(), flows=())


def test_a_value_cannot_end_the_string_that_it_is_put_into() -> None:
    evil = VaultEntry(value='a", "cc": "b', entity="email", category=Category.PII, servers=frozenset({"crm"}))
    inner = json.dumps({"to": MARK})
    after, _ = restored(call(to=json.dumps({"body": inner})), rule(), entry=evil)
    text = str(after["params"]["arguments"]["to"])  # type: ignore[index,call-overload]
    assert json.JSONDecoder().decode(json.JSONDecoder().decode(text)["body"]) == {"to": 'a", "cc": "b'}


def test_a_mark_in_a_name_stays_there_and_is_seen() -> None:
    document = call(to={MARK: 1})
    after, given = restored(document, rule("/params/arguments/**"))
    assert after == document
    assert [(flow.pointer, flow.in_key) for flow in given.flows] == [((*TO, MARK), True)]


def test_other_edits_of_the_message_are_kept_and_seen() -> None:
    document = call(to=f"{MARK} key", cc=MARK, bcc=f"{MARK} b", old={"to": MARK}, **{"a@b": 1})
    planned = [
        Edit(pointer=TO, replacement=f"{MARK} [REDACTED:key]"),
        Edit(pointer=("params", "arguments", "cc"), remove=True),
        Edit(pointer=("params", "arguments", "bcc"), replacement="-"),
        Edit(pointer=("params", "arguments", "old"), replacement="-"),
        Rename(pointer=("params", "arguments", "a@b"), name="[REDACTED:email]"),
    ]
    after, given = restored(document, rule(), planned=planned)
    assert after == call(to="ada@example.com [REDACTED:key]", bcc="-", old="-", **{"[REDACTED:email]": 1})
    assert given.flows == ()


def test_the_marks_of_a_message_are_those_of_texts_and_names() -> None:
    document = call(to=[MARK, {"[A_B:" + OTHER + "]": "[REDACTED:a] [EMAIL:k7f3q2wd]"}])
    assert vault_marks(document) == {("email", LETTERS), ("a_b", OTHER)}


def test_an_entry_does_not_show_its_value() -> None:
    assert "ada" not in repr(ADA)
