"""THE ORDER in which a message is judged."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from extproc.classify.intent import classify
from extproc.model.decision import Decision, Effect
from extproc.model.finding import Category
from extproc.model.intent import Classification
from extproc.model.message import Direction, Message, Notification, Request
from extproc.model.standing import NEVER_SEEN
from extproc.pipeline.aspects import Act, acts_of
from extproc.pipeline.context import Context
from extproc.pipeline.edits import Plan, Planning
from extproc.pipeline.inspection import Inspection, Shadow
from extproc.pipeline.search import Detection, Search, search
from extproc.pipeline.trails import as_findings, chains_of, reading_of
from extproc.policy.combine import Combined, most_restrictive
from extproc.policy.deciding import Deciding, decide
from extproc.policy.facts import Facts
from extproc.policy.obligations import NO_OBLIGATIONS, Obligations, together
from extproc.policy.question import Question
from extproc.policy.rules import Policy, Rule
from extproc.redact.apply import edited_message
from extproc.redact.restore import TOKEN_FLOW


def inspect(
    message: Message,
    context: Context,
    policy: Policy,
    detection: Detection | None = None,
    *,
    classification: Classification | None = None,
    findings: frozenset[str] = frozenset(),
) -> Inspection:
    """Judge one message: search it, class it, correlate it, match rules to all it does, combine effects, plan edits.

    A `classification` that is given stands in for the classifier's, and `findings` are told to the rules beside what is
    found, so that a rehearsal can say what it is about.
    """
    found = search(message, context, detection)
    classed = classification or _classify(message, context)
    found = _correlated(message, context, classed, found, detection)
    judging = _Judging(context=context, policy=policy, given=classification, findings=findings | found.names())
    first = judging.judge(message, classed)
    planning = Planning(context=context, policy=policy, detection=detection, found=found)
    answers, plan = _with_edits(message, first, judging, planning)
    rules = _rules(answers)
    obligations = _obligations(rules)
    combined, missing = _step_up(_combined(answers), rules, obligations, context)
    combined = _unless_stuck(combined, plan, rules)
    decision = Decision(
        effect=combined.effect, determining=combined.determining, reason=combined.reason, edits=plan.edits
    )
    return Inspection(
        message=message,
        context=context,
        policy=policy,
        classification=first.classification,
        acts=first.acts,
        answers=first.answers,
        decision=decision,
        found=found,
        plan=plan,
        obligations=obligations,
        missing_scopes=missing,
        shadow=_shadow(message, first.answers, planning),
    )


class _Judged(NamedTuple):
    """What a message does, and what the rules answered to each of its acts."""

    classification: Classification | None
    acts: tuple[Act, ...]
    answers: tuple[Deciding, ...]


@dataclass(frozen=True, slots=True)
class _Judging:
    """What stays the same while one message is judged, with its edits or without."""

    context: Context
    policy: Policy
    given: Classification | None
    findings: frozenset[str]

    def judge(self, message: Message, classification: Classification | None = None) -> _Judged:
        classification = classification or self.given or _classify(message, self.context)
        acts = acts_of(message, self.context)
        questions = (question_of(act, self.context, classification, self.findings) for act in acts)
        return _Judged(classification, acts, tuple(decide(self.policy, question) for question in questions))

    def told(self, *names: str) -> "_Judging":
        """Return the same with more that rules are told was found."""
        return replace(self, findings=self.findings.union(names))


def _correlated(
    message: Message,
    context: Context,
    classification: Classification | None,
    found: Search,
    detection: Detection | None,
) -> Search:
    """Add the chains that a call completes to what was found in it, and how it was read for that."""
    threats = detection.threats if detection else None
    reading = reading_of(message, context, classification, found.findings, threats)
    if reading is None or threats is None:
        return found
    chains = chains_of(reading, context, threats)
    return replace(found, findings=(*found.findings, *as_findings(chains)), chains=chains, reading=reading)


def _with_edits(
    message: Message, first: _Judged, judging: _Judging, planning: Planning
) -> tuple[tuple[Deciding, ...], Plan]:
    """Plan the edits, and judge what a client sends as it will be with them; return all answers and the plan.

    An edit can change what a call does: without its `dry_run` it does it. So the edited call must be allowed as well,
    by rules that may ask for edits of their own. Answers only ever gather, so this ends when no rule is new.
    """
    answers = first.answers
    plan = planning.plan(message, _obligations(_rules(answers)))
    if not isinstance(message, Request | Notification) or judging.context.direction is Direction.SERVER_TO_CLIENT:
        return answers, plan
    while plan.edits or plan.flows:
        if plan.flows:
            judging = judging.told(TOKEN_FLOW, Category.CUSTOM)
        answers += judging.judge(edited_message(message, plan.edits)).answers
        further = planning.plan(message, _obligations(_rules(answers)))
        if further == plan:
            break
        plan = further
    return answers, plan


def _unless_stuck(combined: Combined, plan: Plan, rules: tuple[Rule, ...]) -> Combined:
    """Deny what cannot be edited as it must be; a message that is denied anyway says why by itself."""
    if plan.problem is None or combined.effect is Effect.DENY:
        return combined
    asking = tuple(rule.id for rule in rules if rule.obligations.treatments or rule.obligations.redactions)
    return Combined(effect=Effect.DENY, determining=asking, reason=plan.problem)


def _classify(message: Message, context: Context) -> Classification | None:
    """Class what a message starts; a response belongs to the class of its call."""
    match message:
        case Request() | Notification():
            return classify(message, context.profile, inside=context.inside)
        case _:
            return None


def question_of(
    act: Act, context: Context, classification: Classification | None, findings: frozenset[str]
) -> Question:
    """Return what the rules are asked about one act of a message."""
    return Question(aspect=act.aspect, facts=_facts(act, context, classification, findings))


def _facts(act: Act, context: Context, classification: Classification | None, findings: frozenset[str]) -> Facts:
    known = classification if act.own else _class_of(act)
    intent = known.intent if known is not None else context.call.intent if context.call and act.own else None
    return Facts(
        principal=context.principal,
        namespace=context.namespace,
        intents=frozenset((intent,)) if intent is not None else frozenset(),
        score=known.score if known is not None else 0.0,
        evidence=frozenset(evidence.code for evidence in known.evidence) if known is not None else frozenset(),
        findings=findings,
        history=context.history,
        standing=context.standing if act.own else NEVER_SEEN,
        now=context.now,
        content=act.content,
    )


def _class_of(act: Act) -> Classification:
    """Class what a message does beside its own method, as if it were a request of its own."""
    params = act.content or {}
    return classify(Request(id=0, method=act.method or "", params=params, document={}), None)


def _combined(answers: tuple[Deciding, ...]) -> Combined:
    return answers[0].combined if len(answers) == 1 else most_restrictive(answer.combined for answer in answers)


def _rules(answers: tuple[Deciding, ...]) -> tuple[Rule, ...]:
    if len(answers) == 1:
        return answers[0].enforced
    return tuple({rule.id: rule for answer in answers for rule in answer.enforced}.values())


def _obligations(rules: tuple[Rule, ...]) -> Obligations:
    if all(rule.obligations is NO_OBLIGATIONS for rule in rules):
        return NO_OBLIGATIONS
    return together(rule.obligations for rule in rules)


def _step_up(
    combined: Combined, rules: tuple[Rule, ...], obligations: Obligations, context: Context
) -> tuple[Combined, frozenset[str]]:
    """Deny what asks for scopes that the principal lacks; a message that is denied anyway needs none."""
    missing = obligations.scopes - (context.principal.scopes or frozenset())
    if not missing or combined.effect is Effect.DENY or context.direction is Direction.SERVER_TO_CLIENT:
        return combined, frozenset()
    asking = tuple(rule for rule in rules if rule.obligations.scopes & missing)
    reason = next((rule.reason for rule in asking if rule.reason), None)
    return Combined(effect=Effect.DENY, determining=tuple(rule.id for rule in asking), reason=reason), missing


def _shadow(message: Message, answers: tuple[Deciding, ...], planning: Planning) -> Shadow | None:
    """Say what would have been decided with every rule enforced, when some rule or layer in shadow had a say."""
    if all(answer.shadow is None for answer in answers):
        return None
    combined = most_restrictive(answer.shadow or answer.combined for answer in answers)
    rules = tuple({rule.id: rule for answer in answers for rule in (answer.shadowed or answer.enforced)}.values())
    plan = planning.plan(message, _obligations(rules))
    combined = _unless_stuck(combined, plan, rules)
    would = Decision(effect=combined.effect, determining=combined.determining, edits=plan.edits)
    return Shadow(outcome=would.outcome, determining=combined.determining)
