"""Whose session it is: what calls have in common although they come over many servers, replicas and connections."""

import hashlib
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from extproc.model.principal import Principal
from extproc.model.value import value

# W3C Trace Context, "traceparent": version, trace id, parent id, flags.
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
_NO_TRACE: Final = "0" * 32


class RunSource(StrEnum):
    """What can tell one run of an agent from another."""

    CLAIM = "claim"
    TRACE = "trace"
    SESSION = "session"


@value
class Hints:
    """What a message says of the run it belongs to: a trace, and a session that its server issued.

    Whoever sends the message chooses these; nothing vouches for them.
    """

    traceparent: str | None = None
    session: str | None = None


def scope_of(principal: Principal, hints: Hints, by: Sequence[RunSource], *, tenant: str = "") -> str:
    """Return the key under which a session is kept, a digest.

    It is one for each principal and agent of a tenant, and for each of its runs as far as `by` says what tells them
    apart: the first of these that is known. A caller that nobody vouches for is told apart by its session at least,
    because nothing else is known of it. What a caller chooses itself can start its session anew, and is only taken when
    asked.
    """
    known = {
        RunSource.CLAIM: principal.run,
        RunSource.TRACE: _trace(hints.traceparent),
        RunSource.SESSION: hints.session,
    }
    wanted = by if principal.verified else (*by, RunSource.SESSION)
    run = next(((source, text) for source in wanted if (text := known[source]) is not None), None)
    parts = (tenant, principal.source, principal.issuer, principal.subject, principal.agent, *(run or (None, None)))
    written = "".join("-" if part is None else f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def _trace(traceparent: str | None) -> str | None:
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent is not None else None
    return found[1] if found is not None and found[1] != _NO_TRACE else None
