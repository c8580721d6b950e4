"""Tokens of providers: what they have beyond their pattern, up to checksums and structure."""

import base64
import binascii
import hashlib
import json
import re
import zlib
from typing import Final

from extproc.detect.detector import Candidate
from extproc.detect.secrets.letters import gibberish
from extproc.detect.secrets.values import UUID, Shape, entropy, repetitive, shape
from extproc.model.marks import MARK

_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FILLERS: Final = (
    "xxxxx", "***", "...", "example", "your", "placeholder", "redacted", "changeme", "dummy", "_here", "deadbeef",
)  # fmt: skip
_NEAR: Final = re.compile(r"(?:key|token|secret|pass|pat|auth|cred|bearer)[^\n]{0,40}$", re.IGNORECASE)
_CLIENT: Final = re.compile(r"(?:client|app|application|bot)[\W_]{0,3}(?:id|key)[^\n]{0,16}$", re.IGNORECASE)
_DIGEST: Final = re.compile(r"[0-9a-f-]+|[0-9A-F-]+")
_UNCERTAIN: Final = re.compile(r"[_-](?:test|api|key|token)[_-]")
_MARKS: Final = 2
_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_WIF_SIZES: Final = (37, 38)
_CHECKED: Final = 6
_JWT_PARTS: Final = 3
_MAX_HEADER: Final = 2048
_LEAST_JWT: Final = 32
_LEAST_JWT_PART: Final = 18
_LEAST_JWT_ENTROPY: Final = 4.0
_LEAST_DISTINCT: Final = 6
_FILLING: Final = frozenset("xX0*.aA1")
_TOTP_ALPHABET: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_LEAST_ENTROPY: Final = 3.0
_LEAST_SHORT_ENTROPY: Final = 2.5
_LONG: Final = 20


def token(candidate: Candidate) -> float | None:
    """Accept what the pattern of a provider fits unless it is filler as documentation has it."""
    text = candidate.text
    low = text.lower()
    for filler in _FILLERS:
        if filler in low:
            return None
    return None if ("[" in text and MARK.search(text)) or _blank(text) else 0.95


def mixed_token(candidate: Candidate) -> float | None:
    """Accept a token without a prefix: letters and digits both, spread as chance spreads them."""
    text = candidate.text
    if token(candidate) is None or len(set(text)) < _LEAST_DISTINCT or repetitive(text):
        return None
    if not any(c.isalpha() for c in text) or not (any(c.isdigit() for c in text) or gibberish(text) * 3 > len(text)):
        return None
    least = _LEAST_ENTROPY if len(text) >= _LONG else _LEAST_SHORT_ENTROPY
    return 0.93 if UUID.fullmatch(text) or entropy(text) >= least else None


def issued_token(candidate: Candidate) -> float | None:
    """Accept the form that many issuers share when its last part is drawn at random, and is no digest of a test."""
    tail = re.split(r"[_-]", candidate.text, maxsplit=_MARKS)[-1]
    if shape(tail) is not Shape.RANDOM or mixed_token(candidate) is None:
        return None
    return None if _DIGEST.fullmatch(tail) and _UNCERTAIN.search(candidate.text) else 0.8


def digits_token(candidate: Candidate) -> float | None:
    """Accept a token that may be of digits alone where its surroundings name it."""
    text = candidate.text
    return None if repetitive(text) or len(set(text)) < _LEAST_DISTINCT - 2 else 0.9


def near_secret(candidate: Candidate) -> float | None:
    """Accept a token of a provider whose name is a common word too, if a word for credentials stands between."""
    return mixed_token(candidate) if _NEAR.search(candidate.before) else None


def aws_secret(candidate: Candidate) -> float | None:
    """Accept 40 characters of base64 with capitals, small letters and digits, which a hash in hexadecimal never has."""
    text = candidate.text
    if candidate.after[:1] in {"/", "+", "="} or candidate.before[-1:] in {"/", "+"} or "EXAMPLEKEY" in text:
        return None
    if not any(c.isupper() for c in text) or not any(c.islower() for c in text):
        return None
    return mixed_token(candidate)


def client_id(candidate: Candidate) -> float | None:
    """Accept the number of an application: by itself no secret, but of no use to anybody else either."""
    return digits_token(candidate) if _CLIENT.search(candidate.before) else None


def wif_key(candidate: Candidate) -> float | None:
    """Accept a private key in wallet import format: base58 with the double SHA-256 as its checksum."""
    number = 0
    for letter in candidate.text:
        at = _BASE58.find(letter)
        if at < 0:
            return None
        number = number * 58 + at
    raw = number.to_bytes(64, "big").lstrip(b"\0")
    check = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4]
    return 1.0 if len(raw) in _WIF_SIZES and raw[-4:] == check else None


def stellar_seed(candidate: Candidate) -> float | None:
    """Accept a seed of an account: base32 that ends in CRC16-XModem (SEP-23)."""
    raw = base64.b32decode(candidate.text)
    return 1.0 if binascii.crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "little") else None


def crc_token(candidate: Candidate) -> float | None:
    """Accept a token that ends in the CRC32 of its body in base62, as those of GitHub and npm do.

    https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
    A wrong checksum only lowers the score: an example that was shortened or altered is still worth covering.
    """
    if token(candidate) is None:
        return None
    body = candidate.text.partition("_")[2].rpartition("_")[2]
    return 1.0 if body[-_CHECKED:] == _base62(zlib.crc32(body[:-_CHECKED].encode())) else 0.9


def aws_key_id(candidate: Candidate) -> float | None:
    """Accept an access key id unless it is one of the documentation of AWS, which end in EXAMPLE."""
    text = candidate.text
    return None if "EXAMPLE" in text or _blank(text) else 0.95


def jwt(candidate: Candidate) -> float | None:
    """Accept three parts (or five of JWE) of which the first is a JSON object with `alg` (RFC 7515 section 4.1.1)."""
    parts = candidate.text.split(".")
    if len(parts) < _JWT_PARTS or len(parts[0]) > _MAX_HEADER:
        return None
    header = _json_object(parts[0])
    if header is None:
        return 0.7 if _like_jwt(parts) else None
    known = isinstance(header.get("alg"), str) or str(header.get("typ", "")).upper() == "JWT"
    return 0.95 if known and len(candidate.text) >= _LEAST_JWT else None


def _like_jwt(parts: list[str]) -> bool:
    """Say whether parts are a token that was altered: header and claims begin as JSON objects do in base64."""
    body = "".join(parts[:_JWT_PARTS])
    long = min(map(len, parts[:2])) >= _LEAST_JWT_PART and len(parts[2]) >= _LEAST_JWT_PART // 2
    return long and parts[1].startswith("ey") and entropy(body) >= _LEAST_JWT_ENTROPY and gibberish(body) > 0


def encoded_jwt(candidate: Candidate) -> float | None:
    """Accept base64 of a JWT."""
    decoded = _decoded(candidate.text)
    if decoded is None or not decoded.isascii():
        return None
    inner = decoded.decode().split(".")
    return 0.9 if len(inner) >= _JWT_PARTS and _json_object(inner[0]) else None


def otp_seed(candidate: Candidate) -> float | None:
    """Accept the seed of one-time passwords in base32 (RFC 4648 section 6)."""
    text = candidate.text
    if not (text.isupper() or text.islower()) or not (any(c.isdigit() for c in text) or gibberish(text)):
        return None
    text = text.upper()
    if not set(text.rstrip("=")) <= _TOTP_ALPHABET or repetitive(text) or entropy(text) < _LEAST_ENTROPY:
        return None
    return 0.9


def _blank(text: str) -> bool:
    """Say whether the random part is one filler sign throughout; a prefix such as `sk-ant-api03-` is not part of it."""
    tail = re.split(r"[-_.:/]", text)[-1]
    body = tail if len(tail) * 2 >= len(text) else text[len(text) // 3 :]
    return len(body) >= _LEAST_DISTINCT and len(set(body.lower()) - set("-_.")) <= 1 and body[-1] in _FILLING


def _base62(number: int) -> str:
    letters = ""
    while number:
        number, at = divmod(number, 62)
        letters = _BASE62[at] + letters
    return letters.rjust(_CHECKED, "0")


def _decoded(text: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(
            text.rstrip("=").replace("+", "-").replace("/", "_") + "=" * (-len(text.rstrip("=")) % 4)
        )
    except (binascii.Error, ValueError):
        return None


def _json_object(part: str) -> dict[str, object] | None:
    decoded = _decoded(part)
    if decoded is None or not decoded.startswith(b"{"):
        return None
    try:
        # Not a message: the header of a token, of which one member is looked at.
        found = json.loads(decoded)  # noqa: TID251
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
