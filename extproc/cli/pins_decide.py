"""`extproc pins approve`, `reject`, `forget` and `import`: what an operator decides of listed definitions."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from extproc.cli.pins_look import compared, unknown
from extproc.pins.lock import Lock
from extproc.pins.pin import Pin, PinStatus
from extproc.pins.showing import printable
from extproc.pins.states import THE_LOCKFILE, approve, reject
from extproc.ports.pins import PinStore

_Decision: TypeAlias = Callable[[Pin], Pin]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Who decides, when (seconds since 1970), and why."""

    by: str
    now: float
    reason: str | None = None

    def approved(self, pin: Pin) -> Pin:
        """Return a pin with what is listed approved."""
        return approve(pin, by=self.by, now=self.now, reason=self.reason)

    def rejected(self, pin: Pin) -> Pin:
        """Return a pin with what is listed rejected."""
        return reject(pin, by=self.by, now=self.now, reason=self.reason)


async def approving(
    store: PinStore, server: str, name: str | None, decider: Decider, *, digest: str | None = None
) -> int:
    """Approve what is listed of a tool, or everything of a server that is pending.

    With `digest`, of which some first digits will do, only that very definition. Returns 1 when it is another one.
    """
    if name is None:
        pending = [pin for pin in (await store.of_server(server)).values() if pin.status is PinStatus.PENDING]
        return await _decided(store, pending, decider.approved, "approved")
    pin = await store.of(server, name)
    if pin is None:
        return unknown(server, name)
    if digest is not None and not pin.current.digest.startswith(digest.lower()):
        print(f"{_named(pin)}: another definition is listed now: {pin.current.digest}", file=sys.stderr)
        return 1
    return await _decided(store, [pin], decider.approved, "approved")


async def rejecting(store: PinStore, server: str, name: str | None, decider: Decider) -> int:
    """Reject what is listed of a tool, or everything of a server that is pending."""
    if name is None:
        pending = [pin for pin in (await store.of_server(server)).values() if pin.status is PinStatus.PENDING]
        return await _decided(store, pending, decider.rejected, "rejected")
    pin = await store.of(server, name)
    return unknown(server, name) if pin is None else await _decided(store, [pin], decider.rejected, "rejected")


async def forgetting(store: PinStore, server: str, name: str | None) -> int:
    """Forget the pin of a tool, or all of a server: what is listed next is seen for the first time."""
    pins = await store.of_server(server)
    if name is not None and name not in pins:
        return unknown(server, name)
    for pin in [pins[name]] if name is not None else list(pins.values()):
        await store.remove(pin.server, pin.name)
        print(f"{_named(pin)}: forgotten")
    return 0


async def importing(store: PinStore, lock: Lock, decider: Decider) -> int:
    """Approve what is listed as a lockfile has it; return 1 when something in the file is not listed so."""
    missing = 0
    wanted: list[Pin] = []
    for server, tools in lock.items():
        pins = await store.of_server(server)
        for name, locked in tools.items():
            pin = pins.get(name)
            if pin is None or not locked.allows(pin.current):
                missing += 1
                told = "not listed so far" if pin is None else "another definition is listed now"
                print(f"{printable(server)} {printable(name)}: {told}", file=sys.stderr)
            elif pin.status is not PinStatus.APPROVED:
                wanted.append(pin)
    decided = await _decided(store, wanted, decider.approved, f"approved by the {THE_LOCKFILE}")
    return 1 if missing else decided


async def _decided(store: PinStore, pins: Sequence[Pin], decide: _Decision, told: str) -> int:
    """Keep decisions on pins that nobody changed meanwhile; return 1 when somebody did."""
    overtaken = 0
    for pin in pins:
        if await store.put(decide(pin), known=pin):
            changes = compared(pin.approved, pin.current)
            risk = f" (capability risk +{changes.risk:.2f})" if changes is not None and changes.changes else ""
            print(f"{_named(pin)}: {told}{risk}")
        else:
            overtaken += 1
            print(f"{_named(pin)}: changed at the same moment, nothing was decided: look again", file=sys.stderr)
    if not pins:
        print("nothing is pending")
    return 1 if overtaken else 0


def _named(pin: Pin) -> str:
    return f"{printable(pin.server)} {printable(pin.name)}"
