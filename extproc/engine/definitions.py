"""How the definitions of a server stand: loaded before they are judged, and kept once they were seen."""

from collections.abc import Callable
from typing import Final

from extproc.engine.judging import Engine
from extproc.model.message import Call, Message, Notification, Request, Response
from extproc.model.standing import NEVER_SEEN, Standing
from extproc.pipeline.standings import (
    NOTHING_LISTED,
    Around,
    Listed,
    Pinning,
    called_tool,
    introduced,
    listed_tools,
    named_tools,
)
from extproc.ports import PortError

_INTRODUCTIONS: Final = frozenset({"initialize", "server/discover"})
# Replicas that list the same tools at the same time pin them together; so often one of them begins again.
_TRIES: Final = 4


async def standing_for(engine: Engine, server: str, message: Message) -> Standing:
    """Return how the tool stands that a message calls."""
    threats = engine.threats
    match message:
        case Request(method="tools/call", params={"name": str(name)}) if threats is not None:
            pass
        case Notification(method="tools/call", params={"name": str(name)}) if threats is not None:
            pass
        case _:
            return NEVER_SEEN
    pin, entries = await engine.ports.pins.of(server, name), await engine.ports.registry.all()
    return called_tool(pin, name, threats.pinning, threats.definitions, server, entries=entries)


async def listed_by(engine: Engine, server: str, message: Message, call: Call | None) -> Listed:
    """Return how the definitions in a response stand, and keep what was listed."""
    if engine.threats is None or call is None or not isinstance(message, Response):
        return NOTHING_LISTED
    threats, result = engine.threats, message.result
    definitions = threats.definitions
    if call.method == "tools/list":
        complete = not call.paged and result.get("nextCursor") is None
        tools = result.get("tools")

        def look(around: Around) -> Listed:
            return listed_tools(tools, around, definitions, complete=complete)

        engine.listed(server, frozenset(named_tools(tools)))
        return await _kept(engine, server, look, threats.pinning)
    if call.method in _INTRODUCTIONS:
        return await _kept(engine, server, lambda around: introduced(result, around, definitions), threats.pinning)
    return NOTHING_LISTED


async def _kept(engine: Engine, server: str, look: Callable[[Around], Listed], pinning: Pinning) -> Listed:
    """Look at definitions with what is kept of them, and keep what is new; begin again when somebody else just did.

    Raises: `PortError` when it cannot be kept.
    """
    ports = engine.ports
    for _ in range(_TRIES):
        around = Around(
            server=server,
            now=ports.clock.now(),
            pins=await ports.pins.of_server(server),
            entries=await ports.registry.all(),
            pinning=pinning,
        )
        found = look(around)
        try:
            if found.entry is not None:
                await ports.registry.put(found.entry)
            if all([await ports.pins.put(pin, known=known) for pin, known in found.pins]):
                return found
        except PortError:
            if not found.pins:
                raise
            return found.without_new()
    raise PortError("the pins of a server are changed by others all the time")
