"""What is told after an installation is what is there, and what is missing for it to be safe."""

import re
from typing import Any

import pytest

from tests.helm.rendering import CHART, containers, notes, pod_specs, render
from tests.helm.test_objects import MESHES, SETS


def test_a_platform_is_told_what_is_enrolled_and_who_may_change_it() -> None:
    text = notes(SETS["platform"])
    assert "Enrolled: payments, research, support." in text
    assert 'mcp-extproc.io/inject: "true"' in text
    assert (
        "each enrolled namespace: mcp-extproc-redis, mcp-extproc-redis-tls, mcp-extproc-key, mcp-extproc-jwks." in text
    )
    assert "admission.accounts" in text
    assert "UNPROTECTED" not in text


def test_what_is_not_protected_is_said() -> None:
    values: dict[str, Any] = {"namespaces": {"team-a": {}}}
    assert "UNPROTECTED" in notes(values, kubernetes="v1.29.0")
    assert "UNPROTECTED" in notes({**values, "admission": {"enabled": False}})
    assert "UNPROTECTED" not in notes(values)
    gateway = {**SETS["behind-kong"]["gateway"], "networkPolicy": {"enabled": False}}
    assert "UNPROTECTED: gateway.networkPolicy is off" in notes({**SETS["behind-kong"], "gateway": gateway})


def test_nobody_enrolled_is_said() -> None:
    assert "No namespace is enrolled yet" in notes({})
    assert "none is published" in notes({})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("behind-kong", "guard-mcp-extproc-gateway.mcp-system.svc:8443"),
        ("air-gapped", "guard-mcp-extproc-gateway.mcp-system.svc:443"),
        ("istio", "guard-mcp-extproc-gateway.mcp-system.svc:18080"),
    ],
)
def test_clients_are_told_where_the_gateway_is(name: str, expected: str) -> None:
    assert expected in notes(SETS[name])
    assert "Servers: crm" in notes(MESHES)


def test_every_image_is_listed_for_those_who_mirror_them() -> None:
    listed = set(re.findall(r"^\| `([^`]+:[^`]+)` \|", (CHART / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    used = {one["image"] for _, spec in pod_specs(render({})) for one in containers(spec)}
    assert used == listed
