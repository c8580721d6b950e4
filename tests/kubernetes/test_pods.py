"""Pods with the sidecar in them: what is added, what stays, and what does not come in."""

from copy import deepcopy
from functools import cache
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extproc.kubernetes.patch import difference
from extproc.kubernetes.pods import Allowances, Refused, inject
from tests.kubernetes.patching import apply
from tests.kubernetes.samples import OURS, VOLUMES, defaulted, pod, template

VERSIONS = ["1.30", "1.33", "1.37"]


def injected(obj: dict[str, Any]) -> dict[str, Any]:
    done = inject(obj, template())
    assert not isinstance(done, Refused), done
    return done


def refused(obj: dict[str, Any], allowances: Allowances | None = None) -> str:
    done = inject(obj, template(), allowances or Allowances())
    assert isinstance(done, Refused)
    return done.message


def names(obj: dict[str, Any], kind: str) -> list[str]:
    return [part["name"] for part in obj["spec"][kind]]


NAMES = st.sampled_from(["a", "b", "c", "setup", "web", *OURS])
OWN = st.fixed_dictionaries(
    {"name": NAMES, "image": st.sampled_from(["x", "y:latest", "z@sha256:00"])},
    optional={
        "restartPolicy": st.just("Always"),
        "env": st.lists(st.fixed_dictionaries({"name": NAMES, "value": st.text(max_size=3)}), max_size=2),
        "ports": st.builds(lambda: [{"containerPort": 9000}]),
        "terminationMessagePath": st.sampled_from(["/dev/termination-log", "/other"]),
    },
)
OWN_VOLUMES = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["data", "tmp", *VOLUMES]), "emptyDir": st.builds(dict)}), max_size=4
)


@cache
def _pods() -> st.SearchStrategy[dict[str, Any]]:
    containers = st.lists(OWN.filter(lambda one: one["name"] not in OURS), min_size=1, max_size=3)
    return st.builds(
        lambda spec, labels: {"metadata": {"name": "web-0", "labels": labels}, "spec": spec},
        st.fixed_dictionaries(
            {"containers": containers}, optional={"initContainers": st.lists(OWN, max_size=4), "volumes": OWN_VOLUMES}
        ),
        st.dictionaries(st.sampled_from(["app", "mcp-extproc.io/injected"]), st.text(max_size=3)),
    )


@given(_pods())
@settings(max_examples=50)
def test_the_sidecar_is_in_once_and_first_and_all_else_stays_as_it_was(obj: dict[str, Any]) -> None:
    before = deepcopy(obj)
    done = apply(obj, [*difference(obj, injected(obj))])
    assert obj == before
    assert names(done, "initContainers")[:3] == OURS
    own = [one for one in before["spec"].get("initContainers", []) if one["name"] not in OURS]
    assert done["spec"]["initContainers"][3:] == own
    assert [one for one in done["spec"]["volumes"] if one["name"] not in VOLUMES] == [
        one for one in before["spec"].get("volumes", []) if one["name"] not in VOLUMES
    ]
    assert sorted(name for name in names(done, "volumes") if name in VOLUMES) == sorted(VOLUMES)
    rest = {"initContainers", "volumes"}
    assert {k: v for k, v in done["spec"].items() if k not in rest} == {
        k: v for k, v in before["spec"].items() if k not in rest
    }
    assert done["metadata"]["labels"]["mcp-extproc.io/injected"] == "true"


@given(_pods())
@settings(max_examples=50)
def test_a_pod_that_comes_again_stays_as_it_is_with_what_the_server_wrote_into_it(obj: dict[str, Any]) -> None:
    once = injected(obj)
    assert difference(once, injected(once)) == []
    twice = defaulted(once)
    assert difference(twice, injected(twice)) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("own", [[], [{"name": "setup", "image": "x"}]])
def test_a_patched_pod_is_valid_in_every_version(version: str, own: list[dict[str, Any]]) -> None:
    kubernetes_validate.validate(injected(pod(initContainers=own)), version, strict=True)


def test_what_stands_under_our_names_is_replaced_whatever_it_is() -> None:
    fake = {"name": "mcp-extproc", "image": "evil", "command": ["sleep"], "restartPolicy": "Always"}
    done = injected(
        pod(
            initContainers=[{"name": "setup", "image": "x"}, fake, fake],
            volumes=[
                {"name": "mcp-extproc-run", "hostPath": {"path": "/"}},
                {"name": "data", "emptyDir": {}},
            ],
        )
    )
    assert names(done, "initContainers") == [*OURS, "setup"]
    assert done["spec"]["initContainers"][1]["image"] == "registry.test/mcp-extproc:1.2.3"
    assert names(done, "volumes") == ["mcp-extproc-run", "data", "mcp-extproc-config"]
    assert done["spec"]["volumes"][0] == {
        "name": "mcp-extproc-run",
        "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"},
    }


@pytest.mark.parametrize(
    "change",
    [
        {"image": "registry.test/mcp-extproc:1.2.4"},
        {"terminationMessagePath": "/other"},
        {"securityContext": {"privileged": True}},
        {"volumeMounts": [{"name": "mcp-extproc-run", "mountPath": "/run/mcp-extproc"}]},
        {"imagePullPolicy": "Never"},
    ],
)
def test_a_container_of_ours_with_anything_else_in_it_is_replaced(change: dict[str, Any]) -> None:
    once = defaulted(injected(pod()))
    once["spec"]["initContainers"][1].update(change)
    done = injected(once)
    assert done["spec"]["initContainers"][1] == injected(pod())["spec"]["initContainers"][1]


def test_what_a_pod_asks_for_becomes_literal_values_and_nothing_else_of_the_env_changes() -> None:
    obj = pod()
    obj["metadata"]["annotations"] = {
        "mcp-extproc.io/server": "shop",
        "mcp-extproc.io/port": "9100",
        "mcp-extproc.io/path": "/api/mcp",
    }
    render, sidecar, _ = injected(obj)["spec"]["initContainers"][:3]
    assert render["env"] == [{"name": "MCP_EXTPROC_PORT", "value": "9100"}]
    assert sidecar["env"][:2] == [
        {"name": "MCP_EXTPROC_SERVER", "value": "shop"},
        {"name": "MCP_EXTPROC_PATH", "value": "/api/mcp"},
    ]
    assert sidecar["env"][2]["name"] == "EXTPROC_SERVERS"
    assert sidecar["env"][2]["value"].startswith("[{name: '$(MCP_EXTPROC_SERVER)'")


def _container(**more: Any) -> list[dict[str, Any]]:
    return [{"name": "server", "image": "x", **more}]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"containers": _container(volumeMounts=[{"name": "mcp-extproc-run", "mountPath": "/x"}])}, "belongs to the"),
        ({"initContainers": _container(volumeMounts=[{"name": "mcp-extproc-config", "mountPath": "/x"}])}, "belongs"),
        ({"containers": _container(volumeDevices=[{"name": "mcp-extproc-run", "devicePath": "/x"}])}, "belongs to the"),
        ({"containers": _container(ports=[{"containerPort": 8080}])}, "claims port 8080"),
        ({"containers": _container(ports=[{"containerPort": 9465}])}, "claims port 9465"),
        ({"initContainers": _container(ports=[{"containerPort": 8080}], restartPolicy="Always")}, "claims port 8080"),
        ({"containers": _container(ports=[{"containerPort": 9000, "name": "mcp"}])}, "would go around it"),
        ({"containers": [{"name": "mcp-extproc", "image": "x"}]}, "is the sidecar's"),
        ({"hostNetwork": True}, "hostNetwork is refused"),
        ({"hostPID": True}, "hostPID is refused"),
        ({"shareProcessNamespace": True}, "shareProcessNamespace is refused"),
        ({"os": {"name": "windows"}}, "for Windows"),
        ({"containers": "x"}, "a list of objects"),
        ({"initContainers": ["x"]}, "a list of objects"),
    ],
)
def test_a_pod_that_could_reach_around_or_into_the_sidecar_does_not_come_in(spec: dict[str, Any], words: str) -> None:
    assert words in refused(pod(**spec))


def test_what_is_allowed_in_the_configuration_comes_in() -> None:
    both = Allowances(host_network=True, shared_processes=True)
    assert not isinstance(inject(pod(hostNetwork=True, hostPID=True), template(), both), Refused)
    assert "hostPID" in refused(pod(hostNetwork=True, hostPID=True), Allowances(host_network=True))


def test_labels_and_annotations_say_what_was_injected_and_leave_others_alone() -> None:
    obj = pod()
    obj["metadata"]["annotations"] = {"mine": "stays", "mcp-extproc.io/template": "sha256:forged"}
    metadata = injected(obj)["metadata"]
    assert metadata["labels"] == {
        "pod-template-hash": "7d4b9c8f6",
        "app.kubernetes.io/part-of": "mcp",
        "mcp-extproc.io/injected": "true",
    }
    assert metadata["annotations"] == {
        "mine": "stays",
        "prometheus.io/scrape": "true",
        "mcp-extproc.io/template": template().digest,
    }
