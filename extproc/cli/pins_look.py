"""`extproc pins list`, `show`, `diff`, `export` and `diff-lock`: what is pinned, and what became of it."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from extproc.config.lock_file import lock_text
from extproc.model.message import JsonObject, JsonValue
from extproc.pins.canonical import definition_of
from extproc.pins.changes import Changes, changes_between
from extproc.pins.lock import Lock, lock_differences, lock_of
from extproc.pins.pin import Pin, PinMode, Version
from extproc.pins.showing import cut, printable
from extproc.pins.states import ToolState, called
from extproc.pins.telling import document_of, lines_of
from extproc.ports.pins import PinStore
from extproc.redact.apply import dump

_HEAD = ("SERVER", "TOOL", "STATE", "CHANGED", "SINCE", "DECIDED BY")
_WIDEST = 48


async def listing(store: PinStore, *, server: str | None, as_json: bool) -> int:
    """Print every pin, or those of a server; return 1 when a listed definition is not an approved one."""
    pins = [pin for pin in await store.all() if server is None or pin.server == server]
    states = [state_of(pin) for pin in pins]
    if as_json:
        for pin, state in zip(pins, states, strict=True):
            print(dump(_document(pin, state)).decode())
    elif pins:
        rows = [_row(pin, state) for pin, state in zip(pins, states, strict=True)]
        print(*_table((_HEAD, *rows)), sep="\n")
    else:
        print("nothing is pinned")
    return 0 if all(state.pinned for state in states) else 1


async def show(store: PinStore, server: str, name: str, *, as_json: bool) -> int:
    """Print a pin with the definition that is listed now."""
    pin = await store.of(server, name)
    if pin is None:
        return unknown(server, name)
    definition = definition_of(pin.current)
    if as_json:
        print(dump({**_document(pin, state_of(pin)), "definition": definition}).decode())
        return 0
    for word, told in zip(_HEAD, _row(pin, state_of(pin)), strict=True):
        print(f"{word.lower():12}{told}")
    print(f"{'digest':12}{pin.current.digest}")
    if pin.reason is not None:
        print(f"{'reason':12}{printable(pin.reason)}")
    print(*(_members(definition) if definition is not None else [_TOO_LONG]), sep="\n")
    return 0


async def differences(store: PinStore, server: str, name: str, *, as_json: bool, coloured: bool = False) -> int:
    """Print what changed since a definition was approved; return 1 when that is more than its looks."""
    pin = await store.of(server, name)
    if pin is None:
        return unknown(server, name)
    if pin.approved is None:
        print(f"{_named(pin)}: no version was approved; `extproc pins show` prints the listed one", file=sys.stderr)
        return 1
    changes = compared(pin.approved, pin.current)
    since = compared(pin.first, pin.current) if pin.first not in {None, pin.approved} else None
    if as_json:
        found: JsonObject = document_of(changes) if changes is not None else {}
        first = document_of(since) if since is not None else None
        print(dump({**_document(pin, state_of(pin)), "since_approved": found, "since_first": first}).decode())
    else:
        print(f"{_named(pin)}: since it was approved")
        print(*(lines_of(changes, coloured=coloured) if changes is not None else [_TOO_LONG]), sep="\n")
        if since is not None:
            print(f"since its first version: capability risk +{since.risk:.2f}, {len(since.changes)} changes")
    return 0 if state_of(pin).pinned else 1


async def export(store: PinStore) -> int:
    """Print a lockfile of what is approved."""
    sys.stdout.write(lock_text(lock_of(await store.all())))
    return 0


async def against_lock(store: PinStore, lock: Lock, *, as_json: bool) -> int:
    """Print in which tools a lockfile and what is listed differ; return 1 when there are any."""
    found = lock_differences(lock, await store.all())
    for server, name, difference in found:
        if as_json:
            print(dump({"server": server, "tool": name, "difference": difference.value}).decode())
        else:
            print(f"{printable(server)} {printable(name)}: {difference.value.replace('-', ' ')}")
    if not found and not as_json:
        print("the lockfile and what is listed agree")
    return 1 if found else 0


def compared(old: Version | None, new: Version) -> Changes | None:
    """Return the changes between two versions, or None where a text of them was not kept."""
    before = definition_of(old) if old is not None else None
    after = definition_of(new)
    return changes_between(before, after) if before is not None and after is not None else None


def state_of(pin: Pin) -> ToolState:
    """Return the state that a pin alone gives a tool; the two modes without a lockfile differ in the first use only."""
    return called(PinMode.REQUIRE_APPROVAL, pin)


def unknown(server: str, name: str) -> int:
    """Say that a tool is not pinned."""
    print(f"{printable(server)} {printable(name)} has no pin", file=sys.stderr)
    return 2


_TOO_LONG = "the definition is too long to be kept: only its digest is known"


def _named(pin: Pin) -> str:
    old = f" (was {printable(pin.renamed_from)})" if pin.renamed_from is not None else ""
    return f"{printable(pin.server)} {printable(pin.name)}{old}"


def _row(pin: Pin, state: ToolState) -> tuple[str, ...]:
    flags = ", ".join(sorted(flag.value for flag in state.flags))
    return (
        cut(pin.server, _WIDEST),
        cut(pin.name, _WIDEST),
        flags or pin.status.value,
        cut(", ".join(state.drift), _WIDEST) or "-",
        _time(pin.changed_at),
        "-"
        if pin.decided_by is None or pin.decided_at is None
        else f"{printable(pin.decided_by)}, {_time(pin.decided_at)}",
    )


def _table(rows: Iterable[Sequence[str]]) -> list[str]:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _members(definition: JsonObject) -> list[str]:
    """Return a definition as lines, a member each and its texts as they stand, without anything that is not seen."""
    lines: list[str] = []
    for name, member in definition.items():
        lines += _value(printable(name), member, "")
    return lines


def _value(name: str, found: JsonValue, indent: str) -> list[str]:
    match found:
        case dict() if found and len(indent) < _WIDEST:
            inner = [line for key, each in found.items() for line in _value(printable(key), each, f"{indent}  ")]
            return [f"{indent}{name}:", *inner]
        case str():
            texts = [printable(line) for line in found.split("\n")]
            return [f"{indent}{name}: {texts[0]}", *(f"{indent}  {line}" for line in texts[1:])]
        case _:
            return [f"{indent}{name}: {printable(dump(found).decode())}"]


def _document(pin: Pin, state: ToolState) -> JsonObject:
    flags: list[JsonValue] = [flag.value for flag in sorted(state.flags)]
    drift: list[JsonValue] = list(state.drift)
    return {
        "server": pin.server,
        "tool": pin.name,
        "status": pin.status.value,
        "pinned": state.pinned,
        "flags": flags,
        "drift": drift,
        "digest": pin.current.digest,
        "approved": pin.approved.digest if pin.approved is not None else None,
        "renamed_from": pin.renamed_from,
        "first_seen": _time(pin.first_seen),
        "changed_at": _time(pin.changed_at),
        "decided_by": pin.decided_by,
        "decided_at": _time(pin.decided_at) if pin.decided_at is not None else None,
        "reason": pin.reason,
    }
