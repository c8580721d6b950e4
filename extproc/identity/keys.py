"""Public keys of a token's issuer: a JWK set read strictly, and signatures checked by them.

The algorithm is chosen by configuration and by the key, never by the token alone.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import Limits
from extproc.model.message import JsonObject, JsonValue
from extproc.model.rejection import Rejection

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512"),
    *("PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
    "EdDSA",
)
MAX_KEYS: Final = 100
MAX_BYTES: Final = 512 * 1024
_LIMITS: Final = Limits(body_bytes=MAX_BYTES, depth=16, values=20_000)
_MIN_RSA_BITS: Final = 2048
_MAX_RSA_BITS: Final = 8192  # a larger one only makes each check slow
_LONGEST_KEY_ID: Final = 512
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
_RSA: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_CURVES: Final = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA", "Ed448": "EdDSA"}
_KINDS: Final = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
_DEFAULT: Final = get_default_algorithms()
_CHECKS: Final = {name: _DEFAULT[name] for name in ALGORITHMS}
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey


class KeySetError(ValueError):
    """A key set that cannot be used. The text names the fault and the place of the key, and nothing of its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key and the algorithms it may be used with."""

    public: PublicKey
    algorithms: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    """Keys by their id; a key without one has the id None, and is then the only one."""

    keys: dict[str | None, Key]

    def find(self, identifier: str | None, algorithm: str) -> Key | None:
        """Return the key of a token. One that names none is checked with the only key, if there is only one."""
        if identifier is None:
            suitable = [key for key in self.keys.values() if algorithm in key.algorithms]
            return suitable[0] if len(suitable) == 1 else None
        key = self.keys.get(identifier)
        return key if key is not None and algorithm in key.algorithms else None


def verify(key: Key, algorithm: str, signed: bytes, signature: bytes) -> bool:
    """Tell whether a signature is by this key, with an algorithm that the key allows."""
    return algorithm in key.algorithms and _CHECKS[algorithm].verify(signed, key.public, signature)


def parse_key_set(data: bytes) -> KeySet:
    """Read a JWK set (RFC 7517 §5). Raises: `KeySetError`.

    Keys for encryption and of kinds that are not known are passed over, as the RFC asks. What shows that the set was
    never meant to be public, or cannot be relied on, refuses it whole.
    """
    found: dict[str | None, Key] = {}
    for place, entry in enumerate(_entries(data)):
        if not isinstance(entry, dict):
            raise KeySetError(f"key {place} is not an object")
        _refuse_secret(place, entry)
        key = _key(place, entry)
        if key is None:
            continue
        identifier = _identifier(place, entry)
        if identifier in found:
            raise KeySetError(f"key {place} has the same id as an earlier one")
        found[identifier] = key
    if not found:
        raise KeySetError("it has no key that can check a signature")
    if None in found and len(found) > 1:
        raise KeySetError("a key without an id must be the only one")
    return KeySet(keys=found)


def _entries(data: bytes) -> list[JsonValue]:
    if len(data) > MAX_BYTES:
        raise KeySetError(f"it is larger than {MAX_BYTES} bytes")
    document = parse_document(data, _LIMITS)
    if isinstance(document, Rejection):
        raise KeySetError(f"it is not JSON: {document.message}")
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise KeySetError("it has no list of keys")
    if len(entries) > MAX_KEYS:
        raise KeySetError(f"it has more than {MAX_KEYS} keys")
    return entries


def _refuse_secret(place: int, entry: JsonObject) -> None:
    if entry.get("kty") == "oct":
        raise KeySetError(f"key {place} is symmetric: whoever can read it could sign")
    if not _PRIVATE.isdisjoint(entry):
        raise KeySetError(f"key {place} has private members: whoever can read it could sign")


def _identifier(place: int, entry: JsonObject) -> str | None:
    identifier = entry.get("kid")
    if identifier is None:
        return None
    if not isinstance(identifier, str) or not 0 < len(identifier) <= _LONGEST_KEY_ID:
        raise KeySetError(f"key {place} has an id that is no string of 1 to {_LONGEST_KEY_ID} characters")
    return identifier


def _key(place: int, entry: JsonObject) -> Key | None:
    """Read one key; None for one that is not for signatures or of a kind that is not known."""
    if entry.get("use") not in {None, "sig"} or not _may_verify(entry.get("key_ops")):
        return None
    kind, curve = entry.get("kty"), entry.get("crv")
    algorithm = _KINDS.get(kind) if isinstance(kind, str) else None
    if algorithm is None or (kind != "RSA" and (not isinstance(curve, str) or curve not in _CURVES)):
        return None
    try:
        public = _CHECKS[algorithm].from_jwk({name: value for name, value in entry.items() if isinstance(value, str)})
    except (jwt.InvalidKeyError, ValueError, KeyError, TypeError):
        raise KeySetError(f"key {place} has members that make no key") from None
    allowed = _RSA if kind == "RSA" else frozenset({_CURVES[str(curve)]})
    stated = entry.get("alg")
    if stated is not None:
        allowed &= {str(stated)}
    if not allowed:
        return None
    return Key(public=_checked(place, public), algorithms=allowed)


def _may_verify(operations: JsonValue) -> bool:
    return operations is None or (isinstance(operations, list) and "verify" in operations)


def _checked(place: int, public: object) -> PublicKey:
    if not isinstance(public, PublicKey):
        raise KeySetError(f"key {place} is not a public key")
    if isinstance(public, rsa.RSAPublicKey) and not _MIN_RSA_BITS <= public.key_size <= _MAX_RSA_BITS:
        raise KeySetError(
            f"key {place} is an RSA key of {public.key_size} bits; {_MIN_RSA_BITS} to {_MAX_RSA_BITS} are taken"
        )
    return public


def decode_base64url(text: str) -> bytes | None:
    """Undo base64url without padding (RFC 7515 §2); None unless it is the one way to write these bytes."""
    if _BASE64URL.fullmatch(text) is None:
        return None
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text else None
