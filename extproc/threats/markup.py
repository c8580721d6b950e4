"""Text that a page, a document or a terminal holds but does not show."""

import re
from collections.abc import Iterator
from typing import Final

from extproc.threats.disguise import HIDDEN, Mark, Piece, Uncovered
from extproc.threats.meaning import common, says_something

_COMMENT: Final = ("<!--", "-->")
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]{0,30})([^<>]{0,600})>")
_UNSEEN_STYLE: Final = re.compile(
    r"display *: *none|visibility *: *hidden|font-size *: *0|opacity *: *0(?:\.0+)? *(?:[;\"']|$)"
    r"|color *: *(?:white|#fff(?:fff)?|transparent|rgba\([^)]{0,40}, *0\)) *(?:[;\"']|$)"
    r"|(?:left|top|text-indent) *: *-\d{3,}|(?:^|\s)hidden(?=[\s=]|$)|(?:max-)?(?:height|width) *: *0(?:px)? *[;\"']",
    re.IGNORECASE,
)
# A definition of a link that nothing uses is a comment (CommonMark 4.7).
_DEFINITION: Final = re.compile(r"^ {0,3}\[[^\]\n]{1,80}\]: *(?:#|<>)? *[\"'(]([^\n]{8,})[\"')] *$", re.MULTILINE)
# Terminal sequences: CSI and OSC of ECMA-48.
_ANSI: Final = re.compile(
    r"\x1b\[([0-9;?]{0,20})([A-Za-z])|\x1b\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)?|\x1b[()#%][A-Z0-9]?|\x1b.?"
)
_CONCEALED: Final = re.compile(r"(?:^|;)8(?:;|$)")
_MOVES: Final = frozenset("ABCDEFGHJKSTfsu")
# So much that nobody scrolls to what follows.
_FAR: Final = re.compile(r"(?<![ \t])[ \t]{120,}+\s*+(?=\w)|(?<!\n)\n{25,}+\s*+(?=\w)")
_LONGEST: Final = 4096
_FEW: Final = 3
_LOOKS: Final = 8
_BREAKING_NAMES: Final = (
    "address article aside blockquote br dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol"
    " p pre section table td th tr ul"
)
_BREAKING: Final = frozenset(_BREAKING_NAMES.split())


def marked_up(text: str) -> Uncovered:
    """Look at a text that has an angle bracket or a square one, or an escape character."""
    pieces: list[Piece] = []
    marks: list[Mark] = []
    if "<" in text:
        marks.extend(_comments(text))
        pieces.extend(_tags(text, marks))
    if "]:" in text:
        marks.extend(
            Mark(code="markdown-comment", family=HIDDEN, start=found.start(), end=found.end())
            for found in _DEFINITION.finditer(text)
            if common(found[1]) >= _FEW
        )
    if "\x1b" in text:
        pieces.extend(_terminal(text, marks))
    return Uncovered(pieces=pieces, marks=marks)


def far_away(text: str) -> Uncovered:
    """Look for text that was moved out of sight by blanks."""
    found = _FAR.search(text)
    if found is None or not says_something(text[found.end() : found.end() + _LONGEST], least=_FEW):
        return Uncovered()
    return Uncovered(marks=(Mark(code="far-away", family=HIDDEN, start=found.end(), end=len(text)),))


def _comments(text: str) -> Iterator[Mark]:
    opening, closing = _COMMENT
    at = text.find(opening)
    while at >= 0:
        end = text.find(closing, at)
        end = len(text) if end < 0 else end
        if common(text[at:end]) >= _FEW:
            yield Mark(code="markup-comment", family=HIDDEN, start=at, end=min(len(text), end + len(closing)))
        at = text.find(opening, end)


def _tags(text: str, marks: list[Mark]) -> Iterator[Piece]:
    """Return tags to be taken away, and note what stands between those that show nothing."""
    unseen_until = 0
    for found in _TAG.finditer(text):
        closing, name, attributes = found.groups()
        start, end = found.span()
        inside = not closing and name.lower() not in _BREAKING
        yield start, end, "" if closing or inside else " "
        if closing or start < unseen_until or "=" not in attributes + "=" or not _UNSEEN_STYLE.search(attributes):
            continue
        unseen_until = text.find(f"</{name}", end, end + _LONGEST)
        unseen_until = min(len(text), end + _LONGEST) if unseen_until < 0 else unseen_until
        if common(text[end:unseen_until]) >= _FEW:
            marks.append(Mark(code="unseen-element", family=HIDDEN, start=start, end=unseen_until))


def _terminal(text: str, marks: list[Mark]) -> Iterator[Piece]:
    """Return sequences to be taken away, and note the first that conceals or overwrites words."""
    looks = _LOOKS
    for found in _ANSI.finditer(text):
        yield *found.span(), ""
        numbers, letter = found[1], found[2]
        if not looks or letter is None or not (letter in _MOVES or (letter == "m" and _CONCEALED.search(numbers))):
            continue
        looks -= 1
        if says_something(text[found.end() : found.end() + _LONGEST], least=_FEW):
            looks = 0
            marks.append(Mark(code="terminal-concealment", family=HIDDEN, start=found.start(), end=found.end()))
