"""SPIFFE identities: `spiffe://trust-domain/path`, read as strictly as the SPIFFE-ID standard writes them (§2)."""

import re
from typing import Final

from extproc.model.value import value

_LONGEST: Final = 2048
_ID: Final = re.compile(r"spiffe://([a-z0-9._-]{1,255})((?:/[A-Za-z0-9._-]+)+)")


@value
class SpiffeId:
    """A workload's name and the trust domain that vouches for it."""

    trust_domain: str
    path: str

    def __str__(self) -> str:
        """Write it as a URI."""
        return f"spiffe://{self.trust_domain}{self.path}"


def parse_spiffe(uri: str) -> SpiffeId | None:
    """Read a SPIFFE identity; None for anything else, and for a trust domain alone, which names no workload."""
    if len(uri) > _LONGEST:
        return None
    match = _ID.fullmatch(uri)
    if match is None or not {".", ".."}.isdisjoint(match[2].split("/")):
        return None
    return SpiffeId(trust_domain=match[1], path=match[2])
