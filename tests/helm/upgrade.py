"""Compares what one release of the chart made with what the next makes: what a cluster would refuse, or silently lose.

A field that cannot be changed makes `helm upgrade` fail halfway; a name that changes makes a new object beside pods,
Secrets and rules that know the old one. Which those are is a table, by kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from tests.helm.rendering import Object

Key: TypeAlias = tuple[str, str, str]

# Paths whose value the API server does not let change (`*`: of each entry of a list).
IMMUTABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "Deployment": ("spec.selector",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
    "DaemonSet": ("spec.selector",),
    "Job": ("spec.selector", "spec.template", "spec.completionMode"),
    "PersistentVolumeClaim": ("spec.storageClassName", "spec.accessModes", "spec.volumeName"),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
    "Secret": ("type",),
    "Service": ("spec.clusterIP",),
}
# What may change, and then breaks those who rely on it.
RELIED_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "Service": ("spec.type", "spec.selector", "spec.ports.*.name", "spec.ports.*.port", "spec.ports.*.targetPort"),
    "MutatingWebhookConfiguration": ("webhooks.*.name", "webhooks.*.failurePolicy", "webhooks.*.clientConfig"),
    "ValidatingAdmissionPolicy": ("spec.failurePolicy",),
    "ValidatingAdmissionPolicyBinding": ("spec.policyName", "spec.validationActions"),
    "PodMonitor": ("spec.selector",),
    "HorizontalPodAutoscaler": ("spec.scaleTargetRef",),
}
# Containers and ports that Services, monitors and people know by name.
_NAMED: Final = ("spec.template.spec.containers.*.name", "spec.template.spec.containers.*.ports.*.name")
# Kinds that nothing outlives: one may go, or have another name.
_FLEETING: Final = frozenset({"Pod"})


def breaks(old: Sequence[Object], new: Sequence[Object]) -> list[str]:
    """Return what an upgrade from one rendering to the other would break, in words."""
    after = {_key(one): one for one in new}
    return [
        text
        for one in old
        if one["kind"] not in _FLEETING
        for text in ([f"{_words(one)} is gone"] if _key(one) not in after else _changes(one, after[_key(one)]))
    ]


def _changes(old: Object, new: Object) -> Iterator[str]:
    kind = old["kind"]
    if _group(old) != _group(new):
        yield f"{_words(old)}: its API group changes"
    for path in (*IMMUTABLE.get(kind, ()), *RELIED_ON.get(kind, ())):
        if _all(old, path) != _all(new, path):
            yield f"{_words(old)}: {path} changes"
    for path in _NAMED:
        if lost := [name for name in _all(old, path) if name not in _all(new, path)]:
            yield f"{_words(old)}: {path} loses {', '.join(lost)}"


def _all(value: Any, path: str) -> list[Any]:
    """Return what stands at a path, of every entry where it says so."""
    here = [value]
    for name in path.split("."):
        inner: list[Any] = []
        for one in here:
            if name == "*":
                inner += one if isinstance(one, list) else []
            elif isinstance(one, dict) and name in one:
                inner.append(one[name])
        here = inner
    return here


def _key(one: Object) -> Key:
    return one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]


def _group(one: Object) -> str:
    return str(one["apiVersion"]).rpartition("/")[0]


def _words(one: Object) -> str:
    kind, namespace, name = _key(one)
    return f"{kind} {f'{namespace}/' if namespace else ''}{name}"
