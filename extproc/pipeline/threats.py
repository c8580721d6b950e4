"""What messages are judged with beside detectors: what finds that which speaks to a model, and what follows from it."""

from dataclasses import dataclass, field

from extproc.pins.shadowing import ShadowKind
from extproc.pipeline.definitions import Definitions
from extproc.pipeline.spoken import ENTITIES, Speech
from extproc.pipeline.standings import CHANGED, Pinning
from extproc.sessions.correlator import Correlator


@dataclass(frozen=True, slots=True, kw_only=True)
class Threats:
    """The judges of what servers say, the correlation of calls, and what makes a definition approved.

    `trusted` are the servers whose results nobody but the operator writes; `chains` are the ids of all chains.
    """

    speech: Speech
    correlator: Correlator
    chains: frozenset[str] = frozenset()
    pinning: Pinning = field(default_factory=Pinning)
    trusted: frozenset[str] = frozenset()

    @property
    def definitions(self) -> Definitions:
        """Return what judges definitions."""
        return self.speech.definitions

    def names(self) -> frozenset[str]:
        """Return every name that a rule can ask for in `findings`."""
        return ENTITIES | self.chains | {CHANGED, *ShadowKind}
