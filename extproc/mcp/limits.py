"""Caps on what one message may cost to read."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes in bytes. The defaults fit the official SDKs: 4 MiB bodies and 1 MiB events.

    `depth` counts nested objects and arrays, `values` all JSON values of a document, `batch` the messages of an array.
    """

    body_bytes: int = 4 * 1024 * 1024
    event_bytes: int = 1024 * 1024
    depth: int = 201
    values: int = 500_000
    batch: int = 100


DEFAULT_LIMITS: Final = Limits()
# Files that an operator names may be larger than what comes over a network.
FILE_LIMITS: Final = Limits(body_bytes=64 * 1024 * 1024, values=10_000_000)
