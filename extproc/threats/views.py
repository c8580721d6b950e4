"""The texts that one text is: as it stands, and as a model may read what is hidden, encoded or disguised in it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from extproc.detect.views import View
from extproc.model.passage import Sign
from extproc.model.value import value
from extproc.threats.disguise import Inner, Piece, Uncovered
from extproc.threats.encoded import SHORTEST, encoded, escaped
from extproc.threats.invisible import controls, invisible
from extproc.threats.markup import far_away, marked_up
from extproc.threats.spelling import TURNED, letter_by_letter, turned_words, with_digits

MAX_DEPTH: Final = 2
MAX_VIEWS: Final = 24
# Characters that all views of one text may have together, beyond its own.
MAX_MADE: Final = 1 << 18
MAX_SIGNS: Final = 64
# Up to here a text is looked at for disguises; the rest of it is only taken as it stands.
MAX_LOOKED_AT: Final = 1 << 18

_TINY: Final = 12
_ESCAPES: Final = re.compile(r"\\[ux][0-9A-Fa-f]|%[2-7][0-9A-Fa-f]|&#?\w{1,8};")
_BLANKS: Final = (" " * 120, "\n" * 25)
# The shape of a text: letters, digits and what stands for letters in words, other signs, blanks, and what no text has.
_SHAPE: Final = bytes(
    ord(
        "c" if code in {*range(9), 11, *range(14, 27), *range(28, 32), 127}
        else " " if chr(code).isspace()
        else "a" if chr(code).isalpha()
        else "0" if chr(code) in "0123456789@$"
        else "."
    )
    for code in range(256)
)  # fmt: skip
_CONTROL: Final = b"c"
_DIGIT_INSIDE: Final = (b"a0a", b"0a0", b"0aa0")
_SIGN_BETWEEN: Final = b"a.a.a.a"
_BITS: Final = b"0" * 8
# Of the lengths of words: letters that stand alone, and numbers of characters.
_ALONE: Final = b"\1" * 7
_SHORT: Final = b"\2" * 9
_AS_SHORT: Final = bytes(2 if length in {2, 3, 4} else length for length in range(256))


@value
class TextView:
    """One way to read a text. `origin` tells where a part of it stands in the original."""

    view: View

    @property
    def text(self) -> str:
        """Return what it says."""
        return self.view.text

    @property
    def depth(self) -> int:
        """Return how often something was decoded on the way here; 0 is the original."""
        return self.view.depth

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part stands in the original; of what was decoded together, all of it."""
        return self.view.root(start, end)


@value
class Views:
    """All ways to read a text, the original first, and the signs that something was concealed.

    `complete` is false when a limit kept something from being looked at.
    """

    views: tuple[TextView, ...]
    signs: tuple[Sign, ...] = ()
    complete: bool = True


def views_of(text: str) -> Views:
    """Return the views of a text. One in which nothing is concealed has itself as its only view."""
    root = View(text=text, leaf=0)
    only = (TextView(view=root),)
    if len(text) < _TINY and text.isascii():
        return Views(views=only)
    if len(text) <= MAX_LOOKED_AT and _ordinary(text):
        return Views(views=only)
    return _Unfolding(root).views()


class _Unfolding:
    """The views of one text while they are made, and what is left of its allowance."""

    def __init__(self, root: View) -> None:
        self._all = [root]
        self._signs: list[Sign] = []
        self._left = MAX_MADE
        self._complete = len(root.text) <= MAX_LOOKED_AT
        frontier = [root]
        while frontier:
            frontier = [made for view in frontier if view.depth < MAX_DEPTH for made in self._within(view)]

    def views(self) -> Views:
        return Views(
            views=tuple(TextView(view=view) for view in self._all),
            signs=tuple(self._signs),
            complete=self._complete,
        )

    def _within(self, view: View) -> Iterator[View]:
        """Return what a view holds, and note the signs."""
        text = view.text[:MAX_LOOKED_AT]
        looks = list(_looks(text))
        for look in looks:
            for mark in look.marks:
                start, end = view.root(mark.start, mark.end)
                if len(self._signs) < MAX_SIGNS:
                    self._signs.append(Sign(code=mark.code, family=mark.family, start=start, end=end))
        made = [_inner(view, one) for look in looks for one in look.inner]
        pieces = _apart(piece for look in looks for piece in look.pieces)
        if pieces:
            made.append(_cleaned(view, text, pieces))
        for one in made:
            if len(one.text) > self._left or len(self._all) >= MAX_VIEWS:
                self._complete = False
                continue
            self._left -= len(one.text)
            self._all.append(one)
            yield one


def _ordinary(text: str) -> bool:
    """Tell whether nothing in a text asks for a closer look: ASCII, without marks, and words of a usual shape."""
    return text.isascii() and next(_looks(text), None) is None


def _looks(text: str) -> Iterator[Uncovered]:
    """Return what each kind of look finds, for the kinds that the text gives cause for."""
    for look in _caused(text):
        if look.pieces or look.inner or look.marks:
            yield look


def _caused(text: str) -> Iterator[Uncovered]:
    """Screen a text; of the screens each costs less than a microsecond for a kilobyte, but for dividing it in words."""
    shape = text.encode("ascii", "replace").translate(_SHAPE)
    if not text.isascii():
        yield invisible(text)
    if "<" in text or "\x1b" in text or "]:" in text:
        yield marked_up(text)
    if _CONTROL in shape:
        yield Uncovered(pieces=controls(text))
    if ("\\" in text or "%" in text or "&" in text) and _ESCAPES.search(text):
        yield escaped(text)
    if any(blanks in text for blanks in _BLANKS):
        yield far_away(text)
    if any(digits in shape for digits in _DIGIT_INSIDE):
        yield with_digits(text)
    words = text.lower().split()
    lengths = bytes([length if length < 256 else 255 for length in map(len, words)])  # noqa: PLR2004 - a byte
    coded = _BITS in shape or _SHORT in lengths.translate(_AS_SHORT)
    if coded or max(lengths, default=0) >= SHORTEST:
        yield encoded(text, coded=coded)
    if _ALONE in lengths or _SIGN_BETWEEN in shape:
        yield letter_by_letter(text)
    if not TURNED.isdisjoint(words):
        yield turned_words(text, words)


def _inner(view: View, inner: Inner) -> View:
    if inner.aligned:
        return View(text=inner.text, leaf=0, parent=view, depth=view.depth + 1, offset=inner.start)
    return View(
        text=inner.text,
        leaf=0,
        parent=view,
        depth=view.depth + 1,
        at=(0,),
        until=(len(inner.text),),
        outer_at=(inner.start,),
        outer_until=(inner.end,),
    )


def _apart(pieces: Iterator[Piece]) -> list[Piece]:
    """Return pieces in their order; of those that overlap, the first."""
    apart: list[Piece] = []
    for piece in sorted(pieces):
        if not apart or piece[0] >= apart[-1][1]:
            apart.append(piece)
    return apart


def _cleaned(view: View, text: str, pieces: Sequence[Piece]) -> View:
    """Return a text with what stands for something else replaced by it."""
    parts, at, until, kept, made = [], [], [], 0, 0
    for start, end, meant in pieces:
        parts.append(text[kept:start])
        made += start - kept
        at.append(made)
        parts.append(meant)
        made += len(meant)
        until.append(made)
        kept = end
    parts.append(text[kept:])
    return View(
        text="".join(parts),
        leaf=0,
        parent=view,
        depth=view.depth + 1,
        at=at,
        until=until,
        outer_at=[piece[0] for piece in pieces],
        outer_until=[piece[1] for piece in pieces],
    )
