"""What the API server writes into a container or volume of its own accord, so that it counts as not written.

Only so can a pod that comes again be known as one that holds the template already.
"""

from typing import Final

from extproc.kubernetes.values import text
from extproc.model.message import JsonObject, JsonValue

_DEFAULTS: Final[dict[str, JsonValue]] = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "procMount": "Default",
    "protocol": "TCP",
    "scheme": "HTTP",
    "timeoutSeconds": 1,
    "periodSeconds": 10,
    "successThreshold": 1,
    "failureThreshold": 3,
    "defaultMode": 420,
    "expirationSeconds": 3600,
    "apiVersion": "v1",
    "service": "",
    "divisor": "0",
    "resources": {},
}
_TOKEN_PATH: Final = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a folder
_TOKEN_VOLUME: Final = "kube-api-access-"  # noqa: S105 - the beginning of a name


def bare(part: JsonObject) -> JsonObject:
    """Return a container or volume without what the API server would write into it anyway."""
    stripped = _stripped(part)
    found = stripped if isinstance(stripped, dict) else {}
    if found.get("imagePullPolicy") == _pull_policy(text(found, "image")):
        del found["imagePullPolicy"]
    mounts = found.get("volumeMounts")
    if isinstance(mounts, list):
        found["volumeMounts"] = [mount for mount in mounts if not _is_token(mount)]
        if not found["volumeMounts"]:
            del found["volumeMounts"]
    _request_limits(found)
    return found


def _stripped(value: JsonValue) -> JsonValue:
    match value:
        case dict():
            return {
                name: _stripped(inner)
                for name, inner in value.items()
                if name not in _DEFAULTS or inner != _DEFAULTS[name] or isinstance(inner, bool)
            }
        case list():
            return [_stripped(entry) for entry in value]
        case _:
            return value


def _pull_policy(image: str) -> str:
    if "@" in image:
        return "IfNotPresent"
    tag = image.rpartition("/")[2].partition(":")[2]
    return "Always" if tag in {"", "latest"} else "IfNotPresent"


def _is_token(mount: JsonValue) -> bool:
    """Tell whether a mount is that of the service account's token, which an admission plugin adds."""
    return text(mount, "mountPath") == _TOKEN_PATH and text(mount, "name").startswith(_TOKEN_VOLUME)


def _request_limits(container: JsonObject) -> None:
    """Write out that whoever says limits and no requests has the same requests."""
    resources = container.get("resources")
    if isinstance(resources, dict) and isinstance(limits := resources.get("limits"), dict):
        requests = resources.get("requests")
        container["resources"] = {
            **resources,
            "requests": {**limits, **(requests if isinstance(requests, dict) else {})},
        }
