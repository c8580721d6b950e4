"""A value is a secret by the name it has."""

import pytest

from extproc.detect.detector import Candidate
from extproc.detect.secrets.named import named_secret


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("password", "hunter2"),
        ("password", "dragon"),
        ("db password", "correct-horse"),
        ("api key", "q8vZ3nTx1LwQj7R2"),
        ("authorization", "Bearer q8vZ3nTx1LwQj7R2mUs5"),
        ("client secret", "3f2b8c1e-9d47-4a6f-8b21-7c5e0d9a4f13"),
        ("jwt", "q8vZ3nTx1LwQj7R2mUs5Df9G"),
    ],
)
def test_a_member_with_a_sensitive_name_holds_a_secret(label: str, text: str) -> None:
    assert named_secret(Candidate(text=text, label=label)) is not None


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("password", "${DB_PASSWORD}"),
        ("password", "string"),
        ("password", "[REDACTED:password]"),
        ("password", "The password of the user account"),
        ("password", "no"),
        ("token", "identifier"),
        ("authorization", "Bearer <token>"),
        ("secret", "default"),
        ("token type", "q8vZ3nTx1LwQj7R2"),
        ("name", "q8vZ3nTx1LwQj7R2"),
        ("cookie", "accepted"),
    ],
)
def test_placeholders_descriptions_and_other_names_are_clean(label: str, text: str) -> None:
    assert named_secret(Candidate(text=text, label=label)) is None


def test_a_word_in_a_text_is_a_password_only_between_quotes() -> None:
    assert named_secret(Candidate(text="dragon", label="password", before="password: ", after="\n")) is None
    assert named_secret(Candidate(text="dragon", label="password", before='"password": "', after='"}')) is not None


def test_what_looks_random_scores_higher_than_a_word() -> None:
    word = named_secret(Candidate(text="dragon", label="password"))
    drawn = named_secret(Candidate(text="q8vZ3nTx1LwQ", label="password"))
    assert word is not None
    assert drawn is not None
    assert word < drawn
