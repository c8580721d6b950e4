"""Definitions that the chart's schema takes from models: settings, policies, and what can be said to Envoy."""

from copy import deepcopy
from typing import Any, Final, TypeAlias

from extproc.config.policy_model import PolicyModel
from extproc.config.settings_file import Config
from extproc.envoy.profiles import PROFILES
from helm.shapes import Schema, record, text

Defs: TypeAlias = dict[str, Schema]

# What the chart writes itself: a value there would be overwritten, and so is none.
_OWN_SETTINGS: Final = ("policy", "namespace", "listen", "servers", "metrics", "health", "control")
_OWN_STATE: Final = (
    *("url", "cluster", "username", "password_file", "password_env"),
    *("ca_file", "cert_file", "key_file"),
)
_OWN_ENVOY: Final = ("listen", "sidecars", "admin", "probe", "servers", "upstream", "upstream_tls")
_OWN_TLS: Final = ("certificate", "key", "client_ca")
_GATEWAYS: Final = ("edge", "behind-edge", "strict-egress")
_NOISE: Final = frozenset({"title", "default", "description", "discriminator"})


def plain(value: Any, prefix: str) -> Any:  # noqa: ANN401 - a schema, or a part of one
    """Return a model's schema as people are told of it: no null, which Helm removes anyway, and names of its own."""
    if isinstance(value, list):
        return [plain(one, prefix) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return {"$ref": f"#/$defs/{prefix}.{value['$ref'].rpartition('/')[2]}"}
    kept = {name: one for name, one in value.items() if name not in _NOISE or not _is_noise(name, one)}
    for union in ("anyOf", "oneOf"):
        if union in kept:
            rest = [one for one in kept[union] if one != {"type": "null"}]
            if len(rest) == 1:
                others = {name: one for name, one in kept.items() if name != union}
                return plain({**others, **rest[0]}, prefix)
            kept[union] = rest
    return {name: plain(one, prefix) for name, one in kept.items()}


def _is_noise(name: str, value: object) -> bool:
    """Tell a remark from a property that has the name of one: a property's value is a schema."""
    return not isinstance(value, dict) or name == "discriminator"


def settings() -> Defs:
    """Return those of `extproc serve`, but for what the chart writes."""
    model = Config.model_json_schema()
    defs: Defs = {f"extproc.{name}": plain(one, "extproc") for name, one in model.pop("$defs").items()}
    whole = plain(model, "extproc")
    for name in _OWN_SETTINGS:
        del whole["properties"][name]
    for name in _OWN_STATE:
        del defs["extproc.StateSettings"]["properties"][name]
    del defs["extproc.DetectionSettings"]["properties"]["key_env"]
    defs["extproc"] = {**whole, "required": []}
    return defs


def policies() -> Defs:
    """Return those of policies; a namespace cannot even ask for some of it."""
    model = PolicyModel.model_json_schema()
    defs: Defs = {f"policy.{name}": plain(one, "policy") for name, one in model["$defs"].items()}
    defs["policy.Given"]["properties"]["at"] = text()
    # What a namespace may not even ask for.
    rule = deepcopy(defs["policy.RuleModel"])
    del rule["properties"]["forward_token"]
    spec = deepcopy(defs["policy.Spec"])
    spec["properties"]["rules"]["items"] = {"$ref": "#/$defs/policy.NamespaceRule"}
    return {**defs, "policy.NamespaceRule": rule, "policy.NamespaceSpec": spec}


def profiles() -> Defs:
    """Return what can be said to Envoy: in every pod, and at a gateway by any of its profiles."""
    defs: Defs = {}
    for name in ("sidecar", *_GATEWAYS):
        model = PROFILES[name].values.model_json_schema()
        defs |= {f"envoy.{part}": plain(one, "envoy") for part, one in model.pop("$defs").items()}
        target = defs.setdefault("envoy" if name == "sidecar" else "envoy.gateway", record())
        target["properties"] |= plain(model, "envoy")["properties"]
    for name in ("envoy", "envoy.gateway"):
        for own in _OWN_ENVOY:
            defs[name]["properties"].pop(own, None)
    del defs["envoy.Limits"]["properties"]["body_bytes"]
    for own in _OWN_TLS:
        del defs["envoy.Tls"]["properties"][own]
    del defs["envoy.Tls"]["required"]
    del defs["envoy"]["properties"]["tls"]
    return {
        name: one for name, one in defs.items() if name not in {"envoy.Listen", "envoy.Probe", "envoy.ServerValues"}
    }
