"""Which spellings are one value."""

import pytest

from extproc.detect.fingerprints import normalised
from extproc.model.finding import Category


@pytest.mark.parametrize(
    ("first", "second", "category"),
    [
        ("4111 1111 1111 1111", "4111-1111-1111-1111", Category.FINANCIAL),
        ("+49 (30) 123", "4930123", Category.PII),
        ("Ann@Mail.example", "ann@mail.example", Category.PII),
        ("Ann  Smith", "ann smith", Category.PII),
        ("\uff21\uff22", "ab", Category.PII),
    ],
)
def test_spellings_of_one_value_are_one_value(first: str, second: str, category: Category) -> None:
    assert normalised(first, category) == normalised(second, category)


def test_secrets_differ_in_every_character() -> None:
    assert normalised("abC", Category.SECRET) != normalised("abc", Category.SECRET)
    assert normalised("12-3", Category.SECRET) != normalised("123", Category.SECRET)
