"""What is tried in place of a value says nothing of it."""

import jsonschema_rs
import pytest

from extproc.model.message import JsonValue
from extproc.redact.stand_ins import GONE, Gone, Kind, stand_ins


def said(schema: dict[str, object], value: object) -> list[Kind]:
    return [error.kind for error in jsonschema_rs.iter_errors(schema, value, validate_formats=True)]


def tried(original: JsonValue, *kinds: Kind) -> list[JsonValue | Gone]:
    return [one.make(original) for one in stand_ins(original, kinds)]


def test_a_text_keeps_its_shape_then_its_length_then_goes() -> None:
    assert tried("Ab-1é") == ["Xx-0x", "Xx-9x", "Aa-0a", "Aa-9a", "*****", None, GONE]


def test_numbers_become_null_or_go_before_they_become_another_number() -> None:
    assert tried(7) == [None, GONE, 0]
    limits = said({"minimum": 3, "exclusiveMinimum": 4}, 0) + said({"maximum": -3, "exclusiveMaximum": -4}, 0)
    assert sorted(map(str, tried(7, *limits)[3:])) == ["-3", "-5", "3", "5"]


def test_other_values_become_empty_ones_of_their_type() -> None:
    originals: list[JsonValue] = [True, {"a": 1}, [1], None]
    assert [tried(one)[-1] for one in originals] == [False, {}, [], GONE]


def test_a_text_is_no_longer_than_it_may_be() -> None:
    assert "**" in tried("abc", *said({"maxLength": 2}, "abc"))


@pytest.mark.parametrize(
    "name",
    ["email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference", "iri", "iri-reference",
     "uri-template", "uuid", "date", "date-time", "time", "duration", "json-pointer", "relative-json-pointer", "regex"],
)  # fmt: skip
def test_every_format_has_something_that_fits_it(name: str) -> None:
    schema: dict[str, object] = {"type": "string", "format": name}
    first = tried("x", *(said(schema, "[REDACTED:x]{~(\\") or said(schema, 'a b\\"[')))[0]
    assert not said(schema, first)
    assert first != "x"
