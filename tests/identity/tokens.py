"""An issuer of tokens for tests: real keys, and tokens signed with them, good and bad."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

NOW = 1_800_000_000.0
ISSUER = "https://idp.test"
AUDIENCE = "https://mcp.test/mcp"
CLAIMS: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "exp": NOW + 300, "iat": NOW - 10}


def private(kid: str, algorithm: str = "RS256", bits: int = 2048) -> Any:
    """Return a private key, the same for the same name."""
    return _generated(kid, algorithm, bits)


@cache
def _generated(_kid: str, algorithm: str, bits: int) -> Any:
    match algorithm[:2]:
        case "RS" | "PS":
            return rsa.generate_private_key(public_exponent=65537, key_size=bits)
        case "ES":
            curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
            return ec.generate_private_key(curves[algorithm])
        case _:
            return ed25519.Ed25519PrivateKey.generate()


def jwk(kid: str | None = "k1", algorithm: str = "RS256", *, bits: int = 2048, **members: Any) -> dict[str, Any]:
    """Return the public half as a JWK; members by keyword, None to leave out."""
    public = private(str(kid), algorithm, bits).public_key()
    entry = get_default_algorithms()[algorithm].to_jwk(public, as_dict=True)
    entry.pop("key_ops", None)
    whole = {**entry, "kid": kid, "use": "sig", "alg": algorithm, **members}
    return {name: value for name, value in whole.items() if value is not None}


def jwks(*keys: Mapping[str, Any]) -> bytes:
    """Return a key set."""
    return json.dumps({"keys": list(keys or (jwk(),))}).encode()


def token(
    claims: Mapping[str, Any] | bytes | None = None,
    *,
    kid: str | None = "k1",
    algorithm: str = "RS256",
    header: Mapping[str, Any] | bytes | None = None,
    **changes: Any,
) -> str:
    """Return a signed token: `CLAIMS` with changes by keyword (None to leave out), or other claims altogether."""
    whole = claims if isinstance(claims, bytes) else {**(CLAIMS if claims is None else claims), **changes}
    if isinstance(whole, dict):
        whole = json.dumps({name: value for name, value in whole.items() if value is not None}).encode()
    if not isinstance(header, bytes):
        stated = {"alg": algorithm, "typ": "JWT", "kid": kid, **(header or {})}
        header = json.dumps({name: value for name, value in stated.items() if value is not None}).encode()
    signed = f"{_encoded(header)}.{_encoded(whole)}"
    signature = get_default_algorithms()[algorithm].sign(signed.encode(), private(str(kid), algorithm))
    return f"{signed}.{_encoded(signature)}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
