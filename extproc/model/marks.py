"""The marks that redaction leaves in a text, and how they are known again."""

import re
from typing import Final

# A name in place of the value; eight letters that are the same for the same value; and 26 that a vault knows the value by.
MARK: Final = re.compile(r"\[(?:REDACTED:[a-z0-9_]{1,64}|[A-Z0-9_]{1,64}:(?:[a-z2-7]{8}|[a-z2-7]{26}))\]")
VAULT_MARK: Final = re.compile(r"\[([A-Z0-9_]{1,64}):([a-z2-7]{26})\]")


def redacted(entity: str) -> str:
    """Return the mark that says only what stood here."""
    return f"[REDACTED:{entity}]"


def named(entity: str, letters: str) -> str:
    """Return the mark of a pseudonym (8 letters) or of a value in the vault (26 letters), both base32 in lower case."""
    return f"[{entity.upper()}:{letters}]"
