"""A message with everything around it that a policy can ask about, judged by the stages that judge real ones."""

from dataclasses import dataclass

from extproc.model.intent import Classification, Evidence, Intent
from extproc.model.message import Message
from extproc.pipeline.context import Context
from extproc.pipeline.inspection import Inspection
from extproc.pipeline.search import Detection
from extproc.pipeline.stages import inspect
from extproc.policy.rules import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is to be judged. `intent`, `evidence` and `findings` are what classifier and detectors are to have said.

    Without an `intent` the classifier is asked, as it is for a real message.
    """

    message: Message
    context: Context
    intent: Intent | None = None
    evidence: tuple[str, ...] = ()
    findings: frozenset[str] = frozenset()


def judge(situation: Situation, policy: Policy, detection: Detection | None = None) -> Inspection:
    """Judge a situation; with detectors its message is searched as well."""
    return inspect(
        situation.message,
        situation.context,
        policy,
        detection,
        classification=given(situation),
        findings=situation.findings,
    )


def given(situation: Situation) -> Classification | None:
    """Return what the classifier is to have said, if anything."""
    if situation.intent is None:
        return None
    evidence = tuple(Evidence(code=code, intent=situation.intent, where="") for code in situation.evidence)
    return Classification(intent=situation.intent, score=1.0, evidence=evidence)
