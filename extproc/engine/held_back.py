"""Events of a stream that wait for the next, as what they end with could be the head of something sensitive."""

from dataclasses import dataclass, field, replace
from typing import Final

from extproc.engine.records import Judged
from extproc.mcp.pointer import Pointer
from extproc.mcp.sse import SseEvent, encode
from extproc.model.decision import Effect
from extproc.model.finding import Finding
from extproc.model.message import Notification
from extproc.pipeline.edits import Planning
from extproc.pipeline.seams import TAIL, ends_of, unfinished
from extproc.pipeline.search import Detection
from extproc.policy.obligations import together
from extproc.redact.apply import rewrite

_MOST_EVENTS: Final = 16
_MOST_BYTES: Final = 256 * 1024


@dataclass(slots=True, kw_only=True)
class Waiting:
    """An event that was judged and allowed: where its last text stands, and how long that is."""

    event: SseEvent
    data: bytes
    judged: Judged
    pointer: Pointer
    length: int
    found: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class HeldBack:
    """The events that wait, the oldest first; `before` is what the texts up to here end with.

    While the next event is judged, those before it are `earlier`, and `after` is what was judged of it.
    """

    waiting: list[Waiting] = field(default_factory=list)
    earlier: list[Waiting] = field(default_factory=list)
    after: Judged | None = None
    before: str = ""
    until: float = 0.0

    def begin(self) -> None:
        """Make room for what is judged next."""
        self.earlier, self.waiting, self.after = self.waiting, [], None

    def saw(self, judged: Judged) -> None:
        """Tell the events before this one what of them belongs to findings that end here."""
        self.after = judged
        inspection = judged.inspection
        for finding in inspection.found.begun:
            end = len(inspection.context.before)
            for one in reversed(self.earlier):
                start = end - one.length  # below zero where the text was longer than what is kept of it
                if finding.start < end:
                    bounds = max(finding.start - start, 0), min(finding.end - start, one.length)
                    one.found.append(replace(finding, pointer=one.pointer, start=bounds[0], end=bounds[1]))
                end = start

    def holds(self, event: SseEvent, data: bytes, judged: Judged, now: float, seconds: float) -> bool:
        """Hold an event back where its text may go on in the next one; tell whether it waits. Answers never wait.

        What waited before goes on waiting where the text of this one goes on through all of it.
        """
        message = judged.inspection.message
        ends = ends_of(message)
        if ends is None:
            return False
        alone, text = ends.first.pointer == ends.last.pointer, ends.last.text
        self.before = ((self.before if alone else "") + text)[-TAIL:]
        open_length = unfinished(text)
        if seconds <= 0 or not isinstance(message, Notification) or not open_length:
            return False
        last = Waiting(event=event, data=data, judged=judged, pointer=ends.last.pointer, length=len(text))
        whole = [*self.earlier, last]
        if alone and open_length == len(text) and len(whole) <= _MOST_EVENTS and sum(map(_size, whole)) <= _MOST_BYTES:
            self.waiting, self.earlier = whole, []
        else:
            self.waiting = [last]
        if len(self.waiting) == 1:
            self.until = now + seconds
        return True

    def frames(self, detection: Detection | None) -> bytes:
        """Return the events before the one that was judged as they go on; they wait no longer."""
        going, self.earlier = self.earlier, []
        return b"".join(_frames(one, detection, self.after) for one in going)

    def wait(self, now: float) -> float | None:
        """Return for how many seconds to wait for the next event; None when nothing waits."""
        return max(self.until - now, 0.0) if self.waiting else None


def _size(one: Waiting) -> int:
    return len(one.data)


def _frames(one: Waiting, detection: Detection | None, after: Judged | None) -> bytes:
    """Return an event without what the one after it showed to be a part of something sensitive.

    Where policy does not let that one pass, the beginning of what it holds does not pass either.
    """
    inspection = one.judged.inspection
    edits = one.judged.decision.edits
    if one.found and after is not None:
        if after.decision.effect is not Effect.ALLOW:
            return encode(SseEvent(id=one.event.id, retry=one.event.retry))
        obligations = together((inspection.obligations, after.inspection.obligations))
        found = replace(inspection.found, findings=(*inspection.found.findings, *one.found))
        planning = Planning(context=inspection.context, policy=inspection.policy, detection=detection, found=found)
        edits = planning.plan(inspection.message, obligations).edits
    return written(one.event, rewrite(one.data, edits) if edits else one.data)


def written(event: SseEvent, data: bytes) -> bytes:
    """Write an event anew with other data."""
    return encode(SseEvent(name="message", data=data, id=event.id, retry=event.retry))
