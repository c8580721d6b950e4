"""Which names hold persons, and which credentials, in their usual spellings."""

import pytest

from extproc.classify.sensitive import names_credential, names_persons, personal_column


@pytest.mark.parametrize(
    "name", ["users", "Customer", "app_users", "hr.Employees", "people", "credit_cards", "companies_staff"]
)
def test_tables_of_persons(name: str) -> None:
    assert names_persons(name)


@pytest.mark.parametrize("name", ["user_settings", "orders", "status", "customer_events", ""])
def test_other_tables(name: str) -> None:
    assert not names_persons(name)


@pytest.mark.parametrize("name", ["email", "homePhone", "date_of_birth", "SSN", "cardNumber", "salary"])
def test_personal_columns(name: str) -> None:
    assert personal_column(name, in_person_table=False)


def test_some_columns_are_personal_only_beside_a_person() -> None:
    assert personal_column("name", in_person_table=True)
    assert not personal_column("name", in_person_table=False)
    assert not personal_column("email_verified", in_person_table=True)


@pytest.mark.parametrize("name", ["password_hash", "API_KEY", "clientSecret", "DB_PASSWORD"])
def test_credentials(name: str) -> None:
    assert names_credential(name)


@pytest.mark.parametrize("name", ["password_policy", "token_count", "key", "primary_key", "secret_expires_at"])
def test_what_only_speaks_of_credentials(name: str) -> None:
    assert not names_credential(name)
