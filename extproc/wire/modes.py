"""The processing modes that Envoy must use: with others bytes would pass unseen, or could not be stopped."""

from typing import Final

from extproc.wire.commands import Reply
from extproc.wire.events import BodyMode, Modes

# The answer to every exchange of an Envoy that is configured to let bytes by.
WRONG_MODES: Final = Reply(
    status=500,
    body=b'{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"Refused: the gateway is misconfigured."}}',
    headers=(("content-type", "application/json"),),
    details="mcp_extproc_processing_mode",
)


def modes_fit(modes: Modes | None) -> bool:
    """Tell whether the modes in force are those that the machine speaks; unknown ones are not."""
    return (
        modes is not None
        and modes.request_body is BodyMode.BUFFERED
        and modes.response_body is BodyMode.BUFFERED
        and not modes.observe_only
    )
