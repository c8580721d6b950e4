"""Conditions: the four answers of each, and their words."""

import pytest

from extproc.model.standing import Flag, Standing
from extproc.policy.conditions import AnyOf, CallsOver, Condition, Known, Like, Not, RefusedOver, RiskOver, Verified
from extproc.policy.facts import Field, History, Topic
from extproc.policy.globs import Globs
from extproc.policy.question import Question, Truth
from tests.policy.making import ALICE, EVERYTHING, question

TRUE, FALSE, MISSING, OPEN = Truth.TRUE, Truth.FALSE, Truth.MISSING, Truth.OPEN
_CALL = question(
    "t",
    who=ALICE,
    history=History(calls=3, refused=1, labels=frozenset({"flagged"}), risk=0.8),
    standing=Standing(flags=frozenset({Flag.DRIFTED}), drift=frozenset({"description"})),
)
_NOBODY = question("t")
_OPEN = question("t", who=ALICE, unknown=EVERYTHING)


@pytest.mark.parametrize(
    ("condition", "known", "nobody", "words"),
    [
        (AnyOf(Field.GROUPS, frozenset({"hr", "finance"})), TRUE, MISSING, "principal.groups is one of finance, hr"),
        (AnyOf(Field.GROUPS, frozenset({"hr"})), FALSE, MISSING, "principal.groups is one of hr"),
        (Like(Field.AGENT, Globs(["bot-*"])), TRUE, MISSING, "principal.agent fits bot-*"),
        (Like(Field.AGENT, Globs(["x"])), FALSE, MISSING, "principal.agent fits x"),
        (Known(Field.TEAM), TRUE, FALSE, "principal.team is known"),
        (Known(Field.TEAM, expected=False), FALSE, TRUE, "principal.team is not known"),
        (Verified(expected=True), TRUE, FALSE, "the principal is verified"),
        (Verified(expected=False), FALSE, TRUE, "the principal is anonymous"),
        (Not(Verified(expected=True)), FALSE, TRUE, "not: the principal is verified"),
        (Not(AnyOf(Field.GROUPS, frozenset({"hr"}))), TRUE, MISSING, "not: principal.groups is one of hr"),
        (CallsOver(2), TRUE, FALSE, "more than 2 calls were made before"),
        (CallsOver(3), FALSE, FALSE, "more than 3 calls were made before"),
        (RefusedOver(0), TRUE, FALSE, "more than 0 calls were refused before"),
        (RefusedOver(1), FALSE, FALSE, "more than 1 calls were refused before"),
        (RiskOver(0.5), TRUE, FALSE, "the risk of the session is over 0.5"),
        (RiskOver(0.8), FALSE, FALSE, "the risk of the session is over 0.8"),
        (Like(Field.LABELS, Globs(["flag*"])), TRUE, FALSE, "session.labels fits flag*"),
        (AnyOf(Field.FLAGS, frozenset({"drifted"})), TRUE, FALSE, "tool.flags is one of drifted"),
        (AnyOf(Field.DRIFT, frozenset({"description"})), TRUE, FALSE, "tool.drift is one of description"),
    ],
)
def test_a_condition_answers(condition: Condition, known: Truth, nobody: Truth, words: str) -> None:
    assert (condition.test(_CALL), condition.test(_NOBODY), condition.test(_OPEN)) == (known, nobody, OPEN)
    assert str(condition) == words


@pytest.mark.parametrize(
    ("intents", "expected"),
    [
        (("read",), TRUE),
        (("read", "write"), TRUE),
        (("write", "destructive"), OPEN),
        (("destructive",), FALSE),
        ((), OPEN),
    ],
)
def test_of_several_possible_intents_all_must_agree(intents: tuple[str, ...], expected: Truth) -> None:
    asked = question("t", intents=intents, unknown=frozenset({Topic.INTENT}))
    assert AnyOf(Field.INTENT, frozenset({"read", "write"})).test(asked) is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(question("t", intent="read"), TRUE), (question("t", intent="write"), FALSE), (_NOBODY, MISSING)],
)
def test_a_known_intent_is_a_word_like_others(asked: Question, expected: Truth) -> None:
    assert AnyOf(Field.INTENT, frozenset({"read"})).test(asked) is expected
