"""The profiles by name: what each is for, and the model of its values."""

from dataclasses import dataclass
from typing import Final

from extproc.envoy.values import (
    BehindEdgeValues,
    EdgeValues,
    SidecarValues,
    StrictEgressValues,
    UpstreamTlsProfileValues,
    Values,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One way to stand somewhere."""

    name: str
    summary: str
    values: type[Values]


PROFILES: Final = {
    profile.name: profile
    for profile in (
        Profile(
            name="sidecar",
            summary="beside one server, in its pod or on its machine; plain HTTP to it over loopback",
            values=SidecarValues,
        ),
        Profile(
            name="edge",
            summary="in front of several servers, where clients connect: TLS, tokens, rate limits",
            values=EdgeValues,
        ),
        Profile(
            name="behind-edge",
            summary="in front of several servers, behind a proxy that is there: its hops, and its word over mTLS only",
            values=BehindEdgeValues,
        ),
        Profile(
            name="upstream-tls",
            summary="in front of one server elsewhere: mTLS to it, its name checked",
            values=UpstreamTlsProfileValues,
        ),
        Profile(
            name="strict-egress",
            summary="in front of servers outside: named resolvers, and no way to an inner address",
            values=StrictEgressValues,
        ),
    )
}
