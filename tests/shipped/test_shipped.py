"""The policies that come with the package: each loads, is clean, and decides what its name promises."""

from pathlib import Path

import pytest
import yaml

import extproc
from extproc.config.policy_file import load_policies, read_policies
from extproc.detection import installed
from extproc.model.decision import Outcome
from extproc.model.intent import Intent
from extproc.model.principal import ANONYMOUS, Principal
from extproc.policy.rules import Policy
from extproc.rehearsal.findings import Severity
from extproc.rehearsal.lint import lint
from extproc.rehearsal.messages import Form, form_message
from extproc.rehearsal.situation import Situation, judge
from extproc.rehearsal.surroundings import NOON, context

_FOLDER = Path(extproc.__file__).parent / "policies"
_NAMES = sorted(path.stem for path in _FOLDER.glob("*.yaml"))
_POLICIES = {name: load_policies([_FOLDER / f"{name}.yaml"], installed()) for name in _NAMES}
_NIGHT = NOON - 10 * 3600
_ADA = Principal(subject="ada", source="idp")
_FINANCE = Principal(subject="bot", source="idp", groups=frozenset({"finance"}))
_ENGINEER = Principal(subject="eve", source="idp", groups=frozenset({"engineering"}))
_DBA = Principal(subject="dan", source="idp", groups=frozenset({"dba"}))

# Each row: the policy, then who calls what with which intent at what time, and how that comes out.
_TABLE = [
    ("default", (_ADA, "any", "a", Intent.READ, NOON), "allow"),
    ("default", (_ADA, "any", "a", Intent.WRITE, NOON), "allow"),
    ("default", (_ADA, "any", "a", Intent.DESTRUCTIVE, NOON), "hold"),
    ("default", (_ADA, "any", "a", Intent.EXFILTRATIVE, NOON), "hold"),
    *(("default", (ANONYMOUS, "any", "a", intent, NOON), "deny") for intent in Intent),
    *(("observe", (ANONYMOUS, "any", "a", intent, NOON), "allow") for intent in Intent),
    *(("observe", (_ADA, "any", "a", intent, _NIGHT), "allow") for intent in Intent),
    ("read-only", (_ADA, "any", "a", Intent.READ, NOON), "allow"),
    *(("read-only", (_ADA, "any", "a", intent, NOON), "deny") for intent in Intent if intent is not Intent.READ),
    ("read-only", (ANONYMOUS, "any", "a", Intent.READ, NOON), "deny"),
    ("business-hours", (_ADA, "any", "a", Intent.READ, _NIGHT), "allow"),
    ("business-hours", (_ADA, "any", "a", Intent.WRITE, NOON), "allow"),
    ("business-hours", (_ADA, "any", "a", Intent.WRITE, _NIGHT), "deny"),
    ("business-hours", (_ADA, "any", "a", Intent.DESTRUCTIVE, NOON), "hold"),
    ("business-hours", (_ADA, "any", "a", Intent.EXFILTRATIVE, _NIGHT), "deny"),
    ("business-hours", (ANONYMOUS, "any", "a", Intent.WRITE, NOON), "deny"),
    ("finance", (_FINANCE, "stripe", "stripe.list", Intent.READ, NOON), "allow"),
    ("finance", (_FINANCE, "stripe", "stripe.list", Intent.READ, _NIGHT), "deny"),
    ("finance", (_FINANCE, "stripe", "stripe.payout", Intent.WRITE, NOON), "deny"),
    ("finance", (_FINANCE, "stripe", "stripe.refund", Intent.WRITE, NOON), "hold"),
    ("finance", (_FINANCE, "paypal", "stripe.list", Intent.READ, NOON), "deny"),
    ("finance", (_ADA, "stripe", "stripe.list", Intent.READ, NOON), "deny"),
    ("finance", (ANONYMOUS, "stripe", "stripe.refund", Intent.WRITE, NOON), "deny"),
    ("production-database", (_ENGINEER, "db-1", "q", Intent.READ, _NIGHT), "allow"),
    ("production-database", (_ENGINEER, "db-1", "q", Intent.WRITE, NOON), "deny"),
    ("production-database", (_DBA, "db-1", "q", Intent.WRITE, NOON), "hold"),
    ("production-database", (_DBA, "db-1", "q", Intent.DESTRUCTIVE, NOON), "deny"),
    ("production-database", (_DBA, "db-1", "q", Intent.EXFILTRATIVE, NOON), "deny"),
    ("production-database", (_DBA, "shop", "q", Intent.READ, NOON), "deny"),
    ("production-database", (_ADA, "db-1", "q", Intent.READ, NOON), "deny"),
    ("production-database", (ANONYMOUS, "db-1", "q", Intent.WRITE, NOON), "deny"),
]


def call(caller: Principal, server: str, tool: str, intent: Intent, now: float) -> Situation:
    message = form_message(Form(method="tools/call", server=server, target=tool))
    return Situation(message=message, context=context(server, principal=caller, now=now), intent=intent)


def test_all_that_are_promised_are_there() -> None:
    promised = {"default", "read-only", "finance", "business-hours", "production-database", "observe"}
    assert promised | {"data-protection", "protection"} == set(_NAMES)


@pytest.mark.parametrize(("name", "made", "outcome"), _TABLE)
def test_a_shipped_policy_decides_as_promised(
    name: str, made: tuple[Principal, str, str, Intent, float], outcome: str
) -> None:
    assert judge(call(*made), _POLICIES[name]).decision.outcome is Outcome(outcome)


@pytest.mark.parametrize("name", _NAMES)
def test_a_shipped_policy_is_clean_and_tested(name: str) -> None:
    found = lint(_POLICIES[name])
    meant = {"allows-everything"} if name in {"data-protection", "protection"} else set[str]()
    assert [one for one in found if one.severity is not Severity.NOTE and one.code not in meant] == []
    [file] = read_policies([_FOLDER / f"{name}.yaml"])
    assert len(file.cases) >= 8
    assert file.description


@pytest.mark.parametrize("name", _NAMES)
def test_every_rule_of_a_shipped_policy_is_named_by_one_of_its_tests(name: str) -> None:
    text = (_FOLDER / f"{name}.yaml").read_text()
    document = yaml.safe_load(text)
    named = {rule for case in document["tests"] for rule in _rules_of(case["expect"])}
    effects = {rule.id for rule in _POLICIES[name].rules if rule.effect is not None}
    assert effects - named == set()


@pytest.mark.parametrize("policy", _POLICIES.values(), ids=_NAMES)
def test_every_shipped_policy_says_why_it_refuses(policy: Policy) -> None:
    silent = [rule.id for rule in policy.rules if rule.effect not in {None, "allow"} and not rule.reason]
    assert silent == []


def test_observing_is_the_default_policy_in_shadow() -> None:
    observed, default = (_POLICIES[name].layers[0] for name in ("observe", "default"))
    assert [(rule.id, rule.effect, rule.conditions, rule.obligations) for rule in observed.rules] == [
        (rule.id, rule.effect, rule.conditions, rule.obligations) for rule in default.rules
    ]
    assert (observed.mode, observed.default) == ("shadow", default.default)


def _rules_of(expect: dict[str, object]) -> list[str]:
    shadow = expect.get("shadow")
    inner = shadow.get("rules") if isinstance(shadow, dict) else None
    rules = [*(expect.get("rules") or []), *(inner or [])]  # type: ignore[misc]  # lists of names, by the loader
    return [str(rule) for rule in rules]
