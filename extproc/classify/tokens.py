"""Names and words: how `getUserById`, `pods_delete` and `refund-create` fall into words, and verbs into stems."""

import re
from functools import lru_cache
from typing import Final

# Longer names are cut: a name is looked at, never trusted.
_LONGEST: Final = 256
# `ring` and `ping` are no forms of anything; `doubled` ends are those of stems like `dropp`.
_SHORT_FORM: Final = 5
_SHORT_STEM: Final = 2
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+[a-z]*|[^\W\d_]+")


def word_set(text: str) -> frozenset[str]:
    """Return the words of a table that is written as text."""
    return frozenset(text.split())


def tokenize(name: str) -> tuple[str, ...]:
    """Split a name into lower-case words: snake, kebab, dots, slashes and camel case; `2fa` stays one word."""
    return _tokenize(name[:_LONGEST])


@lru_cache(maxsize=4096)
def _tokenize(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORD.findall(name))


def stems(word: str) -> tuple[str, ...]:
    """Return what a verb may be the form of: `deletes`, `copies`, `searching`, `dropped` and their stems."""
    forms = [word]
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("s"):
        forms.append(word[:-1])
    if word.endswith("ing") and len(word) > _SHORT_FORM:
        forms += bases(word[:-3])
    return tuple(forms)


def bases(stem: str) -> list[str]:
    """Return the verbs of which `-ing` or `-er` may have left a stem: `creat`, `fetch`, `scann`."""
    undoubled = [stem[:-1]] if len(stem) > _SHORT_STEM and stem[-1] == stem[-2] else []
    return [stem, stem + "e", *undoubled]
