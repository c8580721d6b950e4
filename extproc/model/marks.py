"""The marks that redaction leaves in a text, and how they are known again."""

import re
from typing import Final

# A name in place of the value; or letters: 8 of a pseudonym, 16 of a digest, 26 that a vault knows the value by.
# None has a quote or a backslash, so that it can stand in any JSON string.
MARK: Final = re.compile(r"\[(?:REDACTED:[a-z0-9_]{1,64}|[A-Z0-9_]{1,64}:(?:[a-z2-7]{8}|[a-z2-7]{16}|[a-z2-7]{26}))\]")
VAULT_MARK: Final = re.compile(r"\[([A-Z0-9_]{1,64}):([a-z2-7]{26})\]")
PSEUDONYM_LETTERS: Final = 8
DIGEST_LETTERS: Final = 16
VAULT_LETTERS: Final = 26

_NOT_IN_A_NAME: Final = re.compile(r"[^a-z0-9_]")


def redacted(entity: str) -> str:
    """Return the mark that says only what stood here."""
    return f"[REDACTED:{name_in_mark(entity)}]"


def named(entity: str, letters: str) -> str:
    """Return the mark of a pseudonym, a digest or a value in the vault; the letters are base32 in lower case."""
    return f"[{name_in_mark(entity).upper()}:{letters}]"


def name_in_mark(entity: str) -> str:
    """Return an entity as a mark writes it, but for the case."""
    return _NOT_IN_A_NAME.sub("_", entity.lower())[:64]
