"""What changed between two schemas: parameters, types, values, limits and texts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from extproc.model.message import JsonValue
from extproc.pins.canonical import canonical_text
from extproc.pins.change import RISKS, Change, ChangeKind, changed
from extproc.pins.showing import cut, shown
from extproc.pins.words import word_changes

_DEEPEST: Final = 16
_ANY: Final = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
TEXTS: Final = ("title", "description", "$comment")
# Keywords that have a comparison of their own below.
_COMPARED: Final = frozenset(
    {*TEXTS, *("type", "enum", "const", "default", "required", "properties", "additionalProperties")}
)
_BY_NAME: Final = frozenset({"patternProperties", "$defs", "definitions", "dependentSchemas"})
_INNER: Final = frozenset({"items", "contains", "propertyNames", "not", "if", "then", "else", "unevaluatedProperties"})
_LISTED: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
# A limit that is smaller or greater lets more through.
_UPPER: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_LOWER: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_LIMITS: Final = _UPPER | _LOWER | {"pattern", "format", "multipleOf", "uniqueItems", "dependentRequired"}

_Schema: TypeAlias = Mapping[str, JsonValue]


def schema_changes(old: JsonValue, new: JsonValue, where: str, deeper: int = _DEEPEST) -> Iterator[Change]:
    """Return what changed between two schemas, in a stable order; there is something wherever they differ."""
    if canonical_text(old) == canonical_text(new):
        return
    found = False
    if isinstance(old, dict) and isinstance(new, dict) and deeper:
        for change in _changes(old, new, where, deeper):
            found = True
            yield change
    if not found:  # they are no schemas, too deep, or one is written in another way, such as `["string"]`
        yield changed(ChangeKind.SCHEMA, where, shown(old), shown(new))


def _changes(old: _Schema, new: _Schema, where: str, deeper: int) -> Iterator[Change]:
    yield from text_changes(old, new, where, TEXTS)
    yield from _types(old, new, where)
    yield from _values(old, new, where)
    if _text(old, "default") != _text(new, "default"):
        yield changed(ChangeKind.DEFAULT, where, _shown(old, "default"), _shown(new, "default"))
    yield from _parameters(old, new, where, deeper)
    yield from _opening(old, new, where, deeper)
    for key in sorted((old.keys() | new.keys()) - _COMPARED):
        yield from _keyword(old, new, key, where, deeper)


def text_changes(old: _Schema, new: _Schema, where: str, members: Iterable[str]) -> Iterator[Change]:
    """Return the changes of members that are text for readers."""
    for member in members:
        if _text(old, member) == _text(new, member):
            continue
        place = f"{where}.{member}" if where else member
        before, after = old.get(member), new.get(member)
        if isinstance(before, str) and isinstance(after, str):
            words = word_changes(before, after)
            yield Change(kind=ChangeKind.TEXT, where=place, words=words, risk=RISKS[ChangeKind.TEXT])
        else:
            yield changed(ChangeKind.TEXT, place, _shown(old, member), _shown(new, member))


def _text(schema: _Schema, key: str) -> str | None:
    """Return a member as canonical JSON, by which `1` and `true` differ and `1` and `1.0` do not."""
    return canonical_text(schema[key]) if key in schema else None


def _shown(schema: _Schema, key: str) -> str | None:
    return shown(schema[key]) if key in schema else None


def _types(old: _Schema, new: _Schema, where: str) -> Iterator[Change]:
    before, after = _type(old), _type(new)
    if before != after:
        # An integer is a number as well.
        wide, wide_before = _widened(after), _widened(before)
        kind = ChangeKind.TYPE_CHANGED
        if wide >= wide_before:
            kind = ChangeKind.TYPE_WIDENED
        elif wide < wide_before:
            kind = ChangeKind.TYPE_NARROWED
        yield changed(kind, where, _shown(old, "type") or "any", _shown(new, "type") or "any")


def _type(schema: _Schema) -> frozenset[str]:
    match schema.get("type"):
        case str(kind):
            return frozenset({kind})
        case list(kinds):
            return frozenset(str(kind) for kind in kinds)
        case _:
            return _ANY


def _widened(types: frozenset[str]) -> frozenset[str]:
    return types | {"integer"} if "number" in types else types


def _values(old: _Schema, new: _Schema, where: str) -> Iterator[Change]:
    before, after = _offered(old), _offered(new)
    if before == after:
        return
    wider = after is None or (before is not None and not after <= before)
    kind = ChangeKind.VALUES_WIDENED if wider else ChangeKind.VALUES_NARROWED
    added, removed = (after or frozenset()) - (before or frozenset()), (before or frozenset()) - (after or frozenset())
    yield changed(kind, where, _joined(before, removed), _joined(after, added))


def _offered(schema: _Schema) -> frozenset[str] | None:
    """Return the values that are allowed, as JSON; None for any."""
    values = schema.get("enum")
    if isinstance(values, list):
        return frozenset(canonical_text(each) for each in values)
    return frozenset({canonical_text(schema["const"])}) if "const" in schema else None


def _joined(offered: frozenset[str] | None, differing: frozenset[str]) -> str | None:
    """Return the values that only one of two enumerations has."""
    return (cut(", ".join(sorted(differing))) or None) if offered is not None else "any value"


def _parameters(old: _Schema, new: _Schema, where: str, deeper: int) -> Iterator[Change]:
    before, after = _properties(old), _properties(new)
    needed, needed_now = _required(old), _required(new)
    for name in sorted(before.keys() | after.keys()):
        place = f"{where}.{name}"
        if name not in before:
            kind = ChangeKind.FREE_TEXT_ADDED if _takes_text(after[name]) else ChangeKind.PARAMETER_ADDED
            yield changed(kind, place, None, shown(after[name]))
        elif name not in after:
            yield changed(ChangeKind.PARAMETER_REMOVED, place, shown(before[name]), None)
        else:
            yield from schema_changes(before[name], after[name], place, deeper - 1)
    yield from (changed(ChangeKind.REQUIRED, f"{where}.{name}") for name in sorted(needed_now - needed))
    yield from (changed(ChangeKind.OPTIONAL, f"{where}.{name}") for name in sorted(needed - needed_now))


def _properties(schema: _Schema) -> Mapping[str, JsonValue]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _required(schema: _Schema) -> frozenset[str]:
    found = schema.get("required")
    return frozenset(each for each in found if isinstance(each, str)) if isinstance(found, list) else frozenset()


def _takes_text(schema: JsonValue) -> bool:
    """Tell whether a parameter takes any text: whatever a conversation holds fits in."""
    if not isinstance(schema, dict):
        return schema is not False
    bound = any(key in schema for key in ("enum", "const", "pattern", "format"))
    return not bound and ("string" in _type(schema) or "$ref" in schema)


def _opening(old: _Schema, new: _Schema, where: str, deeper: int) -> Iterator[Change]:
    key = "additionalProperties"
    before, after = old.get(key, True), new.get(key, True)
    if (before is False) != (after is False):
        kind = ChangeKind.OPENED if before is False else ChangeKind.CLOSED
        yield changed(kind, where, _shown(old, key), _shown(new, key))
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from schema_changes(before, after, f"{where}.{key}", deeper - 1)
    elif _text(old, key) != _text(new, key):
        yield changed(ChangeKind.SCHEMA, f"{where}.{key}", _shown(old, key), _shown(new, key))


def _keyword(old: _Schema, new: _Schema, key: str, where: str, deeper: int) -> Iterator[Change]:
    if _text(old, key) == _text(new, key):
        return
    place = f"{where}.{key}"
    pairs = _inner(key, old.get(key), new.get(key))
    if pairs is None:
        yield changed(_limit(key, old.get(key), new.get(key)), place, _shown(old, key), _shown(new, key))
    for inner, before, after in pairs or ():
        yield from schema_changes(before, after, f"{place}{inner}", deeper - 1)


def _inner(key: str, before: JsonValue, after: JsonValue) -> list[tuple[str, JsonValue, JsonValue]] | None:
    """Return the schemas under a keyword in pairs, where there are as many before as after."""
    match before, after:
        case dict(), dict() if key in _INNER:
            return [("", before, after)]
        case dict(), dict() if key in _BY_NAME and before.keys() == after.keys():
            return [(f".{name}", before[name], after[name]) for name in sorted(before)]
        case list(), list() if key in _LISTED and len(before) == len(after):
            return [(f".{place}", *pair) for place, pair in enumerate(zip(before, after, strict=True))]
        case _:
            return None


def _limit(key: str, before: JsonValue, after: JsonValue) -> ChangeKind:
    if key not in _LIMITS:
        return ChangeKind.SCHEMA
    if before is None or after is None:
        return ChangeKind.LIMIT_LOOSENED if after is None else ChangeKind.LIMIT_TIGHTENED
    if isinstance(before, int | float) and isinstance(after, int | float) and key in _UPPER | _LOWER:
        looser = after > before if key in _UPPER else after < before
        return ChangeKind.LIMIT_LOOSENED if looser else ChangeKind.LIMIT_TIGHTENED
    return ChangeKind.SCHEMA
