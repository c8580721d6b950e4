"""What the engine needs from outside, as protocols."""

from extproc.ports.clock import Clock, IdSource
from extproc.ports.errors import PortError
from extproc.ports.holds import Hold, HoldDesk, Resolution
from extproc.ports.keys import KeySource
from extproc.ports.log import DecisionLog, Record
from extproc.ports.opinions import OpinionSource
from extproc.ports.outbox import Outbox, Recorder
from extproc.ports.pins import PinStore
from extproc.ports.registry import ServerRegistry
from extproc.ports.sessions import SessionKey, SessionStore
from extproc.ports.tools import KnownTool, ToolStore
from extproc.ports.trails import TrailStore
from extproc.ports.vault import Vault

__all__ = [
    "Clock",
    "DecisionLog",
    "Hold",
    "HoldDesk",
    "IdSource",
    "KeySource",
    "KnownTool",
    "OpinionSource",
    "Outbox",
    "PinStore",
    "PortError",
    "Record",
    "Recorder",
    "Resolution",
    "ServerRegistry",
    "SessionKey",
    "SessionStore",
    "ToolStore",
    "TrailStore",
    "Vault",
]
