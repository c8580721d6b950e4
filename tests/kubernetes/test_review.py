"""Reviews and their answers: who gets the sidecar, who is refused with what words, and what is not judged at all."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given as given_of
from hypothesis import settings
from hypothesis import strategies as st

from extproc.kubernetes.pods import Refused, inject
from extproc.kubernetes.review import MAX_BYTES, Answer, Result, Rules, answer
from tests.kubernetes.patching import apply
from tests.kubernetes.samples import OURS, operations, pod, review, template

RULES = Rules(enrolled=frozenset({"team-a"}))


def given(data: bytes, rules: Rules = RULES) -> Answer:
    return answer(data, template(), rules)


def refusal(data: bytes, rules: Rules = RULES) -> str:
    got = given(data, rules)
    assert (got.status, got.result) == (200, Result.REFUSED)
    response = json.loads(got.body)["response"]
    assert (response["allowed"], response["status"]["code"], "patch" in response) == (False, 403, False)
    return str(response["status"]["message"])


def sidecar_in(obj: dict[str, Any]) -> dict[str, Any]:
    done = inject(obj, template())
    assert not isinstance(done, Refused)
    return done


def test_a_pod_of_an_enrolled_namespace_gets_the_sidecar_and_then_no_other() -> None:
    got = given(review(pod()))
    assert got.result is Result.INJECTED
    whole = json.loads(got.body)
    assert (whole["apiVersion"], whole["kind"]) == ("admission.k8s.io/v1", "AdmissionReview")
    assert whole["response"]["uid"] == "705ab4f5-6393-11e8-b7cc-42010a800002"
    done = apply(pod(), operations(got.body))
    assert [one["name"] for one in done["spec"]["initContainers"]] == OURS
    assert got.about == "pod team-a/web-7d4b9c8f6-"
    again = given(review(done))
    assert (again.result, operations(again.body)) == (Result.UNCHANGED, [])


def test_a_namespace_that_is_not_enrolled_is_told_what_to_do() -> None:
    assert "namespace team-b is not enrolled" in refusal(review(pod(), namespace="team-b"))
    assert "Ask the platform team" in refusal(review(pod(), namespace="team-b"))


def test_a_pod_is_left_out_only_where_the_configuration_allows_it() -> None:
    out = pod()
    out["metadata"]["labels"]["mcp-extproc.io/inject"] = "false"
    assert "every pod gets the sidecar" in refusal(review(out))
    got = given(review(out), Rules(enrolled=RULES.enrolled, opt_out=True))
    assert (got.result, operations(got.body)) == (Result.OPTED_OUT, [])
    out["metadata"]["labels"]["mcp-extproc.io/injected"] = "true"
    assert "this pod is left out" in refusal(review(out), Rules(enrolled=RULES.enrolled, opt_out=True))
    out["metadata"]["labels"]["mcp-extproc.io/inject"] = "no"
    assert given(review(out), Rules(enrolled=RULES.enrolled, opt_out=True)).result is Result.INJECTED


def test_a_pod_that_cannot_have_the_sidecar_is_refused_with_the_reason() -> None:
    assert refusal(review(pod(hostNetwork=True))).startswith("mcp-extproc: hostNetwork is refused")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"resource": {"group": "apps", "version": "v1", "resource": "deployments"}}, "judges pods alone"),
        ({"resource": {"group": "", "version": "v2", "resource": "pods"}}, "judges pods alone"),
        ({"operation": "DELETE"}, "does not judge this operation"),
        ({"operation": "CONNECT", "subResource": "exec"}, "does not judge this operation"),
        ({"operation": "CREATE", "subResource": "binding"}, "does not judge this operation"),
        ({"operation": "UPDATE", "subResource": "status"}, "does not judge this operation"),
        ({"operation": None}, "does not judge this operation"),
    ],
)
def test_what_is_not_known_is_denied(request_: dict[str, Any], words: str) -> None:
    document = json.loads(review(pod()))
    document["request"].update(request_)
    assert words in refusal(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("spec", "initContainers", 1, "image"), "evil", "the container mcp-extproc belongs"),
        (("metadata", "labels", "mcp-extproc.io/injected"), "no", "the label mcp-extproc.io/injected belongs"),
        (("metadata", "annotations", "mcp-extproc.io/template"), "x", "the annotation mcp-extproc.io/template belongs"),
        (("metadata", "annotations", "mcp-extproc.io/server"), "x", "the annotation mcp-extproc.io/server belongs"),
    ],
)
def test_an_update_does_not_touch_the_sidecar(path: tuple[str | int, ...], value: str, words: str) -> None:
    old = sidecar_in(pod())
    new = deepcopy(old)
    here: Any = new
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = value
    assert words in refusal(review(new, operation="UPDATE", oldObject=old))


def test_an_update_of_anything_else_passes_without_a_patch() -> None:
    old = sidecar_in(pod())
    new = deepcopy(old)
    new["spec"]["containers"][0]["image"] = "registry.test/server:2"
    for part in ("", "resize"):
        got = given(review(new, operation="UPDATE", oldObject=old, subResource=part))
        assert (got.result, operations(got.body)) == (Result.UNCHANGED, [])
    plain = given(review(pod(), operation="UPDATE", oldObject=pod()))
    assert (plain.result, operations(plain.body)) == (Result.UNCHANGED, [])


def test_an_update_cannot_claim_a_sidecar_that_was_never_injected() -> None:
    new = pod()
    new["metadata"]["labels"]["mcp-extproc.io/injected"] = "true"
    assert "set by the injector alone" in refusal(review(new, operation="UPDATE", oldObject=pod()))


@pytest.mark.parametrize(
    ("container", "words"),
    [
        ({"name": "debug", "volumeMounts": [{"name": "mcp-extproc-run", "mountPath": "/x"}]}, "mounts mcp-extproc-run"),
        ({"name": "debug", "targetContainerName": "mcp-extproc"}, "for its target"),
    ],
)
def test_a_debugging_container_stays_out_of_the_sidecar(container: dict[str, Any], words: str) -> None:
    old = sidecar_in(pod())
    new = deepcopy(old)
    new["spec"]["ephemeralContainers"] = [container]
    assert words in refusal(review(new, operation="UPDATE", oldObject=old, subResource="ephemeralcontainers"))
    new["spec"]["ephemeralContainers"] = [{"name": "debug", "targetContainerName": "server"}]
    got = given(review(new, operation="UPDATE", oldObject=old, subResource="ephemeralcontainers"))
    assert got.result is Result.UNCHANGED
    plain = pod(ephemeralContainers=[container])
    got = given(review(plain, operation="UPDATE", oldObject=pod(), subResource="ephemeralcontainers"))
    assert got.result is Result.UNCHANGED


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"apiVersion": "admission.k8s.io/v1", "apiVersion": "x"}', 400),
        (b'{"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview", "request": {"uid": "1"}}', 400),
        (b'{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {"uid": ""}}', 400),
        (b'{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": []}', 400),
        (b" " * (MAX_BYTES + 1), 413),
    ],
)
def test_what_is_no_review_is_a_bad_request_without_content(data: bytes, status: int) -> None:
    got = given(data)
    assert (got.status, got.result, got.body) == (status, Result.MALFORMED, b"")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9000) | st.sampled_from(["", "true", "mcp-extproc", "mcp", "8080"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "ports", "env"]), inner),
    max_leaves=5,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, one in inner for place in places(one, (*at, key)))]


WHOLE = json.loads(review(sidecar_in(pod(ephemeralContainers=[{"name": "debug"}])), oldObject=sidecar_in(pod())))
PLACES = [place for place in places(WHOLE) if place]


@given_of(st.sampled_from(PLACES), JSON, st.sampled_from(["", "ephemeralcontainers"]), st.booleans())
@settings(max_examples=150)
def test_whatever_stands_in_a_review_it_is_answered(
    place: tuple[Any, ...], value: Any, part: str, update: bool
) -> None:
    whole = deepcopy(WHOLE)
    if update:
        whole["request"].update(operation="UPDATE", subResource=part)
    here = whole
    for key in place[:-1]:
        here = here[key]
    here[place[-1]] = value
    got = given(json.dumps(whole).encode())
    assert got.status in {200, 400}
    assert (got.status == 200) is (got.result is not Result.MALFORMED)


@pytest.mark.parametrize("value", [[], {}, None, "8080", 8080.5])
def test_a_port_that_is_no_number_is_left_to_the_api_server(value: Any) -> None:
    strange = [{"name": "a", "image": "x", "ports": [{"containerPort": value, "name": value}]}]
    assert given(review(pod(containers=strange))).result is Result.INJECTED


def test_what_is_no_name_is_not_repeated() -> None:
    strange = [{"name": "a\nERROR forged", "image": "x", "ports": [{"containerPort": 8080}]}]
    assert "the container (no name) claims port 8080" in refusal(review(pod(containers=strange)))
    assert "namespace (no name) is not" in refusal(review(pod(), namespace="a\nb"))


def test_a_review_without_a_pod_is_refused() -> None:
    assert "objects" in refusal(review(None))
