"""Marks in place of spans: merged where they overlap, and names that stay apart."""

from extproc.model.finding import Category
from extproc.policy.obligations import Operator
from extproc.redact.json_text import JsonText
from extproc.redact.operators import Sort
from extproc.redact.writing import Span, written
from tests.redact.making import MARKING


def span(text: str, start: int, end: int, entity: str = "a", operator: Operator = Operator.REDACT) -> Span:
    sort = Sort(operator=operator, entity=entity, category=Category.PII)
    return Span(place=JsonText(text).place(start, end), sort=sort)


def test_spans_that_touch_stay_two_and_spans_that_overlap_become_one() -> None:
    text = "abcdef"
    assert written(text, [span(text, 2, 4), span(text, 0, 2, "b")], MARKING.mark) == "[REDACTED:b][REDACTED:a]ef"
    assert written(text, [span(text, 2, 4), span(text, 0, 3, "b")], MARKING.mark) == "[REDACTED:a]ef"
    assert written(text, [span(text, 0, 6, "b", Operator.HASH), span(text, 2, 4)], MARKING.mark) == "[REDACTED:a]"


def test_one_name_in_a_text_becomes_one_name_and_two_become_two() -> None:
    text = '[{"aa": 1, "bb": 2}, {"aa": 3}]'
    spans = [span(text, at, at + 2) for at in (3, 12, 23)]
    assert written(text, spans, MARKING.mark) == '[{"[REDACTED:a]": 1, "[REDACTED:a] 2": 2}, {"[REDACTED:a]": 3}]'


def test_a_name_is_not_given_that_stands_in_the_text_already() -> None:
    text = '{"[REDACTED:a]": 1, "bb": 2}'
    assert written(text, [span(text, 21, 23)], MARKING.mark) == '{"[REDACTED:a]": 1, "[REDACTED:a] 2": 2}'
