"""A JSON Web Token in compact form: read strictly, its signature checked by a given key (RFC 7515, RFC 8725)."""

from typing import Final

from extproc.identity.fault import IdentityFault, invalid_token
from extproc.identity.keys import ALGORITHMS, Key, decode_base64url, verify
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import Limits
from extproc.model.message import JsonObject, JsonValue
from extproc.model.rejection import Rejection
from extproc.model.value import value

LONGEST_TOKEN: Final = 16 * 1024
_PARTS: Final = 3
# No more values than bytes, and the parser itself bounds the depth: neither needs a walk over the claims.
_LIMITS: Final = Limits(body_bytes=LONGEST_TOKEN, values=LONGEST_TOKEN)
_LONGEST_KEY_ID: Final = 512


@value
class Token:
    """A token that was read and not yet verified: nothing in it is to be believed."""

    algorithm: str
    key_id: str | None
    type: str
    claims: JsonObject
    signed: bytes
    signature: bytes

    @property
    def issuer(self) -> JsonValue:
        """Return the issuer it names; good only for choosing who must have signed it."""
        return self.claims.get("iss")


def parse_token(text: str) -> Token | IdentityFault:
    """Read a token's three parts. Members that occur twice refuse it: two readers could choose different ones."""
    if len(text) > LONGEST_TOKEN:
        return invalid_token("token_form", f"the token is longer than {LONGEST_TOKEN} characters")
    parts = text.split(".")
    decoded = [decode_base64url(part) for part in parts]
    if len(parts) != _PARTS or not all(decoded):
        return invalid_token("token_form", "the token is not a signed JSON Web Token")
    header, claims = (parse_document(part or b"", _LIMITS) for part in decoded[:2])
    if isinstance(header, Rejection) or isinstance(claims, Rejection):
        return invalid_token("token_form", "the token's header or claims are not strict JSON")
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return invalid_token("token_form", "the token's header and claims must be objects")
    if "crit" in header or "b64" in header:
        return invalid_token("token_form", "the token demands an extension that is not known here")
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        return invalid_token("token_algorithm", "the token is not signed with a public-key algorithm")
    if key_id is not None and (not isinstance(key_id, str) or not 0 < len(key_id) <= _LONGEST_KEY_ID):
        return invalid_token("token_form", "the token's key id is not a short string")
    signature = decoded[2] or b""
    return Token(
        algorithm=algorithm,
        key_id=key_id,
        type=type_of(header),
        claims=claims,
        signed=text[: text.rindex(".")].encode(),
        signature=signature,
    )


def type_of(header: JsonObject) -> str:
    """Return the token's type in lower case, without `application/`; `jwt` when none is named (RFC 8725 §3.11)."""
    stated = header.get("typ")
    if stated is None:
        return "jwt"
    return stated.lower().removeprefix("application/") if isinstance(stated, str) else ""


def check_signature(token: Token, key: Key) -> IdentityFault | None:
    """Refuse a token that this key has not signed."""
    if verify(key, token.algorithm, token.signed, token.signature):
        return None
    return invalid_token("token_signature", "the token's signature does not hold")
