"""The engine on google-re2, where hyperscan has no wheel: a set says which patterns occur, then each is searched.

Linear in time too, and about twice as slow.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import re2  # type: ignore[import-untyped]  # it has no stubs

from extproc.detect.detector import Detector
from extproc.detect.locating import Located, Locator, edges
from extproc.detect.matching import BOUNDARY, MAX_MATCHES, Expression, Hit, Hits, ends
from extproc.detect.pattern import PatternError

# Of the automaton of the set: too little, and it is built again and again.
_MEMORY: Final = 256 * 1024 * 1024


class Re2Engine:
    """Expressions in use."""

    every_end = False

    def __init__(self, expressions: Sequence[Expression]) -> None:
        """Compile expressions. Raises: `PatternError`."""
        self._expressions = tuple(expressions)
        self._set = re2.Set.SearchSet(_options())
        for expression in expressions:
            _compiled(expression.text, expression.ignore_case)
            self._set.Add(_flagged(expression.text, expression.ignore_case))
        self._set.Compile()

    def hits(self, buffer: bytes) -> Hits:
        """Return where expressions end, up to a limit."""
        pairs: list[Hit] = []
        for number in self._set.Match(buffer) or ():
            expression = self._expressions[number]
            pattern = _compiled(expression.text, expression.ignore_case)
            for end in ends(pattern.search, buffer, shared=expression.shared):
                pairs.append((number, end))
                if len(pairs) >= MAX_MATCHES:
                    return Hits(pairs=pairs, complete=False)
        return Hits(pairs=pairs)

    def locator(self, detector: Detector) -> Locator:
        """Return the locator for a pattern of an operator. Raises: `PatternError`."""
        return Re2Locator(detector)


class Re2Locator:
    """Finds matches of one pattern, groups included, in linear time."""

    def __init__(self, detector: Detector) -> None:
        """Compile the pattern. Raises: `PatternError`."""
        left, self._right = edges(detector)
        text = f"{BOUNDARY if left else ''}({detector.pattern}){BOUNDARY if self._right else ''}"
        self._pattern = _compiled(text, detector.ignore_case)
        if detector.group > self._pattern.groups - 1:
            raise PatternError("it has no such group")
        self._group = detector.group + 1

    def around(self, text: str, low: int, end: int, high: int) -> Iterator[Located]:
        """Return matches, ascending."""
        first = max(0, low - 1)
        lead = "" if first < low else "\n"
        stretch = f"{lead}{text[first : high + 1]}\n"
        at, shift = 0, first - len(lead)
        while found := self._pattern.search(stretch, at):
            (start, end), (value_start, value_end) = found.span(1), found.span(self._group)
            if value_start >= 0:
                yield Located(start + shift, end + shift, value_start + shift, value_end + shift)
            at = max(end, found.start() + 1)


def check(expression: Expression) -> None:
    """See whether one expression can be compiled. Raises: `PatternError`."""
    _compiled(expression.text, expression.ignore_case)


def _options() -> Any:  # noqa: ANN401 - the binding has no types
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


def _flagged(text: str, ignore_case: bool) -> str:  # noqa: FBT001 - as the cache has it
    return f"(?mi){text}" if ignore_case else f"(?m){text}"


@lru_cache(maxsize=4096)
def _compiled(text: str, ignore_case: bool) -> Any:  # noqa: ANN401, FBT001 - as above; a key of the cache
    try:
        return re2.compile(_flagged(text, ignore_case), _options())
    except re2.error as error:
        raise PatternError(f"google-re2 cannot compile it: {error}") from None
