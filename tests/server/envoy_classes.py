"""Envoy's own messages, as another generator made classes of them."""

import warnings

with warnings.catch_warnings():
    # These classes use a form of validator that newer pydantic deprecates.
    warnings.simplefilter("ignore", DeprecationWarning)
    from envoy_data_plane.envoy.config.core.v3 import HeaderMap, HeaderValue
    from envoy_data_plane.envoy.extensions.filters.http.ext_proc.v3 import (
        ProcessingModeBodySendMode as BodySendMode,
    )
    from envoy_data_plane.envoy.extensions.filters.http.ext_proc.v3 import (
        ProcessingModeHeaderSendMode as HeaderSendMode,
    )
    from envoy_data_plane.envoy.service.ext_proc.v3 import (
        HttpBody,
        HttpHeaders,
        HttpTrailers,
        ProcessingRequest,
        ProcessingResponse,
        ProtocolConfiguration,
    )

__all__ = [
    "BodySendMode",
    "HeaderMap",
    "HeaderSendMode",
    "HeaderValue",
    "HttpBody",
    "HttpHeaders",
    "HttpTrailers",
    "ProcessingRequest",
    "ProcessingResponse",
    "ProtocolConfiguration",
]
