"""How names fall into words and verbs into stems."""

import pytest

from extproc.classify.tokens import stems, tokenize


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("getUserByID", ("get", "user", "by", "id")),
        ("HTTPServer-restart", ("http", "server", "restart")),
        ("stripe.refund/create", ("stripe", "refund", "create")),
        ("disable_2fa", ("disable", "2fa")),
        ("", ()),
    ],
)
def test_names_fall_into_lower_case_words(name: str, words: tuple[str, ...]) -> None:
    assert tokenize(name) == words


@pytest.mark.parametrize(
    ("form", "stem"), [("copies", "copy"), ("deletes", "delete"), ("dropping", "drop"), ("creating", "create")]
)
def test_a_form_has_its_verb_among_its_stems(form: str, stem: str) -> None:
    assert stem in stems(form)
