"""Values known only by their salted digests: "these very customer numbers", without keeping them anywhere."""

import hashlib
from collections.abc import Set as AbstractSet
from typing import Final

from extproc.detect.detector import Candidate
from extproc.detect.fingerprints import normalised
from extproc.model.finding import Category

_SCORE: Final = 0.99


class ExactValues:
    """A validator that knows the digests of all values of an operator."""

    def __init__(self, salt: str, digests: AbstractSet[str], category: Category) -> None:
        """Take the digests as `digest_of` makes them."""
        self._salt = salt
        self._digests = digests
        self._category = category

    def __call__(self, candidate: Candidate) -> float | None:
        """Score a candidate whose digest is known."""
        return _SCORE if digest_of(self._salt, candidate.text, self._category) in self._digests else None


def digest_of(salt: str, value: str, category: Category) -> str:
    """Return the SHA-256 of the salt and the value in normal form, in hexadecimal."""
    return hashlib.sha256((salt + normalised(value, category)).encode(errors="replace")).hexdigest()
