"""How the definitions in a list stand: as approved or not, poisoned, or passing for those of another server."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from extproc.mcp.named import LONGEST_NAME
from extproc.model.finding import Category, Finding
from extproc.model.message import JsonObject, JsonValue, Message, Response
from extproc.model.standing import Flag, Standing
from extproc.model.value import value
from extproc.pins.canonical import instructions_definition
from extproc.pins.entries import ServerEntry
from extproc.pins.lock import Lock
from extproc.pins.pin import INSTRUCTIONS, Pin, PinMode
from extproc.pins.registering import entry_of
from extproc.pins.renames import renamed
from extproc.pins.shadowing import Shadow
from extproc.pins.states import ToolState, called, listed
from extproc.pipeline.context import Context
from extproc.pipeline.definitions import SURE, Definitions
from extproc.threats.descriptions import DefinitionKind

# The entity of a definition that is not as it was approved.
CHANGED: Final = "changed_definition"
# So many definitions of a server are pinned; nobody can use more, and what is beyond is not approved.
MOST_PINNED: Final = 2_000
# Where servers of the modern era say who they are (2026-07-28, "Server info").
_SERVER_INFO: Final = "io.modelcontextprotocol/serverInfo"
_BEYOND: Final = Standing(flags=frozenset({Flag.UNPINNED, Flag.PENDING}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinning:
    """What makes a definition approved, and what a lockfile has of it."""

    mode: PinMode = PinMode.TRUST_ON_FIRST_USE
    lock: Lock = field(default_factory=dict)


@value
class Listed:
    """What a list of tools says: how each stands, pins to keep with what was kept before, and what shadows what."""

    standings: Mapping[str, Standing]
    pins: tuple[tuple[Pin, Pin | None], ...] = ()
    entry: ServerEntry | None = None
    shadows: tuple[Shadow, ...] = ()

    def without_new(self) -> "Listed":
        """Return the same where what is new cannot be kept: nobody knows it later, so it stands as pending."""
        new = {pin.name for pin, _ in self.pins}
        standings = {
            name: replace(one, pinned=False, flags=one.flags | {Flag.PENDING}) if name in new else one
            for name, one in self.standings.items()
        }
        return replace(self, standings=standings)

    @property
    def own(self) -> Standing | None:
        """Return how what the message itself brings stands: the instructions of a server."""
        return self.standings.get(INSTRUCTIONS)


NOTHING_LISTED: Final = Listed(standings={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known around a list: the server, the time, its pins, and the entries of the registry."""

    server: str
    now: float
    pins: Mapping[str, Pin]
    entries: Sequence[ServerEntry]
    pinning: Pinning = Pinning()


def named_tools(tools: JsonValue) -> Mapping[str, JsonObject]:
    """Return the tools of a list by their names; of two with one name the last counts, as for clients."""
    found: dict[str, JsonObject] = {}
    for tool in tools if isinstance(tools, list) else ():
        name = tool.get("name") if isinstance(tool, dict) else None
        if isinstance(tool, dict) and isinstance(name, str) and len(name) <= LONGEST_NAME:
            found[name] = tool
    return found


def listed_tools(tools: JsonValue, around: Around, definitions: Definitions, *, complete: bool) -> Listed:
    """Return how the tools of a list stand. Of a `complete` list it is known that there are no others.

    Two definitions under one name are one of them hidden from whoever looks: such a name stands as pending.
    """
    named = named_tools(tools)
    foreign = (tool.name for one in around.entries if one.server != around.server for tool in one.tools)
    names = frozenset(foreign) - named.keys()
    old = renamed(around.pins, named) if complete else {}
    known = next((one for one in around.entries if one.server == around.server), None)
    entry = entry_of(around.server, named.values(), now=around.now, known=known, complete=complete)
    shadows = definitions.shadows(entry, around.entries)
    against = {one.tool for one in shadows}
    standings: dict[str, Standing] = {}
    pins: list[tuple[Pin, Pin | None]] = []
    room = MOST_PINNED - len(around.pins)
    doubled = _doubled(tools)
    for name, tool in named.items():
        kept = around.pins.get(name)
        if kept is None and room <= 0:
            standings[name] = _BEYOND
            continue
        pin, state = _listed(tool, name, kept, around, old.get(name))
        room -= kept is None
        if pin is not kept:
            pins.append((pin, kept))
        poisoned = definitions.is_poisoned(pin.current, tool, names=names)
        flags = {Flag.POISONED} if poisoned else set[Flag]()
        flags |= {Flag.SHADOWING} if name in against else set()
        flags |= {Flag.PENDING} if name in doubled else set()
        standings[name] = standing_of(state, flags)
    return Listed(standings=standings, pins=tuple(pins), entry=entry if entry != known else None, shadows=shadows)


def introduced(result: Mapping[str, JsonValue], around: Around, definitions: Definitions) -> Listed:
    """Return how the instructions of a server stand, under the name they are pinned by, and by whose name it goes.

    A server that has none now and had some before has changed them, too.
    """
    text, kept = result.get("instructions"), around.pins.get(INSTRUCTIONS)
    known = next((one for one in around.entries if one.server == around.server), None)
    entry = entry_of(around.server, (), now=around.now, given_name=_given_name(result), known=known, complete=False)
    shadows = tuple(one for one in definitions.shadows(entry, around.entries) if one.tool is None)
    entry_to_keep = entry if entry != known else None
    if not isinstance(text, str) and kept is None:
        return Listed(standings={}, entry=entry_to_keep, shadows=shadows)
    definition = instructions_definition(text if isinstance(text, str) else "")
    pin, state = _listed(definition, INSTRUCTIONS, kept, around, None)
    flags = (
        {Flag.POISONED}
        if definitions.is_poisoned(pin.current, definition, DefinitionKind.INSTRUCTIONS)
        else set[Flag]()
    )
    return Listed(
        standings={INSTRUCTIONS: standing_of(state, flags)},
        pins=() if pin is kept else ((pin, kept),),
        entry=entry_to_keep,
        shadows=shadows,
    )


def _given_name(result: Mapping[str, JsonValue]) -> str | None:
    meta = result.get("_meta")
    told = result.get("serverInfo", meta.get(_SERVER_INFO) if isinstance(meta, dict) else None)
    name = told.get("name") if isinstance(told, dict) else None
    return name if isinstance(name, str) else None


def called_tool(
    pin: Pin | None,
    name: str,
    pinning: Pinning,
    definitions: Definitions,
    server: str,
    *,
    entries: Sequence[ServerEntry] = (),
) -> Standing:
    """Return how a tool stands that is called, by what was listed of it last; `entries` are those of the registry."""
    state = called(pinning.mode, pin, locked=pinning.lock.get(server, {}).get(name))
    poisoned = pin is not None and definitions.was_poisoned(pin.current)
    flags = {Flag.POISONED} if poisoned else set[Flag]()
    if poisoned is None:
        flags.add(Flag.PENDING)  # it waits to be listed here, where its text can be read
    entry = next((one for one in entries if one.server == server), None)
    if entry is not None and any(one.tool == name for one in definitions.shadows(entry, entries)):
        flags.add(Flag.SHADOWING)
    if pin is None and pinning.mode is PinMode.REQUIRE_APPROVAL:
        flags.add(Flag.PENDING)  # what nobody has seen, nobody has approved
    return standing_of(state, flags)


def standing_of(state: ToolState, flags: Iterable[Flag] = ()) -> Standing:
    """Return the standing of a definition by the state of its pin and what else is against it."""
    return Standing(
        pinned=state.pinned,
        flags=frozenset((*(Flag(flag.value) for flag in state.flags), *flags)),
        drift=frozenset(state.drift),
        first_seen=state.first_seen,
    )


def _listed(
    definition: Mapping[str, JsonValue], name: str, kept: Pin | None, around: Around, old: Pin | None
) -> tuple[Pin, ToolState]:
    return listed(
        around.pinning.mode,
        kept,
        definition,
        server=around.server,
        name=name,
        now=around.now,
        locked=around.pinning.lock.get(around.server, {}).get(name),
        old=old,
    )


def _doubled(tools: JsonValue) -> frozenset[str]:
    """Return names that stand twice in a list with definitions that differ."""
    seen: dict[str, JsonObject] = {}
    doubled = set()
    for tool in tools if isinstance(tools, list) else ():
        name = tool.get("name") if isinstance(tool, dict) else None
        if isinstance(tool, dict) and isinstance(name, str) and seen.setdefault(name, tool) != tool:
            doubled.add(name)
    return frozenset(doubled)


def findings_of(message: Message, context: Context) -> tuple[Finding, ...]:
    """Return as findings what of a list is not as it was approved, and what passes for something else."""
    if not context.standings and not context.shadows:
        return ()
    places = _places(message)
    found = [
        _finding(Category.DRIFT, CHANGED, places[name])
        for name, standing in context.standings.items()
        if name in places and Flag.DRIFTED in standing.flags
    ]
    found += [
        _finding(Category.SHADOWING, one.kind.value, places.get(one.tool or INSTRUCTIONS, ("result",)), one.likeness)
        for one in context.shadows
    ]
    return tuple(found)


def _places(message: Message) -> Mapping[str, tuple[str | int, ...]]:
    tools = message.result.get("tools") if isinstance(message, Response) else None
    places: dict[str, tuple[str | int, ...]] = {INSTRUCTIONS: ("result", "instructions")}
    for index, tool in enumerate(tools if isinstance(tools, list) else ()):
        if isinstance(tool, dict) and isinstance(name := tool.get("name"), str):
            places[name] = ("result", "tools", index)
    return places


def _finding(category: Category, entity: str, pointer: tuple[str | int, ...], score: float = 1.0) -> Finding:
    return Finding(
        category=category, entity=entity, detector=entity, pointer=pointer, start=0, end=0, score=max(score, SURE)
    )
