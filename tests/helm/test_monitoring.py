"""Alerts and dashboards name metrics that exist, with labels that these have."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from extproc.kubernetes.telemetry import CollectorMetrics, InjectorMetrics
from extproc.telemetry.metrics import Metrics
from tests.helm.rendering import CHART, EXAMPLES, example, of_kind, pod_specs, render

# Of the filter ext_proc and of the connection manager, as Envoy 1.40 documents them.
_ENVOY = {
    "envoy_http_ext_proc_streams_started",
    "envoy_http_ext_proc_streams_failed",
    "envoy_http_ext_proc_message_timeouts",
    "envoy_http_downstream_rq_xx",
}
_NAME = re.compile(r"\b((?:extproc|envoy_http_(?:ext_proc|downstream))_[a-z_]+)\b(?:\{([^}]*)\})?")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!=|!~|=)")
_GROUPED = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")
_OF_PROMETHEUS = {"namespace", "pod", "container", "job", "le"}
DASHBOARDS = sorted((CHART / "dashboards").glob("*.json"))


def _samples(registry: CollectorRegistry) -> dict[str, set[str]]:
    """Return every sample's name that a registry can have, with the labels of its metric."""
    found: dict[str, set[str]] = {}
    for collector, names in registry._collector_to_names.items():
        for name in names:
            found[name] = {*getattr(collector, "_labelnames", ())}
    for family in registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@cache
def _known() -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for one in (Metrics(), InjectorMetrics(), CollectorMetrics()):
        known |= _samples(one.registry)
    return known | {name: {"envoy_response_code_class", "envoy_http_conn_manager_prefix"} for name in _ENVOY}


def _alerts(name: str = "platform") -> list[tuple[str, str]]:
    (path,) = (one for one in EXAMPLES if one.stem == name)
    (rule,) = of_kind(render(example(path)), "PrometheusRule")
    return [(one["alert"], one["expr"]) for group in rule["spec"]["groups"] for one in group["rules"]]


def _panels() -> Iterator[tuple[str, str]]:
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                yield f"{path.stem}: {panel['title']}", target["expr"]


EXPRESSIONS = [*dict.fromkeys([*_alerts(), *_alerts("behind-kong"), *_panels()])]


@pytest.mark.parametrize("expression", [text for _, text in EXPRESSIONS], ids=[name for name, _ in EXPRESSIONS])
def test_what_is_asked_of_prometheus_exists(expression: str) -> None:
    known = _known()
    asked = _NAME.findall(expression)
    assert asked or "up{" in expression
    for name, selector in asked:
        assert name in known, f"{name} is no metric"
        assert set(_LABEL.findall(selector)) <= known[name] | _OF_PROMETHEUS
    labels = set().union(*(known[name] for name, _ in asked)) | _OF_PROMETHEUS
    for group in _GROUPED.findall(expression):
        assert {one.strip() for one in group.split(",") if one.strip()} <= labels
    assert expression.count("(") == expression.count(")")


def test_a_metric_that_does_not_exist_is_found() -> None:
    assert "extproc_denials_total" not in _known()
    assert "tool" not in _known()["extproc_decisions_total"]


def test_every_alert_says_what_to_do_and_how_bad_it_is() -> None:
    for path in EXAMPLES:
        for rule in of_kind(render(example(path)), "PrometheusRule"):
            for group in rule["spec"]["groups"]:
                for one in group["rules"]:
                    assert one["labels"]["severity"] in {"critical", "warning"}
                    assert one["annotations"]["summary"].endswith(".")
                    assert one["annotations"]["description"].endswith((".", "?"))
    assert [name for name, _ in _alerts()] != [name for name, _ in _alerts("behind-kong")]


def _read(monitor: str, path: Path) -> set[str]:
    """Return the ports that monitors of a kind read, after a look that pods have them."""
    other = "serviceMonitor" if monitor == "podMonitor" else "podMonitor"
    values = {**example(path), "monitoring": {monitor: {"enabled": True}, other: {"enabled": False}}}
    objects = render(values)
    ports = {
        port["name"]
        for _, spec in pod_specs(objects)
        for one in [*spec.get("initContainers", []), *spec.get("containers", [])]
        for port in one.get("ports", [])
    }
    kind = f"{monitor[0].upper()}{monitor[1:]}"
    asked = {
        endpoint["port"]
        for one in of_kind(objects, kind)
        for endpoint in one["spec"].get("podMetricsEndpoints", []) + one["spec"].get("endpoints", [])
    }
    assert asked
    assert asked <= ports
    offered = {port["targetPort"] for one in of_kind(objects, "Service") for port in one["spec"]["ports"]}
    assert kind == "PodMonitor" or asked <= offered
    return asked


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_monitors_read_ports_that_pods_have(path: Path) -> None:
    assert _read("serviceMonitor", path) <= _read("podMonitor", path)


def test_dashboards_are_rendered_as_they_are() -> None:
    objects = render({"monitoring": {"dashboards": {"enabled": True}}})
    maps = [one for one in of_kind(objects, "ConfigMap") if "grafana_dashboard" in one["metadata"]["labels"]]
    texts = {name: text for one in maps for name, text in one["data"].items()}
    assert set(texts) == {path.name for path in DASHBOARDS}
    for path in DASHBOARDS:
        board = json.loads(path.read_text(encoding="utf-8"))
        assert json.loads(texts[path.name]) == board
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_alerts_are_a_file_that_helm_reads_as_one() -> None:
    text = (CHART / "alerts.yaml").read_text(encoding="utf-8")
    assert text.count("- alert:") == len({name for name, _ in [*_alerts(), *_alerts("behind-kong")]})
