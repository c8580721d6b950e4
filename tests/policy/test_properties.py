"""What holds for every policy: random layers and rules, random messages, and facts that are closed at random."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.model.decision import SEVERITY, Effect
from extproc.model.intent import Intent
from extproc.model.message import Direction
from extproc.model.principal import ANONYMOUS, Principal
from extproc.model.standing import NEVER_SEEN, Flag, Standing
from extproc.policy.conditions import AnyOf, CallsOver, Condition, Known, Like, Not, RiskOver, Verified
from extproc.policy.deciding import Deciding, decide
from extproc.policy.expression import compile_expression
from extproc.policy.facts import Facts, Field, History, Topic
from extproc.policy.globs import Globs
from extproc.policy.layering import loosenings
from extproc.policy.obligations import LogLevel, Obligations, Operator, Treatment, together
from extproc.policy.question import Aspect, Kind, Question, Truth
from extproc.policy.reach import effects
from extproc.policy.rules import Layer, LayerKind, Mode, Policy, Rule, holds
from extproc.policy.window import parse_window
from tests.policy.making import ALICE

_TOOLS = ("get_a", "get_b", "delete_a", "run")
_CONDITIONS: tuple[Condition, ...] = (
    AnyOf(Field.GROUPS, frozenset({"finance"})),
    AnyOf(Field.INTENT, frozenset({"read", "write"})),
    AnyOf(Field.EVIDENCE, frozenset({"e"})),
    AnyOf(Field.CALLED_TOOLS, frozenset({"run"})),
    Like(Field.AGENT, Globs(["bot-*"])),
    Like(Field.NAMESPACE, Globs(["p*"])),
    Known(Field.TEAM),
    Known(Field.FINDINGS, expected=False),
    Verified(expected=True),
    CallsOver(2),
    RiskOver(0.5),
    AnyOf(Field.FLAGS, frozenset({"drifted"})),
    parse_window("Europe/London", "Mon-Fri", "09:00-17:00", None, None),
    *map(
        compile_expression,
        (
            "number(args.a) > 5",
            "args.a == 'x'",
            "!has(args.a)",
            "intent != 'read'",
            "intent == 'write' && score > 0.5",
            "tool == 'run' || 'finance' in principal.groups",
            "server == 'crm' && args.b == true",
            "'run' in session.tools && session.calls > 1",
            "sidecar.namespace == 'prod' ? args.a == 1 : true",
            "findings.exists(f, f == 'secret')",
            "tool.pinned || 'drifted' in tool.flags",
        ),
    ),
)
_TREATED = Treatment(operators=(("E", Operator.REDACT),))
_CONDITION = st.sampled_from(_CONDITIONS) | st.sampled_from(_CONDITIONS).map(Not)
_GLOBS = st.none() | st.sampled_from(("get_a", "get_*", "*_a", "run")).map(lambda glob: Globs([glob]))
_DOES = st.sampled_from(
    (
        Obligations(),
        Obligations(log=LogLevel.INFO, approval=frozenset({"a"})),
        Obligations(log=LogLevel.ERROR, approval=frozenset({"b"}), response_bytes=5),
        Obligations(record=True, scopes=frozenset({"s"}), response_bytes=9),
        Obligations(treatments=(_TREATED,), notify=frozenset({"n"}), rate_limits=frozenset({"r"})),
    )
)


_ENFORCED = st.just(Mode.ENFORCE)


def rules(mode: st.SearchStrategy[Mode]) -> st.SearchStrategy[Rule]:
    return st.builds(
        Rule,
        id=st.integers(0, 10**9).map(str),
        effect=st.sampled_from((*Effect, None)),
        mode=mode,
        kinds=st.none() | st.frozensets(st.sampled_from(Kind), min_size=1),
        direction=st.none() | st.sampled_from(Direction),
        servers=st.none() | st.sampled_from((Globs(["crm"]), Globs(["c*"]), Globs(["shop"]))),
        methods=st.none() | st.sampled_from((Globs(["tools/call"]), Globs(["tools/*"]), Globs(["ping"]))),
        tools=_GLOBS,
        conditions=st.lists(_CONDITION, max_size=3).map(tuple),
        obligations=_DOES,
    )


def layers(kind: LayerKind, mode: st.SearchStrategy[Mode]) -> st.SearchStrategy[Layer]:
    floor = kind is LayerKind.PLATFORM
    return st.builds(
        Layer,
        name=st.just(kind.value),
        kind=st.just(kind),
        scope=st.none() if floor else st.none() | st.sampled_from((Globs(["p*"]), Globs(["crm"]), Globs(["bot-*"]))),
        default=st.sampled_from(Effect) if floor else st.none() | st.sampled_from(Effect),
        mode=mode,
        rules=st.lists(rules(mode), max_size=5).map(tuple),
    )


def policies(mode: st.SearchStrategy[Mode] = _ENFORCED) -> st.SearchStrategy[Policy]:
    """Make policies as they are loaded: a floor with a default, and any layers above it."""
    above = st.lists(st.sampled_from([*LayerKind]).flatmap(lambda kind: layers(kind, mode)), max_size=3)
    return st.builds(
        lambda floor, others: Policy(revision="r", layers=(floor, *others)), layers(LayerKind.PLATFORM, mode), above
    )


_ANY_MODE = st.sampled_from(Mode)
_ASPECTS = st.builds(
    Aspect,
    kind=st.sampled_from(Kind),
    direction=st.sampled_from(Direction),
    server=st.sampled_from(("crm", "shop")),
    methods=st.just(frozenset({"tools/call"})),
    tool=st.sampled_from(_TOOLS),
) | st.builds(
    Aspect,
    kind=st.sampled_from(Kind),
    direction=st.sampled_from(Direction),
    server=st.sampled_from(("crm", "shop")),
    methods=st.sampled_from((frozenset({"ping"}), frozenset[str]())),
)
_FACTS = st.builds(
    Facts,
    principal=st.sampled_from((ANONYMOUS, ALICE, Principal(subject="bob", source="jwt", groups=frozenset()))),
    namespace=st.sampled_from((None, "prod", "test")),
    intents=st.sampled_from((frozenset[Intent](), *(frozenset({intent}) for intent in Intent))),
    score=st.sampled_from((0.0, 0.9)),
    evidence=st.sampled_from((frozenset[str](), frozenset({"e"}))),
    findings=st.sampled_from((frozenset[str](), frozenset({"secret"}))),
    history=st.sampled_from((History(), History(calls=3, tools=frozenset({"run"}), risk=0.9))),
    standing=st.sampled_from((NEVER_SEEN, Standing(pinned=True), Standing(flags=frozenset({Flag.DRIFTED})))),
    now=st.sampled_from((0.0, 1_772_532_000.0, float("nan"))),
    content=st.none()
    | st.sampled_from(({"a": 1}, {"a": "x"}, {"a": "9"}, {"b": True}, {})).map(lambda args: {"arguments": args}),
)
_QUESTIONS = st.builds(Question, aspect=_ASPECTS, facts=_FACTS)


def effect_of(policy: Policy, question: Question) -> int:
    return SEVERITY[decide(policy, question).combined.effect]


def done(found: Deciding) -> Obligations:
    return together(rule.obligations for rule in found.enforced)


def with_rule(policy: Policy, rule: Rule, at: int = 0) -> Policy:
    chosen = policy.layers[at]
    extended = replace(chosen, rules=(*chosen.rules, rule))
    return replace(policy, layers=(*policy.layers[:at], extended, *policy.layers[at + 1 :]))


@given(policy=policies(), question=_QUESTIONS, rule=rules(st.just(Mode.ENFORCE)))
def test_another_rule_that_denies_never_loosens(policy: Policy, question: Question, rule: Rule) -> None:
    denying = replace(rule, effect=Effect.DENY)
    for at in range(len(policy.layers)):
        assert effect_of(with_rule(policy, denying, at), question) >= effect_of(policy, question)


@given(policy=policies(), question=_QUESTIONS, rule=rules(st.just(Mode.ENFORCE)))
def test_another_rule_that_holds_never_lets_pass_what_did_not(policy: Policy, question: Question, rule: Rule) -> None:
    """It may turn a default of deny into a hold, which is what it is for where nothing else has a say."""
    before, holding = decide(policy, question), replace(rule, effect=Effect.HOLD)
    after = decide(with_rule(policy, holding), question)
    if before.combined.effect is not Effect.ALLOW:
        assert after.combined.effect is not Effect.ALLOW
    if before.combined.determining:
        assert SEVERITY[after.combined.effect] >= SEVERITY[before.combined.effect]


@given(policy=policies(), question=_QUESTIONS, rule=rules(st.just(Mode.ENFORCE)))
def test_what_is_to_be_done_only_grows_with_a_rule(policy: Policy, question: Question, rule: Rule) -> None:
    before, after = done(decide(policy, question)), done(decide(with_rule(policy, rule), question))
    for name in ("entities", "notify", "rate_limits", "scopes", "approvals"):
        assert getattr(before, name) <= getattr(after, name)
    assert set(before.redactions) <= set(after.redactions)
    assert before.record <= after.record
    assert (after.response_bytes or 0) <= (before.response_bytes or 10**9)


@given(policy=policies(), question=_QUESTIONS, extra=layers(LayerKind.NAMESPACE, st.just(Mode.ENFORCE)))
def test_another_layer_never_loosens(policy: Policy, question: Question, extra: Layer) -> None:
    more = replace(policy, layers=(*policy.layers, extra))
    assert effect_of(more, question) >= effect_of(policy, question)


@given(policy=policies(_ANY_MODE), question=_QUESTIONS, data=st.data())
def test_the_order_of_rules_and_layers_changes_nothing(policy: Policy, question: Question, data: st.DataObject) -> None:
    shuffled = [replace(each, rules=tuple(data.draw(st.permutations(each.rules)))) for each in policy.layers]
    one = decide(policy, question)
    other = decide(replace(policy, layers=tuple(data.draw(st.permutations(shuffled)))), question)
    assert one.combined.effect is other.combined.effect
    assert set(one.combined.determining) == set(other.combined.determining)
    assert {rule.id for rule in one.enforced} == {rule.id for rule in other.enforced}
    assert (one.shadow and one.shadow.effect) == (other.shadow and other.shadow.effect)
    assert replace(done(one), redactions=(), strip=()) == replace(done(other), redactions=(), strip=())


@given(policy=policies(_ANY_MODE), question=_QUESTIONS)
def test_shadow_changes_nothing_that_is_acted_on(policy: Policy, question: Question) -> None:
    """Without its rules and layers in shadow a policy acts the same; only one all in shadow lets pass."""
    bare = tuple(
        replace(each, rules=tuple(rule for rule in each.rules if rule.mode is Mode.ENFORCE))
        for each in policy.layers
        if each.mode is Mode.ENFORCE
    )
    found = decide(policy, question)
    if found.combined.determining == ("mode:shadow",):
        return
    plain = decide(replace(policy, layers=bare), question)
    assert found.combined == plain.combined
    assert found.enforced == plain.enforced
    assert plain.shadow is None


@given(policy=policies(_ANY_MODE), question=_QUESTIONS)
def test_shadow_is_what_enforcing_everything_would_do(policy: Policy, question: Question) -> None:
    enforced = tuple(
        replace(each, mode=Mode.ENFORCE, rules=tuple(replace(rule, mode=Mode.ENFORCE) for rule in each.rules))
        for each in policy.layers
    )
    found = decide(policy, question)
    assert (found.shadow or found.combined) == decide(replace(policy, layers=enforced), question).combined


@given(policy=policies(_ANY_MODE), question=_QUESTIONS, unknown=st.frozensets(st.sampled_from(Topic)), data=st.data())
def test_what_is_decided_was_within_reach_before_the_facts_were_known(
    policy: Policy, question: Question, unknown: frozenset[Topic], data: st.DataObject
) -> None:
    others = data.draw(st.frozensets(st.sampled_from(Intent)))
    intents = question.facts.intents | others if question.facts.intents else frozenset[Intent]()
    facts = replace(
        question.facts, open=unknown, intents=intents if Topic.INTENT in unknown else question.facts.intents
    )
    before = Question(aspect=question.aspect, facts=hidden(facts, unknown))
    assert decide(policy, question).combined.effect in effects(policy, before)


def hidden(facts: Facts, unknown: frozenset[Topic]) -> Facts:
    """Take away what is open, so that nothing can be read off it by mistake."""
    blank = Facts()
    return replace(
        facts,
        principal=blank.principal if Topic.PRINCIPAL in unknown else facts.principal,
        namespace=None if Topic.NAMESPACE in unknown else facts.namespace,
        evidence=frozenset() if Topic.INTENT in unknown else facts.evidence,
        score=0.0 if Topic.INTENT in unknown else facts.score,
        findings=frozenset() if Topic.FINDINGS in unknown else facts.findings,
        history=blank.history if Topic.SESSION in unknown else facts.history,
        standing=blank.standing if Topic.DEFINITION in unknown else facts.standing,
        now=0.0 if Topic.TIME in unknown else facts.now,
        content=None if Topic.CONTENT in unknown else facts.content,
    )


@given(question=_QUESTIONS, condition=_CONDITION, others=st.lists(_CONDITION, max_size=2))
def test_what_is_missing_never_makes_an_allow_match(
    question: Question, condition: Condition, others: list[Condition]
) -> None:
    if condition.test(question) is not Truth.MISSING:
        return
    allowing = Rule(id="a", effect=Effect.ALLOW, conditions=(*others, condition))
    floor = Layer(name="floor", default=Effect.DENY, rules=(allowing,))
    asked = replace(question, aspect=replace(question.aspect, kind=Kind.REQUEST))
    assert decide(Policy(revision="r", layers=(floor,)), asked).combined.determining == ()


@given(found=layers(LayerKind.PLATFORM, _ANY_MODE), aspects=st.lists(_ASPECTS, min_size=1, max_size=8))
def test_the_index_finds_what_a_look_at_every_rule_finds(found: Layer, aspects: list[Aspect]) -> None:
    for aspect in (*aspects, *aspects):
        assert found.about(aspect) == tuple(rule for rule in found.rules if holds(rule, aspect))


@given(policy=policies())
def test_whether_layers_fit_does_not_depend_on_their_order(policy: Policy) -> None:
    unique = [
        replace(each, rules=tuple(replace(rule, id=f"{at}-{number}") for number, rule in enumerate(each.rules)))
        for at, each in enumerate(policy.layers)
    ]
    found = {frozenset((one.rule_id, one.place) for one in loosenings(order)) for order in permutations(unique)}
    assert len(found) == 1


@pytest.mark.parametrize("topic", Topic)
def test_every_topic_is_asked_about_somewhere_here(topic: Topic) -> None:
    """A property over conditions that never ask for a topic would say nothing about it."""
    everything = Facts(open=frozenset({topic}), content={"arguments": {}}, intents=frozenset(Intent))
    aspect = Aspect(kind=Kind.REQUEST, direction=Direction.CLIENT_TO_SERVER, server="crm", methods=frozenset())
    assert any(one.test(Question(aspect=aspect, facts=everything)) is Truth.OPEN for one in _CONDITIONS)
