"""URIs that every server reads the same way: what one would change before it looks them up names two things at once."""

import re
from typing import Final

# The URL standard rewrites these schemes further: host to lower case, default ports away, backslashes to slashes.
_PORTS: Final = {"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21", "file": None}
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.\-]*:")
_DOTS: Final = re.compile(r"(?:^|/)(?:\.|%2[eE]){1,2}(?:/|$)")
_AUTHORITY: Final = re.compile(r"//([^/?#]*)")


def is_plain(uri: str) -> bool:
    """Tell whether a URI stays what it is under the URL standard's parser, which many servers look resources up by.

    That parser drops control characters and blanks at the ends, and tabs and line ends anywhere; it lowers the case of
    schemes and hosts and resolves dot segments (measured: `new URL` in the TypeScript SDK, docs/protocol.md). A rule
    about the text as it came would not be about what the server then reads.
    """
    if not uri or uri != uri.strip() or not uri.isprintable():
        return False
    scheme = _SCHEME.match(uri)
    if scheme is None:
        return ":" not in uri.partition("/")[0]  # no scheme at all is no URL, and looked up as it stands
    rest = uri[scheme.end() :]
    path = rest.partition("?")[0].partition("#")[0]
    if _DOTS.search(path):
        return False
    name = scheme.group()[:-1]
    return name not in _PORTS or _is_plain_special(rest, path, _PORTS[name])


def _is_plain_special(rest: str, path: str, port: str | None) -> bool:
    if "\\" in path:
        return False
    found = _AUTHORITY.match(rest)
    if found is None:
        return False  # `https:x` becomes `https://x`
    host = found.group(1).rpartition("@")[2]
    return host == host.lower() and (port is None or not host.endswith(f":{port}"))
