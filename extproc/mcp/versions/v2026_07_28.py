"""The stateless revision: no handshake, no sessions; every request names its version and repeats itself in headers."""

from typing import Final

from extproc.mcp.jsonrpc import INVALID_PARAMS, INVALID_REQUEST
from extproc.mcp.versions.revision import META_CAPABILITIES, META_VERSION, Era, Revision
from extproc.model.message import ErrorResponse, Message, Notification, Request, Response
from extproc.model.rejection import Rejection

NAME: Final = "2026-07-28"


def _check(message: Message) -> Rejection | None:
    """Demand the per-request `_meta` (basic, "request metadata"); clients MUST NOT post responses."""
    match message:
        case Request():
            meta = message.params.get("_meta")
            if not isinstance(meta, dict):
                return _invalid(message, "_meta")
            if not isinstance(meta.get(META_VERSION), str):
                return _invalid(message, META_VERSION)
            if not isinstance(meta.get(META_CAPABILITIES), dict):
                return _invalid(message, META_CAPABILITIES)
            return None
        case Notification():
            return None
        case Response() | ErrorResponse():
            return Rejection(
                reason="posted_response",
                message="revision 2026-07-28 has no responses from clients",
                code=INVALID_REQUEST,
                id=message.id,
            )


def _invalid(message: Request, member: str) -> Rejection:
    text = f"params._meta must carry {member}" if member != "_meta" else "params._meta is missing"
    return Rejection(reason="missing_meta", message=text, code=INVALID_PARAMS, id=message.id)


REVISION: Final = Revision(
    name=NAME, era=Era.MODERN, standard_headers=True, posted_responses=False, streams=False, check=_check
)
