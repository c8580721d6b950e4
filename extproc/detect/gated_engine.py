"""The engine of last resort, on `re` alone: a pattern is searched where one of its keywords stands, up to a size."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, Never

from extproc.detect.detector import Detector
from extproc.detect.matching import MAX_MATCHES, Expression, Hit, Hits, ends
from extproc.detect.pattern import PatternError

# `re` takes some milliseconds for a kilobyte and all detectors: more than this is not searched, and the scan says so.
MAX_BYTES: Final = 64 * 1024


class GatedEngine:
    """Expressions in use; compiled when first searched."""

    every_end = False

    def __init__(self, expressions: Sequence[Expression]) -> None:
        """Take expressions."""
        self._expressions = tuple(
            (number, expression, tuple(word.encode() for word in expression.keywords))
            for number, expression in enumerate(expressions)
        )

    def hits(self, buffer: bytes) -> Hits:
        """Return where expressions end in the beginning of a buffer."""
        complete = len(buffer) <= MAX_BYTES
        searched = buffer if complete else buffer[:MAX_BYTES] + b"\n"
        lower = searched.lower()
        pairs: list[Hit] = []
        for number, expression, words in self._expressions:
            if words and not any(word in lower for word in words):
                continue
            for end in _ends(expression, searched):
                pairs.append((number, end))
                if len(pairs) >= MAX_MATCHES:
                    return Hits(pairs=pairs, complete=False)
        return Hits(pairs=pairs, complete=complete)

    def locator(self, detector: Detector) -> Never:
        """Refuse: `re` may run away on a pattern that nobody has looked at."""
        raise PatternError(f"patterns of operators need hyperscan or google-re2 ({detector.id})")


def _ends(expression: Expression, buffer: bytes) -> Iterator[int]:
    if expression.text.isascii():
        yield from ends(_compiled(expression.text, expression.ignore_case).search, buffer, shared=expression.shared)
        return
    # Over bytes a class of characters beyond ASCII would be one of halves of them.
    text = buffer.decode(errors="replace")
    flags = re.MULTILINE | re.ASCII | (re.IGNORECASE if expression.ignore_case else 0)
    for end in ends(re.compile(expression.text, flags).search, text, shared=expression.shared):
        yield len(text[:end].encode())


@lru_cache(maxsize=4096)
def _compiled(text: str, ignore_case: bool) -> re.Pattern[bytes]:  # noqa: FBT001 - a key of the cache
    return re.compile(text.encode(), re.MULTILINE | (re.IGNORECASE if ignore_case else 0))
