"""From an `AdmissionReview` to its answer: a patch, a refusal that says what to do, or leave as it is.

What is not known is denied: nothing comes in because no line here thought of it.
"""

import base64
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import orjson

from extproc.kubernetes.names import INJECT, INJECTED
from extproc.kubernetes.patch import difference
from extproc.kubernetes.pods import NO_ALLOWANCES, Allowances, Refused, changed, inject, mounts
from extproc.kubernetes.template import Template
from extproc.kubernetes.values import mapping, member, objects, shown, text, words
from extproc.mcp.jsonrpc import parse_document
from extproc.mcp.limits import Limits
from extproc.model.message import JsonObject, JsonValue
from extproc.model.rejection import Rejection

API_VERSION: Final = "admission.k8s.io/v1"
KIND: Final = "AdmissionReview"
MAX_BYTES: Final = 8 * 1024 * 1024  # an update holds the pod twice, and etcd takes 1.5 MiB of each
_LIMITS: Final = Limits(body_bytes=MAX_BYTES)
_TOO_LARGE: Final = 413
_BAD: Final = 400
_FORBIDDEN: Final = 403
_LONGEST_UID: Final = 128


class Result(StrEnum):
    """What became of a review, as it is counted."""

    INJECTED = "injected"
    UNCHANGED = "unchanged"
    OPTED_OUT = "opted_out"
    REFUSED = "refused"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Which pods get the sidecar: those of enrolled namespaces; `opt_out` says whether a label can leave one out."""

    enrolled: AbstractSet[str]
    opt_out: bool = False
    allowances: Allowances = field(default=NO_ALLOWANCES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back: a status and, where it is 200, a review. The rest is for the log, and names alone."""

    status: int
    result: Result
    body: bytes = b""
    message: str = ""
    about: str = "a review"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    result: Result
    patch: list[JsonObject] = field(default_factory=list)
    message: str = ""


def answer(data: bytes, template: Template, rules: Rules) -> Answer:
    """Answer one review."""
    document = parse_document(data, _LIMITS)
    if isinstance(document, Rejection):
        status = _TOO_LARGE if document.http_status == _TOO_LARGE else _BAD
        return Answer(status=status, result=Result.MALFORMED, message=document.reason)
    request = mapping(document, "request")
    uid = text(request, "uid")
    if text(document, "apiVersion") != API_VERSION or text(document, "kind") != KIND or not _is_uid(uid):
        return Answer(status=_BAD, result=Result.MALFORMED, message=f"not an {KIND} of {API_VERSION}")
    verdict = _judged(request, template, rules)
    return Answer(
        status=200,
        result=verdict.result,
        body=_written(uid, verdict),
        message=verdict.message,
        about=_called(request),
    )


def _called(request: JsonObject) -> str:
    """Return what a pod is called; before it has a name, the beginning of one."""
    metadata = mapping(request, "object", "metadata")
    name = text(request, "name") or text(metadata, "name") or text(metadata, "generateName")
    return f"pod {shown(text(request, 'namespace'))}/{shown(name)}"


def _is_uid(uid: str) -> bool:
    return 0 < len(uid) <= _LONGEST_UID and uid.isprintable()


def _judged(request: JsonObject, template: Template, rules: Rules) -> _Verdict:
    resource = mapping(request, "resource")
    about = (text(resource, "group"), text(resource, "version"), text(resource, "resource"))
    operation, part = text(request, "operation"), text(request, "subResource")
    if about != ("", "v1", "pods"):
        return _refused("the injector judges pods alone; this webhook is registered for something else")
    match operation, part:
        case "CREATE", "":
            return _created(request, template, rules)
        case "UPDATE", "" | "resize":
            return _updated(request, template)
        case "UPDATE", "ephemeralcontainers":
            return _joined(request, template)
        case _:
            return _refused(
                "the injector does not judge this operation on pods; the webhook is registered for too much"
            )


def _created(request: JsonObject, template: Template, rules: Rules) -> _Verdict:
    pod, namespace = mapping(request, "object"), text(request, "namespace")
    if namespace not in rules.enrolled:
        return _refused(
            f"the namespace {shown(namespace)} is not enrolled: there is no configuration of the sidecar in it."
            " Ask the platform team to enrol it, or take the label mcp-extproc.io/inject away"
        )
    labels = words(pod, "metadata", "labels")
    if labels.get(INJECT) == "false":
        if rules.opt_out and INJECTED in labels:
            return _refused(f"the label {INJECTED} is set by the injector alone, and this pod is left out")
        if rules.opt_out:
            return _Verdict(result=Result.OPTED_OUT)
        return _refused(
            f'{INJECT}: "false" is refused: in this namespace every pod gets the sidecar. Take the label away'
        )
    done = inject(pod, template, rules.allowances)
    if isinstance(done, Refused):
        return _refused(done.message)
    patch = difference(pod, done)
    return _Verdict(result=Result.INJECTED if patch else Result.UNCHANGED, patch=patch)


def _updated(request: JsonObject, template: Template) -> _Verdict:
    """Let through what leaves the sidecar as it is: images of a running pod can be changed, ours cannot."""
    old, new = mapping(request, "oldObject"), mapping(request, "object")
    if not _is_injected(old):
        if INJECTED in mapping(new, "metadata", "labels"):
            return _refused(f"the label {INJECTED} is set by the injector alone")
        return _Verdict(result=Result.UNCHANGED)
    if (what := changed(old, new, template)) is not None:
        return _refused(f"{what} belongs to the sidecar and stays as it was injected: make the pod anew")
    return _Verdict(result=Result.UNCHANGED)


def _joined(request: JsonObject, template: Template) -> _Verdict:
    """Keep debugging containers out of the sidecar: of its volumes and of its processes."""
    old, new = mapping(request, "oldObject"), mapping(request, "object")
    if not _is_injected(old):
        return _Verdict(result=Result.UNCHANGED)
    for container in objects(new, "spec", "ephemeralContainers"):
        name = shown(text(container, "name"))
        if (volume := mounts(container, template.volume_names)) is not None:
            return _refused(f"the container {name} mounts {volume}, which belongs to the sidecar")
        if (target := text(container, "targetContainerName")) in template.names:
            return _refused(f"the container {name} has {target} for its target, which is the sidecar's")
    return _Verdict(result=Result.UNCHANGED)


def _is_injected(pod: JsonObject) -> bool:
    return member(pod, "metadata", "labels", INJECTED) == "true"


def _refused(message: str) -> _Verdict:
    return _Verdict(result=Result.REFUSED, message=message)


def _written(uid: str, verdict: _Verdict) -> bytes:
    response: JsonObject = {"uid": uid}
    match verdict.result:
        case Result.REFUSED | Result.MALFORMED:
            status: JsonObject = {"code": _FORBIDDEN, "message": f"mcp-extproc: {verdict.message}"}
            response.update(allowed=False, status=status)
        case Result.INJECTED:
            operations: list[JsonValue] = [*verdict.patch]
            response.update(
                allowed=True, patchType="JSONPatch", patch=base64.b64encode(orjson.dumps(operations)).decode()
            )
        case Result.UNCHANGED | Result.OPTED_OUT:
            response["allowed"] = True
    return orjson.dumps({"apiVersion": API_VERSION, "kind": KIND, "response": response})
