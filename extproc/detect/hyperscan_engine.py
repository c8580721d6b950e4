"""The engine on hyperscan: every pattern in one pass, in linear time.

The database is compiled once and can be kept. Each thread has scratch memory of its own: two scans on one fail.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Final

import hyperscan

from extproc.detect.detector import Detector
from extproc.detect.locating import Located, Locator, edges
from extproc.detect.matching import MAX_MATCHES, Expression, Hit, Hits, expression_of
from extproc.detect.pattern import PatternError

_MODE: Final = hyperscan.HS_MODE_BLOCK
# A repeat with two limits; escapes and classes are passed over as a whole.
_COUNTED: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d+),(\d+)\}", re.DOTALL)
_WORTH: Final = 2


class HyperscanEngine:
    """A database in use. Made by `compiled` or `loaded`."""

    every_end = True

    def __init__(self, database: hyperscan.Database) -> None:
        """Take a database that is ready."""
        self._database = database
        self._local = threading.local()

    def hits(self, buffer: bytes) -> Hits:
        """Return where expressions end, up to a limit."""
        pairs: list[Hit] = []
        append = pairs.append

        # hyperscan keeps no reference to its handler: the local name does, for as long as the scan runs.
        def handler(number: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            append((number, end))
            return len(pairs) >= MAX_MATCHES

        try:
            self._database.scan(buffer, match_event_handler=handler, scratch=self._scratch())
        except hyperscan.ScanTerminated:
            return Hits(pairs=pairs, complete=False)
        return Hits(pairs=pairs)

    def dump(self) -> bytes:
        """Return the database as bytes, for `loaded` on the same version and kind of processor."""
        return bytes(hyperscan.dumpb(self._database))

    def locator(self, detector: Detector) -> Locator:
        """Return the locator for a pattern of an operator. Raises: `PatternError`."""
        return StartLocator(detector)

    def _scratch(self) -> hyperscan.Scratch:
        scratch: hyperscan.Scratch | None = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = hyperscan.Scratch(self._database)
        return scratch


class StartLocator:
    """Finds where matches of one pattern begin, in linear time: hyperscan with start of match."""

    def __init__(self, detector: Detector) -> None:
        """Compile the pattern. Raises: `PatternError`; a group cannot be found this way."""
        if detector.group:
            raise PatternError("a group needs google-re2; name what stands beside the value in 'context' instead")
        self._database = hyperscan.Database(mode=_MODE)
        _compile(self._database, [expression_of(detector)], hyperscan.HS_FLAG_SOM_LEFTMOST)
        self._edges = edges(detector)
        self._local = threading.local()

    def around(self, text: str, low: int, end: int, high: int) -> Iterator[Located]:  # noqa: ARG002 - the protocol's
        """Return matches, ascending, the longest at each place."""
        first = max(0, low - 1)
        stretch = text[first : high + 1]
        lead = "" if first < low else "\n"
        data = f"{lead}{stretch}\n".encode(errors="replace")
        ends: dict[int, int] = {}

        def handler(_number: int, start: int, end: int, _flags: int, _context: object) -> None:
            ends[start] = max(end, ends.get(start, 0))

        scratch = getattr(self._local, "scratch", None)
        if scratch is None:
            scratch = self._local.scratch = hyperscan.Scratch(self._database)
        self._database.scan(data, match_event_handler=handler, scratch=scratch)
        (left, right), done = self._edges, 0
        for start, last in sorted(ends.items()):
            begin, stop = len(data[:start].decode()) + left, len(data[:last].decode()) - right
            if begin >= done:
                done = stop
                shift = first - len(lead)
                yield Located(begin + shift, stop + shift, begin + shift, stop + shift)


def platform() -> str:
    """Return what a kept database depends on: the version of hyperscan and the features of this processor."""
    probe = hyperscan.Database(mode=_MODE)
    probe.compile(expressions=[b"a"], ids=[0], flags=[0])
    return f"{version('hyperscan')} {probe.info()}"


def compiled(expressions: Sequence[Expression]) -> HyperscanEngine:
    """Compile expressions. Raises: `PatternError` when hyperscan cannot."""
    database = hyperscan.Database(mode=_MODE)
    _compile(database, [replace(expression, text=relaxed(expression.text)) for expression in expressions])
    return HyperscanEngine(database)


def check(expression: Expression) -> None:
    """See whether one expression can be compiled. Raises: `PatternError`."""
    compiled([expression])


def loaded(dump: bytes) -> HyperscanEngine | None:
    """Take up a database again; None when it is of another version or kind of processor, or broken."""
    try:
        database = hyperscan.loadb(dump, mode=_MODE)
        database.scratch = hyperscan.Scratch(database)
    except hyperscan.error:
        return None
    return HyperscanEngine(database)


def relaxed(pattern: str) -> str:
    """Return a pattern that matches whatever this one does, and more, by taking repeats' upper limits away.

    Counting is what makes an automaton large: one that reports every end loses nothing, as a narrower search follows.
    """
    return _COUNTED.sub(_without_limit, pattern)


def _without_limit(found: re.Match[str]) -> str:
    if found[1] is None or int(found[2]) - int(found[1]) < _WORTH:
        return found[0]
    return {0: "*", 1: "+"}.get(int(found[1]), f"{{{int(found[1])},}}")


def _compile(database: hyperscan.Database, expressions: Sequence[Expression], flags: int = 0) -> None:
    try:
        database.compile(
            expressions=[expression.text.encode() for expression in expressions],
            ids=list(range(len(expressions))),
            flags=[_flags(expression) | flags for expression in expressions],
        )
    except hyperscan.error as error:
        raise PatternError(f"hyperscan cannot compile it: {error}") from None


def _flags(expression: Expression) -> int:
    flags = hyperscan.HS_FLAG_MULTILINE
    if expression.ignore_case:
        flags |= hyperscan.HS_FLAG_CASELESS
    # Over bytes a class of characters beyond ASCII would be one of halves of them.
    return flags if expression.text.isascii() else flags | hyperscan.HS_FLAG_UTF8
