"""Keyed fingerprints: by these a value or a passage is known again, in pieces as well, and nothing can be read back.

Every fingerprint is a keyed digest. Of a short value all runs of a few characters are kept (grams), so that any piece
of it can be told; of a long text only every few words are (winnowing): two texts that share a stretch of
`SHINGLE + WINDOW - 1` words share a fingerprint. Case, spacing and punctuation do not count, nor does the direction
in which a value is read.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final

# Characters of a gram: of values as long as keys, and of shorter ones.
GRAM: Final = 5
SHORT_GRAM: Final = 3
# A value of fewer characters is known only as a whole; one of fewer than `_LONG` has short grams.
SHORTEST: Final = 8
_LONG: Final = 12
MAX_GRAMS: Final = 48
SHINGLE: Final = 4
WINDOW: Final = 6
MAX_SHINGLES: Final = 96
_WORD: Final = re.compile(r"\w+")
_DROPPED: Final = re.compile(r"[\W_]+")
_U32: Final = struct.Struct("<I")


def folded(text: str) -> str:
    """Return the letters and digits of a text, without case."""
    return _DROPPED.sub("", text).casefold()


class Printer:
    """Makes fingerprints under one key; those under another have nothing in common with them."""

    def __init__(self, key: bytes) -> None:
        """Derive what is needed from a key of any length."""
        self._hash = blake2b(digest_size=4, key=blake2b(key, digest_size=32, person=b"trail").digest())
        # The choice of shingles is not kept, so that it only has to differ from key to key.
        self._seed = zlib.crc32(key)

    def token(self, text: str) -> int:
        """Return the fingerprint of one spelling."""
        digest = self._hash.copy()
        digest.update(text.encode(errors="replace"))
        return int(_U32.unpack(digest.digest())[0])

    def tokens(self, texts: Iterable[str]) -> tuple[int, ...]:
        """Return the fingerprints of several spellings."""
        return tuple(map(self.token, texts))

    def grams(self, text: str, size: int) -> tuple[int, ...]:
        """Return the fingerprints of all runs of so many characters of a folded text; the direction does not count."""
        token = self.token
        return tuple(token(min(run, run[::-1])) for run in (text[at : at + size] for at in range(len(text) - size + 1)))

    def value(self, text: str) -> tuple[int, tuple[int, ...]]:
        """Return the size of the grams of a value and which are kept of it: of long ones a part, evenly chosen."""
        text = folded(text)
        if len(text) < SHORTEST:
            return len(text), self.grams(text, len(text)) if text else ()
        size = gram_size(len(text))
        runs = [text[at : at + size] for at in range(len(text) - size + 1)]
        share = -(-len(runs) // MAX_GRAMS)
        if share > 1:
            # Which ones are kept is up to the run alone, so a piece of the value is as well covered as all of it.
            chosen = [run for run in runs if zlib.crc32(min(run, run[::-1]).encode(), self._seed) % share == 0]
            runs = (chosen or runs)[:MAX_GRAMS]
        return size, tuple(dict.fromkeys(self.token(min(run, run[::-1])) for run in runs))

    def shingles(self, text: str) -> tuple[int, ...]:
        """Return the fingerprints of a text: of every `WINDOW` neighbouring shingles of words the least one."""
        words = _WORD.findall(text.casefold())
        runs = [" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)]
        return tuple(dict.fromkeys(self.token(run) for run in _least(runs, self._seed)))


def gram_size(length: int) -> int:
    """Return how long the grams of a value of so many characters are."""
    if length < SHORTEST:
        return length
    return GRAM if length >= _LONG else SHORT_GRAM


def _least(runs: list[str], seed: int) -> Iterator[str]:
    """Return the runs that winnowing chooses: of equal ones the last, as each window moves on."""
    order = [zlib.crc32(run.encode(errors="replace"), seed) for run in runs]
    chosen = -1
    for start in range(max(1, len(runs) - WINDOW + 1) if runs else 0):
        end = min(start + WINDOW, len(runs))
        if chosen < start:
            chosen = min(range(start, end), key=lambda at: (order[at], -at))
            yield runs[chosen]
        elif order[end - 1] <= order[chosen] and chosen != end - 1:
            chosen = end - 1
            yield runs[chosen]
