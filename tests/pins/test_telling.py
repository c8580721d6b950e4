"""Changes for readers: on a terminal and as JSON."""

from typing import Any

from extproc.pins.changes import changes_between
from extproc.pins.telling import document_of, lines_of
from tests.pins.definitions import ORDER

_DRIFTED = {
    **ORDER,
    "description": "Reads an order by its id.\nReturns its lines, and mails them\u200b.",
    "annotations": {"title": "Order", "destructiveHint": False},
    "inputSchema": {**ORDER["inputSchema"], "required": []},
}


def test_lines_tell_each_change_and_mark_those_that_add_risk() -> None:
    lines = list(lines_of(changes_between(ORDER, _DRIFTED)))
    assert "! annotations.readOnlyHint: annotation weakened: was true" in lines
    assert any(line.endswith("Returns its lines{+, and mails them\\u200b+}.") for line in lines)
    assert "  inputSchema.id: parameter optional" in lines
    assert lines[-1] == "capability risk +0.37 (annotation weakened +0.30, text changed +0.10)"


def test_colours_are_only_for_terminals() -> None:
    changes = changes_between(ORDER, _DRIFTED)
    assert not any("\x1b" in line for line in lines_of(changes))
    assert any("\x1b[32m{+" in line for line in lines_of(changes, coloured=True))


def test_a_cosmetic_change_is_told_as_one() -> None:
    assert list(lines_of(changes_between(ORDER, ORDER))) == ["nothing but its looks changed"]


def test_the_rest_of_very_many_changes_is_told_to_be_there() -> None:
    new: dict[str, Any] = {"inputSchema": {"properties": {f"a{number}": {} for number in range(999)}}}
    assert "  and more" in lines_of(changes_between({"inputSchema": {}}, new))


def test_json_has_words_places_and_risks() -> None:
    document = document_of(changes_between(ORDER, _DRIFTED))
    assert (document["risk"], document["complete"]) == (0.37, True)
    assert document["reasons"] == {"annotation_weakened": 0.3, "text_changed": 0.1}
    assert {
        "kind": "annotation_weakened",
        "where": "annotations.readOnlyHint",
        "risk": 0.3,
        "before": "true",
        "after": None,
    } in document["changes"]  # type: ignore[operator]  # it is a list
    assert "mails" in str(document["changes"])
