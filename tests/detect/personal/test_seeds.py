"""Recovery phrases."""

from extproc.detect.detector import Candidate
from extproc.detect.personal.seeds import VALIDATORS, is_seed_phrase

_VALIDATOR = VALIDATORS["seed_phrase"]
# Test vectors of BIP-39.
_TWELVE = "legal winner thank year wave sausage worth useful legal winner thank yellow"
_LONG = (
    "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing screen patrol group"
    " space point ten exist slush involve unfold"
)


def test_the_vectors_of_the_standard_are_phrases() -> None:
    assert is_seed_phrase(_TWELVE.split())
    assert is_seed_phrase(_LONG.split())


def test_the_last_word_checks_the_others() -> None:
    assert not is_seed_phrase([*_TWELVE.split()[:-1], "thank"])
    assert not is_seed_phrase(_TWELVE.split()[:-1])


def test_a_phrase_is_found_without_a_name_and_with_commas() -> None:
    assert _VALIDATOR(Candidate(text=_LONG))
    assert _VALIDATOR(Candidate(text=_TWELVE.replace(" ", ", ").title()))


def test_a_phrase_that_was_copied_wrongly_needs_its_name() -> None:
    wrong = " ".join([*_TWELVE.split()[:-1], "thank"])
    assert _VALIDATOR(Candidate(text=wrong)) is None
    assert _VALIDATOR(Candidate(text=wrong, before="seed phrase: "))


def test_words_of_a_sentence_are_no_phrase_even_by_name() -> None:
    text = "the quick brown fox jumps over lazy dogs while other people watch"
    assert _VALIDATOR(Candidate(text=text, before="seed phrase: ")) is None
