"""What an engine for many patterns is: one pass over a buffer, and where which pattern ended."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from extproc.detect.detector import Detector
from extproc.detect.locating import Locator, edges

# More matches than this in one pass are a flood: nothing that people write has as many.
MAX_MATCHES: Final = 200_000

_Text = TypeVar("_Text", str, bytes)

Hit: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A pattern as an engine searches it in bytes: with its boundaries, which are part of what it consumes."""

    text: str
    ignore_case: bool = False
    # What ends one match may begin the next.
    shared: bool = True
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Pairs of the number of an expression and where in the buffer it ended, in any order."""

    pairs: Sequence[Hit]
    complete: bool = True


class Engine(Protocol):
    """A set of expressions, made once. Safe to use from several threads.

    `every_end` tells that it reports each place where an expression ends, and not only where the first of matches that
    overlap does.
    """

    every_end: bool

    def hits(self, buffer: bytes) -> Hits:
        """Return where expressions end in a buffer, which begins and ends with a newline."""
        ...

    def locator(self, detector: Detector) -> Locator:
        """Return a locator that runs in linear time whatever the pattern is. Raises: `PatternError`."""
        ...


BOUNDARY: Final = "[^0-9A-Za-z_]"

# Runs that may be an encoding of something else. What follows the run is part of it, so each run is one hit.
RUN: Final = Expression(text="[A-Za-z0-9+/_-]{24}[^A-Za-z0-9+/_-]")


def expression_of(detector: Detector) -> Expression:
    """Return the expression of a detector. With its boundaries, a repeat has one end instead of many."""
    left, right = edges(detector)
    text = detector.pattern if detector.pattern.startswith("^") else f"(?:{detector.pattern})"
    text = f"{BOUNDARY if left else ''}{text}{BOUNDARY if right else ''}"
    return Expression(text=text, ignore_case=detector.ignore_case, shared=right, keywords=detector.keywords)


def expressions_of(detectors: Iterable[Detector]) -> tuple[Expression, ...]:
    """Return what an engine for these detectors searches: theirs in their order, then the runs."""
    return (*map(expression_of, detectors), RUN)


def ends(search: Callable[[_Text, int], Any], buffer: _Text, *, shared: bool) -> Iterator[int]:
    """Return where a pattern ends in a buffer, for engines that search one at a time."""
    at = 0
    while found := search(buffer, at):
        start, end = found.span()
        yield end
        at = max(end - shared, start + 1)
