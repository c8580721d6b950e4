"""Builds the filter that verifies tokens in Envoy itself, and leaves their claims where the sidecar reads them."""

from collections.abc import Sequence
from typing import Final

from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.route import v3 as route
from envoy_data_plane.envoy.extensions.filters.http.jwt_authn import v3 as jwt
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.google.protobuf import Empty

from extproc.envoy.options import JwtProvider, RemoteKeys
from extproc.envoy.typed import http_filter, seconds

JWT_AUTHN: Final = "envoy.filters.http.jwt_authn"


def jwt_filter(providers: Sequence[JwtProvider]) -> hcm.HttpFilter:
    """Build the filter. It refuses nothing: its own refusals lack what MCP asks of a challenge (RFC 9728)."""
    named = {f"p{number}": _provider(number, provider) for number, provider in enumerate(providers)}
    any_of = [jwt.JwtRequirement(provider_name=name) for name in named]
    any_of.append(jwt.JwtRequirement(allow_missing_or_failed=Empty()))
    requirement = jwt.JwtRequirement(requires_any=jwt.JwtRequirementOrList(requirements=any_of))
    rule = jwt.RequirementRule(match=route.RouteMatch(prefix="/"), requires=requirement)
    return http_filter(JWT_AUTHN, jwt.JwtAuthentication(providers=named, rules=[rule]))


def keys_cluster_name(number: int) -> str:
    """Return the name of the cluster that has the keys of a provider."""
    return f"keys-{number}"


def _provider(number: int, provider: JwtProvider) -> jwt.JwtProvider:
    prefix = "Bearer " if provider.header == "authorization" else ""
    keys = provider.jwks
    remote = _remote(keys_cluster_name(number), keys) if isinstance(keys, RemoteKeys) else None
    return jwt.JwtProvider(
        issuer=provider.issuer,
        audiences=list(provider.audiences),
        require_expiration=True,
        remote_jwks=remote,
        local_jwks=core.DataSource(filename=str(keys)) if remote is None else None,
        # Without this it also takes a token from the query, where logs keep it.
        from_headers=[jwt.JwtHeader(name=provider.header, value_prefix=prefix)],
        payload_in_metadata=provider.payload,
        header_in_metadata=f"{provider.payload}_header",
    )


def _remote(cluster: str, keys: RemoteKeys) -> jwt.RemoteJwks:
    """Fetch the keys before the first request needs them, and in the background from then on."""
    return jwt.RemoteJwks(
        http_uri=core.HttpUri(uri=keys.url, cluster=cluster, timeout=seconds(5)),
        cache_duration=seconds(keys.refresh),
        async_fetch=jwt.JwksAsyncFetch(failed_refetch_duration=seconds(5)),
    )
