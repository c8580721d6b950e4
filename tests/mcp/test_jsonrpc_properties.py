"""What holds for every document, not only for those somebody thought of."""

import json
from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from extproc.mcp.jsonrpc import parse_document, parse_message
from extproc.mcp.limits import DEFAULT_LIMITS, Limits
from extproc.model.rejection import Rejection

QUICK: Final = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXT: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS: Final = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), TEXT
)
VALUES: Final = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=15
)
OBJECTS: Final = st.dictionaries(TEXT, VALUES, max_size=4)
STYLES: Final = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "indent": st.sampled_from([None, 0, 3, "\t"]),
        "separators": st.sampled_from([None, (",", ":"), (" ,\r\n", "\t: ")]),
    }
)
EDITS: Final = st.sampled_from(
    [b"", b'"', b"{", b"}", b",", b"\\", b"\\ud800", b"\x00", b"\xff", b"1e999", b"NaN", b"\n"]
)
# Refused documents with room for a name and a value.
BROKEN: Final = (
    "{key}",
    "{{{key}",
    "{{{key}:1,{key}:2}}",
    '{{"jsonrpc":{value}}}',
    '{{"jsonrpc":"2.0","id":{{{key}:1}}}}',
    '{{"jsonrpc":"2.0","method":[{value}]}}',
    '{{"a":"\\ud800",{key}:1}}',
    "[{value},]",
    '{{"jsonrpc":"2.0","id":{value},"error":{value}}}',
)


def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names))
    return dict(pairs)


def same(left: object, right: object) -> bool:
    """Compare values and their types: 1, 1.0 and True are equal in Python."""
    return repr(left) == repr(right)


@QUICK
@given(VALUES, STYLES)
def test_a_document_means_the_same_however_it_is_spelt(value: object, style: dict[str, Any]) -> None:
    assert same(parse_document(json.dumps(value, **style).encode(), DEFAULT_LIMITS), value)


@QUICK
@given(st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4), max_leaves=20), st.data())
def test_caps_that_fit_exactly_do_not_refuse(value: object, data: st.DataObject) -> None:
    depth, values = measure(value)
    text = json.dumps(value).encode()
    exact = Limits(depth=max(depth, 1), values=values)
    assert same(parse_document(text, exact), value)
    if values > 1:
        fewer = data.draw(st.integers(1, values - 1))
        assert reason_of(parse_document(text, Limits(values=fewer))) == "too_many_values"
    if depth > 1:
        shallower = data.draw(st.integers(1, depth - 1))
        assert reason_of(parse_document(text, Limits(depth=shallower))) == "too_deep"


def measure(value: object) -> tuple[int, int]:
    if not isinstance(value, list):
        return 0, 1
    below = [measure(item) for item in value]
    return 1 + max((depth for depth, _ in below), default=0), 1 + sum(count for _, count in below)


def reason_of(got: object) -> str | None:
    return got.reason if isinstance(got, Rejection) else None


@QUICK
@given(OBJECTS, st.data())
def test_a_second_member_of_any_name_in_any_object_is_refused(document: dict[str, Any], data: st.DataObject) -> None:
    assume(document)
    spell = data.draw(st.sampled_from([plain, escaped]))
    chosen = data.draw(st.sampled_from([*objects(document)]))
    text = dump_with_repeat(document, chosen, data.draw(st.sampled_from([*chosen])), spell)
    assert reason_of(parse_document(text.encode(), DEFAULT_LIMITS)) == "duplicate_key"


def objects(value: object) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    here = [value] if isinstance(value, dict) and value else []
    return here + [found for item in inner for found in objects(item)]


def plain(name: str) -> str:
    return json.dumps(name)


def escaped(name: str) -> str:
    units = name.encode("utf-16-be")
    return '"' + "".join(f"\\u{units[i] << 8 | units[i + 1]:04X}" for i in range(0, len(units), 2)) + '"'


def dump_with_repeat(value: object, chosen: dict[str, Any], name: str, spell: Callable[[str], str]) -> str:
    match value:
        case dict():
            members = [f"{json.dumps(k)}:{dump_with_repeat(v, chosen, name, spell)}" for k, v in value.items()]
            return "{" + ",".join([*members, *([f"{spell(name)}:0"] if value is chosen else [])]) + "}"
        case list():
            return "[" + ",".join(dump_with_repeat(item, chosen, name, spell) for item in value) + "]"
        case _:
            return json.dumps(value)


@QUICK
@given(OBJECTS, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), EDITS), min_size=1, max_size=4))
def test_what_is_accepted_after_damage_has_one_reading(params: object, edits: list[tuple[int, int, bytes]]) -> None:
    text = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "m", "params": params}, ensure_ascii=False).encode()
    for at, length, new in edits:
        at %= len(text) + 1  # noqa: PLW2901 - folded into the text as it is now
        text = text[:at] + new + text[at + length :]
    got = parse_document(text, DEFAULT_LIMITS)
    if not isinstance(got, Rejection):
        assert same(got, json.loads(text.decode(), object_pairs_hook=refuse_duplicates))


@QUICK
@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    for limits in (DEFAULT_LIMITS, Limits(body_bytes=50, depth=2, values=3)):
        parse_message(data, limits)


@QUICK
@given(st.dictionaries(st.sampled_from(["jsonrpc", "id", "method", "params", "result", "error"]), VALUES | OBJECTS))
def test_no_envelope_raises_and_an_accepted_one_has_exactly_one_kind(document: dict[str, Any]) -> None:
    got = parse_message(json.dumps({"jsonrpc": "2.0", **document}).encode(), DEFAULT_LIMITS)
    kinds = {"method", "result", "error"} & document.keys()
    assert isinstance(got, Rejection) or len(kinds) == 1


@QUICK
@given(st.text("klmn", min_size=6, max_size=12), st.sampled_from(BROKEN))
def test_a_rejection_never_quotes_its_document(word: str, template: str) -> None:
    marker = f"qz{word}"
    quoted = json.dumps(marker)
    got = parse_message(template.format(key=quoted, value=quoted).encode(), DEFAULT_LIMITS)
    assert isinstance(got, Rejection)
    assert marker not in got.message
    assert got.data is None
