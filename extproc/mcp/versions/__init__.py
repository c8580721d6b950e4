"""The catalogue of protocol revisions, and which one a message belongs to."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from extproc.mcp.headers import HEADER_MISMATCH, VERSION, Headers
from extproc.mcp.jsonrpc import INVALID_REQUEST
from extproc.mcp.versions import v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28
from extproc.mcp.versions.revision import META_VERSION, Era, Revision
from extproc.model.message import Message, Notification, Request, RequestId
from extproc.model.rejection import Rejection

UNSUPPORTED_VERSION: Final = -32022

REVISIONS: Final[Mapping[str, Revision]] = {
    module.REVISION.name: module.REVISION
    for module in (v2024_11_05, v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28)
}
_LATEST_LEGACY: Final = v2025_11_25.REVISION
# Streamable HTTP, "protocol version header": without one, and with no other way to know, assume this revision.
_ASSUMED: Final = v2025_03_26.REVISION


def from_header(headers: Headers, negotiated: str | None, supported: Collection[str]) -> Revision | Rejection:
    """Return the revision a request is made under, by its header and by what its session negotiated."""
    named = headers.get(VERSION)
    if named is not None and named not in supported:
        return unsupported(named, supported)
    if named is not None and negotiated is not None and named != negotiated:
        return Rejection(
            reason="version_mismatch",
            message="header MCP-Protocol-Version differs from the version this session negotiated",
            code=INVALID_REQUEST,
        )
    revision = REVISIONS.get(named or negotiated or "") or _ASSUMED
    return revision if revision.name in supported else unsupported(revision.name, supported)


def of_message(
    message: Message, headers: Headers, negotiated: str | None, supported: Collection[str]
) -> Revision | Rejection:
    """Return the revision of one message, or refuse a message and headers that claim different ones.

    The version stands in the header, in `_meta` of a modern request, and in the parameters of `initialize`.
    """
    identifier = message.id if isinstance(message, Request) else None
    named, claimed = headers.get(VERSION), _claimed(message)
    if claimed is not None and named != claimed:
        problem = "is missing" if named is None else "differs from the body"
        return Rejection(
            reason="header_mismatch",
            message=f"header MCP-Protocol-Version {problem}",
            code=HEADER_MISMATCH,
            id=identifier,
        )
    if isinstance(message, Request) and message.method == "initialize" and named is None:
        offered = message.params.get("protocolVersion")
        return _offered(offered if isinstance(offered, str) else "", supported, identifier)
    revision = from_header(headers, negotiated, supported)
    if isinstance(revision, Rejection) and claimed is not None:
        # A version in `_meta` is asked for without a handshake, so only revisions without one are an answer.
        modern = [name for name in supported if REVISIONS[name].era is Era.MODERN]
        return unsupported(claimed, modern, identifier)
    if isinstance(revision, Rejection):
        return replace(revision, id=identifier)
    return revision.check(message) or revision


def _offered(offered: str, supported: Collection[str], identifier: RequestId | None) -> Revision | Rejection:
    """Return what a handshake is read by: the server may answer a version nobody knows with its own (lifecycle)."""
    known = REVISIONS.get(offered) if offered in supported else None
    if known is not None and known.era is Era.LEGACY:  # only those begin with a handshake, whatever a client offers
        return known
    if not any(REVISIONS[name].era is Era.LEGACY for name in supported):
        return unsupported(offered, supported, identifier)
    return _LATEST_LEGACY


def _claimed(message: Message) -> str | None:
    if not isinstance(message, Request | Notification):
        return None
    meta = message.params.get("_meta")
    claimed = meta.get(META_VERSION) if isinstance(meta, dict) else None
    return claimed if isinstance(claimed, str) else None


def unsupported(requested: str, supported: Collection[str], identifier: RequestId | None = None) -> Rejection:
    """Refuse a version with the list of those that are spoken (versioning, "unsupported version")."""
    return Rejection(
        reason="unsupported_version",
        message="unsupported protocol version",
        code=UNSUPPORTED_VERSION,
        id=identifier,
        data={"supported": [*sorted(supported)], "requested": requested[:64]},
    )
