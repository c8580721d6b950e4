"""Renders the chart, and looks into what comes out."""

import atexit
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import helm_python
import jsonschema_rs
import yaml
from helm_python import _native

Object: TypeAlias = dict[str, Any]
Values: TypeAlias = Mapping[str, Any]

CHART: Final = Path(__file__).parents[2] / "helm" / "mcp-extproc"
EXAMPLES: Final = sorted((CHART / "examples").glob("*.yaml"))
NAMESPACE: Final = "mcp-system"
RELEASE: Final = "guard"
# What the CRDs of these projects add to a cluster.
CUSTOM: Final = (
    *("cert-manager.io/v1", "monitoring.coreos.com/v1", "networking.istio.io/v1alpha3"),
    *("gateway.envoyproxy.io/v1alpha1", "gateway.networking.k8s.io/v1beta1", "gateway.kgateway.dev/v1alpha1"),
)
_NOTES: Final = "NOTES.txt"
_SCHEMA: Final = "values.schema.json"


@cache
def chart(path: Path = CHART) -> helm_python.Chart:
    """Return the chart, read once."""
    return helm_python.Chart.load(path)


@cache
def example(path: Path) -> dict[str, Any]:
    """Return the values in a file, as Helm reads them."""
    return helm_python.values_from_yaml(path.read_text(encoding="utf-8"))


def templates(
    values: Values, *, apis: Sequence[str] = CUSTOM, kubernetes: str = "v1.34.0", path: Path = CHART
) -> dict[str, str]:
    """Render the chart: its templates by their paths. The cluster has `apis` beside those of Kubernetes itself.

    Raises: `helm_python.HelmError` with what `helm` would print.
    """
    options = {"name": RELEASE, "namespace": NAMESPACE, "api_versions": list(apis), "kube_version": kubernetes}
    if path == CHART:
        _validator().validate(chart().merge_values(dict(values)))
        path = _quick()
    return _rendered(json.dumps(values), json.dumps(options), path)


def refused(values: Values) -> str:
    """Return what `helm` says against values, in one line. Raises: `AssertionError` when it takes them."""
    try:
        options = {"name": RELEASE, "namespace": NAMESPACE, "api_versions": list(CUSTOM)}
        _rendered(json.dumps(values), json.dumps(options), CHART)
    except helm_python.HelmError as error:
        return re.sub(r"\s+", " ", str(error))
    raise AssertionError("Helm takes these values")


@cache
def _quick() -> Path:
    """Return a copy of the chart without its schema, which Helm compiles for each rendering: seven times as long.

    Values are checked by the same schema here, compiled once.
    """
    folder = Path(tempfile.mkdtemp(prefix="mcp-extproc-chart-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(CHART, folder / CHART.name, ignore=shutil.ignore_patterns(_SCHEMA))
    return folder / CHART.name


@cache
def _validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads((CHART / _SCHEMA).read_text(encoding="utf-8")))


@cache
def _rendered(values: str, options: str, path: Path) -> dict[str, str]:
    # The library takes a cluster's version and APIs; its Python methods do not hand them on yet.
    found: dict[str, str] = json.loads(_native.call_string("helm_render", chart(path)._raw(), values, options))
    return found


def render(
    values: Values, *, apis: Sequence[str] = CUSTOM, kubernetes: str = "v1.34.0", path: Path = CHART
) -> list[Object]:
    """Render the chart: its objects."""
    found = templates(values, apis=apis, kubernetes=kubernetes, path=path)
    texts = [text for name, text in sorted(found.items()) if not name.endswith(_NOTES)]
    return [one for text in texts for one in yaml.load_all(text, yaml.CSafeLoader) if one]


def notes(values: Values, *, kubernetes: str = "v1.34.0") -> str:
    """Return what Helm tells after it has installed the chart."""
    found = templates(values, kubernetes=kubernetes)
    return next(text for name, text in found.items() if name.endswith(_NOTES))


def of_kind(objects: Sequence[Object], kind: str) -> list[Object]:
    """Return the objects of a kind."""
    return [one for one in objects if one["kind"] == kind]


def named(objects: Sequence[Object], kind: str, name: str, namespace: str | None = None) -> Object:
    """Return the one object of a kind with a name."""
    (found,) = (
        one
        for one in of_kind(objects, kind)
        if one["metadata"]["name"] == name and namespace in {None, one["metadata"].get("namespace")}
    )
    return found


def pod_specs(objects: Sequence[Object]) -> Iterator[tuple[str, Object]]:
    """Return every pod's spec, by the name of the object; what is injected counts as one."""
    for one in objects:
        match one["kind"]:
            case "Deployment":
                yield one["metadata"]["name"], one["spec"]["template"]["spec"]
            case "Pod":
                yield one["metadata"]["name"], one["spec"]
            case "ConfigMap" if "template.yaml" in one["data"]:
                yield "injected", yaml.safe_load(one["data"]["template.yaml"])
            case _:
                continue


def containers(spec: Object) -> list[Object]:
    """Return all containers of a pod, in the order in which they start."""
    return [*spec.get("initContainers", []), *spec.get("containers", [])]


def data(objects: Sequence[Object], name: str, namespace: str = NAMESPACE) -> dict[str, str]:
    """Return the files in a ConfigMap."""
    found: dict[str, str] = named(objects, "ConfigMap", name, namespace)["data"]
    return found
