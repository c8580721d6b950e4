"""Private keys and hashes of passwords, which are told by their armour rather than by a name."""

import re
from typing import Final

from extproc.detect.detector import Candidate
from extproc.detect.secrets.values import entropy, repetitive

_BODY: Final = re.compile(r"[A-Za-z0-9+/=]{16,}")
_BREAKS: Final = re.compile(r"\\[rnt]|[\s\"',+\\|>]")
_LEAST_BODY: Final = 48
_LEAST_ENTROPY: Final = 3.5
_LEAST_HEX_ENTROPY: Final = 3.0
_HEX_KEY: Final = 64
_BODY_AT: Final = 2


def private_key(candidate: Candidate) -> float | None:
    """Accept an armoured block with a body: base64 of some length, whatever breaks its lines."""
    inner = candidate.text.split("-----", 3)
    body = "".join(_BODY.findall(_BREAKS.sub("", inner[_BODY_AT] if len(inner) > _BODY_AT else "")))
    if len(body) < _LEAST_BODY or entropy(body) < _LEAST_ENTROPY:
        return None
    return 1.0


def hex_key(candidate: Candidate) -> float | None:
    """Accept 256 bits in hexadecimal that what stands around it calls a private key."""
    text = candidate.text.removeprefix("0x")
    return (
        0.9 if len(text) == _HEX_KEY and entropy(text.lower()) >= _LEAST_HEX_ENTROPY and not repetitive(text) else None
    )


def password_hash(candidate: Candidate) -> float | None:
    """Accept a salted hash of a password: whoever has it can try passwords at leisure."""
    text = candidate.text
    return None if repetitive(text[len(text) // 3 :]) else 0.9
