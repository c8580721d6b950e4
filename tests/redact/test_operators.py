"""What is left of a value under each operator, and which operator a finding gets."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extproc.model.finding import Category
from extproc.model.marks import MARK, VAULT_MARK, named, redacted
from extproc.policy.obligations import Obligations, Operator, Treatment
from extproc.redact.operators import Marking, Sort, keyed_letters, masked, strictest, treated
from tests.redact.making import MARKING, finding

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def mark(operator: Operator, text: str, marking: Marking = MARKING, entity: str = "email") -> str:
    return marking.mark(Sort(operator=operator, entity=entity, category=Category.PII), text)


def obligations(*operators: tuple[str, Operator]) -> Obligations:
    return Obligations(treatments=(Treatment(operators=operators),))


def test_each_operator_leaves_its_own_form() -> None:
    marking = replace(MARKING, letters={("email", "ada@example.com"): LETTERS})
    left = {operator: mark(operator, "ada@example.com", marking) for operator in Operator}
    assert left[Operator.REDACT] == left[Operator.DROP] == "[REDACTED:email]"
    assert left[Operator.MASK] == "***********.com"
    assert left[Operator.TOKENIZE] == f"[EMAIL:{LETTERS}]"
    assert [len(left[one]) for one in (Operator.PSEUDONYM, Operator.HASH)] == [len("[EMAIL:]") + n for n in (8, 16)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", ""), ("1234567", "*******"), ("12345678", "****5678"), ("4111111111111111", "************1111"),
     ("x" * 99 + "last", "************last"), ('abcdefg"\\x', "******g**x")],
)  # fmt: skip
def test_a_mask_shows_the_end_of_what_is_long_enough(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert masked(shown) == shown


def test_a_pseudonym_is_the_same_for_spellings_of_one_value_within_its_scope() -> None:
    same = mark(Operator.PSEUDONYM, "Ada@Example.com")
    assert same == mark(Operator.PSEUDONYM, "ada@example.com")
    others = [replace(MARKING, scope="other"), replace(MARKING, tenant="other"), replace(MARKING, key=b"o" * 32)]
    assert same not in [mark(Operator.PSEUDONYM, "ada@example.com", other) for other in others]
    assert same != mark(Operator.PSEUDONYM, "bob@example.com")
    assert same[6:] != mark(Operator.PSEUDONYM, "ada@example.com", entity="phone")[6:]


def test_a_digest_is_of_what_is_written_and_the_same_in_every_scope_of_a_tenant() -> None:
    same = mark(Operator.HASH, "ada@example.com")
    assert same == mark(Operator.HASH, "ada@example.com", replace(MARKING, scope="other"))
    assert same != mark(Operator.HASH, "Ada@example.com")
    assert same != mark(Operator.HASH, "ada@example.com", replace(MARKING, tenant="other"))


def test_what_the_vault_did_not_take_is_redacted() -> None:
    assert mark(Operator.TOKENIZE, "ada@example.com") == "[REDACTED:email]"


def test_parts_of_a_digest_do_not_run_into_each_other() -> None:
    assert keyed_letters(b"k", "ab", "c") != keyed_letters(b"k", "a", "bc")


@given(st.text(min_size=1), st.text("abc_-X é", min_size=1), st.sampled_from(list(Operator)))
def test_no_mark_breaks_a_json_string_and_every_mark_but_a_mask_is_known_again(
    text: str, entity: str, operator: Operator
) -> None:
    marking = replace(MARKING, letters={(entity, text): LETTERS})
    left = mark(operator, text, marking, entity)
    assert not {*left} & {'"', "\\", "\n", "\x00"}
    assert operator is Operator.MASK or MARK.fullmatch(left)


def test_marks_are_known_by_their_form() -> None:
    assert MARK.findall("[REDACTED:a] [A:k7f3q2wd] [A:1] [a:k7f3q2wd]") == ["[REDACTED:a]", "[A:k7f3q2wd]"]
    assert VAULT_MARK.search(named("email", LETTERS))
    assert not VAULT_MARK.search(f"{redacted('a')} {named('a', 'k7f3q2wd')}")


def test_a_finding_gets_the_operator_of_its_entity_or_category_or_is_left() -> None:
    wanted = obligations(("email", Operator.MASK), ("secret", Operator.REDACT))
    found = [finding(("a",), 0, 1), finding(("b",), 0, 1, "key", secret=True), finding(("c",), 0, 1, "phone")]
    assert [(one.finding.entity, one.operator) for one in treated(found, wanted)] == [
        ("email", Operator.MASK),
        ("key", Operator.REDACT),
    ]


def test_a_secret_is_never_kept_to_be_given_back() -> None:
    [one] = treated([finding(("a",), 0, 1, "key", secret=True)], obligations(("key", Operator.TOKENIZE)))
    assert one.operator is Operator.REDACT


def test_of_equally_strict_sorts_the_same_one_wins_in_any_order() -> None:
    sorts = [Sort(operator=Operator.REDACT, entity=name, category=Category.PII) for name in "ba"]
    assert strictest(sorts) == strictest(sorts[::-1]) == sorts[1]
