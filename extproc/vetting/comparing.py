"""How an offer stands to what is known: to the pins of its server, to a lockfile, and to all other servers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from extproc.model.message import JsonObject
from extproc.pins.canonical import definition_of, instructions_definition
from extproc.pins.changes import changes_between
from extproc.pins.entries import ServerEntry
from extproc.pins.lock import Locked
from extproc.pins.pin import INSTRUCTIONS, Pin, PinMode
from extproc.pins.registering import entry_of
from extproc.pins.renames import renamed
from extproc.pins.shadowing import Shadow, ShadowKind, shadowing
from extproc.pins.showing import cut
from extproc.pins.states import ToolFlag, ToolState, listed
from extproc.pins.telling import lines_of
from extproc.vetting.offer import Kind, Offer
from extproc.vetting.report import Level, Remark

_MOST_LINES: Final = 12
_NEW: Final = "new"

_SAYINGS: Final = {
    ShadowKind.SAME_NAME: "has the name of a tool of {server}",
    ShadowKind.CONFUSABLE_NAME: "has a name that looks like {tool} of {server}",
    ShadowKind.NAMES_OTHER_TOOL: "speaks of {tool}, a tool of {server}",
    ShadowKind.NEAR_DUPLICATE: "has the description of {tool} of {server}",
    ShadowKind.SERVER_NAME: "calls itself as {server} is called",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beforehand.

    `server` is the name by which this server is known, None when it is a new one; `pins` and `locked` are those of that
    name, and None where nothing of the kind was given. `now` is in seconds since 1970.
    """

    now: float
    server: str | None = None
    pins: Mapping[str, Pin] | None = None
    locked: Mapping[str, Locked] | None = None
    entries: Sequence[ServerEntry] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The word for how each tool stands, and what there is to remark."""

    states: Mapping[str, str]
    remarks: tuple[Remark, ...]


def compared(offer: Offer, known: Known, *, quiet: frozenset[str] = frozenset()) -> Compared:
    """Compare an offer with what is known. Of tools in `quiet` no text is told, since something in it is sensitive."""
    states: dict[str, str] = {}
    remarks: list[Remark] = []
    if known.pins is not None or known.locked is not None:
        tools = {name: entry for _, name, entry in offer.named(Kind.TOOL)}
        old = renamed(known.pins or {}, tools)
        named: dict[str, tuple[Kind, JsonObject]] = {name: (Kind.TOOL, entry) for name, entry in tools.items()}
        instructed = offer.instructions is not None or INSTRUCTIONS in (known.pins or {})
        if instructed:
            named[INSTRUCTIONS] = (Kind.SERVER, instructions_definition(offer.instructions or ""))
        for name, (kind, definition) in named.items():
            pin, state = _listed(definition, name, known, old.get(name))
            states[name] = _word(pin, state)
            remarks += _remarks(kind, name, pin, state, told=name not in quiet)
        remarks += _gone(named.keys(), known, frozenset(pin.name for pin in old.values()))
    return Compared(states=states, remarks=(*remarks, *_shadowed(offer, known)))


def _listed(definition: JsonObject, name: str, known: Known, old: Pin | None) -> tuple[Pin, ToolState]:
    return listed(
        PinMode.REQUIRE_APPROVAL if known.locked is None else PinMode.LOCKFILE,
        (known.pins or {}).get(name),
        definition,
        server=known.server or "",
        name=name,
        now=known.now,
        locked=(known.locked or {}).get(name),
        old=old,
    )


def _word(pin: Pin, state: ToolState) -> str:
    if state.pinned:
        return "approved"
    if ToolFlag.REJECTED in state.flags:
        return "rejected"
    if ToolFlag.DRIFTED in state.flags:
        return "changed" if pin.renamed_from is None else "renamed, changed"
    if pin.renamed_from is not None:
        return "renamed"
    return "not locked" if ToolFlag.MISSING_FROM_LOCK in state.flags else _NEW


def _remarks(kind: Kind, name: str, pin: Pin, state: ToolState, *, told: bool) -> Iterator[Remark]:
    if ToolFlag.REJECTED in state.flags:
        yield Remark(level=Level.ERROR, rule="drift/rejected", kind=kind, name=name, message="was rejected")
    if ToolFlag.DRIFTED in state.flags:
        members = ", ".join(cut(member) for member in state.drift)
        yield Remark(
            level=Level.ERROR,
            rule="drift/changed_definition",
            kind=kind,
            name=name,
            message=f"is not as it was approved: {members}",
            details=tuple(_differences(pin)) if told else (),
        )
    if pin.renamed_from is not None:
        message = f"is {cut(pin.renamed_from)} under another name"
        yield Remark(level=Level.WARNING, rule="drift/renamed", kind=kind, name=name, message=message)
    if ToolFlag.MISSING_FROM_LOCK in state.flags:
        message = "is not in the lockfile"
        yield Remark(level=Level.WARNING, rule="drift/missing_from_lock", kind=kind, name=name, message=message)


def _differences(pin: Pin) -> list[str]:
    """Return what changed since a definition was approved, as far as its text was kept."""
    before = definition_of(pin.approved) if pin.approved is not None else None
    after = definition_of(pin.current)
    if before is None or after is None:
        return []
    lines = list(lines_of(changes_between(before, after)))
    return lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "  and more"]


def _gone(listed_now: Iterable[str], known: Known, moved: frozenset[str]) -> Iterator[Remark]:
    approved = {name for name, pin in (known.pins or {}).items() if pin.approved is not None} | set(known.locked or {})
    for name in sorted(approved - set(listed_now) - moved):
        kind = Kind.SERVER if name == INSTRUCTIONS else Kind.TOOL
        message = "was approved, and is not listed any more"
        yield Remark(level=Level.NOTE, rule="drift/gone", kind=kind, name=name, message=message)


def _shadowed(offer: Offer, known: Known) -> Iterator[Remark]:
    name = known.server if known.server is not None else f" {offer.target}"
    before = next((one for one in known.entries if one.server == name), None)
    given = offer.info.get("name")
    entry = entry_of(
        name,
        [tool for _, _, tool in offer.named(Kind.TOOL)],
        now=known.now,
        given_name=given if isinstance(given, str) else None,
        known=before,
    )
    for shadow in shadowing(entry, known.entries):
        yield _shadow(shadow)


def _shadow(shadow: Shadow) -> Remark:
    message = _SAYINGS[shadow.kind].format(server=cut(shadow.other_server), tool=cut(shadow.other_tool or ""))
    return Remark(
        level=Level.WARNING,
        rule=f"shadowing/{shadow.kind.value}",
        kind=Kind.SERVER if shadow.tool is None else Kind.TOOL,
        name=shadow.tool if shadow.tool is not None else "",
        message=message,
        score=shadow.likeness,
    )
