"""Pins and servers as far as the lines of a file have made them known."""

from collections import OrderedDict
from typing import Final, TypeVar

from extproc.model.message import Call, Message, Notification, Request, Response
from extproc.model.standing import NEVER_SEEN, Standing
from extproc.pins.entries import ServerEntry
from extproc.pins.pin import Pin
from extproc.pipeline.standings import NOTHING_LISTED, Around, Listed, called_tool, introduced, listed_tools
from extproc.pipeline.threats import Threats

_INTRODUCTIONS: Final = frozenset({"initialize", "server/discover"})
_MOST: Final = 100_000

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Shelf:
    """What was listed before. Sessions are apart: what one has made known says nothing of another."""

    def __init__(self, threats: Threats | None) -> None:
        """Begin with nothing known; without threats nothing is looked at."""
        self._threats = threats
        self._pins: OrderedDict[tuple[str, str], dict[str, Pin]] = OrderedDict()
        self._servers: OrderedDict[str, dict[str, ServerEntry]] = OrderedDict()

    def standing(self, session: str, server: str, message: Message) -> Standing:
        """Return how the tool stands that a message calls; nothing is held against one that was never listed."""
        match message:
            case Request(method="tools/call", params=params) | Notification(method="tools/call", params=params):
                name = params.get("name")
            case _:
                return NEVER_SEEN
        pin = self._pins.get((session, server), {}).get(name) if isinstance(name, str) else None
        if self._threats is None or pin is None:
            return NEVER_SEEN
        entries = [*self._servers.get(session, {}).values()]
        return called_tool(pin, pin.name, self._threats.pinning, self._threats.definitions, server, entries=entries)

    def names(self, session: str) -> frozenset[str]:
        """Return the names of all tools that were listed in a session."""
        servers = self._servers.get(session, {})
        return frozenset(tool.name for server in servers.values() for tool in server.tools)

    def listed(self, session: str, server: str, message: Message, call: Call | None, now: float) -> Listed:
        """Return how the definitions in a message stand, and remember them."""
        if self._threats is None or call is None or not isinstance(message, Response):
            return NOTHING_LISTED
        pins = self._pins.get((session, server), {})
        servers = self._servers.get(session, {})
        pinning, definitions = self._threats.pinning, self._threats.definitions
        around = Around(server=server, now=now, pins=pins, entries=[*servers.values()], pinning=pinning)
        if call.method == "tools/list":
            complete = not call.paged and message.result.get("nextCursor") is None
            found = listed_tools(message.result.get("tools"), around, definitions, complete=complete)
        elif call.method in _INTRODUCTIONS:
            found = introduced(message.result, around, definitions)
        else:
            return NOTHING_LISTED
        _put(self._pins, (session, server), {**pins, **{pin.name: pin for pin, _ in found.pins}})
        if found.entry is not None:
            _put(self._servers, session, {**servers, server: found.entry})
        return found


def _put(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MOST:
        kept.popitem(last=False)
