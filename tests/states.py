"""State in memory for tests, with a clock that stands still or is set by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field

from extproc.ports import PinStore, ServerRegistry, TrailStore
from extproc.stores.guard import Guard, GuardOptions
from extproc.stores.pins import StatePins
from extproc.stores.registry import StateServers
from extproc.stores.state_backend import Kind, StateBackend
from extproc.stores.state_memory import MemoryBackend
from extproc.stores.trails import StateTrails


def standing_still() -> float:
    return 1_000_000.0


@dataclass(kw_only=True)
class MemoryState:
    """All kinds of state on one backend, which others may share as replicas do."""

    now: Callable[[], float] = standing_still
    backend: StateBackend | None = None
    trails: TrailStore = field(init=False)
    pins: PinStore = field(init=False)
    registry: ServerRegistry = field(init=False)

    def __post_init__(self) -> None:
        backend = self.backend = self.backend or MemoryBackend(self.now)
        guards = {kind: Guard(kind, GuardOptions(budget=10.0), standing_still) for kind in Kind}
        self.trails = StateTrails(backend, guards[Kind.TRAILS], self.now)
        self.pins = StatePins(backend, guards[Kind.PINS])
        self.registry = StateServers(backend, guards[Kind.SERVERS], standing_still)
