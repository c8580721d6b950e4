"""Credentials in URLs, connection strings and authorization headers."""

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote

from extproc.detect.detector import Candidate
from extproc.detect.secrets.forms import nothing, written
from extproc.detect.secrets.letters import gibberish
from extproc.detect.secrets.values import Shape, shape
from extproc.detect.secrets.vocabulary import STOCK

_URL_USER: Final = re.compile(r"[a-z][a-z0-9+.-]{1,30}://([^\s:/@\"'<>]{0,100}):$", re.IGNORECASE)
_HOST: Final = re.compile(r"@([A-Za-z0-9_.\-\[\]]{0,120})")
_EXAMPLE_HOST: Final = re.compile(
    r"^(?:(?:[\w-]+\.)*example\.(?:com|org|net)|host(?:name)?|server|your[\w.-]*|some[\w.-]*|domain(?:\.com)?|foo|bar)$",
    re.IGNORECASE,
)
_BAD: Final = re.compile(r"[<>{}\[\]*]|\.\.\.|^\$|^%[A-Za-z_]")
_COOKIES: Final = re.compile(r"cookie[^\n]{0,110}$", re.IGNORECASE)
_MIN_PARAMETER: Final = 12
_LEAST_RANDOM: Final = 8
_MIN_BASIC: Final = 3


def url_password(candidate: Candidate) -> float | None:
    """Score the password of a URL: stock names, templates and hosts of documentation are none."""
    text = unquote(candidate.text)
    if _BAD.search(text) or text.lower() in STOCK or "/" in text.rstrip("/")[:1]:
        return None
    user = _URL_USER.search(candidate.before)
    if user and _BAD.search(user[1]):
        return None
    random = shape(text) is Shape.RANDOM or gibberish(text) >= _LEAST_RANDOM
    host = _HOST.search(candidate.after)
    if not random and host and _EXAMPLE_HOST.fullmatch(host[1]):
        return None
    if nothing(text):
        return None
    if user and text == user[1] and not random:
        return None
    return 0.9 if random else 0.75


def connection_password(candidate: Candidate) -> float | None:
    """Score the password member of a connection string; the members around it say that it is one."""
    text = candidate.text.strip()
    if text.lower() in STOCK or _BAD.search(text) or nothing(text):
        return None
    return 0.85 if shape(text) >= Shape.MIXED else 0.7


def basic_credentials(candidate: Candidate) -> float | None:
    """Accept base64 of `name:password` (RFC 7617 section 2) unless the password is a stock one."""
    text = candidate.text
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    name, colon, password = decoded.partition(":")
    if not colon or not decoded.isprintable() or _BAD.search(decoded):
        return None
    if password.lower() in STOCK or (not password and len(name) < _LEAST_RANDOM) or len(decoded) < _MIN_BASIC:
        return None
    return 0.9


def written_credentials(candidate: Candidate) -> float | None:
    """Score `name:password` as command lines have it (`curl -u`); the value is the password."""
    text = candidate.text
    if text.lower() in STOCK or _BAD.search(text) or nothing(text) or text.startswith(("$", "/", "//")):
        return None
    return None if written(text) or text.isdigit() else 0.8


def parameter(candidate: Candidate) -> float | None:
    """Score the parameter of a query string that its name makes a secret."""
    text = unquote(candidate.text)
    if nothing(text) or written(text):
        return None
    return 0.85 if shape(text) is Shape.RANDOM and len(text) >= _MIN_PARAMETER else None


def cookie(candidate: Candidate) -> float | None:
    """Accept the value of a session cookie when it was drawn at random."""
    text = unquote(candidate.text)
    if not _COOKIES.search(candidate.before):
        return None
    if nothing(text) or len(text) < 2 * _LEAST_RANDOM:
        return None
    return 0.85 if shape(text) is Shape.RANDOM else None
