"""Whether a text that was hidden says something: how many of its words are common ones."""

import re
from typing import Final

from extproc.threats.words import COMMON

_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?")
# What means something to a machine if not to a person: addresses, paths, commands.
_WORKS: Final = re.compile(
    r"https?://\w|~/\.\w|/etc/\w|\.ssh\b|\.env\b|\bcurl +\S|\bwget +\S|\brm +-|\bsudo +\w|\beval *\(|<script|\bbash +-c"
)
_LONGEST: Final = 4096
_SHARE: Final = 0.3


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, in their order; of a long text only those of its beginning."""
    return _WORD.findall(text[:_LONGEST].lower())


def common(text: str) -> int:
    """Count the common words in a text."""
    return sum(word in COMMON for word in words_of(text))


def says_something(text: str, *, least: int = 2) -> bool:
    """Tell whether a text is prose or works as an address, a path or a command.

    Prose has at least `least` common words, and they are a good part of its words: chance has neither.
    """
    words = words_of(text)
    known = sum(word in COMMON for word in words)
    return (known >= least and known >= _SHARE * len(words)) or _WORKS.search(text[:_LONGEST].lower()) is not None
