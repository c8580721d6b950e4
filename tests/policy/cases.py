"""Policy cases as one table: rules, what is asked of them, and what comes of it."""

from dataclasses import dataclass
from typing import Final

from extproc.mcp.pointer import parse_pattern
from extproc.model.decision import Effect
from extproc.model.message import Direction
from extproc.model.principal import Principal
from extproc.policy.approved import ApprovedEntry, approved_rule
from extproc.policy.conditions import AnyOf, CallsOver, Known, Like, Not, RefusedOver, Verified
from extproc.policy.facts import Field, History
from extproc.policy.globs import Globs
from extproc.policy.obligations import LogLevel, Obligations, Redaction
from extproc.policy.question import Kind, Question
from extproc.policy.rules import Layer, LayerKind, Mode
from extproc.policy.window import parse_window
from tests.policy.making import ALICE, ALLOW, DENY, HOLD, TUESDAY, layer, question, rule

_S2C: Final = Direction.SERVER_TO_CLIENT
_HOUR: Final = 3_600.0
_DAY: Final = 24 * _HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row. `shadow` is the effect with every rule enforced, when it is recorded; `does` what is to be done."""

    name: str
    layers: tuple[Layer, ...]
    asked: Question
    effect: Effect
    by: tuple[str, ...] = ()
    shadow: Effect | None = None
    does: Obligations | None = None


_FINANCE = layer(
    rule(
        "read",
        ALLOW,
        AnyOf(Field.GROUPS, frozenset({"finance"})),
        AnyOf(Field.INTENT, frozenset({"read"})),
        parse_window("Europe/London", "Mon-Fri", "09:00-17:00", None, None),
        servers="stripe",
        tools="stripe.*",
    ),
    rule(
        "small",
        ALLOW,
        AnyOf(Field.GROUPS, frozenset({"finance"})),
        "args.currency == 'usd' && number(args.amount) > 0 && number(args.amount) <= 50000",
        servers="stripe",
        tools="stripe.refund",
    ),
    rule(
        "over",
        HOLD,
        AnyOf(Field.GROUPS, frozenset({"finance"})),
        "number(args.amount) > 50000 || args.currency != 'usd'",
        servers="stripe",
        tools="stripe.refund",
    ),
)


def _refund(name: str, args: dict[str, object] | None, effect: Effect, *by: str, **more: object) -> Case:
    asked = question("stripe.refund", args, server="stripe", intent="write", **{"who": ALICE, **more})  # type: ignore[arg-type]  # rows are rows
    return Case(name=f"finance: {name}", layers=(_FINANCE,), asked=asked, effect=effect, by=by)


def _read(name: str, now: float, effect: Effect, *by: str) -> Case:
    asked = question("stripe.get", {}, server="stripe", intent="read", who=ALICE, now=now)
    return Case(name=f"window: {name}", layers=(_FINANCE,), asked=asked, effect=effect, by=by)


_SUMMER = TUESDAY + 120 * _DAY  # Wednesday, 1 July 2026, 11:00 in London
_FINANCE_CASES = (
    _refund("a small refund", {"amount": 100, "currency": "usd"}, ALLOW, "small"),
    _refund("exactly the limit", {"amount": 50_000, "currency": "usd"}, ALLOW, "small"),
    _refund("one over the limit", {"amount": 50_001, "currency": "usd"}, HOLD, "over"),
    _refund("a part of a cent over", {"amount": 50_000.01, "currency": "usd"}, HOLD, "over"),
    _refund("as text under the limit", {"amount": "100", "currency": "usd"}, ALLOW, "small"),
    _refund("as text over the limit", {"amount": "50001", "currency": "usd"}, HOLD, "over"),
    _refund("as text with decimals", {"amount": "50000.01", "currency": "usd"}, HOLD, "over"),
    _refund("as text in exponent form", {"amount": "6e4", "currency": "usd"}, HOLD, "over"),
    _refund("hexadecimal cannot be worked out", {"amount": "0x1f4", "currency": "usd"}, HOLD, "over"),
    _refund("spaces cannot be worked out", {"amount": " 100 ", "currency": "usd"}, HOLD, "over"),
    _refund("full-width digits cannot", {"amount": "\uff11\uff10\uff10", "currency": "usd"}, HOLD, "over"),
    _refund("infinity cannot", {"amount": "Infinity", "currency": "usd"}, HOLD, "over"),
    _refund("not a number cannot", {"amount": "NaN", "currency": "usd"}, HOLD, "over"),
    _refund("a boolean cannot", {"amount": True, "currency": "usd"}, HOLD, "over"),
    _refund("null cannot", {"amount": None, "currency": "usd"}, HOLD, "over"),
    _refund("a list cannot", {"amount": [100], "currency": "usd"}, HOLD, "over"),
    _refund("beyond 64 bit cannot", {"amount": 2**70, "currency": "usd"}, HOLD, "over"),
    _refund("a negative amount is nobody's business", {"amount": -1, "currency": "usd"}, DENY),
    _refund("no amount", {"currency": "usd"}, HOLD, "over"),
    _refund("no currency", {"amount": 100}, HOLD, "over"),
    _refund("another currency", {"amount": 100, "currency": "eur"}, HOLD, "over"),
    _refund("a currency that is a number", {"amount": 100, "currency": 840}, HOLD, "over"),
    _refund("no arguments at all", {}, HOLD, "over"),
    _refund("nothing but a name", None, HOLD, "over", content={"name": "stripe.refund"}),
    _refund(
        "somebody else",
        {"amount": 1, "currency": "usd"},
        DENY,
        who=Principal(subject="eve", source="jwt", groups=frozenset()),
    ),
    _refund(
        "groups that are not known restrict",
        {"amount": 60_000, "currency": "usd"},
        HOLD,
        "over",
        who=Principal(subject="eve", source="jwt"),
    ),
    _refund(
        "groups that are not known allow nothing",
        {"amount": 1, "currency": "usd"},
        DENY,
        who=Principal(subject="eve", source="jwt"),
    ),
    _read("inside", TUESDAY, ALLOW, "read"),
    _read("the first second", TUESDAY - _HOUR, ALLOW, "read"),
    _read("a second before", TUESDAY - _HOUR - 1, DENY),
    _read("the last second", TUESDAY + 7 * _HOUR - 1, ALLOW, "read"),
    _read("the end is outside", TUESDAY + 7 * _HOUR, DENY),
    _read("Saturday", TUESDAY + 4 * _DAY, DENY),
    _read("summer begins an hour earlier", _SUMMER - 2 * _HOUR, ALLOW, "read"),
    _read("winter's hour is not summer's", _SUMMER + 6 * _HOUR, DENY),
)


def _one(name: str, effect: Effect, asked: Question, rule_: object, expected: Effect, *by: str) -> Case:
    """One restrictive or allowing rule called `it` beside a default that says the other thing."""
    default = DENY if effect is ALLOW else ALLOW
    made = rule("it", effect, rule_)  # type: ignore[arg-type]  # a condition or its text
    return Case(name=name, layers=(layer(made, default=default),), asked=asked, effect=expected, by=by)


_CALL = question("get_x", {"a": 1}, who=ALICE, intent="read", namespace="prod")
_NOBODY = question("get_x", {"a": 1})
_BUSY = question("get_x", {}, history=History(calls=4, refused=4, tools=frozenset({"shell"})))
_CONDITION_CASES = (
    _one("a group", ALLOW, _CALL, AnyOf(Field.GROUPS, frozenset({"finance"})), ALLOW, "it"),
    _one("another group", ALLOW, _CALL, AnyOf(Field.GROUPS, frozenset({"hr"})), DENY),
    _one("unknown groups allow nothing", ALLOW, _NOBODY, AnyOf(Field.GROUPS, frozenset({"hr"})), DENY),
    _one("unknown groups restrict", DENY, _NOBODY, AnyOf(Field.GROUPS, frozenset({"hr"})), DENY, "it"),
    _one("not in a group", DENY, _CALL, Not(AnyOf(Field.GROUPS, frozenset({"hr"}))), DENY, "it"),
    _one("not in unknown groups restricts", DENY, _NOBODY, Not(AnyOf(Field.GROUPS, frozenset({"hr"}))), DENY, "it"),
    _one("not in unknown groups allows nothing", ALLOW, _NOBODY, Not(AnyOf(Field.GROUPS, frozenset({"hr"}))), DENY),
    _one("an agent", ALLOW, _CALL, Like(Field.AGENT, Globs(["bot-*"])), ALLOW, "it"),
    _one("no agent allows nothing", ALLOW, _NOBODY, Like(Field.AGENT, Globs(["*"])), DENY),
    _one("anonymous can be named", DENY, _NOBODY, AnyOf(Field.SUBJECT, frozenset({"anonymous"})), DENY, "it"),
    _one("a verified caller", ALLOW, _CALL, Verified(expected=True), ALLOW, "it"),
    _one("an anonymous caller is not verified", ALLOW, _NOBODY, Verified(expected=True), DENY),
    _one("a team is known", ALLOW, _CALL, Known(Field.TEAM), ALLOW, "it"),
    _one("no team is known", DENY, _NOBODY, Known(Field.TEAM, expected=False), DENY, "it"),
    _one("a namespace", ALLOW, _CALL, AnyOf(Field.NAMESPACE, frozenset({"prod"})), ALLOW, "it"),
    _one("an intent", DENY, _CALL, AnyOf(Field.INTENT, frozenset({"write"})), ALLOW),
    _one("no intent restricts", DENY, _NOBODY, AnyOf(Field.INTENT, frozenset({"write"})), DENY, "it"),
    _one("no finding is known to be none", DENY, _NOBODY, AnyOf(Field.FINDINGS, frozenset({"secret"})), ALLOW),
    _one("calls before", DENY, _BUSY, CallsOver(3), DENY, "it"),
    _one("as many calls are not over", DENY, _BUSY, CallsOver(4), ALLOW),
    _one("refusals before", HOLD, _BUSY, RefusedOver(3), HOLD, "it"),
    _one("a tool before", HOLD, _BUSY, AnyOf(Field.CALLED_TOOLS, frozenset({"shell"})), HOLD, "it"),
    _one("an expression", HOLD, _CALL, "args.a == 1", HOLD, "it"),
    _one("an expression that fails restricts", HOLD, _CALL, "args.b == 1", HOLD, "it"),
    _one("an expression that fails allows nothing", ALLOW, _CALL, "args.b == 1", DENY),
    _one("a text is no number", DENY, question("t", {"a": "1"}), "args.a == 1", DENY, "it"),
    _one("nor is it unlike one", ALLOW, question("t", {"a": "1"}), "args.a != 1", DENY),
    _one("nor in a list of them", DENY, question("t", {"a": "1"}), "args.a in [1, 2]", DENY, "it"),
    _one("a number is no text", DENY, question("t", {"a": 840}), "args.a == '840'", DENY, "it"),
)

_RESULT = question("get_x", kind=Kind.RESPONSE, direction=_S2C, content={"isError": False})
_REDACT = Obligations(redactions=(Redaction(pattern=parse_pattern("/result/**/email"), replacement="-"),))
_LOUD = Obligations(log=LogLevel.WARNING, notify=frozenset({"security"}), scopes=frozenset({"a"}), response_bytes=10)
_QUIET = Obligations(log=LogLevel.INFO, scopes=frozenset({"b"}), response_bytes=20, record=True)
_BOTH = Obligations(
    log=LogLevel.WARNING,
    notify=frozenset({"security"}),
    scopes=frozenset({"a", "b"}),
    response_bytes=10,
    record=True,
)
_ANY = rule("any", ALLOW)
_APPROVED = approved_rule([ApprovedEntry(server="crm", tools=("get_*",), prompts=()), ApprovedEntry(server="wiki")])


def _plain(
    name: str,
    layers: tuple[Layer, ...],
    asked: Question,
    effect: Effect,
    *by: str,
    does: Obligations | None = None,
    shadow: Effect | None = None,
) -> Case:
    return Case(name=name, layers=layers, asked=asked, effect=effect, by=by, does=does, shadow=shadow)


def _upper(*rules: object, kind: LayerKind = LayerKind.NAMESPACE, scope: str = "prod", **more: object) -> Layer:
    return layer(*rules, **{"default": None, "kind": kind, "scope": scope, **more})  # type: ignore[arg-type]  # rows are rows


_STRUCTURE_CASES = (
    _plain("no rule: the default", (layer(default=HOLD),), _CALL, HOLD),
    _plain("deny beats hold beats allow", (layer(_ANY, rule("h", HOLD), rule("d", DENY)),), _CALL, DENY, "d"),
    _plain("hold beats allow", (layer(_ANY, rule("h", HOLD)),), _CALL, HOLD, "h"),
    _plain(
        "all rules that settle it are named", (layer(rule("d", DENY), _ANY, rule("e", DENY)),), _CALL, DENY, "d", "e"
    ),
    _plain("a response was allowed with its request", (layer(),), _RESULT, ALLOW),
    _plain("an effect is not about responses", (layer(rule("d", DENY)),), _RESULT, ALLOW),
    _plain("unless it says so", (layer(rule("d", DENY, on="response")),), _RESULT, DENY, "d"),
    _plain(
        "a result can be asked for",
        (layer(rule("d", DENY, "result.isError == false", on="response")),),
        _RESULT,
        DENY,
        "d",
    ),
    _plain("the direction", (layer(rule("d", DENY, on="response", direction=_S2C)),), _RESULT, DENY, "d"),
    _plain("a redaction asks for no effect", (layer(rule("r", None, does=_REDACT)),), _RESULT, ALLOW, does=_REDACT),
    _plain(
        "a redaction of what fails is kept",
        (layer(rule("r", None, "result.x == 1", does=_REDACT)),),
        _RESULT,
        ALLOW,
        does=_REDACT,
    ),
    _plain(
        "obligations are joined",
        (layer(rule("a", ALLOW, does=_LOUD), rule("b", None, does=_QUIET)),),
        _CALL,
        ALLOW,
        "a",
        does=_BOTH,
    ),
    _plain(
        "obligations beside a denial are kept",
        (layer(rule("a", ALLOW, does=_LOUD), rule("d", DENY)),),
        _CALL,
        DENY,
        "d",
        does=_LOUD,
    ),
    _plain(
        "a resource",
        (layer(rule("a", ALLOW, resources="file:///pub/*")),),
        question(resource="file:///pub/x"),
        ALLOW,
        "a",
    ),
    _plain(
        "another resource",
        (layer(rule("a", ALLOW, resources="file:///pub/*")),),
        question(resource="file:///etc"),
        DENY,
    ),
    _plain("a prompt", (layer(rule("a", ALLOW, prompts="greet")),), question(prompt="greet"), ALLOW, "a"),
    _plain("a namespace tightens", (layer(_ANY), _upper(rule("n", DENY))), _CALL, DENY, "n"),
    _plain("another namespace does not", (layer(_ANY), _upper(rule("n", DENY), scope="test")), _CALL, ALLOW, "any"),
    _plain("a namespace allows nothing", (layer(rule("d", DENY)), _upper(rule("n", ALLOW))), _CALL, DENY, "d"),
    _plain("nor lifts a default", (layer(), _upper(rule("n", ALLOW))), _CALL, DENY),
    _plain("its own default counts", (layer(_ANY), _upper(rule("n", ALLOW, tools="other"), default=DENY)), _CALL, DENY),
    _plain(
        "a server tightens",
        (layer(_ANY), _upper(rule("s", HOLD), kind=LayerKind.SERVER, scope="crm")),
        _CALL,
        HOLD,
        "s",
    ),
    _plain(
        "an agent tightens",
        (layer(_ANY), _upper(rule("g", HOLD), kind=LayerKind.AGENT, scope="bot-*")),
        _CALL,
        HOLD,
        "g",
    ),
    _plain(
        "who is no agent has no layer",
        (layer(_ANY), _upper(rule("g", HOLD), kind=LayerKind.AGENT, scope="*")),
        _NOBODY,
        ALLOW,
        "any",
    ),
    _plain("equals of two layers are joined", (layer(rule("d", DENY)), _upper(rule("n", DENY))), _CALL, DENY, "d", "n"),
    _plain(
        "a rule in shadow is only recorded",
        (layer(_ANY, rule("s", DENY, mode=Mode.SHADOW)),),
        _CALL,
        ALLOW,
        "any",
        shadow=DENY,
    ),
    _plain(
        "an allow in shadow allows nothing", (layer(rule("s", ALLOW, mode=Mode.SHADOW)),), _CALL, DENY, shadow=ALLOW
    ),
    _plain(
        "obligations in shadow are not met",
        (layer(_ANY, rule("s", None, does=_LOUD, mode=Mode.SHADOW)),),
        _CALL,
        ALLOW,
        "any",
        does=Obligations(),
        shadow=ALLOW,
    ),
    _plain(
        "a layer in shadow is only recorded",
        (layer(_ANY), _upper(rule("n", DENY), mode=Mode.SHADOW)),
        _CALL,
        ALLOW,
        "any",
        shadow=DENY,
    ),
    _plain(
        "all in shadow lets pass and says so",
        (layer(rule("d", DENY), mode=Mode.SHADOW),),
        _CALL,
        ALLOW,
        "mode:shadow",
        shadow=DENY,
    ),
    _plain("an approved tool", (layer(_APPROVED, _ANY),), question("get_x"), ALLOW, "any"),
    _plain("a tool that is not approved", (layer(_APPROVED, _ANY),), question("put_x"), DENY, "approved"),
    _plain(
        "a server that is not approved", (layer(_APPROVED, _ANY),), question("get_x", server="shop"), DENY, "approved"
    ),
    _plain("a kind that is left out is whole", (layer(_APPROVED, _ANY),), question(resource="file:///x"), ALLOW, "any"),
    _plain("an empty list approves none", (layer(_APPROVED, _ANY),), question(prompt="greet"), DENY, "approved"),
    _plain("a whole server", (layer(_APPROVED, _ANY),), question("anything", server="wiki"), ALLOW, "any"),
    _plain(
        "what a server asks is not about the list",
        (layer(_APPROVED, _ANY),),
        question(method="roots/list", server="shop", direction=_S2C),
        ALLOW,
        "any",
    ),
)

CASES: Final = (*_FINANCE_CASES, *_CONDITION_CASES, *_STRUCTURE_CASES)
