"""What names of arguments say of their values, and that keeping it is bounded."""

import pytest

from extproc.classify import keys
from extproc.classify.keys import NO_KEY, key_of


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("maxResults", "limits"),
        ("total_amount", "money"),
        ("publicly_accessible", "flags"),
        ("user_ids", "selects"),
        ("sql_text", "speaks"),
        ("cc", "leads"),
        ("cidr_block", "leads"),
        ("argv", "listed"),
        ("description", "content"),
    ],
)
def test_a_name_calls_for_what_its_values_are_read_for(name: str, fact: str) -> None:
    assert getattr(key_of(name), fact)


@pytest.mark.parametrize("name", ["sku", "createdAt", "quantitySold", "shelf"])
def test_most_names_call_for_nothing(name: str) -> None:
    assert key_of(name).quiet


def test_a_name_without_words_may_be_anything() -> None:
    assert key_of("") is NO_KEY
    assert key_of("--") is NO_KEY
    assert not NO_KEY.quiet


def test_long_names_are_kept_by_their_beginning_alone() -> None:
    key_of("a" * 256)
    before = keys._key_of.cache_info().currsize
    for length in range(257, 300):
        key_of("a" * length)
    assert keys._key_of.cache_info().currsize == before
