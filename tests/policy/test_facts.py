"""Facts: every field has its words and its topic, and what is missing is not empty."""

import pytest

from extproc.model.principal import Principal
from extproc.policy.facts import Facts, Field, History, topic, words
from tests.policy.making import ALICE, question

_FULL = question(
    who=ALICE,
    intent="write",
    evidence=("e",),
    findings=("f",),
    namespace="prod",
    history=History(tools=frozenset({"t"})),
).facts


@pytest.mark.parametrize("field", Field)
def test_every_field_has_words_and_a_topic(field: Field) -> None:
    assert words(field, _FULL) is not None
    assert field.value.startswith(topic(field).value) or field is Field.EVIDENCE


def test_a_single_word_is_a_set_of_one() -> None:
    assert words(Field.SUBJECT, _FULL) == frozenset({"alice"})
    assert words(Field.NAMESPACE, _FULL) == frozenset({"prod"})
    assert words(Field.INTENT, _FULL) == frozenset({"write"})


def test_what_nothing_is_known_of_is_missing_and_what_is_known_to_be_none_is_empty() -> None:
    missing = {field for field in Field if words(field, Facts()) is None}
    assert missing == {
        *(field for field in Field if field.value.startswith("principal.") and field is not Field.SUBJECT),
        Field.NAMESPACE,
        Field.INTENT,
    }
    nobody = Facts(principal=Principal(subject="x", groups=frozenset()))
    assert words(Field.GROUPS, nobody) == frozenset()
