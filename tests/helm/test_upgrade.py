"""An upgrade from the last release changes nothing that a cluster does not let change, or that somebody relies on.

`previous/` has what the last release rendered of each example. A release replaces it: `python -m tests.helm.freeze`.
"""

from collections.abc import Callable
from copy import deepcopy

import pytest

from tests.helm import freeze
from tests.helm.rendering import EXAMPLES, Object, example, named, of_kind, render
from tests.helm.upgrade import breaks

PATHS = [path for path in EXAMPLES if freeze.file_of(path).exists()]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_an_upgrade_from_the_last_release_breaks_nothing(path: object) -> None:
    (values,) = (one for one in PATHS if one == path)
    old = freeze.frozen(values)
    assert len(old) > 5
    assert breaks(old, render(example(values))) == []


def test_every_example_of_the_last_release_is_still_there() -> None:
    assert {path.stem for path in freeze.PREVIOUS.glob("*.yaml")} == {path.stem for path in PATHS}
    assert PATHS


def _selector(objects: list[Object]) -> None:
    of_kind(objects, "Deployment")[0]["spec"]["selector"]["matchLabels"]["version"] = "2"


def _service_type(objects: list[Object]) -> None:
    of_kind(objects, "Service")[0]["spec"]["type"] = "NodePort"


def _cluster_ip(objects: list[Object]) -> None:
    of_kind(objects, "Service")[0]["spec"]["clusterIP"] = "None"


def _port(objects: list[Object]) -> None:
    of_kind(objects, "Service")[0]["spec"]["ports"][0]["name"] = "web"


def _webhook_name(objects: list[Object]) -> None:
    of_kind(objects, "MutatingWebhookConfiguration")[0]["webhooks"][0]["name"] = "other.injector.mcp-extproc.io"


def _webhook_policy(objects: list[Object]) -> None:
    of_kind(objects, "MutatingWebhookConfiguration")[0]["webhooks"][0]["failurePolicy"] = "Ignore"


def _role(objects: list[Object]) -> None:
    of_kind(objects, "ClusterRoleBinding")[0]["roleRef"]["name"] = "other"


def _name(objects: list[Object]) -> None:
    of_kind(objects, "ConfigMap")[0]["metadata"]["name"] = "other"


def _gone(objects: list[Object]) -> None:
    objects.remove(of_kind(objects, "NetworkPolicy")[0])


def _container(objects: list[Object]) -> None:
    of_kind(objects, "Deployment")[0]["spec"]["template"]["spec"]["containers"][0]["name"] = "other"


def _group(objects: list[Object]) -> None:
    of_kind(objects, "Role")[0]["apiVersion"] = "rbac.example.com/v1"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_selector, "Deployment mcp-system/guard-mcp-extproc-injector: spec.selector changes"),
        (_service_type, "spec.type changes"),
        (_cluster_ip, "spec.clusterIP changes"),
        (_port, "spec.ports.*.name changes"),
        (_webhook_name, "webhooks.*.name changes"),
        (_webhook_policy, "webhooks.*.failurePolicy changes"),
        (_role, "roleRef changes"),
        (_name, "is gone"),
        (_gone, "NetworkPolicy"),
        (_container, "containers.*.name loses injector"),
        (_group, "its API group changes"),
    ],
    ids=lambda one: one.__name__ if callable(one) else None,
)
def test_what_would_break_is_found(change: Callable[[list[Object]], None], expected: str) -> None:
    (path,) = (one for one in EXAMPLES if one.stem == "team-sidecars")
    old = render(example(path))
    new = deepcopy(old)
    assert breaks(old, new) == []
    change(new)
    found = breaks(old, new)
    assert len(found) >= 1
    assert any(expected in one for one in found)


def test_what_may_change_is_no_break() -> None:
    (path,) = (one for one in EXAMPLES if one.stem == "behind-kong")
    values = deepcopy(example(path))
    old = render(values)
    values["image"]["tag"] = "9.9.9"
    values["gateway"]["autoscaling"]["maxReplicas"] = 50
    values["commonLabels"] = {"cost-centre": "mcp"}
    new = render(values)
    assert named(old, "Deployment", "guard-mcp-extproc-gateway") != named(
        new, "Deployment", "guard-mcp-extproc-gateway"
    )
    assert breaks(old, new) == []
