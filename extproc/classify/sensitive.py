"""Names of tables, columns, keys and collections that hold persons, credentials or payments."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from extproc.classify.tokens import tokenize, word_set

# Tables whose rows are persons. Singular; the plural is folded.
_PERSON_TABLES: Final = word_set(
    """
    user customer client patient employee person people member contact subscriber student guest passenger applicant
    candidate citizen resident lead tenant account_holder cardholder donor voter staff profile recipient consumer
    buyer borrower beneficiary insured policyholder prospect attendee usr kunde kunden utilisateur usuario personnel
    payroll salary
    """
)
# Columns that are personal wherever they stand.
_PERSONAL_COLUMNS: Final = word_set(
    """
    email mail phone mobile telephone msisdn ssn sin nin dob birthdate birthday birth passport salary wage income
    iban diagnosis prescription religion ethnicity nationality license licence tax_id taxid national_id cpf nif
    vat_id home_address street postcode zipcode medical blood insurance_number card pan cvv cvc account_number bank
    routing latitude_home date_of_birth social_security_number credit_card
    """
)
# Columns that are personal in a table of persons.
_PERSON_COLUMNS: Final = word_set(
    """
    name firstname lastname fullname surname forename address city zip gender age ip photo contact username
    """
)
_CREDENTIALS: Final = word_set(
    """
    password passwd pwd secret credential token apikey privatekey secretkey accesskey passphrase hash_password
    password_hash otp totp seed mnemonic pin shadow keytab private_key api_key access_key secret_key auth_token
    """
)
_CREDENTIAL_TABLES: Final = word_set(
    """
    credential secret password api_key apikey access_token token auth_token refresh_token private_key ssh_key
    keychain vault pg_shadow pg_authid pg_user_mapping pg_user_mappings shadow oauth_token session_token
    """
)
_PAYMENT_TABLES: Final = word_set("card credit_card payment_method bank_account payment_card cardholder")
_NOT_A_CREDENTIAL: Final = word_set(
    """
    count counts policy policies length reset expires expiry expired at updated created last type id usage used max
    limit
    """
)
_PAIRS: Final = frozenset(
    {
        ("api", "key"), ("private", "key"), ("access", "key"), ("secret", "key"), ("signing", "key"), ("access",
        "token"),
        ("auth", "token"), ("refresh", "token"), ("bearer", "token"), ("session", "token"), ("client", "secret"),
        ("ssh", "key"), ("recovery", "code"), ("backup", "code"), ("connection", "string"), ("encryption", "key"),
        ("sas", "token"), ("id", "token"), ("master", "key"), ("api", "token"), ("service", "token"), ("seed",
        "phrase"),
    }
)  # fmt: skip
_PERSONAL_PAIRS: Final = frozenset(
    {
        ("first", "name"), ("last", "name"), ("full", "name"), ("birth", "date"), ("home", "address"), ("tax", "id"),
        ("national", "id"), ("social", "security"), ("credit", "card"), ("card", "number"), ("account", "number"),
        ("bank", "account"), ("medical", "record"), ("date", "birth"), ("phone", "number"), ("street", "address"),
    }
)  # fmt: skip
_PLURAL: Final = re.compile(r"(?<=[a-z]{3})(?:ies|s)\Z")


def singular(word: str) -> str:
    """Fold a plural; `people`, `status` and the like stay."""
    if word.endswith(("ss", "us", "is")):
        return word
    return _PLURAL.sub(lambda found: "y" if found.group() == "ies" else "", word)


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(singular(word) for word in tokenize(name))


def _any_pair(words: tuple[str, ...], pairs: frozenset[tuple[str, str]]) -> bool:
    return any(pair in pairs for pair in pairwise(words))


@lru_cache(maxsize=4096)
def names_persons(name: str) -> bool:
    """Tell whether a table, collection or object of this name holds persons or their payment details."""
    words = _words(name)
    if not words:
        return False
    joined = "_".join(words)
    # The last word is the noun: `user_settings` are settings, `app_users` are users.
    return words[-1] in _PERSON_TABLES or joined in _PERSON_TABLES or joined in _PAYMENT_TABLES


@lru_cache(maxsize=4096)
def mentions_persons(name: str) -> bool:
    """Tell whether any word of a name is a person's or a personal datum's."""
    words = _words(name)
    return any(word in _PERSON_TABLES or word in _PERSONAL_COLUMNS for word in words) or _any_pair(
        words, _PERSONAL_PAIRS
    )


@lru_cache(maxsize=4096)
def personal_column(name: str, *, in_person_table: bool) -> bool:
    """Tell whether a column of this name holds a personal datum."""
    words = _words(name)
    if not words or words[-1] in {"id", "at", "count", "verified", "confirmed", "opt", "enabled"}:
        return "_".join(words) in _PERSONAL_COLUMNS or _any_pair(words, _PERSONAL_PAIRS)
    if any(word in _PERSONAL_COLUMNS for word in words) or "_".join(words) in _PERSONAL_COLUMNS:
        return True
    return _any_pair(words, _PERSONAL_PAIRS) or (in_person_table and any(word in _PERSON_COLUMNS for word in words))


@lru_cache(maxsize=4096)
def names_credential(name: str) -> bool:
    """Tell whether a column, key or variable of this name holds a credential."""
    words = _words(name)
    if not words or words[-1] in _NOT_A_CREDENTIAL:
        return False
    return any(word in _CREDENTIALS for word in words) or _any_pair(words, _PAIRS)


@lru_cache(maxsize=4096)
def names_credential_store(name: str) -> bool:
    """Tell whether a table or collection of this name holds credentials."""
    words = _words(name)
    return bool(words) and (
        words[-1] in _CREDENTIAL_TABLES or "_".join(words) in _CREDENTIAL_TABLES or words[-2:] in _PAIRS
    )


def credential_pair(first: str, second: str) -> bool:
    """Tell whether two words name a credential together, as `api` and `key` do."""
    return (singular(first), singular(second)) in _PAIRS
