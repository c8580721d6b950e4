"""What the engine needs from outside, as protocols."""

from extproc.ports.clock import Clock, IdSource
from extproc.ports.errors import PortError
from extproc.ports.histories import HistoryStore, Scope
from extproc.ports.holds import Hold, HoldDesk, Resolution
from extproc.ports.keys import KeySource
from extproc.ports.log import DecisionLog, Record
from extproc.ports.outbox import Outbox, Recorder
from extproc.ports.sessions import SessionKey, SessionStore
from extproc.ports.tools import KnownTool, ToolStore
from extproc.ports.vault import Vault

__all__ = [
    "Clock",
    "DecisionLog",
    "HistoryStore",
    "Hold",
    "HoldDesk",
    "IdSource",
    "KeySource",
    "KnownTool",
    "Outbox",
    "PortError",
    "Record",
    "Recorder",
    "Resolution",
    "Scope",
    "SessionKey",
    "SessionStore",
    "ToolStore",
    "Vault",
]
