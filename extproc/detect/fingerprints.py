"""The keyed digest by which the same value is known again without being kept."""

import hmac
import re
import unicodedata
from typing import Final

from extproc.detect.found import Found
from extproc.model.finding import Category

_NUMBER: Final = re.compile(r"\+?[\d\s()./-]+", re.ASCII)
_NOT_DIGITS: Final = re.compile(r"\D", re.ASCII)
_LENGTH: Final = 16


def fingerprint(key: bytes, found: Found) -> str:
    """Return the digest of a value of an entity under a key."""
    message = f"{found.entity}\0{normalised(found.text, found.category)}"
    return hmac.digest(key, message.encode(errors="replace"), "sha256").hex()[:_LENGTH]


def normalised(text: str, category: Category) -> str:
    """Return what two spellings of one value share: of numbers the digits; otherwise case and spacing do not count.

    A secret is another one when any character differs.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if category is Category.SECRET:
        return text
    return _NOT_DIGITS.sub("", text) if _NUMBER.fullmatch(text) else " ".join(text.casefold().split())
