"""Words and phrases name concepts."""

from extproc.threats.concepts import lexicon_of
from extproc.threats.linear import tokens_of

_LEXICON = lexicon_of(
    {
        "secret": ["key", "пароль", "密码", "credencial*"],
        "hide": ["do not tell", "不要告诉"],
        "tell": ["tell"],
        "money": ["key money"],
    }
)


def _found(text: str) -> frozenset[str]:
    return _LEXICON.found(tokens_of(text))


def test_a_word_names_its_concept_in_any_script() -> None:
    assert _found("Key") == _found("пароль") == _found("输入密码") == {"secret"}


def test_the_longest_phrase_is_taken() -> None:
    assert _found("do not tell them") == {"hide"}
    assert _found("do tell them") == {"tell"}
    assert _found("the key money") == {"money"}


def test_a_star_stands_for_any_ending() -> None:
    assert _found("las credenciales") == {"secret"}
    assert not _found("credo")


def test_words_of_no_concept_name_none() -> None:
    assert _found("the weather today") == frozenset()
