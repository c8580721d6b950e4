"""What a policy costs for one message: 20 rules with CEL, and 500 rules, beside a policy of one rule.

Each figure is CPU time for one decision with a question of its own, the median over rounds that take all measures in
turn. `warm` asks about tools that were asked about before, `cold` about a new tool each time. The limits are those of
the project: 20 rules add at most 120 us, 500 rules at most 1 ms.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final

from extproc.model.decision import Effect
from extproc.model.intent import Intent
from extproc.model.message import Direction, JsonValue
from extproc.model.principal import Principal
from extproc.policy.conditions import AnyOf, Condition, Known, Like, Not
from extproc.policy.deciding import decide
from extproc.policy.expression import compile_expression
from extproc.policy.facts import Facts, Field
from extproc.policy.globs import Globs
from extproc.policy.question import Aspect, Kind, Question
from extproc.policy.rules import Layer, Policy, Rule
from extproc.policy.window import parse_window

_RESULTS: Final = Path(__file__).parent / "results" / "policy.json"
_LIMITS: Final = {
    "20 rules with CEL": 120.0,
    "500 rules": 1_000.0,
    "500 rules of globs": 1_000.0,
    "500 nameless rules": 1_000.0,
}

_PRINCIPAL: Final = Principal(
    subject="alice",
    source="jwt",
    issuer="https://issuer.example",
    groups=frozenset({"finance", "staff"}),
    roles=frozenset({"clerk"}),
    scopes=frozenset({"refunds:write"}),
    agent="bot-1",
    organisation="example",
    team="payments",
)
_ARGUMENTS: Final[dict[str, JsonValue]] = {
    "amount": 60_000,
    "currency": "usd",
    "charge": "ch_3PqR5t2eZvKYlo2C",
    "reason": "requested_by_customer",
    "metadata": {"order": "6735", "agent": "bot-1", "tags": ["late", "damaged"]},
}

# Conditions as policies have them; each is true or false for the message above only after it was worked out.
_EXPRESSIONS: Final = (
    "number(args.amount) > 50000 && args.currency == 'usd'",
    "args.amount > 1000000",
    "args.currency in ['eur', 'gbp', 'chf']",
    "tool.startsWith('stripe.') && score < 0.3",
    "'contractors' in principal.groups",
    "principal.agent.startsWith('bot-') && session.calls > 100",
    "args.metadata.tags.exists(tag, tag == 'fraud')",
    "now.getHours('Europe/London') < 6",
    "has(args.destination) && host(args.destination).endsWith('.example')",
    "lower(args.reason).contains('test')",
    "intent == 'destructive' && !('admin' in principal.roles)",
    "args.reason.matches('(?i)urgent|immediately')",
    "principal.organisation != 'example' || sidecar.namespace == 'staging'",
    "session.refused > 3",
    "size(args.metadata.tags) > 20",
    "evidence.exists(word, word == 'bulk_export')",
    "'shell' in session.tools && intent == 'write'",
    "glob(args.charge, 'test_*')",
    "method == 'tools/call' && server != 'stripe'",
    "args.metadata.order == '' || args.charge == ''",
)


def twenty() -> Policy:
    """Return 20 restrictive rules that all apply to the call, each with a CEL condition; a third have another."""
    window = parse_window("Europe/London", "Mon-Fri", "09:00-17:00", None, None)
    others: tuple[Condition, ...] = (
        AnyOf(Field.GROUPS, frozenset({"finance"})),
        Like(Field.AGENT, Globs(["bot-*"])),
        Not(AnyOf(Field.INTENT, frozenset({"read"}))),
        Known(Field.TEAM),
        window,
    )
    rules = tuple(
        Rule(
            id=f"rule-{number}",
            effect=Effect.HOLD,
            servers=Globs(["stripe"]) if number % 2 else None,
            tools=Globs(["stripe.*"]) if number % 3 == 0 else None,
            conditions=((others[number % len(others)],) if number % 3 == 0 else ()) + (compile_expression(source),),
        )
        for number, source in enumerate(_EXPRESSIONS)
    )
    return _policy((*rules, Rule(id="all", effect=Effect.ALLOW)))


def all_apply() -> Policy:
    """Return 500 rules without a name, which no index leaves out: groups, and every fifth a CEL condition too."""
    rules = tuple(
        Rule(
            id=f"rule-{number}",
            effect=Effect.DENY,
            conditions=(
                AnyOf(Field.GROUPS, frozenset({"finance" if number % 5 == 0 else f"group-{number}"})),
                *((compile_expression(_EXPRESSIONS[number // 5 % len(_EXPRESSIONS)]),) if number % 5 == 0 else ()),
            ),
        )
        for number in range(500)
    )
    return _policy((*rules, Rule(id="all", effect=Effect.ALLOW)))


def five_hundred(*, globs: bool) -> Policy:
    """Return rules for 50 servers of ten tools each, every fifth with a CEL condition; with globs, none by name."""

    def rule(number: int) -> Rule:
        server, tool = f"server-{number % 50}", f"area{number % 10}_{'*' if globs else number}"
        conditions: tuple[Condition, ...] = (AnyOf(Field.GROUPS, frozenset({f"group-{number % 7}", "finance"})),)
        if number % 5 == 0:
            conditions += (compile_expression(_EXPRESSIONS[number // 5 % len(_EXPRESSIONS)]),)
        return Rule(
            id=f"rule-{number}",
            effect=(Effect.ALLOW, Effect.HOLD, Effect.DENY)[number % 3],
            servers=Globs([f"{server}*"]) if globs else Globs([server]),
            tools=Globs([tool]),
            conditions=conditions,
        )

    return _policy((*map(rule, range(500)), Rule(id="all", effect=Effect.ALLOW)))


def _policy(rules: tuple[Rule, ...]) -> Policy:
    return Policy(revision="benchmark", layers=(Layer(name="platform", default=Effect.DENY, rules=rules),))


def questions(server: str, prefix: str, *, cold: bool) -> Iterator[Callable[[], Question]]:
    """Make questions without end; one of a warm series is about one of ten tools."""
    facts = Facts(
        principal=_PRINCIPAL,
        intents=frozenset({Intent.WRITE}),
        score=0.9,
        evidence=frozenset({"name_verb", "amount"}),
        now=1_772_532_000.0,
        content={"name": "any", "arguments": _ARGUMENTS},
    )
    aspect = Aspect(
        kind=Kind.REQUEST, direction=Direction.CLIENT_TO_SERVER, server=server, methods=frozenset({"tools/call"})
    )
    for number in count():
        named = replace(aspect, tool=f"{prefix}{number if cold else number % 10}")
        yield lambda named=named: Question(aspect=named, facts=facts)  # type: ignore[misc]  # bound as the default


def cpu_us(policy: Policy, made: Iterator[Callable[[], Question]], seconds: float) -> float:
    """Return the CPU time of one decision in microseconds, its question included."""
    number, spent = 0, 0.0
    while spent < seconds:
        batch = [next(made) for _ in range(50)]
        start = time.process_time()
        for make in batch:
            decide(policy, make())
        spent += time.process_time() - start
        number += len(batch)
    return spent * 1e6 / number


def measure(*, quick: bool) -> dict[str, dict[str, float]]:
    """Return the cost of each policy, warm and cold, and what it adds to a policy of one rule."""
    one = _policy((Rule(id="all", effect=Effect.ALLOW),))
    policies = {
        "1 rule": (one, "stripe", "stripe.refund"),
        "20 rules with CEL": (twenty(), "stripe", "stripe.refund"),
        "500 rules": (five_hundred(globs=False), "server-5", "area5_"),
        "500 nameless rules": (all_apply(), "stripe", "stripe.refund"),
        "500 rules of globs": (five_hundred(globs=True), "server-5", "area5_"),
    }
    rounds, seconds = (3, 0.03) if quick else (9, 0.2)
    series = {
        (name, cold): (policy, questions(server, prefix, cold=cold))
        for name, (policy, server, prefix) in policies.items()
        for cold in (False, True)
    }
    taken = [{key: cpu_us(*pair, seconds) for key, pair in series.items()} for _ in range(rounds)]
    found: dict[str, dict[str, float]] = {}
    for name in policies:
        warm, cold = (median(each[name, state] for each in taken) for state in (False, True))
        base, base_cold = (median(each["1 rule", state] for each in taken) for state in (False, True))
        found[name] = {
            "warm_us": round(warm, 1),
            "cold_us": round(cold, 1),
            "adds_warm_us": round(warm - base, 1),
            "adds_cold_us": round(cold - base_cold, 1),
        }
    return found


def main() -> int:
    """Measure, print the table and write it; 1 when a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds; writes nothing")
    quick = parser.parse_args().quick
    found = measure(quick=quick)
    print(f"{'policy':<20} {'warm us':>8} {'cold us':>8} {'adds':>8} {'cold':>8} {'limit':>8}")
    for name, row in found.items():
        limit = _LIMITS.get(name)
        figures = (row["warm_us"], row["cold_us"], row["adds_warm_us"], row["adds_cold_us"])
        print(f"{name:<20} " + " ".join(f"{figure:>8}" for figure in figures) + f" {limit or '':>8}")
    if not quick:
        _RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    over = [name for name, limit in _LIMITS.items() if found[name]["adds_cold_us"] > limit]
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
