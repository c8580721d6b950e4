"""What changed between two JSON documents, as a patch of RFC 6902 that says no more than that."""

from collections.abc import Iterator
from typing import TypeAlias

from extproc.mcp.pointer import format_pointer
from extproc.model.message import JsonObject, JsonValue

Place: TypeAlias = tuple[str | int, ...]


def difference(old: JsonValue, new: JsonValue) -> list[JsonObject]:
    """Return the operations that make `new` of `old`, in the order in which they are applied."""
    return list(_values(old, new, ()))


def same(one: JsonValue, other: JsonValue) -> bool:
    """Compare JSON values; unlike in Python, true is not 1."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
        case list(), list():
            return len(one) == len(other) and all(map(same, one, other))
        case _:
            return isinstance(one, bool) is isinstance(other, bool) and one == other


def _values(old: JsonValue, new: JsonValue, at: Place) -> Iterator[JsonObject]:
    match old, new:
        case dict(), dict():
            yield from _members(old, new, at)
        case list(), list():
            yield from _entries(old, new, at)
        case _:
            if not same(old, new):
                yield {"op": "replace", "path": format_pointer(at), "value": new}


def _members(old: JsonObject, new: JsonObject, at: Place) -> Iterator[JsonObject]:
    for name, value in old.items():
        if name not in new:
            yield {"op": "remove", "path": format_pointer((*at, name))}
        else:
            yield from _values(value, new[name], (*at, name))
    for name, value in new.items():
        if name not in old:
            yield {"op": "add", "path": format_pointer((*at, name)), "value": value}


def _entries(old: list[JsonValue], new: list[JsonValue], at: Place) -> Iterator[JsonObject]:
    """Leave what both lists begin and end with; what lies between is changed in place, taken out or put in."""
    begin = 0
    while begin < min(len(old), len(new)) and same(old[begin], new[begin]):
        begin += 1
    end = 0
    while end < min(len(old), len(new)) - begin and same(old[-1 - end], new[-1 - end]):
        end += 1
    was, will = old[begin : len(old) - end], new[begin : len(new) - end]
    shared = min(len(was), len(will))
    for index in range(shared):
        yield from _values(was[index], will[index], (*at, begin + index))
    for index in range(len(was) - 1, shared - 1, -1):
        yield {"op": "remove", "path": format_pointer((*at, begin + index))}
    for index in range(shared, len(will)):
        yield {"op": "add", "path": format_pointer((*at, begin + index)), "value": will[index]}
