"""What the chart and the injector make, run in network namespaces: who reaches the server, and by which policy."""

import os
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests import containers, netns
from tests.containers import Container
from tests.e2e.hosts import Cluster, cluster, python
from tests.e2e.manifests import FLOOR, NO_REFUNDS, SERVER_PORT, VALUES
from tests.helm.rendering import refused

pytestmark = [pytest.mark.envoy, pytest.mark.timeout(180)]
_LOOK = ("lookup_customer", {"id": "c-1"})
_REFUND = ("refund_order", {"order_id": "o-1001", "amount": 1})
_DELETE = ("delete_customer", {"id": "c-1"})
_PATIENCE = 20.0
_SHARING = """
import errno, socket, sys
for address in ("0.0.0.0", sys.argv[1]):
    with socket.socket() as server:
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            server.setsockopt(socket.SOL_SOCKET, option, 1)
        try:
            server.bind((address, 8080))
            server.listen()
            print("taken")
        except OSError as error:
            print(errno.errorcode[error.errno])
"""
_LOOSE = """\
apiVersion: mcp-extproc/v1
kind: Policy
metadata: {name: team, layer: namespace, namespaces: [team-b]}
spec:
  default: allow
  rules:
    - {id: team-deletes, effect: allow, match: {methods: [tools/call], tools: ["delete_*"]}}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run the cluster; where it cannot be, the tests are skipped and say why, and in CI they fail."""
    if (why := containers.refusal() or netns.refusal()) is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with cluster(tmp_path_factory.mktemp("cluster")) as all_of_it:
        yield all_of_it


def test_a_call_passes_edge_and_sidecar_and_is_judged_by_both(running: Cluster) -> None:
    found, refused = running.call("team-a", _LOOK, _DELETE)
    assert (found["isError"], found["structured"]["id"]) == (False, "c-1")
    assert refused["isError"]
    assert "rule platform-no-deletes" in refused["text"]
    edge = [(one["tool"], one["principal"], one["outcome"]) for one in running.records("edge") if one.get("tool")]
    assert ("lookup_customer", "ada", "allow") in edge
    inner = [(one["tool"], one["server"], one["outcome"]) for one in running.records("team-a") if one.get("tool")]
    assert ("delete_customer", "shop", "deny") in inner


def test_who_has_no_token_comes_no_further_than_the_edge(running: Cluster) -> None:
    before = len(running.records("team-a"))
    assert running.call("team-a", _LOOK, known=False)["error"]
    assert len(running.records("team-a")) == before


def test_nobody_but_the_sidecar_reaches_the_server(running: Cluster) -> None:
    for host in ("client", "edge", "team-b"):
        assert running.connects(host, "team-a", SERVER_PORT) == "TimeoutError"
    assert running.connects("client", "team-a", 8080) == "TimeoutError"
    assert running.connects("edge", "team-a", 8080) == ""


def test_a_server_on_loopback_is_out_of_reach_even_without_network_policies(running: Cluster) -> None:
    running.enforce("team-a", policies=False)
    try:
        for host in ("client", "edge", "team-b"):
            assert running.connects(host, "team-a", SERVER_PORT) == "ConnectionRefusedError"
    finally:
        running.enforce("team-a")


def test_a_server_on_all_addresses_is_kept_by_the_network_policy_and_by_nothing_else(running: Cluster) -> None:
    assert running.connects("client", "team-b", SERVER_PORT) == "TimeoutError"
    assert running.connects("edge", "team-b", SERVER_PORT) == "TimeoutError"
    running.enforce("team-b", policies=False)
    try:
        assert running.connects("client", "team-b", SERVER_PORT) == ""
    finally:
        running.enforce("team-b")


def test_a_server_of_the_same_user_gets_no_share_of_the_port_that_envoy_has(running: Cluster) -> None:
    words = ["python", "-c", _SHARING, running.net.address("team-a")]
    told = Container(root="/", words=words, environment=python(), namespace=running.net.name("team-a"))
    assert containers.run(told).stdout.split() == ["EADDRINUSE"] * 2


def test_each_namespace_has_the_floor_and_its_own_layer(running: Cluster) -> None:
    (kept,) = running.call("team-a", _REFUND)
    assert "rule team-a-no-refunds" in kept["text"]
    done, refused = running.call("team-b", _REFUND, _DELETE)
    assert done["text"].startswith("refunded")
    assert "rule platform-no-deletes" in refused["text"]


@pytest.mark.parametrize(
    "policy",
    [
        {"spec": {"default": "allow", "rules": [NO_REFUNDS]}},
        {"spec": {"rules": [{**FLOOR["rules"][1], "effect": "allow"}]}},
        {"layer": "platform", "spec": {"rules": [NO_REFUNDS]}},
    ],
    ids=["default", "same rule", "layer"],
)
def test_values_that_loosen_the_floor_are_not_rendered(policy: dict[str, Any]) -> None:
    values = deepcopy(dict(VALUES))
    values["namespaces"]["team-a"]["policy"] = policy
    assert "team-a" in refused(values)


def test_a_namespace_that_loosens_is_refused(running: Cluster) -> None:
    running.teams["team-b"]["policy.yaml"] = _LOOSE
    running.pods["team-b"].refresh()
    _until(lambda: "stays in force" in running.pods["team-b"].log("mcp-extproc"))
    (refused,) = running.call("team-b", _DELETE)
    assert "rule platform-no-deletes" in refused["text"]
    running.teams["team-b"].clear()
    running.pods["team-b"].refresh()


def test_without_its_sidecar_a_server_is_not_reached(running: Cluster) -> None:
    with running.pods["team-b"].without("mcp-extproc"):
        assert "error" in running.call("team-b", _LOOK)
        assert running.connects("client", "team-b", SERVER_PORT) == "TimeoutError"
    _until(lambda: "error" not in running.call("team-b", _LOOK))


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < end
