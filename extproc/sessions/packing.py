"""A trail in bytes and back: a version, a JSON document of the names and counts, and all fingerprints as plain numbers.

Members that a later version adds have defaults here, so a trail of an earlier one is read as it is; one of a later
version, which an older replica may meet, is refused.
"""

import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import orjson

from extproc.sessions.trail import MAX_ID, Ask, Copy, Item, Label, Step, Trail

VERSION: Final = 1
MAX_BYTES: Final = 64 * 1024
_HEAD: Final = struct.Struct("<BI")
_NUMBER: Final = 4


class PackingError(ValueError):
    """Bytes that are no trail of a known version."""


def pack(trail: Trail) -> bytes:
    """Return a trail as bytes, at most `MAX_BYTES` of them."""
    data = _packed(trail)
    while len(data) > MAX_BYTES:
        trail = replace(
            trail,
            steps=trail.steps[len(trail.steps) // 4 + 1 :],
            items=trail.items[len(trail.items) // 4 + 1 :],
            asks=trail.asks[len(trail.asks) // 4 + 1 :],
            tools=trail.tools[len(trail.tools) // 4 + 1 :],
            copies=trail.copies[len(trail.copies) // 4 + 1 :],
        )
        data = _packed(trail)
    return data


def _packed(trail: Trail) -> bytes:
    names: dict[str, int] = {}
    place = names.setdefault
    base = trail.first_seen
    steps = [
        (
            step.call[:MAX_ID],
            place(step.server, len(names)),
            place(step.tool, len(names)),
            place(step.intent, len(names)),
            place(step.kind, len(names)),
            step.at,
            step.marks,
            step.same,
            step.where,
        )
        for step in trail.steps
    ]
    numbers: list[int] = [*trail.given, *trail.seen, *trail.topics]
    asks = []
    for ask in trail.asks:
        numbers += ask.hard
        numbers += ask.soft
        asks.append((*ask[:6], len(ask.hard), len(ask.soft), ask.odds))
    items = []
    for item in trail.items:
        numbers += item.grams
        items.append((*item[:6], len(item.grams), item.sent, item.parts))
    copies = []
    for copy in trail.copies:
        numbers += copy.shingles
        copies.append((*copy[:3], len(copy.shingles)))
    document = orjson.dumps(
        {
            "time": (base, trail.last_seen),
            "counts": (trail.calls, trail.refused, trail.results, trail.chains),
            "intents": trail.intents,
            "risk": trail.risk,
            "labels": {name: tuple(label) for name, label in trail.labels.items()},
            "tools": trail.tools,
            "names": list(names),
            "steps": steps,
            "asks": asks,
            "items": items,
            "copies": copies,
            "topics": len(trail.topics),
            "given": len(trail.given),
            "seen": len(trail.seen),
        }
    )
    return _HEAD.pack(VERSION, len(document)) + document + struct.pack(f"<{len(numbers)}I", *numbers)


def unpack(data: bytes) -> Trail:
    """Return the trail of bytes. Raises: `PackingError`."""
    try:
        version, length = _HEAD.unpack_from(data)
    except struct.error:
        raise PackingError("not a trail") from None
    body = _HEAD.size + length
    count, rest = divmod(len(data) - body, _NUMBER)
    if version != VERSION or rest or count < 0:
        raise PackingError(f"not a whole trail of version {VERSION}")
    try:
        numbers = iter(struct.unpack_from(f"<{count}I", data, body))
        return _trail(orjson.loads(data[_HEAD.size : body]), numbers)
    except (ValueError, TypeError, LookupError, AttributeError, RuntimeError) as error:
        raise PackingError(f"not a trail: {type(error).__name__}") from None


def _trail(document: dict[str, Any], numbers: Iterator[int]) -> Trail:
    names = document["names"]
    base, last = document["time"]
    given = _take(numbers, document["given"])
    seen = _take(numbers, document["seen"])
    topics = _take(numbers, document["topics"])
    return Trail(
        first_seen=base,
        last_seen=last,
        calls=document["counts"][0],
        refused=document["counts"][1],
        results=document["counts"][2],
        chains=document["counts"][3],
        intents=document["intents"],
        risk=document["risk"],
        labels={name: Label._make(label) for name, label in document["labels"].items()},
        tools=tuple(document["tools"]),
        steps=tuple(
            Step(call, names[server], names[tool], names[intent], names[kind], *rest)
            for call, server, tool, intent, kind, *rest in document["steps"]
        ),
        asks=tuple(
            Ask._make((*head, _take(numbers, hard), _take(numbers, soft), *odds))
            for *head, hard, soft, odds in map(_with_odds, document["asks"])
        ),
        items=tuple(
            Item._make((*head, _take(numbers, grams), sent, tuple(parts)))
            for *head, grams, sent, parts in document["items"]
        ),
        copies=tuple(Copy._make((*head, _take(numbers, shingles))) for *head, shingles in document["copies"]),
        given=given,
        seen=seen,
        topics=topics,
    )


def _with_odds(ask: list[Any]) -> list[Any]:
    """Return an instruction as it was written, one of a version without odds as well."""
    return [*ask[:8], ask[8:9] or [0.0]]


def _take(numbers: Iterator[int], count: int) -> tuple[int, ...]:
    return tuple(next(numbers) for _ in range(count))
