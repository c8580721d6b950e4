"""Obligations: of several rules every edit is kept, and the strictest of the rest."""

from extproc.mcp.pointer import parse_pattern
from extproc.policy.obligations import NO_OBLIGATIONS, LogLevel, Obligations, Redaction, together

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
            entities=frozenset({name}),
            notify=frozenset({name}),
            rate_limits=frozenset({name}),
            scopes=frozenset({name}),
        )
        for name in "ab"
    ]
    both = frozenset("ab")
    assert together(parts) == Obligations(entities=both, notify=both, rate_limits=both, scopes=both)


def test_another_rule_adds_nobody_who_may_release_what_the_first_holds() -> None:
    first, second = Obligations(approval=frozenset({"leads"})), Obligations(approval=frozenset({"anybody", "staff"}))
    assert first.approvals == {frozenset({"leads"})}
    joined = together([first, second, first])
    assert joined.approvals == {frozenset({"leads"}), frozenset({"anybody", "staff"})}
    assert joined.approval == {"leads", "anybody", "staff"}


def test_a_token_is_forwarded_when_a_rule_says_so() -> None:
    assert together([Obligations(forward_token=True), Obligations(record=True)]).forward_token
