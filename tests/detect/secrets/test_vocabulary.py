"""The lists of words keep to what they are for."""

from extproc.detect.detector import Candidate
from extproc.detect.secrets import urls
from extproc.detect.secrets.forms import nothing
from extproc.detect.secrets.vocabulary import ABOUT, AFTER, KINDS_OF_KEY, NOTHING, OWN_WORDS, STOCK


def test_all_words_are_in_lower_case() -> None:
    assert {
        word for word in ABOUT | AFTER | KINDS_OF_KEY | NOTHING | OWN_WORDS | STOCK if word != word.lower()
    } == set()


def test_no_word_both_keeps_and_changes_what_a_name_means() -> None:
    assert set() == ABOUT & AFTER


def test_values_that_say_nothing_are_nothing_in_any_case() -> None:
    assert [word for word in NOTHING if not nothing(word.upper())] == []


def test_stock_passwords_are_no_findings_in_urls() -> None:
    found = {word for word in STOCK if urls.url_password(Candidate(text=word, before="https://a:", after="@h.net"))}
    assert found == set()
