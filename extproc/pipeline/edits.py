"""What of a message is altered: what rules point at, what was found, what a list hides, and what is given back."""

from dataclasses import dataclass
from typing import Final

from extproc.mcp.pointer import Pointer
from extproc.model.decision import Edit
from extproc.model.finding import Category, Finding
from extproc.model.message import Message, Response
from extproc.model.value import value
from extproc.pipeline.context import Context
from extproc.pipeline.lists import cache_edits, hidden, is_list
from extproc.pipeline.search import Detection, Search
from extproc.policy.obligations import Obligations
from extproc.policy.rules import Policy
from extproc.redact.operators import Sort, treated
from extproc.redact.plan import plan_edits
from extproc.redact.restore import restorations
from extproc.redact.schema import Unfit, fitted
from extproc.redact.spans import for_vault, span_edits
from extproc.redact.warning import warned

_NO_PLACE: Final = "there is nowhere in it to warn its reader"
_TOO_MUCH: Final = "there is more in it than can be searched and redacted"


@value
class Plan:
    """The edits of a message. `unrestored` are those without values given back, for what keeps messages.

    `to_keep` are values that a vault must keep first, because their marks promise them. `flows` are marks on their way
    to where they are not given back. With a `problem` nothing of the message may go on.
    """

    edits: tuple[Edit, ...] = ()
    unrestored: tuple[Edit, ...] = ()
    to_keep: tuple[tuple[Sort, str], ...] = ()
    flows: tuple[Finding, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """What stays the same while the edits of one message are planned for one set of rules after another."""

    context: Context
    policy: Policy
    detection: Detection | None
    found: Search

    def plan(self, message: Message, obligations: Obligations) -> Plan:
        """Plan the edits that obligations ask for."""
        context = self.context
        spans, to_keep = self._spans(message, obligations)
        removed: tuple[Pointer, ...] = ()
        caching: tuple[Edit, ...] = ()
        if isinstance(message, Response) and is_list(context):
            removed = hidden(message, context, self.policy)
            caching = cache_edits(message, context, self.policy, filtered=bool(removed))
        edits = caching
        if spans or obligations.redactions or obligations.strip or removed:
            planned = plan_edits(message.document, obligations.redactions, obligations.strip, removed, spans)
            edits = (*(edit for edit in planned if edit.pointer not in {own.pointer for own in caching}), *caching)
        fitting = fitted(message.document, edits, context.schema) if isinstance(message, Response) else edits
        if isinstance(fitting, Unfit):
            return Plan(edits=edits, unrestored=edits, problem=fitting.reason)
        if obligations.warn:
            marked = self._warned(message, fitting)
            if marked is None:
                return Plan(edits=fitting, unrestored=fitting, problem=_NO_PLACE)
            fitting = marked
        problem = _TOO_MUCH if self.found.incomplete and obligations.treatments else None
        given = restorations(message.document, obligations.restorations, context.vault, context.server, fitting)
        return Plan(edits=given.edits, unrestored=fitting, to_keep=to_keep, flows=given.flows, problem=problem)

    def _warned(self, message: Message, edits: tuple[Edit, ...]) -> tuple[Edit, ...] | None:
        """Wrap the texts in which something speaks to the model; None when there is nowhere to warn.

        What is shown to a person first, or was taken out of where it stood, needs no warning.
        """
        places = {one.pointer for one in self.found.findings if one.category is Category.INJECTION and not one.in_key}
        if not isinstance(message, Response) or not places:
            return edits
        warned_of = warned(message.document, edits, places)
        altered = {edit.pointer for edit in edits}
        return edits if warned_of is None and places <= altered else warned_of

    def _spans(
        self, message: Message, obligations: Obligations
    ) -> tuple[tuple[Edit, ...], tuple[tuple[Sort, str], ...]]:
        if self.detection is None or not self.found.findings or not obligations.treatments:
            return (), ()
        wanted = treated(self.found.findings, obligations)
        if not wanted:
            return (), ()
        marking = self.detection.marking(self.context.scope, self.context.letters)
        keep = tuple(
            (sort, text)
            for sort, text in for_vault(message.document, wanted)
            if (sort.entity, text) not in self.context.letters
        )
        return span_edits(message.document, wanted, marking), keep
