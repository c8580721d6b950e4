"""From a pod and the template to the pod with the sidecar in it, or to the reason why it cannot have one.

Our init containers stand before all others, in the order of the template. The kubelet starts init containers one after
the other, and waits for a native sidecar (`restartPolicy: Always`) until it has started. So whatever of the pod runs
after that, its own init containers and native sidecars included, runs with the guard up: a server that is a native
sidecar itself would otherwise listen before anybody judges. Native sidecars end in the reverse order and after the
other containers, so that ours, the first, are there until the server's last answer.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

from extproc.kubernetes.defaults import bare
from extproc.kubernetes.names import PREFIX, TEMPLATE
from extproc.kubernetes.patch import same
from extproc.kubernetes.template import Template
from extproc.kubernetes.values import mapping, member, objects, shown, text
from extproc.kubernetes.wishes import wish
from extproc.model.message import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowances:
    """What a pod may have beside the sidecar that lets it reach around or into it; nothing, unless it is said."""

    host_network: bool = False
    shared_processes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A pod that does not come in; the message is for whoever wrote it."""

    message: str


NO_ALLOWANCES: Final = Allowances()


def inject(pod: JsonObject, template: Template, allowances: Allowances = NO_ALLOWANCES) -> JsonObject | Refused:
    """Return the pod with what the template has; the pod that was given stays as it is."""
    reason = _malformed(pod) or _forbidden(pod, template, allowances)
    if reason is not None:
        return Refused(message=reason)
    asked = wish(pod, template.ports)
    if isinstance(asked, str):
        return Refused(message=asked)
    done = deepcopy(pod)
    spec, metadata = mapping(done, "spec"), mapping(done, "metadata")
    here = [*objects(spec, "initContainers")]
    others = [entry for entry in here if text(entry, "name") not in template.names]
    spec["initContainers"] = [*_kept(here, template.filled(asked.variables())), *others]
    if template.volumes:
        spec["volumes"] = _placed([*objects(spec, "volumes")], template)
    metadata["labels"] = {**mapping(metadata, "labels"), **template.labels}
    metadata["annotations"] = {**mapping(metadata, "annotations"), **template.annotations, TEMPLATE: template.digest}
    return done


def own(pod: JsonObject, template: Template, *lists: str) -> Iterator[JsonObject]:
    """Return the containers in these lists of a pod that are not the sidecar's."""
    for name in lists:
        for container in objects(pod, "spec", name):
            if name == "containers" or text(container, "name") not in template.names:
                yield container


def mounts(container: JsonObject, volumes: frozenset[str]) -> str | None:
    """Return the name of one of these volumes that a container mounts."""
    for kind in ("volumeMounts", "volumeDevices"):
        for mount in objects(container, kind):
            if (name := text(mount, "name")) in volumes:
                return name
    return None


def _malformed(pod: JsonObject) -> str | None:
    if not isinstance(pod.get("spec"), dict) or not isinstance(pod.get("metadata"), dict):
        return "metadata and spec of a pod are objects"
    for kind in ("initContainers", "containers", "volumes"):
        entries = member(pod, "spec", kind)
        if entries is not None and not (isinstance(entries, list) and all(isinstance(one, dict) for one in entries)):
            return f"{kind} of a pod is a list of objects"
    return None


def _forbidden(pod: JsonObject, template: Template, allowances: Allowances) -> str | None:
    spec = mapping(pod, "spec")
    if text(spec, "os", "name") == "windows":
        return "the sidecar is for Linux, and this pod is for Windows"
    if spec.get("hostNetwork") is True and not allowances.host_network:
        return "hostNetwork is refused: the server's port would be open to everything on the node, around the sidecar"
    shares = (name for name in ("hostPID", "shareProcessNamespace") if spec.get(name) is True)
    if not allowances.shared_processes and (shared := next(shares, None)):
        return f"{shared} is refused: a container that sees the sidecar's processes can reach into them"
    for container in own(pod, template, "initContainers", "containers"):
        if (reason := _at_odds(container, template)) is not None:
            return reason
    return None


def _at_odds(container: JsonObject, template: Template) -> str | None:
    name = shown(text(container, "name"))
    if name in template.names:
        return f"the name of the container {name} is the sidecar's: give it another"
    if (volume := mounts(container, template.volume_names)) is not None:
        return f"the container {name} mounts {volume}, which belongs to the sidecar: name a volume of its own"
    for port in objects(container, "ports"):
        number, called = port.get("containerPort"), text(port, "name")
        if isinstance(number, int) and number in template.ports:
            return (
                f"the container {name} claims port {number}, which the sidecar listens on: let the server listen on"
                " another, on loopback, and name it by the annotation mcp-extproc.io/port"
            )
        if called in template.port_names:
            return f"the container {name} calls a port {called}, as the sidecar does: Services would go around it"
    return None


def _kept(here: list[JsonObject], wanted: list[JsonObject]) -> list[JsonValue]:
    """Return what is wanted; of what is there already and differs only by defaults of the API server, that."""
    return [_or_same(here, part) for part in wanted]


def _or_same(here: list[JsonObject], wanted: JsonObject) -> JsonObject:
    first = next((part for part in here if text(part, "name") == text(wanted, "name")), None)
    return first if first is not None and same(bare(first), bare(wanted)) else wanted


def _placed(here: list[JsonObject], template: Template) -> list[JsonValue]:
    """Put each volume of the template in the place of the first of its name, or at the end."""
    wanted = {text(volume, "name"): _or_same(here, volume) for volume in template.volumes}
    placed: list[JsonValue] = []
    for volume in here:
        name = text(volume, "name")
        if name not in template.volume_names:
            placed.append(volume)
        elif name in wanted:
            placed.append(wanted.pop(name))
    return [*placed, *deepcopy([*wanted.values()])]


def changed(old: JsonObject, new: JsonObject, template: Template) -> str | None:
    """Name what an update of an injected pod would change of the sidecar; None when it leaves it alone."""
    for name in sorted(template.names):
        if not same(_of(old, name), _of(new, name)):
            return f"the container {name}"
    was, will = _marks(old), _marks(new)
    for key in sorted({*was, *will}):
        if was.get(key) != will.get(key):
            return key
    return None


def _of(pod: JsonObject, name: str) -> JsonValue:
    return [entry for entry in objects(pod, "spec", "initContainers") if text(entry, "name") == name]


def _marks(pod: JsonObject) -> dict[str, JsonValue]:
    """Return the labels and annotations that tell of the sidecar, by what they are called in a message."""
    return {
        f"the {kind.removesuffix('s')} {shown(name)}": value
        for kind in ("labels", "annotations")
        for name, value in mapping(pod, "metadata", kind).items()
        if name.startswith(PREFIX)
    }
