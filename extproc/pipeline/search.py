"""The search of a message: what detectors find in it, and what of that an operator wants left alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from extproc.detect.scanner import Scanner
from extproc.detect.second import ENTITY as SECOND
from extproc.detect.second import SecondScanner, second_findings
from extproc.mcp.pointer import Pointer
from extproc.model.finding import Category, Finding
from extproc.model.message import Message, Notification, Request, named_target
from extproc.model.passage import Passage
from extproc.model.value import value
from extproc.pipeline.context import Context
from extproc.pipeline.seams import ends_of
from extproc.pipeline.spoken import NOTHING_SPOKEN, spoken
from extproc.pipeline.standings import findings_of
from extproc.pipeline.suppressions import Suppression, without_suppressed
from extproc.pipeline.threats import Threats
from extproc.redact.operators import Marking
from extproc.redact.restore import TOKEN_FLOW
from extproc.sessions.correlator import Reading
from extproc.sessions.steps import Chain
from extproc.threats.texts import String

# What rules can ask for beside entities and categories: a search that came to a limit, and what nobody looks into.
INCOMPLETE: Final = "incomplete"
MEDIA: Final = "media"
# What means something only to who made it. Names, URIs and `_meta` are not altered either, but hold what anybody wrote.
_OPAQUE: Final = frozenset(
    {
        *(("jsonrpc",), ("id",), ("method",), ("error", "code"), ("params", "_meta", "progressToken")),
        *(("params", name) for name in ("cursor", "progressToken", "requestId", "requestState", "taskId")),
        *(("params", name) for name in ("elicitationId", "protocolVersion")),
        *(("result", name) for name in ("nextCursor", "requestState", "resultType", "taskId", "protocolVersion")),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What messages are searched with, what is left alone, and what marks are made from.

    `engine` names the engine and `detectors` counts what it searches for, for whoever operates it. Without `threats`
    neither side is suspected of anything.
    """

    scanner: Scanner
    key: bytes = field(repr=False)
    tenant: str = "default"
    suppressions: tuple[Suppression, ...] = ()
    second: SecondScanner | None = None
    engine: str = ""
    detectors: int = 0
    threats: Threats | None = None

    def marking(self, scope: str, letters: Mapping[tuple[str, str], str]) -> Marking:
        """Return what the marks of a message are made from."""
        return Marking(key=self.key, tenant=self.tenant, scope=scope, letters=letters)

    def names(self) -> frozenset[str]:
        """Return every name that a rule can ask for in `findings`."""
        threats = self.threats.names() if self.threats is not None else frozenset[str]()
        return self.scanner.names() | threats | {*Category, INCOMPLETE, MEDIA, TOKEN_FLOW, SECOND}


@value
class Search:
    """What was found. `suppressed` is left alone and only counted; `incomplete` says that there may be more.

    `begun` began in the text before this message, in a stream: it is found here as well, and its places count there.
    `strings` are those of what was brought, and `passages` the parts of them that speak to the model, also those that
    are too weak to be findings. `chains` are what a call completes, and `reading` is how the correlation read it.
    """

    findings: tuple[Finding, ...] = ()
    begun: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    incomplete: bool = False
    media: tuple[Pointer, ...] = ()
    passages: tuple[Passage, ...] = ()
    strings: tuple[String, ...] = ()
    chains: tuple[Chain, ...] = ()
    reading: Reading | None = None

    def names(self) -> frozenset[str]:
        """Return what rules are told."""
        if not (self.findings or self.incomplete or self.media):
            return _NO_NAMES
        entities = {name for one in self.findings for name in (one.entity, one.category.value)}
        limits = [INCOMPLETE] * self.incomplete + [MEDIA] * bool(self.media)
        return frozenset((*entities, *limits))


_NO_NAMES: Final[frozenset[str]] = frozenset()
NOTHING_FOUND: Final = Search()


def search(message: Message, context: Context, detection: Detection | None) -> Search:
    """Search a message; without detectors nothing is found."""
    if detection is None:
        return NOTHING_FOUND
    scan = detection.scanner.scan(message.document, skip=_is_opaque)
    continued, begun = _across(message, context.before, detection.scanner)
    second = _second(message, detection, scan.findings)
    said = spoken(message, context, detection.threats.speech) if detection.threats is not None else NOTHING_SPOKEN
    stood = findings_of(message, context)
    something = scan.findings or continued or second or said.passages or said.findings or stood
    if not (something or scan.incomplete or scan.media):
        return Search(strings=said.strings) if said.strings else NOTHING_FOUND
    carried = (one for one in continued if not _is_known(one, scan.findings))
    findings = (*scan.findings, *second, *carried, *said.findings, *stood)
    counted, suppressed = without_suppressed(findings, detection.suppressions, context, _tool(message, context))
    return Search(
        findings=counted,
        begun=tuple(one for one in begun if one.fingerprint not in {known.fingerprint for known in suppressed}),
        suppressed=suppressed,
        incomplete=scan.incomplete,
        media=scan.media,
        passages=said.passages,
        strings=said.strings,
    )


def _second(message: Message, detection: Detection, known: tuple[Finding, ...]) -> tuple[Finding, ...]:
    if detection.second is None:
        return ()
    found = second_findings(message.document, detection.second, detection.key, known)
    return tuple(one for one in found if not _is_opaque(one.pointer))


def _across(message: Message, before: str, scanner: Scanner) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return what is found in the first text of a message once the text before it is known, and what began there."""
    ends = ends_of(message) if before else None
    if ends is None:
        return (), ()
    seam, (pointer, text) = len(before), ends.first
    found = [one for one in scanner.scan_text(before + text).findings if one.end > seam]
    continued = (replace(one, pointer=pointer, start=max(one.start - seam, 0), end=one.end - seam) for one in found)
    begun = (replace(one, end=seam) for one in found if one.start < seam)
    return tuple(continued), tuple(begun)


def _is_known(found: Finding, others: tuple[Finding, ...]) -> bool:
    """Tell whether a finding lies within another at the same place."""
    return any(one.pointer == found.pointer and one.start <= found.start and found.end <= one.end for one in others)


def _is_opaque(pointer: Pointer) -> bool:
    """Tell whether a member means something only to who made it: ids, cursors, tokens of progress and of state."""
    return pointer in _OPAQUE


def _tool(message: Message, context: Context) -> str | None:
    if isinstance(message, Request | Notification):
        return named_target(message.method, message.params) if message.method == "tools/call" else None
    return context.call.tool if context.call is not None else None
