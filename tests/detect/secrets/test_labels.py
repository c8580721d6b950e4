"""Names of secrets are told from names about secrets."""

import pytest

from extproc.detect.secrets.labels import SENSITIVE_LABELS, Strength, is_sensitive, strength, words

_PASSWORDS = [
    "password",
    "db_password",
    "userPassword",
    "DB_PASSWD",
    "dbpassword",
    "new password",
    "password_confirmation",
    "PGPASSWORD",
]
_KEYS = [
    "api_key",
    "apiKey",
    "API-KEY",
    "client_secret",
    "authToken",
    "access token",
    "refresh_token",
    "privateKey",
    "aws_secret_access_key",
    "secretKeyBase",
    "STRIPE_SECRET_KEY",
    "authorization",
    "API_KEY_PROD",
    "service.account.key",
    "credentials",
    "x-api-key",
]
_NEITHER = [
    "password_length",
    "token_type",
    "max_tokens",
    "next_page_token",
    "nextPageToken",
    "csrf_token",
    "public_key",
    "primary_key",
    "key",
    "cache_key",
    "tokenizer",
    "secret_name",
    "password_reset_url",
    "tokens_used",
    "author",
    "compass",
    "passenger",
    "name",
    "",
    "id",
    "show_password",
    "idempotency_key",
    "token_count",
    "progressToken",
    "keyboard",
    "api_key_id",
    "passed",
    "secretary_name",
]


@pytest.mark.parametrize("label", _PASSWORDS)
def test_names_of_passwords(label: str) -> None:
    assert strength(label) is Strength.PASSWORD


@pytest.mark.parametrize("label", _KEYS)
def test_names_of_keys_and_tokens(label: str) -> None:
    assert strength(label) is Strength.KEY


@pytest.mark.parametrize("label", _NEITHER)
def test_names_that_are_only_about_secrets_are_not_sensitive(label: str) -> None:
    assert not is_sensitive(label)


@pytest.mark.parametrize("label", SENSITIVE_LABELS)
def test_every_listed_name_is_sensitive_alone_and_with_an_owner(label: str) -> None:
    assert is_sensitive(label)
    assert is_sensitive(f"acme {label}")


def test_a_word_that_nobody_knows_after_the_noun_leaves_a_weak_name() -> None:
    assert strength("password_frobnicate") is Strength.WEAK


def test_names_are_divided_where_case_and_signs_say_so() -> None:
    assert words("myAPIKey_2-prod") == ("my", "api", "key", "prod")
