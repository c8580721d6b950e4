"""HTTP requests, URLs and addresses: what a method does, and what leaves for whom.

A host or address is inside when it is private, loopback or of a name that is never public (`.local`, `.internal`),
when a
label says so (`corp`, `intranet`), or when it ends in a domain that the operator configured. All else is outside: a
call that sends content there is shown to somebody who can tell.
"""

import base64
import binascii
import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from extproc.classify.codes import Mark
from extproc.classify.tokens import word_set
from extproc.model.intent import Intent

_METHODS: Final[dict[str, Intent]] = {
    **dict.fromkeys(("GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY"), Intent.READ),
    **dict.fromkeys(
        ("POST", "PUT", "PATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "PROPPATCH", "CONNECT"), Intent.WRITE
    ),
    "DELETE": Intent.DESTRUCTIVE,
    "PURGE": Intent.DESTRUCTIVE,
}
_URL: Final = re.compile(r"\A\s*(?:https?|wss?|ftps?|sftp)://", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9._%+'-]{1,64}@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z]{2,24}|[A-Za-z][\w-]*)"
)
_PHONE: Final = re.compile(r"\A\s*(?:whatsapp:|tel:|sms:)?\+?[0-9][0-9 ().-]{6,18}[0-9]\s*\Z")
_INSIDE_LABELS: Final = word_set(
    """
    corp internal intranet intra lan local localdomain localhost private svc cluster home arpa
    """
)
_METADATA: Final = re.compile(
    r"\A(?:169\.254\.169\.254|169\.254\.170\.2|169\.254\.170\.23|100\.100\.100\.200|192\.0\.0\.192"
    r"|fd00:ec2::254|metadata\.google\.internal"
    r"|metadata|instance-data|metadata\.azure\.internal|metadata\.tencentyun\.com)\Z"
)
_METADATA_NUMBER: Final = 0xA9FEA9FE  # 169.254.169.254
# Services where anybody can open a box that anybody can post to.
_DROPS: Final = re.compile(
    r"(?:\A|\.)(?:webhook\.site|requestbin\.\w+|pipedream\.net|beeceptor\.com|hookbin\.com"
    r"|requestcatcher\.com|ngrok(?:-free)?\.(?:io|app|dev)"
    r"|pastebin\.com|paste\.ee|hastebin\.com|dpaste\.\w+|transfer\.sh|file\.io|0x0\.st|ix\.io|termbin\.com"
    r"|anonfiles\.com|gofile\.io|catbox\.moe"
    r"|interact\.sh|oast\.\w+|oastify\.com|burpcollaborator\.net|canarytokens\.\w+|dnslog\.cn"
    r"|trycloudflare\.com|loca\.lt|serveo\.net|localhost\.run"
    r"|mockbin\.\w+|api\.telegram\.org|discord(?:app)?\.com/api/webhooks|sprunge\.us|rentry\.co"
    r"|ghostbin\.\w+|bashupload\.com|temp\.sh|tmpfiles\.org|onion)\Z"
)
_DESTROYING_PATHS: Final = re.compile(
    r"/_delete_by_query\b|/(?:delete|destroy|purge|drop|terminate|wipe|remove)(?:[/_?-]|\Z)|[?&](?:action"
    r"|op|method|_method)=(?:delete|destroy|remove|purge)\b",
    re.IGNORECASE,
)
_READING_PATHS: Final = re.compile(
    r"/(?:_?search|_msearch|_count|graphql|query|_sql|lookup|find)(?:\?|/?\Z)", re.IGNORECASE
)
_LONGEST_METHOD: Final = 16
_LONG_QUERY: Final = 400
_LONG_VALUE: Final = 80
_LONG_LABEL: Final = 40


def is_url(text: str) -> bool:
    """Tell whether a text is a URL of a host."""
    return _URL.match(text) is not None


def method_class(method: str) -> Intent | None:
    """Return the class of an HTTP method; None for what is no method."""
    return _METHODS.get(method.upper()) if len(method) <= _LONGEST_METHOD else None


def split_url(url: str) -> SplitResult | None:
    """Split a URL; None when it cannot be."""
    try:
        parts = urlsplit(url.strip()[:8192])
    except ValueError:
        return None
    return parts if parts.hostname else None


def host_inside(host: str, inside: frozenset[str]) -> bool:
    """Tell whether a host is inside."""
    host = host.rstrip(".").lower()
    if host in inside or any(host.endswith("." + suffix) for suffix in inside):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        labels = host.split(".")
        return len(labels) == 1 or any(label in _INSIDE_LABELS for label in labels) or host.endswith(".test")
    return address.is_private and not host.startswith(("192.0.2.", "198.51.100.", "203.0.113."))


def is_drop(host: str) -> bool:
    """Tell whether anybody can post data to this host and read it there."""
    return _DROPS.search(host) is not None


def is_metadata(host: str) -> bool:
    """Tell whether a host is the metadata service of a cloud, also when its address is written as a number."""
    if _METADATA.match(host) is not None:
        return True
    try:
        number = int(host, 0)
    except ValueError:
        return False
    return number == _METADATA_NUMBER


def read_url(url: str, inside: frozenset[str]) -> list[Mark]:
    """Mark what fetching a URL does beyond reading it."""
    parts = split_url(url)
    if parts is None or parts.hostname is None:
        return []
    if is_metadata(parts.hostname):
        return [("url_metadata", Intent.EXFILTRATIVE)]
    if host_inside(parts.hostname, inside):
        return []
    marks: list[Mark] = []
    if _carries(parts):
        marks.append(("url_data", Intent.EXFILTRATIVE))
    if is_drop(parts.hostname) and (parts.query or len(parts.path) > _LONG_VALUE):
        marks.append(("url_drop", Intent.EXFILTRATIVE))
    return marks


def _carries(parts: SplitResult) -> bool:
    """Tell whether a URL carries content out: a long value without spaces, personal data, or a host made of data."""
    query = parts.query
    if len(query) > _LONG_QUERY or any(len(label) > _LONG_LABEL for label in (parts.hostname or "").split(".")):
        return True
    values = [pair.partition("=")[2] for pair in query.split("&")]
    if any(_encoded(value) for value in values):
        return True
    return any(len(value) > _LONG_VALUE and "+" not in value and "%20" not in value for value in values) or (
        holds_personal(unquote(query)) if query else False
    )


_BASE64: Final = re.compile(r"\A[A-Za-z0-9+/_-]{24,}={0,2}\Z")


def _encoded(value: str) -> bool:
    """Tell whether a value is readable text in base64: identifiers and signatures are not."""
    if _BASE64.match(value) is None:
        return False
    try:
        text = base64.urlsafe_b64decode(value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return False
    return text.isprintable()


_SSN: Final = re.compile(r"\b(?!000|666|9\d\d)\d{3}-\d{2}-\d{4}\b")
_CARD: Final = re.compile(r"\b(?:\d[ -]?){13,19}\b")
_SECRET: Final = re.compile(
    r"\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bsk[-_](?:live|test|proj|ant)[-_][\w-]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|\bxox[abpr]-[\w-]{10,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}|\b(?:password|passwd|api[_-]?key|secret)\s*[=:]\s*\S{4,}",
    re.IGNORECASE,
)
_MANY_ADDRESSES: Final = 3


def holds_personal(text: str) -> bool:
    """Tell whether a text holds what should not leave: identity numbers, secrets, cards, or several addresses."""
    head = text[:8192]
    return (
        _SSN.search(head) is not None
        or _SECRET.search(head) is not None
        or ("-----" not in head and _card(head))
        or len(_ADDRESS.findall(head)) >= _MANY_ADDRESSES
    )


def _card(text: str) -> bool:
    return any(_luhn([int(digit) for digit in found.group() if digit.isdigit()]) for found in _CARD.finditer(text))


def _luhn(digits: list[int]) -> bool:
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and any(digits)


def addresses_outside(text: str, inside: frozenset[str]) -> int:
    """Count the mail addresses and telephone numbers in a recipient that are outside."""
    if "@" in text:
        domains = [found.group(1).lower() for found in _ADDRESS.finditer(text[:8192])]
        return sum(not host_inside(domain, inside) for domain in domains if "." in domain)
    return int(_PHONE.match(text) is not None)


def read_request(method: str, url: str | None, *, body: bool, inside: frozenset[str]) -> list[Mark]:
    """Mark what a request does, by its method, where it goes, and whether it carries a body."""
    intent = method_class(method)
    if intent is None:
        return [("operation_unknown", Intent.WRITE)]
    parts = split_url(url) if url else None
    host = parts.hostname if parts is not None else None
    target = url or ""
    asks = intent is Intent.WRITE and _READING_PATHS.search(target.split("#")[0]) is not None
    marks: list[Mark] = [] if intent is Intent.READ else [("http_method", Intent.WRITE if asks else intent)]
    if asks and host is not None and host_inside(host, inside):
        marks = []
    if _DESTROYING_PATHS.search(target) is not None:
        marks.append(("http_method", Intent.DESTRUCTIVE))
    if url:
        marks += read_url(url, inside)
    if host is not None and body and intent is not Intent.DESTRUCTIVE and not host_inside(host, inside):
        marks.append(("http_body_outside", Intent.EXFILTRATIVE))
    return marks
