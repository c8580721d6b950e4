"""The containers are written once: in pods by hand and in other charts they are what the injector puts in."""

import shutil
from pathlib import Path
from typing import Any

import helm_python
import pytest
import yaml

from tests.helm.rendering import CHART, data, of_kind, render

_USING = """
apiVersion: v1
kind: Pod
metadata:
  name: crm
  labels:
    {{- include "mcp-extproc.sidecar.labels" . | nindent 4 }}
spec:
  initContainers:
    {{- $root := index .Subcharts "mcp-extproc" }}
    {{- $asked := dict "root" $root "server" .Values.server "port" .Values.port "path" .Values.path }}
    {{- include "mcp-extproc.sidecar.initContainers" $asked | nindent 4 }}
  containers:
    - {name: server, image: crm}
  volumes:
    {{- include "mcp-extproc.sidecar.volumes" (dict "root" (index .Subcharts "mcp-extproc")) | nindent 4 }}
"""
OWN = {"server": "crm", "port": 9100, "path": "/crm/mcp"}


@pytest.fixture(scope="module")
def using(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a chart that depends on ours."""
    folder = tmp_path_factory.mktemp("using") / "using"
    (folder / "templates").mkdir(parents=True)
    (folder / "charts").mkdir()
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: using\nversion: 0.1.0\n", encoding="utf-8")
    (folder / "templates" / "pod.yaml").write_text(_USING, encoding="utf-8")
    shutil.copytree(CHART, folder / "charts" / "mcp-extproc")
    return folder


def _values(**own: Any) -> dict[str, Any]:
    return {
        **OWN,
        **own,
        "mcp-extproc": {"injector": {"enabled": False}, "image": {"registry": "registry.example.com"}},
    }


def test_another_chart_gets_the_same_containers_and_nothing_else(using: Path) -> None:
    (pod,) = render(_values(), path=using)
    config = render({"image": {"registry": "registry.example.com"}})
    injected = yaml.safe_load(data(config, "guard-mcp-extproc-injector-template")["template.yaml"])
    for one in injected["initContainers"]:
        for entry in one.get("env", []):
            name = entry["name"].removeprefix("MCP_EXTPROC_").lower()
            entry["value"] = str(OWN.get(name, entry["value"]))
    assert pod["spec"]["initContainers"] == injected["initContainers"]
    assert pod["spec"]["volumes"] == injected["volumes"]
    assert pod["metadata"]["labels"] == {"mcp-extproc.io/injected": "true"}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"server": "a b"}, 'server "a b": up to 64 letters'),
        ({"server": '$(HOME)"'}, "up to 64 letters"),
        ({"port": 70000}, 'port "70000": a number from 1 to 65535'),
        ({"port": 8080}, "port 8080 is one of the sidecar's own"),
        ({"path": "mcp"}, 'path "mcp": names of letters'),
        ({"path": "/mcp?x=1"}, "names of letters"),
        ({"path": "/../mcp"}, "names of letters"),
    ],
)
def test_names_that_would_be_read_as_something_else_are_refused(
    using: Path, own: dict[str, Any], expected: str
) -> None:
    with pytest.raises(helm_python.HelmError) as caught:
        render(_values(**own), path=using)
    assert expected in str(caught.value).replace('\\"', '"')


def test_a_package_of_the_chart_makes_the_same(tmp_path: Path) -> None:
    values = {"namespaces": {"team-a": {}}, "monitoring": {"rules": {"enabled": True}, "dashboards": {"enabled": True}}}
    package = Path(helm_python.package(CHART, destination=tmp_path))
    assert package.name == "mcp-extproc-0.1.0.tgz"
    assert render(values, path=package) == render(values)


def test_the_containers_come_in_the_order_in_which_they_need_each_other() -> None:
    injected = yaml.safe_load(data(render({}), "guard-mcp-extproc-injector-template")["template.yaml"])
    assert set(injected) == {"initContainers", "volumes", "labels", "annotations"}
    names = [(one["name"], one.get("restartPolicy")) for one in injected["initContainers"]]
    assert names == [("mcp-extproc-render", None), ("mcp-extproc", "Always"), ("mcp-extproc-envoy", "Always")]


def test_a_pod_elsewhere_is_reached_by_the_webhook_and_the_house_is_not() -> None:
    values = {"namespaces": {"a": {"inject": "all"}, "b": {}}, "injector": {"excludedNamespaces": ["monitoring"]}}
    (configuration,) = of_kind(render(values), "MutatingWebhookConfiguration")
    hooks = {one["name"].partition(".")[0]: one for one in configuration["webhooks"]}

    def reached(namespace: str, labels: dict[str, str], pod: dict[str, str]) -> set[str]:
        everything = {"kubernetes.io/metadata.name": namespace, **labels}
        return {
            name
            for name, one in hooks.items()
            if _fits(one.get("namespaceSelector", {}), everything) and _fits(one.get("objectSelector", {}), pod)
        }

    yes = {"mcp-extproc.io/inject": "true"}
    assert reached("a", {}, {}) == {"enrolled"}
    assert reached("a", yes, yes) == {"enrolled"}
    assert reached("b", {}, {}) == set()
    assert reached("b", {}, yes) == {"pods"}
    assert reached("b", yes, yes) == {"namespaces"}
    assert reached("elsewhere", {}, yes) == {"pods"}
    for excluded in ("kube-system", "mcp-system", "monitoring"):
        assert reached(excluded, yes, yes) == set()
    for one in hooks.values():
        assert (one["failurePolicy"], one["reinvocationPolicy"], one["sideEffects"]) == ("Fail", "IfNeeded", "None")


def _fits(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Tell whether labels fit a selector, as the API server reads it."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for one in selector.get("matchExpressions", []):
        inside = labels.get(one["key"]) in one["values"]
        if inside is not (one["operator"] == "In"):
            return False
    return True
