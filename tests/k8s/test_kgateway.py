"""What kgateway is told is what this package would have built, as far as its API has words for it."""

import copy
from typing import Final

from tests.k8s.kustomize import K8S, Object, build
from tests.k8s.xds import our_filter

_OBJECTS = build(K8S / "overlays/kgateway")
_MODES: Final = {
    "requestHeaderMode": "request_header_mode",
    "requestBodyMode": "request_body_mode",
    "requestTrailerMode": "request_trailer_mode",
    "responseHeaderMode": "response_header_mode",
    "responseBodyMode": "response_body_mode",
    "responseTrailerMode": "response_trailer_mode",
}
# What its API has no field for: README.md says what that costs.
_WITHOUT_A_FIELD: Final = {"@type", "status_on_error", "mutation_rules"}


def _the(kind: str) -> Object:
    (one,) = (one for one in _OBJECTS if one["kind"] == kind)
    return one


def test_every_setting_of_the_filter_that_it_has_a_word_for_is_ours() -> None:
    told = copy.deepcopy(_the("GatewayExtension")["spec"]["extProc"])
    ours = our_filter()["typed_config"]
    back_off = ours["grpc_service"]["retry_policy"]["retry_back_off"]
    assert told.pop("grpcService")["retry"] == {
        "attempts": ours["grpc_service"]["retry_policy"]["num_retries"],
        "backoff": {"baseInterval": "20ms", "maxInterval": "100ms"},
    }
    assert back_off == {"base_interval": "0.02s", "max_interval": "0.1s"}
    assert {_MODES[key]: mode for key, mode in told.pop("processingMode").items()} == ours["processing_mode"]
    forwarding = ours["metadata_options"]["forwarding_namespaces"]
    assert told.pop("metadataOptions") == {"forwarding": forwarding}
    assert told.pop("routeCacheAction").upper() == ours["route_cache_action"]
    assert told == {
        "failOpen": ours["failure_mode_allow"],
        "messageTimeout": ours["message_timeout"],
        "maxMessageTimeout": ours["max_message_timeout"],
        "allowProcessingModeOverride": ours["allow_mode_override"],
    }
    assert set(ours) - _WITHOUT_A_FIELD == {
        "grpc_service",
        "processing_mode",
        "metadata_options",
        "route_cache_action",
        "failure_mode_allow",
        "message_timeout",
        "max_message_timeout",
        "allow_mode_override",
    }


def test_the_policy_is_on_the_whole_gateway_and_names_the_extension() -> None:
    (target,) = _the("TrafficPolicy")["spec"]["targetRefs"]
    assert (target["kind"], target["name"]) == ("Gateway", _the("Gateway")["metadata"]["name"])
    extension = _the("GatewayExtension")["metadata"]
    assert _the("TrafficPolicy")["spec"]["extProc"]["extensionRef"] == {"name": extension["name"]}
    assert _the("TrafficPolicy")["metadata"]["namespace"] == extension["namespace"]


def test_the_sidecar_in_another_namespace_may_be_named_by_the_extension() -> None:
    extension, grant = _the("GatewayExtension"), _the("ReferenceGrant")
    backend = extension["spec"]["extProc"]["grpcService"]["backendRef"]
    (source,) = grant["spec"]["from"]
    assert grant["metadata"]["namespace"] == backend["namespace"]
    assert source == {
        "group": "gateway.kgateway.dev",
        "kind": extension["kind"],
        "namespace": extension["metadata"]["namespace"],
    }
    assert grant["spec"]["to"] == [{"group": "", "kind": "Service", "name": backend["name"]}]


def test_bodies_have_the_limit_that_the_sidecar_has_and_quiet_streams_stay() -> None:
    assert _the("ListenerPolicy")["spec"]["default"] == {
        "perConnectionBufferLimitBytes": 4 * 1024 * 1024,
        "httpSettings": {"streamIdleTimeout": "3600s"},
    }
