"""Which names say that the value they are given is a secret, and how surely."""

import re
from enum import IntEnum
from functools import lru_cache
from typing import Final

from extproc.detect.secrets.vocabulary import ABOUT, AFTER, KINDS_OF_KEY


class Strength(IntEnum):
    """What a name says of its value."""

    NONE = 0
    WEAK = 1  # a secret may be meant, but the value has to look like one
    KEY = 2  # a token, key or secret: as a rule drawn at random
    PASSWORD = 3  # chosen by somebody, so it may look like anything


# The nouns of names whose values are secrets whatever they look like, as they stand at the end of a name.
# fmt: off
SENSITIVE_LABELS: Final = (
    "password", "passwd", "passphrase", "passcode", "passwort", "contrasena", "senha", "pwd", "pass", "pw", "psw",
    "secret", "token", "credential", "credentials", "authorization", "bearer", "api key", "access key", "secret key",
    "private key", "signing key", "encryption key", "master key", "account key", "shared key", "client key",
    "app key", "auth key", "session key", "service key", "license key", "subscription key", "storage key",
    "admin key", "deploy key", "ssh key", "hmac key", "webhook key", "function key", "root key", "server key",
    "write key", "ingest key", "consumer key", "security key", "key base", "connection string",
)
# fmt: on
_PASSWORDS: Final = (
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "contrasena",
    "senha",
    "pwd",
    "kennwort",
)
_PASSWORD_WORDS: Final = frozenset(
    {*_PASSWORDS, "pass", "pw", "psw", "psk", "mdp", "wachtwoord", "passwords", "contrase\u00f1a"}
)
_LONGEST_PASSWORD_WORD: Final = 24
_KEYS: Final = ("secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "authkey", "credentials")
_KEY_WORDS: Final = frozenset({*_KEYS, "credential", "authorization", "bearer", "tokens", "secrets", "creds", "cred"})
_WEAK_WORDS: Final = frozenset(
    {"auth", "cookie", "pat", "jwt", "salt", "otp", "sessionid", "sid", "pin", "nonce", "seed", "signature", "sig"}
)
# Words that say `about` after the noun, but before it only whose the secret is: `id token`, `header key`.
_OWNERS: Final = frozenset(
    {"reset", "id", "auth", "service", "header", "storage", "url", "hash", "set", "get", "start", "provider"}
)
_NOT_PASSWORDS: Final = frozenset({"show", "hide", "is", "has", "toggle", "forgot", "max", "min", "no", "by", "pass"})
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z\u00df-\u00ff]+|[^\W\d_A-Za-z]+|\d+")


def words(label: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, digits aside; case, `_`, `-`, `.` and spaces divide them."""
    return tuple(word.lower() for word in _WORD.findall(label) if not word.isdigit())


@lru_cache(maxsize=8192)
def strength(label: str) -> Strength:
    """Say what a name means for its value. The noun counts: `token_type` is a type, `reset password` a password."""
    found = words(label)[-8:]
    for at in range(len(found) - 1, -1, -1):
        noun = _noun(found, at)
        if noun is Strength.NONE:
            if found[at] in ABOUT:
                return Strength.NONE
            continue
        rest = found[at + 1 :]
        if not ABOUT.isdisjoint(rest) or (at and _about_before(found[at - 1], noun)):
            return Strength.NONE
        return noun if all(word in AFTER for word in rest) else min(noun, Strength.WEAK)
    return Strength.NONE


def is_sensitive(label: str) -> bool:
    """Say whether a value of this name is a secret by its name alone."""
    return strength(label) >= Strength.KEY


def _about_before(word: str, noun: Strength) -> bool:
    """Say whether the word before the noun makes it something else: `page token`, `public key`, `is secret`."""
    return word in _NOT_PASSWORDS if noun is Strength.PASSWORD else word in ABOUT and word not in _OWNERS


def _noun(found: tuple[str, ...], at: int) -> Strength:
    word = found[at]
    if word in _PASSWORD_WORDS or (word.endswith(_PASSWORDS) and len(word) <= _LONGEST_PASSWORD_WORD):
        return Strength.PASSWORD
    if word in _KEY_WORDS or (word.endswith(_KEYS) and not word.startswith("non")):
        return Strength.KEY
    if word in {"key", "keys"}:
        return Strength.KEY if at and found[at - 1] in KINDS_OF_KEY else Strength.NONE
    if word == "base" and at and found[at - 1] == "key":
        return Strength.KEY
    if word in {"string", "str"} and at and found[at - 1] in {"connection", "conn"}:
        return Strength.KEY
    if word == "id" and at and found[at - 1] in {"session", "sess"}:
        return Strength.WEAK
    return Strength.WEAK if word in _WEAK_WORDS else Strength.NONE
