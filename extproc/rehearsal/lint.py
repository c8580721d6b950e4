"""The linter: what in a policy cannot be meant, each finding with a message that the engine itself was asked about."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from extproc.model.decision import SEVERITY, Effect
from extproc.model.intent import Intent
from extproc.pipeline.aspects import acts_of, target_aspect
from extproc.policy.approved import APPROVED
from extproc.policy.conditions import AnyOf, Known, Like, Verified
from extproc.policy.expression import When
from extproc.policy.facts import Facts, Topic
from extproc.policy.globs import Globs
from extproc.policy.question import Question
from extproc.policy.reach import effects, may_pass
from extproc.policy.rules import Layer, Mode, Policy, Rule
from extproc.rehearsal import messages, samples, surroundings
from extproc.rehearsal.contradictions import contradiction
from extproc.rehearsal.covering import covers
from extproc.rehearsal.findings import Finding, Severity, witnessed
from extproc.rehearsal.messages import Form
from extproc.rehearsal.situation import Situation, judge

_TRIES: Final = 50
_PRINCIPAL: Final = "principal."


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The servers that there are and the tools that they offer."""

    tools: dict[str, frozenset[str]]

    @property
    def names(self) -> frozenset[str]:
        """Return the tools of all servers."""
        return frozenset().union(*self.tools.values())


_Check: TypeAlias = Callable[[Policy], Iterator[Finding]]


def lint(policy: Policy, inventory: Inventory | None = None) -> list[Finding]:
    """Return all findings, in the order of the rules within each kind."""
    found = [finding for check in _CHECKS for finding in check(policy)]
    if inventory is not None:
        found += _never_seen(policy, inventory)
    return found


def _never(policy: Policy) -> Iterator[Finding]:
    for layer, rule in _rules(policy):
        problem = contradiction(rule, layer)
        if problem is not None:
            finding = _finding("never-matches", Severity.ERROR, rule, f"it can never match: {problem}")
            nearest = next(samples.nearest(rule, layer), None)
            yield witnessed(finding, nearest, policy) if nearest is not None else finding


def _shadowed(policy: Policy) -> Iterator[Finding]:
    """Find rules whose effect is always asked for, or overruled, by another rule; the later of two equals is told."""
    pairs = list(_rules(policy))
    for at, (layer, rule) in enumerate(pairs):
        if rule.effect is None or contradiction(rule, layer) is not None:
            continue
        for place, (other_layer, other) in enumerate(pairs):
            finding = _covered(rule, other, mutual=place > at and covers(rule, layer, other, other_layer))
            if other is rule or finding is None or not covers(other, other_layer, rule, layer):
                continue
            shown = _settled_by(policy, rule, layer, other)
            if shown is not None:
                yield witnessed(finding, shown, policy)
                break


def _covered(rule: Rule, other: Rule, *, mutual: bool) -> Finding | None:
    if rule.effect is None or other.effect is None or SEVERITY[other.effect] < SEVERITY[rule.effect]:
        return None
    if other.effect is not rule.effect:
        told = f"it never decides: {other.id} asks for {other.effect} wherever it matches"
        return _finding("shadowed", Severity.ERROR, rule, told)
    if mutual:
        return None
    told = f"it changes nothing: {other.id} asks for {other.effect} wherever it matches"
    return _finding("shadowed", Severity.WARNING, rule, told)


def _settled_by(policy: Policy, rule: Rule, layer: Layer, other: Rule) -> Situation | None:
    """Find a message on which the other rule decides though this one matches too."""
    for situation in _tried(samples.matching(rule, layer)):
        determining = judge(situation, policy).decision.determining
        if other.id in determining and (rule.id not in determining or other.effect is rule.effect):
            return situation
    return None


def _allows_everything(policy: Policy) -> Iterator[Finding]:
    worst = _call("delete_everything", Intent.DESTRUCTIVE)
    if judge(worst, policy).decision.effect is not Effect.ALLOW:
        return
    determining = judge(worst, policy).decision.determining
    for _, rule in _rules(policy):
        if rule.id in determining and rule.effect is Effect.ALLOW and not _narrowed(rule):
            finding = _finding("allows-everything", Severity.WARNING, rule, "it allows everything, to everybody")
            yield witnessed(finding, worst, policy)
    for layer in policy.layers:
        if layer.default is Effect.ALLOW and not determining:
            told = "its default is allow: what no rule names passes, whoever asks"
            place = Finding(
                code="allows-everything", severity=Severity.WARNING, place=layer.place, rule=None, message=told
            )
            yield witnessed(place, worst, policy)


def _narrowed(rule: Rule) -> bool:
    named = (rule.servers, rule.methods, rule.tools, rule.prompts, rule.resources)
    everybody = [one for one in rule.conditions if not (isinstance(one, Like) and one.globs.patterns == ("*",))]
    return bool(everybody) or any(globs is not None and "*" not in globs.patterns for globs in named)


def _open_to_anybody(policy: Policy) -> Iterator[Finding]:
    """Find rules that let anonymous callers act without saying so; `subjects: ["*"]` says so."""
    for layer, rule in _rules(policy):
        if rule.effect is not Effect.ALLOW or not _narrowed(rule) or any(map(_about_principal, rule.conditions)):
            continue
        for situation in _tried(samples.matching(rule, layer)):
            shown = surroundings.anonymous(situation)
            got = judge(shown, policy).decision
            acts = messages.method_of(shown) in {"tools/call", "prompts/get", "resources/read"}
            if acts and got.effect is Effect.ALLOW and rule.id in got.determining:
                told = 'it allows anonymous callers too; if that is meant, say `subjects: ["*"]`'
                yield witnessed(_finding("open-to-anybody", Severity.WARNING, rule, told), shown, policy)
                break


def _about_principal(condition: object) -> bool:
    match condition:
        case Verified():
            return True
        case AnyOf(field=field) | Like(field=field) | Known(field=field):
            return field.startswith(_PRINCIPAL)
        case When(uses=uses):
            return Topic.PRINCIPAL in uses
        case _:
            return False


def _visible_in_lists(policy: Policy) -> Iterator[Finding]:
    """Find refusals that depend on arguments: the tool stays in lists, for some calls of it may pass."""
    for layer, rule in _rules(policy):
        depends = any(isinstance(one, When) and Topic.CONTENT in one.uses for one in rule.conditions)
        if rule.effect is not Effect.DENY or rule.tools is None or not depends or rule.mode is Mode.SHADOW:
            continue
        for situation in _by_others(samples.matching(rule, layer), policy):
            if judge(situation, policy).decision.effect is Effect.DENY and _listed(situation, policy):
                told = "it depends on arguments: lists show the tool, though some calls of it are refused"
                yield witnessed(_finding("depends-on-arguments", Severity.NOTE, rule, told), situation, policy)
                break


_LIST_OPEN: Final = frozenset({Topic.INTENT, Topic.FINDINGS, Topic.SESSION, Topic.TIME, Topic.CONTENT})


def _listed(situation: Situation, policy: Policy) -> bool:
    context, target = situation.context, messages.target_of(situation)
    facts = Facts(principal=context.principal, namespace=context.namespace, intents=frozenset(Intent), open=_LIST_OPEN)
    aspect = target_aspect("tools/call", target or "", context.server)
    return may_pass(policy, Question(aspect=aspect, facts=facts))


def _unapproved(policy: Policy) -> Iterator[Finding]:
    """Find rules that let through what the approved list refuses, whatever they name of it."""
    lists = [rule for _, rule in _rules(policy) if rule.id.startswith(APPROVED) and rule.mode is Mode.ENFORCE]
    for layer, rule in _rules(policy):
        if not lists or rule.effect in {Effect.DENY, None} or rule.tools is None or rule.tools.literals is None:
            continue
        servers = [name for one in lists for name in samples.approved_servers(one)]
        shown = [*_tried(samples.nearest(rule, layer, servers=servers))]
        refused = [one for one in shown if not {*judge(one, policy).decision.determining}.isdisjoint(_ids(lists))]
        if shown and len(refused) == len(shown):
            told = "it never decides: none of the tools that it names is approved"
            yield witnessed(_finding("not-approved", Severity.ERROR, rule, told), refused[0], policy)


def _ids(rules: Sequence[Rule]) -> frozenset[str]:
    return frozenset(rule.id for rule in rules)


def _constant(policy: Policy) -> Iterator[Finding]:
    for layer, rule in _rules(policy):
        if any(isinstance(one, When) and one.constant is True for one in rule.conditions):
            shown = next(samples.matching(rule, layer), None)
            finding = _finding("always-true", Severity.WARNING, rule, "its expression is always true, and asks nothing")
            yield witnessed(finding, shown, policy) if shown is not None else finding


def _gaps(policy: Policy) -> Iterator[Finding]:
    """Find what stands just outside of a rule and that nothing decides: what of the refunds that are not over 500."""
    for layer, rule in _rules(policy):
        restricts = rule.effect in {Effect.HOLD, Effect.DENY} and rule.mode is Mode.ENFORCE
        if not restricts or not any(isinstance(one, When) for one in rule.conditions) or rule.tools is None:
            continue
        for situation in _tried(samples.missing_only_the_expression(rule, layer)):
            shown = [*_by_others(iter((situation,)), policy)]
            decisions = [judge(one, policy).decision for one in shown]
            if all(not one.determining and one.effect is not Effect.ALLOW for one in decisions):
                told = "where its expression does not hold nothing decides, and the default refuses"
                yield witnessed(_finding("gap", Severity.WARNING, rule, told), shown[-1], policy)
                break


def _nobody_connects(policy: Policy) -> Iterator[Finding]:
    servers = {name for layer in policy.layers for rule in layer.rules for name in samples.servers_of(rule)}
    for server in sorted(servers) or ["default"]:
        shown = _connect(server)
        aspect = acts_of(shown.message, shown.context)[0].aspect
        question = Question(aspect=aspect, facts=Facts(intents=frozenset({Intent.READ}), open=_ALL_OPEN))
        if effects(policy, question) != {Effect.DENY}:
            return
    place = policy.layers[0].place
    told = "no client can connect: initialize is refused, whoever asks"
    finding = Finding(code="nobody-connects", severity=Severity.ERROR, place=place, rule=None, message=told)
    yield witnessed(finding, _connect(min(servers, default="default")), policy)


_ALL_OPEN: Final = frozenset(Topic) - {Topic.INTENT}


def _never_seen(policy: Policy, inventory: Inventory) -> Iterator[Finding]:
    names = inventory.names
    for _, rule in _rules(policy):
        for kind, globs, known in (("server", rule.servers, frozenset(inventory.tools)), ("tool", rule.tools, names)):
            for pattern in globs.patterns if globs is not None else ():
                if not any(map(Globs((pattern,)).fit, known)):
                    told = f"no {kind} of the inventory is named {pattern}"
                    form = Form(
                        method="tools/call",
                        server=surroundings.sample(pattern) if kind == "server" else "default",
                        target=surroundings.sample(pattern) if kind == "tool" else "any",
                    )
                    shown = Situation(message=messages.form_message(form), context=surroundings.context(form.server))
                    yield witnessed(_finding(f"unknown-{kind}", Severity.WARNING, rule, told), shown, policy)


def _call(tool: str, intent: Intent) -> Situation:
    form = Form(method="tools/call", server="default", target=tool)
    return Situation(message=messages.form_message(form), context=surroundings.context("default"), intent=intent)


def _connect(server: str) -> Situation:
    return Situation(
        message=messages.form_message(Form(method="initialize", server=server)), context=surroundings.context(server)
    )


def _rules(policy: Policy) -> Iterator[tuple[Layer, Rule]]:
    return ((layer, rule) for layer in policy.layers for rule in layer.rules)


def _tried(situations: Iterator[Situation]) -> Iterator[Situation]:
    for _, situation in zip(range(_TRIES), situations, strict=False):
        yield situation


def _by_others(situations: Iterator[Situation], policy: Policy) -> Iterator[Situation]:
    """Go through the same messages by everybody whom some rule lets do something."""
    callers = list(dict.fromkeys(caller for _, rule in _rules(policy) if (caller := samples.caller_of(rule))))
    for situation in _tried(situations):
        yield situation
        for caller in callers:
            yield replace(situation, context=replace(situation.context, principal=caller))


def _finding(code: str, severity: Severity, rule: Rule, message: str) -> Finding:
    return Finding(code=code, severity=severity, place=rule.place, rule=rule.id, message=message)


_CHECKS: Final[Sequence[_Check]] = (
    _never,
    _unapproved,
    _constant,
    _shadowed,
    _allows_everything,
    _open_to_anybody,
    _gaps,
    _visible_in_lists,
    _nobody_connects,
)
