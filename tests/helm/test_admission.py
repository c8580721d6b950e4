"""What the platform made stays as it is, and no pod that should have the sidecar comes in without it."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from tests.helm.admission import Request, refusals
from tests.helm.rendering import CHART, Object, data, example, named, of_kind, render

VALUES: dict[str, Any] = {
    "namespaces": {"team-a": {"inject": "all"}, "team-b": {"inject": "labelled"}},
    "admission": {"accounts": ["system:serviceaccount:delivery:helm"]},
}


def _policy(kind: str, **values: Any) -> Object:
    return named(render({**VALUES, **values}), "ValidatingAdmissionPolicy", f"guard-mcp-extproc-{kind}")


def _pod(**values: Any) -> Object:
    """Return a pod as the injector leaves it, after the API server and the account's admission have been at it."""
    template = yaml.safe_load(
        data(render({**VALUES, **values}), "guard-mcp-extproc-injector-template")["template.yaml"]
    )
    token = {"name": "kube-api-access-x7x7x", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    init = [{**one, "volumeMounts": [*one["volumeMounts"], token]} for one in template["initContainers"]]
    own = {"MCP_EXTPROC_SERVER": "crm", "MCP_EXTPROC_PORT": "9100"}
    for one in init:
        for entry in one.get("env", []):
            entry.update({"value": own[entry["name"]]} if entry["name"] in own else {})
    return {
        "metadata": {"name": "crm-1", "labels": {"app": "crm", "mcp-extproc.io/injected": "true"}},
        "spec": {
            "initContainers": [*init, {"name": "warm-up", "image": "crm"}],
            "containers": [{"name": "crm", "image": "crm", "volumeMounts": [token]}],
            "volumes": [*template["volumes"], {"name": "kube-api-access-x7x7x", "projected": {"sources": []}}],
        },
    }


def _without_labels(pod: Object) -> None:
    del pod["metadata"]["labels"]


def _without_containers(pod: Object) -> None:
    pod["spec"]["initContainers"] = []


def _another_image(pod: Object) -> None:
    pod["spec"]["initContainers"][1]["image"] = "evil"


def _another_config(pod: Object) -> None:
    pod["spec"]["initContainers"][1]["args"][-1] = "/etc/mine.yaml"


def _more_environment(pod: Object) -> None:
    pod["spec"]["initContainers"][1]["env"].append(
        {"name": "EXTPROC_UNSAFE_FAIL_OPEN__CLIENT_TO_SERVER", "value": "true"}
    )


def _servers_of_its_own(pod: Object) -> None:
    pod["spec"]["initContainers"][1]["env"][2]["value"] = "[{name: x, paths: [/]}]"


def _environment_from_elsewhere(pod: Object) -> None:
    pod["spec"]["initContainers"][1]["envFrom"] = [{"configMapRef": {"name": "mine"}}]


def _another_mount(pod: Object) -> None:
    pod["spec"]["initContainers"][1]["volumeMounts"][0]["name"] = "mine"


def _one_mount_more(pod: Object) -> None:
    pod["spec"]["initContainers"][1]["volumeMounts"].append({"name": "mine", "mountPath": "/opt/mcp-extproc"})


def _twice(pod: Object) -> None:
    pod["spec"]["initContainers"].append(deepcopy(pod["spec"]["initContainers"][1]))


def _not_a_sidecar(pod: Object) -> None:
    del pod["spec"]["initContainers"][1]["restartPolicy"]


def _somebody_first(pod: Object) -> None:
    pod["spec"]["initContainers"].insert(0, {"name": "mine", "image": "mine"})


def _another_volume(pod: Object) -> None:
    (volume,) = (one for one in pod["spec"]["volumes"] if one["name"] == "mcp-extproc-policy")
    volume["projected"]["sources"][0]["configMap"]["name"] = "mine"


def _a_floor_that_need_not_be_there(pod: Object) -> None:
    (volume,) = (one for one in pod["spec"]["volumes"] if one["name"] == "mcp-extproc-policy")
    volume["projected"]["sources"][0]["configMap"]["optional"] = True


def _a_volume_that_is_no_config_map(pod: Object) -> None:
    (volume,) = (one for one in pod["spec"]["volumes"] if one["name"] == "mcp-extproc-config")
    volume.clear()
    volume.update({"name": "mcp-extproc-config", "emptyDir": {}})


def _the_socket_at_the_start(pod: Object) -> None:
    mount = {"name": "mcp-extproc-run", "mountPath": "/run/x"}
    pod["spec"]["initContainers"].append({"name": "own", "image": "crm", "volumeMounts": [mount]})


def _the_socket(pod: Object) -> None:
    pod["spec"]["containers"][0]["volumeMounts"].append({"name": "mcp-extproc-run", "mountPath": "/run/x"})


def _the_nodes_network(pod: Object) -> None:
    pod["spec"]["hostNetwork"] = True


def _shared_processes(pod: Object) -> None:
    pod["spec"]["shareProcessNamespace"] = True


def _the_nodes_processes(pod: Object) -> None:
    pod["spec"]["hostPID"] = True


def _a_team_volume_of_something_else(pod: Object) -> None:
    (volume,) = (one for one in pod["spec"]["volumes"] if one["name"] == "mcp-extproc-team")
    volume["projected"]["sources"][0]["configMap"]["name"] = "mine"


CHANGES = [
    (_without_labels, "was not injected"),
    (_without_containers, "mcp-extproc-render is not as"),
    (_another_image, "The container mcp-extproc is not as"),
    (_another_config, "The container mcp-extproc is not as"),
    (_more_environment, "The container mcp-extproc is not as"),
    (_servers_of_its_own, "The container mcp-extproc is not as"),
    (_environment_from_elsewhere, "The container mcp-extproc is not as"),
    (_another_mount, "The container mcp-extproc is not as"),
    (_one_mount_more, "The container mcp-extproc is not as"),
    (_twice, "The container mcp-extproc is not as"),
    (_not_a_sidecar, "The container mcp-extproc is not as"),
    (_somebody_first, "is not where mcp-extproc injects it"),
    (_another_volume, "volumes of mcp-extproc are not as"),
    (_a_floor_that_need_not_be_there, "volumes of mcp-extproc are not as"),
    (_a_volume_that_is_no_config_map, "volumes of mcp-extproc are not as"),
    (_the_socket, "for its containers alone"),
    (_the_socket_at_the_start, "for its containers alone"),
    (_the_nodes_network, "the node's network"),
    (_shared_processes, "each other's processes"),
    (_the_nodes_processes, "each other's processes"),
    (_a_team_volume_of_something_else, "volumes of mcp-extproc are not as"),
]


def test_a_pod_comes_in_as_it_was_injected() -> None:
    assert refusals(_policy("pods"), Request(new=_pod())) == []
    platform = example(CHART / "examples" / "platform.yaml")
    policy = named(render(platform), "ValidatingAdmissionPolicy", "guard-mcp-extproc-pods")
    assert refusals(policy, Request(new=_pod(**platform), namespace="payments")) == []
    assert refusals(policy, Request(new=_pod(), namespace="payments")) != []


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=[change.__name__ for change, _ in CHANGES])
def test_a_pod_that_was_changed_does_not(change: Any, expected: str) -> None:
    pod = _pod()
    change(pod)
    assert any(expected in one for one in refusals(_policy("pods"), Request(new=pod)))


def test_where_pods_ask_for_it_others_are_left_alone() -> None:
    policy = _policy("pods")
    bare: Object = {"metadata": {"name": "job"}, "spec": {"containers": [{"name": "job", "image": "job"}]}}
    asking: Object = {**bare, "metadata": {"name": "crm", "labels": {"mcp-extproc.io/inject": "true"}}}
    posing: Object = {**bare, "metadata": {"name": "crm", "labels": {"mcp-extproc.io/injected": "true"}}}
    assert refusals(policy, Request(new=bare, namespace="team-b")) == []
    for pod, namespace in ((bare, "team-a"), (asking, "team-b"), (posing, "team-b")):
        assert refusals(policy, Request(new=pod, namespace=namespace)) != []


def test_a_pod_is_left_out_only_where_that_is_allowed() -> None:
    pod: Object = {
        "metadata": {"name": "job", "labels": {"mcp-extproc.io/inject": "false"}},
        "spec": {"containers": [{"name": "job", "image": "job"}]},
    }
    assert refusals(_policy("pods"), Request(new=pod)) != []
    assert refusals(_policy("pods", injector={"optOut": "allowed"}), Request(new=pod)) == []


def _managed(kind: str, **metadata: Any) -> Object:
    return {"kind": kind, "metadata": {"name": "mcp-extproc", "labels": {"mcp-extproc.io/managed": "true"}, **metadata}}


@pytest.mark.parametrize(
    "request_",
    [
        Request(old=_managed("ConfigMap"), new=_managed("ConfigMap")),
        Request(old=_managed("ConfigMap"), new=_managed("ConfigMap", labels={})),
        Request(old=_managed("NetworkPolicy")),
        Request(new=_managed("ConfigMap", labels={})),
        Request(old=_managed("ConfigMap", name="other"), new=_managed("ConfigMap", name="other", labels={})),
    ],
    ids=["change it", "unlabel it", "remove it", "put one in its place", "take away the label of another"],
)
def test_what_the_platform_made_is_changed_by_the_platform_alone(request_: Request) -> None:
    policy = _policy("managed")
    assert refusals(policy, request_) != []

    def asked_by(**who: Any) -> list[str]:
        return refusals(policy, Request(old=request_.old, new=request_.new, **who))

    assert asked_by(user="system:serviceaccount:delivery:helm") == []
    assert asked_by(user="root", groups=("system:masters",)) == []
    assert asked_by(user="ada", may_manage=True) == []
    assert asked_by(user="system:serviceaccount:kube-system:namespace-controller") == []
    assert asked_by(user="system:serviceaccount:kube-system:default") != []


def test_objects_of_teams_are_their_own() -> None:
    own: Object = {"metadata": {"name": "mine", "labels": {"app": "x"}}, "data": {}}
    for request in (Request(new=own), Request(new=own, old=own), Request(old=own)):
        assert refusals(_policy("managed"), request) == []


def test_policies_are_bound_to_the_enrolled_namespaces_and_close_on_faults() -> None:
    objects = render(VALUES)
    policies = {one["metadata"]["name"]: one["spec"] for one in of_kind(objects, "ValidatingAdmissionPolicy")}
    bindings = of_kind(objects, "ValidatingAdmissionPolicyBinding")
    assert {one["spec"]["policyName"] for one in bindings} == set(policies)
    assert all(spec["failurePolicy"] == "Fail" for spec in policies.values())
    for spec in policies.values():
        # A message of several lines is refused by the API server; an expression of several lines needs a message.
        assert all(one["message"] and "\n" not in one["message"] for one in spec["validations"])
    for one in bindings:
        assert one["spec"]["validationActions"] == ["Deny"]
        (expression,) = one["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"]
        assert expression["values"] == ["team-a", "team-b"]
