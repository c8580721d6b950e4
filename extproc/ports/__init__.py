"""What the engine needs from outside, as protocols."""

from extproc.ports.clock import Clock, IdSource
from extproc.ports.errors import PortError
from extproc.ports.holds import Hold, HoldDesk, Resolution
from extproc.ports.log import DecisionLog, Record
from extproc.ports.sessions import SessionKey, SessionStore

__all__ = [
    "Clock",
    "DecisionLog",
    "Hold",
    "HoldDesk",
    "IdSource",
    "PortError",
    "Record",
    "Resolution",
    "SessionKey",
    "SessionStore",
]
