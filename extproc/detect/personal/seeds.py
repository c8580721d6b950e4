"""Recovery phrases of wallets: words of the BIP-39 list whose last bits check the others."""

import hashlib
from typing import Final

from extproc.detect.detector import Candidate, Validators
from extproc.detect.personal.surroundings import about, named
from extproc.detect.personal.wordlist import WORDS

_INDEX: Final = {word: index for index, word in enumerate(WORDS)}
_BITS: Final = 11
_LENGTHS: Final = (24, 21, 18, 15, 12)
_SEED: Final = named(
    "seed(?: phrase| words?)?", "mnemonics?", "recovery(?: phrase| words?| seed| key)?", "secret phrase",
    "backup(?: phrase| words?)?",
    "wallets?", "passphrase", "bip ?39", "ledger", "metamask", "phrase", "secret recovery phrase",
)  # fmt: skip


def is_seed_phrase(words: list[str]) -> bool:
    """Whether the words are of the list and the checksum of BIP-39 fits."""
    if len(words) not in _LENGTHS:
        return False
    bits = 0
    for word in words:
        index = _INDEX.get(word)
        if index is None:
            return False
        bits = bits << _BITS | index
    check_bits = len(words) * _BITS // 33
    entropy = (bits >> check_bits).to_bytes(check_bits * 4, "big")
    return hashlib.sha256(entropy).digest()[0] >> (8 - check_bits) == bits & ((1 << check_bits) - 1)


def _seed_phrase(candidate: Candidate) -> float | None:
    """Accept by checksum, or by name when every word is of the list, since a phrase may be copied wrongly."""
    words = [word.lower() for word in candidate.text.replace(",", " ").split()]
    if len(words) not in _LENGTHS or len(set(words)) * 2 < len(words):
        return None
    if is_seed_phrase(words):
        return 0.97
    return 0.85 if about(candidate, _SEED) and all(word in _INDEX for word in words) else None


VALIDATORS: Final[Validators] = {"seed_phrase": _seed_phrase}
