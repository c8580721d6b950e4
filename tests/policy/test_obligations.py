"""Obligations: of several rules every edit is kept, and the strictest of the rest."""

from extproc.mcp.pointer import parse_pattern
from extproc.model.finding import Category
from extproc.policy.obligations import (
    NO_OBLIGATIONS,
    LogLevel,
    Obligations,
    Operator,
    Redaction,
    Restoration,
    Treatment,
    together,
    treats_less,
)

_ONE = Redaction(pattern=parse_pattern("/params/a"), replacement="-")
_OTHER = Redaction(pattern=parse_pattern("/params/b"), replacement="-")


def test_nothing_together_is_nothing() -> None:
    assert together([]) is NO_OBLIGATIONS
    assert together([Obligations(), NO_OBLIGATIONS]) is NO_OBLIGATIONS


def test_a_single_one_is_itself() -> None:
    only = Obligations(record=True)
    assert together([Obligations(), only]) is only


def test_edits_are_kept_in_order_and_the_strictest_of_the_rest() -> None:
    one = Obligations(redactions=(_ONE,), strip=(_ONE.pattern,), log=LogLevel.INFO, response_bytes=9, record=True)
    other = Obligations(redactions=(_OTHER,), strip=(_OTHER.pattern,), log=LogLevel.ERROR, response_bytes=5)
    assert together([one, other]) == Obligations(
        redactions=(_ONE, _OTHER),
        strip=(_ONE.pattern, _OTHER.pattern),
        log=LogLevel.ERROR,
        response_bytes=5,
        record=True,
    )


def test_words_are_joined() -> None:
    parts = [
        Obligations(
            notify=frozenset({name}),
            rate_limits=frozenset({name}),
            scopes=frozenset({name}),
        )
        for name in "ab"
    ]
    both = frozenset("ab")
    assert together(parts) == Obligations(notify=both, rate_limits=both, scopes=both)


def test_another_rule_adds_nobody_who_may_release_what_the_first_holds() -> None:
    first, second = Obligations(approval=frozenset({"leads"})), Obligations(approval=frozenset({"anybody", "staff"}))
    assert first.approvals == {frozenset({"leads"})}
    joined = together([first, second, first])
    assert joined.approvals == {frozenset({"leads"}), frozenset({"anybody", "staff"})}
    assert joined.approval == {"leads", "anybody", "staff"}


def test_a_token_is_forwarded_when_a_rule_says_so() -> None:
    assert together([Obligations(forward_token=True), Obligations(record=True)]).forward_token


def treating(**operators: Operator) -> Obligations:
    return Obligations(treatments=(Treatment(operators=tuple(operators.items())),))


def test_operators_go_from_what_leaves_nothing_to_what_can_be_turned_back() -> None:
    assert list(Operator) == ["drop", "redact", "hash", "mask", "pseudonym", "tokenize"]


def test_of_several_rules_the_strictest_operator_wins_whichever_names_the_thing_more_closely() -> None:
    rules = [treating(email=Operator.TOKENIZE), treating(pii=Operator.MASK), treating(email=Operator.PSEUDONYM)]
    for order in (rules, rules[::-1]):
        assert together(order).operator("email", Category.PII) is Operator.MASK
    assert together(rules).operator("card", Category.FINANCIAL) is None
    assert together(rules).entities == {"email", "pii"}


def test_within_a_rule_an_entity_goes_before_its_category() -> None:
    rule = treating(pii=Operator.DROP, email=Operator.TOKENIZE)
    assert rule.operator("email", Category.PII) is Operator.TOKENIZE
    assert rule.operator("phone", Category.PII) is Operator.DROP
    twice = Obligations(treatments=(Treatment(operators=(("a", Operator.MASK), ("a", Operator.HASH))),))
    assert twice.operator("a", Category.CUSTOM) is Operator.HASH


def test_what_is_given_back_is_joined_and_kept_once() -> None:
    one = Restoration(pattern=parse_pattern("/params/arguments/to"), entities=frozenset({"email"}))
    part = Obligations(restorations=(one,))
    assert together([part, part, Obligations(record=True)]).restorations == (one,)


def test_a_milder_treatment_is_told_from_a_stricter_one() -> None:
    strict, mild = treating(email=Operator.REDACT), treating(email=Operator.TOKENIZE)
    assert treats_less(strict, mild)
    assert not treats_less(mild, strict)
    assert treats_less(mild, NO_OBLIGATIONS)
    assert not treats_less(NO_OBLIGATIONS, strict)
    assert treats_less(treating(pii=Operator.REDACT), mild)
    assert not treats_less(treating(pii=Operator.REDACT), treating(pii=Operator.DROP))
