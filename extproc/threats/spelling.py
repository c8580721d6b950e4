"""Words that are spelt so that a search for them fails: letter by letter, with digits, backwards, in rot13."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from extproc.threats.disguise import DISGUISED, ENCODED, Inner, Mark, Uncovered, whole
from extproc.threats.meaning import says_something, words_of
from extproc.threats.words import COMMON

# Letters that stand alone: divided by blanks, of which more than one divides words, or by another sign.
_SPACED: Final = re.compile(r"(?<!\S)\S(?:[ \t\u00a0]{1,8}\S(?!\S)){6,}")
_JOINED: Final = re.compile(r"(?<![A-Za-z])[A-Za-z](?:([-._*|/~+,\u00b7\u2022])[A-Za-z](?:\1[A-Za-z])*(?![A-Za-z]))")
_GAP: Final = re.compile(r"[ \t\u00a0]{2,8}")
_FEW_LETTERS: Final = 8
_FEW_WORDS: Final = 3
_FEW_KNOWN: Final = 6
_LEET: Final = re.compile(r"[A-Za-z][0134578@$!]|[0134578@$!][A-Za-z]")
# What may stand for a letter, and the ends of the word around it: signs that few texts have are sought first.
_FOR_LETTERS: Final = re.compile(r"[0134578@$!]")
_LEET_WORD: Final = re.compile(r"[A-Za-z0-9@$!]*")
_DIGIT_WORD: Final = re.compile(r"(?<![0-9A-Za-z.,:])[0134578]{1,6}(?![0-9A-Za-z]|[.,:][0-9])")
_AS_I: Final = str.maketrans("0134578@$!", "oieastbasi")
_AS_L: Final = str.maketrans("0134578@$!", "oleastbasi")
_TOKEN: Final = re.compile(r"[A-Za-z]{3,}")
_LONGEST: Final = 16 * 1024
_LONGEST_WORD: Final = max(map(len, COMMON))


def _disguises(change: Callable[[str], str], least: int) -> frozenset[str]:
    """Return what common words become, where that is no word itself."""
    return frozenset(change(word) for word in COMMON if len(word) >= least and change(word) not in COMMON)


def _rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


_ROTATED: Final = _disguises(_rot13, 3)
_BACKWARDS: Final = _disguises(lambda word: word[::-1], 3)
TURNED: Final = _ROTATED | _BACKWARDS


def letter_by_letter(text: str) -> Uncovered:
    """Look at a text with many words of one letter, or with words in which every second character is a sign."""
    inner, marks = [], []
    for found in _SPACED.finditer(text):
        said = _joined(found[0])
        if _reads(said):
            inner.append(Inner(text=said, start=found.start(), end=found.end()))
    inner.extend(_divided(text))
    marks = [Mark(code="letter-by-letter", family=DISGUISED, start=one.start, end=one.end) for one in inner]
    return Uncovered(inner=inner, marks=marks)


def _reads(text: str) -> bool:
    """Tell whether letters make words, and not only by chance: at least half of them, and a few."""
    known = sum(len(word) for word in words_of(text) if len(word) > 1 and word in COMMON)
    return known >= _FEW_KNOWN and 2 * known >= sum(map(str.isalpha, text))


def _joined(text: str) -> str:
    """Return letters taken together; without wider gaps between them words are found by their look."""
    words = [re.sub(r"\s", "", word) for word in _GAP.split(text)]
    if len(words) * 3 < len(text) / 2 and len(words) > 1:
        return " ".join(words)
    return segmented("".join(text.split()))


def _divided(text: str) -> Iterator[Inner]:
    found = list(_JOINED.finditer(text, 0, _LONGEST))
    letters = sum(len(one[0]) // 2 for one in found)
    if letters < _FEW_LETTERS or not found:
        return
    said = " ".join(segmented(re.sub(r"[^A-Za-z]", "", one[0])) for one in found)
    if says_something(said):
        yield Inner(text=said, start=found[0].start(), end=found[-1].end())


def segmented(letters: str) -> str:
    """Put blanks between common words that stand without; the longest word goes first."""
    lower, words, at, rest = letters[:_LONGEST].lower(), [], 0, 0
    while at < len(lower):
        length = next(
            (size for size in range(min(_LONGEST_WORD, len(lower) - at), 1, -1) if lower[at : at + size] in COMMON), 0
        )
        if not length:
            at += 1
            continue
        if at > rest:
            words.append(letters[rest:at])
        words.append(letters[at : at + length])
        at = rest = at + length
    words.append(letters[rest:])
    return " ".join(word for word in words if word)


def with_digits(text: str) -> Uncovered:
    """Look at a text with digits inside words."""
    places, made = [], []
    kept = 0
    for start, end in _words_with_digits(text[:_LONGEST]):
        word = _folded(text[start:end])
        made.append(text[kept:start] + word)
        kept = end
        if word.lower() in COMMON and len(word) > 2:  # noqa: PLR2004 - a word of two is chance
            places.append((start, end))
    if len(places) < _FEW_WORDS:
        return Uncovered()
    said = "".join((*made, text[kept:]))
    said = _DIGIT_WORD.sub(lambda found: _folded(found[0]), said)
    return Uncovered(
        inner=(Inner(text=said, start=0, end=len(text), aligned=True),),
        marks=(Mark(code="digits-for-letters", family=DISGUISED, start=places[0][0], end=places[-1][1]),),
    )


def _words_with_digits(text: str) -> Iterator[tuple[int, int]]:
    """Return words in which a letter stands beside what may stand for one; time is linear."""
    last = 0
    for found in _FOR_LETTERS.finditer(text):
        start = found.start()
        if start < last:
            continue
        end = next(_LEET_WORD.finditer(text, start)).end()
        while start > last and (text[start - 1].isascii() and text[start - 1].isalnum()):
            start -= 1
        last = end
        if _LEET.search(text, start, end):
            yield start, end


def _folded(token: str) -> str:
    for table in (_AS_I, _AS_L):
        word = token.translate(table)
        if word.lower() in COMMON:
            return word
    # Both in one word: each one that stands beside an l is one.
    both = token.replace("11", "ll").translate(_AS_I)
    return both if both.lower() in COMMON else token.translate(_AS_I)


def turned_words(text: str, words: Iterable[str]) -> Uncovered:
    """Look at a text whose words, in lower case, are given, for rot13 and for words that are written backwards."""
    turned = {word for word in words if word in TURNED}
    if len(turned & _ROTATED) >= _FEW_WORDS:
        found = _region(text, _ROTATED)
        if found is not None and says_something(said := _rot13(text[slice(*found)])):
            return whole("rot13", ENCODED, Inner(text=said, start=found[0], end=found[1], aligned=True))
    if len(turned & _BACKWARDS) >= _FEW_WORDS:
        found = _region(text, _BACKWARDS)
        if found is not None and says_something(said := text[slice(*found)][::-1]):
            return whole("backwards", ENCODED, Inner(text=said, start=found[0], end=found[1]))
    return Uncovered()


def _region(text: str, disguised: frozenset[str]) -> tuple[int, int] | None:
    """Return the sentences in which words of a set stand."""
    places = [found.span() for found in _TOKEN.finditer(text, 0, _LONGEST) if found[0].lower() in disguised]
    if len(places) < _FEW_WORDS:
        return None
    start, end = places[0][0], places[-1][1]
    start = max(text.rfind("\n", 0, start), text.rfind(". ", 0, start) + 1, -1) + 1
    stop = text.find("\n", end)
    return start, len(text) if stop < 0 else stop
