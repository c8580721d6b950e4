"""What the engine must know from configuration, as values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from extproc.identity.sources import NO_IDENTITY, Identity
from extproc.mcp.authorization import WELL_KNOWN, Authorization, Document
from extproc.mcp.limits import DEFAULT_LIMITS, Limits
from extproc.mcp.versions import REVISIONS
from extproc.model.message import Direction
from extproc.sessions.scope import RunSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An MCP server by its public address: any of `hosts` (with or without port) and exactly one of `paths`.

    A path is compared whole, its query included: what is not named here reaches no server. `authorization` protects
    the server with tokens; `foreign` are the audiences of other servers, whose tokens are not taken here. The policies
    of its `namespace` judge it.
    """

    name: str
    hosts: re.Pattern[str]
    paths: frozenset[str]
    authorization: Authorization | None = None
    foreign: frozenset[str] = frozenset()
    namespace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Routes, caps and times (seconds). `fail_open` holds the directions in which faults of ours let messages pass.

    `hold_seconds` is 0 where nobody could release a hold. `pins` has the digests of tool definitions that the operator
    read and vouches for, by server and name; `inside` the domains that are one's own. `vault_seconds` is how long a
    value can be given back, `stream_wait` how long an event is held back for the next one at most. `runs` says what
    tells the runs of one principal apart; those of two tenants are never one.
    """

    routes: tuple[Route, ...]
    limits: Limits = DEFAULT_LIMITS
    versions: frozenset[str] = frozenset(REVISIONS)
    decision_seconds: float = 1.0
    hold_seconds: float = 5.0
    fail_open: frozenset[Direction] = field(default_factory=frozenset)
    identity: Identity = NO_IDENTITY
    inside: frozenset[str] = frozenset()
    pins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    vault_seconds: float = 3600.0
    stream_wait: float = 0.1
    runs: tuple[RunSource, ...] = (RunSource.CLAIM,)
    tenant: str = "default"


def route(settings: Settings, authority: str, path: str) -> Route | None:
    """Return the first route that an authority and path belong to."""
    names = _names(authority)
    for candidate in settings.routes:
        if path in candidate.paths and any(candidate.hosts.fullmatch(name) for name in names):
            return candidate
    return None


def resource_metadata(settings: Settings, authority: str, path: str) -> Document | None:
    """Return the metadata of the protected server that a well-known path is about (RFC 9728 §3.1).

    The path without the resource's own is served too, as clients try it, where it can mean one server only.
    """
    if not path.startswith(WELL_KNOWN):
        return None
    names = _names(authority)
    here = [
        candidate.authorization
        for candidate in settings.routes
        if candidate.authorization is not None and any(candidate.hosts.fullmatch(name) for name in names)
    ]
    exact = [one for one in here if one.metadata_path == path]
    found = exact or (here if path == WELL_KNOWN and len(here) == 1 else [])
    return Document(body=found[0].document) if found else None


def _names(authority: str) -> tuple[str, ...]:
    """Return what hosts are compared with: the authority, and without its port."""
    authority = authority.lower()  # RFC 9110 §4.2.3
    host, _, port = authority.rpartition(":")
    return (authority, host) if port.isdigit() and host else (authority,)
