"""What the engine must know from configuration, as values."""

import re
from dataclasses import dataclass, field

from extproc.mcp.limits import DEFAULT_LIMITS, Limits
from extproc.mcp.versions import REVISIONS
from extproc.model.message import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An MCP server by its public address: any of `hosts` (with or without port) and exactly one of `paths`.

    A path is compared whole, its query included: what is not named here reaches no server.
    """

    name: str
    hosts: re.Pattern[str]
    paths: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Routes, caps and times (seconds). `fail_open` holds the directions in which faults of ours let messages pass."""

    routes: tuple[Route, ...]
    limits: Limits = DEFAULT_LIMITS
    versions: frozenset[str] = frozenset(REVISIONS)
    decision_seconds: float = 1.0
    hold_seconds: float = 5.0
    fail_open: frozenset[Direction] = field(default_factory=frozenset)


def route(settings: Settings, authority: str, path: str) -> Route | None:
    """Return the first route that an authority and path belong to."""
    authority = authority.lower()  # RFC 9110 §4.2.3
    host, _, port = authority.rpartition(":")
    names = (authority, host) if port.isdigit() and host else (authority,)
    for candidate in settings.routes:
        if path in candidate.paths and any(candidate.hosts.fullmatch(name) for name in names):
            return candidate
    return None
