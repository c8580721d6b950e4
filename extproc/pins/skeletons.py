"""Names as they look: without case and separators, and with look-alikes of a letter folded into one."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from extproc.threats.confusables import LATIN

_LONGEST: Final = 256
_SEPARATORS: Final = re.compile(r"[\W_]+")
_PLAIN_SEPARATORS: Final = re.compile(r"[ _./:-]+")
_LOOK_ALIKES: Final = str.maketrans({**LATIN, "0": "o", "1": "l", "i": "l", "5": "s"})
# Pairs of letters that read as one.
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a name without case and separators: `read_file`, `readFile` and `Read-File` are one."""
    return _PLAIN_SEPARATORS.sub("", name[:_LONGEST].casefold())


@lru_cache(maxsize=4096)
def skeleton(name: str) -> str:
    """Return what a name looks like: also digits, letters of other scripts and invisible characters are folded.

    Accents are kept from deciding, so that `réad` looks like `read`.
    """
    short = name[:_LONGEST]
    if not short.isascii():
        decomposed = unicodedata.normalize("NFKD", short.translate(_LOOK_ALIKES))
        short = "".join(one for one in decomposed if unicodedata.category(one) not in {"Mn", "Cf"})
    folded = _SEPARATORS.sub("", short.casefold().translate(_LOOK_ALIKES))
    for pair, letter in _PAIRS:
        folded = folded.replace(pair, letter)
    return folded


def is_distinctive(name: str) -> bool:
    """Tell whether a name is one that no plain text has by chance: of two words at least, like `read_file`."""
    return len(_PARTS.findall(name[:_LONGEST])) > 1
