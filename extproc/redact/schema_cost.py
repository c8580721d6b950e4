"""Whether a schema can be checked in bounded time: schemas come from servers, and some take longer than anybody waits.

A value is checked against every subschema that applies to it. `allOf` of two references to a schema that does the same
doubles that at each step, in few bytes. So it is counted how often each subschema is applied to one value, level by
level, along the way on which they are most; where that passes a bound, the schema is not used.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from extproc.model.message import JsonObject, JsonValue

# How many applications to one value are borne, and how many steps of counting.
_MOST: Final = 2_000
_STEPS: Final = 50_000
_IN_PLACE_LISTS: Final = ("allOf", "anyOf", "oneOf")
_IN_PLACE: Final = ("not", "if", "then", "else")
_IN_PLACE_MAPS: Final = ("dependentSchemas", "dependencies")
_ELEMENTS: Final = ("items", "additionalItems", "unevaluatedItems", "contains")
_ELEMENT_LISTS: Final = ("prefixItems", "items")
_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
_OTHER: Final = "\x00"

# Subschemas by identity, with how often each is applied.
_Applied = Counter[int]


def is_bounded(schema: JsonValue) -> bool:
    """Tell whether checking a value takes a number of steps in proportion to its size."""
    if not isinstance(schema, dict):
        return True
    try:
        return _Counting(schema).settles()
    except _TooManyError:
        return False


class _TooManyError(Exception):
    """The count passed a bound."""


class _Counting:
    def __init__(self, root: JsonObject) -> None:
        self._root = root
        self._named = dict(_names(root))
        self._schemas: dict[int, JsonObject] = {}
        self._steps = 0

    def settles(self) -> bool:
        seen: set[frozenset[tuple[int, int]]] = set()
        applied = self._in_place(_Applied([self._know(self._root)]))
        while applied:
            state = frozenset(applied.items())
            if state in seen:
                return True
            seen.add(state)
            applied = self._below(applied)
        return True

    def _know(self, schema: JsonObject) -> int:
        self._schemas[id(schema)] = schema
        return id(schema)

    def _in_place(self, level: _Applied) -> _Applied:
        """Count everything that is applied to a value because these are."""
        total = _Applied()
        while level:
            total += level
            following = _Applied()
            for identity, times in level.items():
                for schema in self._same_value(self._schemas[identity]):
                    following[self._know(schema)] += times
            self._check(following)
            if total.total() > _MOST:
                raise _TooManyError
            level = following
        return total

    def _same_value(self, schema: JsonObject) -> Iterator[JsonObject]:
        for name in _IN_PLACE_LISTS:
            yield from _schemas(schema.get(name))
        for name in _IN_PLACE:
            yield from _schemas([schema.get(name)])
        for name in _IN_PLACE_MAPS:
            several = schema.get(name)
            yield from _schemas([*several.values()] if isinstance(several, dict) else None)
        for name in _REFERENCES:
            yield from _schemas([self._target(schema.get(name))])

    def _below(self, applied: _Applied) -> _Applied:
        """Count what is applied to one child of the value, along the way on which it is most."""
        elements = _Applied()
        members: dict[str, _Applied] = {_OTHER: _Applied()}
        for identity in applied:
            for name in _map(self._schemas[identity].get("properties")):
                members.setdefault(name, _Applied())
        self._steps += len(members) * len(applied)
        for identity, times in applied.items():
            schema = self._schemas[identity]
            for child in self._of_elements(schema):
                elements[self._know(child)] += times
            self._members(schema, times, members)
        most = self._in_place(elements)
        for counted in members.values():
            most |= self._in_place(counted)
        return most

    def _of_elements(self, schema: JsonObject) -> Iterator[JsonObject]:
        yield from _schemas([schema.get(name) for name in _ELEMENTS])
        for name in _ELEMENT_LISTS:
            # Each is for an element of its own, but one schema may stand at all of them: counted once.
            yield from {id(one): one for one in _schemas(schema.get(name))}.values()

    def _members(self, schema: JsonObject, times: int, members: Mapping[str, _Applied]) -> None:
        properties = _map(schema.get("properties"))
        patterns = [*_schemas([*_map(schema.get("patternProperties")).values()])]
        others = [*_schemas([schema.get("additionalProperties"), schema.get("unevaluatedProperties")])]
        for name, counted in members.items():
            own = [*_schemas([properties[name]])] if name in properties else others
            for child in (*own, *patterns):
                counted[self._know(child)] += times

    def _target(self, reference: JsonValue) -> JsonValue:
        """Return what a reference within the schema leads to; others are never followed."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            return self._named.get(reference) if isinstance(reference, str) else None
        if not reference.startswith("#/"):
            return self._named.get(reference, self._root if reference == "#" else None)
        target: JsonValue = self._root
        for raw in reference[2:].split("/"):
            token = raw.replace("~1", "/").replace("~0", "~").replace("%25", "%").replace("%24", "$")
            if isinstance(target, dict):
                target = target.get(token)
            elif isinstance(target, list) and token.isdecimal() and int(token) < len(target):
                target = target[int(token)]
            else:
                return None
        return target

    def _check(self, counted: _Applied) -> None:
        self._steps += len(counted) + 1
        if self._steps > _STEPS or counted.total() > _MOST:
            raise _TooManyError


def _names(root: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Yield the subschemas that have names of their own, as references write them."""
    stack: list[JsonValue] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            for keyword, form in (("$id", "{}"), ("$anchor", "#{}"), ("$dynamicAnchor", "#{}")):
                if isinstance(name := item.get(keyword), str):
                    yield form.format(name), item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _map(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _schemas(values: JsonValue) -> Iterator[JsonObject]:
    for one in values if isinstance(values, list) else ():
        if isinstance(one, dict):
            yield one
