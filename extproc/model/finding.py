"""A finding: something sensitive at a place in a message, without the thing itself."""

from enum import StrEnum

from extproc.model.value import value


class Category(StrEnum):
    """What kind of sensitive thing was found."""

    SECRET = "secret"  # noqa: S105 - the name of a kind
    PII = "pii"
    FINANCIAL = "financial"
    CUSTOM = "custom"
    POISONING = "poisoning"
    INJECTION = "injection"
    SHADOWING = "shadowing"
    DRIFT = "drift"
    CHAIN = "chain"


@value
class Finding:
    """Something that a detector found. The value itself never leaves the scan.

    `entity` is what policies call it (`email`, `github_token`), `detector` the one that found it. `pointer` leads to
    the string or number that holds it, or to the member whose name does (`in_key`); `start` and `end` count code points
    in it, as the JSON value has them (a number as it is written). What was found inside an encoding covers the whole
    outer token. `score` is between 0 and 1. `fingerprint` is a keyed digest of the normalised value, equal for equal
    values.
    """

    category: Category
    entity: str
    detector: str
    pointer: tuple[str | int, ...]
    start: int
    end: int
    score: float
    fingerprint: str = ""
    in_key: bool = False
