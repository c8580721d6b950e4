"""What a pod asks for in annotations: how a server is called without them, and what is no name, port or path."""

from typing import Any

import pytest

from extproc.kubernetes.wishes import Wish, wish
from tests.kubernetes.samples import pod

TAKEN = frozenset({8080, 8081})


def asked(**annotations: str) -> Wish | str:
    obj = pod()
    obj["metadata"]["annotations"] = {f"mcp-extproc.io/{name}": value for name, value in annotations.items()}
    return wish(obj, TAKEN)


@pytest.mark.parametrize(
    ("metadata", "server"),
    [
        ({"generateName": "web-7d4b9c8f6-", "labels": {"pod-template-hash": "7d4b9c8f6"}}, "web"),
        ({"generateName": "web-7d4b9c8f6-", "labels": {"app.kubernetes.io/name": "shop"}}, "shop"),
        ({"generateName": "web-", "name": "web-0"}, "web"),
        ({"name": "alone"}, "alone"),
        ({"name": "alone", "annotations": {"mcp-extproc.io/server": "Named.1"}}, "Named.1"),
    ],
)
def test_a_server_has_the_same_name_through_every_rollout(metadata: dict[str, Any], server: str) -> None:
    assert wish({"metadata": metadata}, TAKEN) == Wish(server=server, port=9000, path="/mcp")


@pytest.mark.parametrize("name", ["a b", "-a", "a" * 65, "a}", "a\n", "a,b", "'", "$(X)"])
def test_a_name_that_could_be_read_as_something_else_is_refused(name: str) -> None:
    assert "names the server" in str(asked(server=name))


def test_a_pod_without_a_name_of_its_own_is_told_to_give_one() -> None:
    assert "mcp-extproc.io/server names the server" in str(wish({"metadata": {}}, TAKEN))


@pytest.mark.parametrize("port", ["0", "65536", "08", "+1", "1e3", " 9000", "\uff19000", "", "9000/tcp"])
def test_a_port_is_a_number_that_there_is(port: str) -> None:
    assert "from 1 to 65535" in str(asked(port=port))


def test_the_port_of_the_sidecar_is_refused_and_others_are_taken() -> None:
    assert "port 8080 is the sidecar's" in str(asked(port="8080"))
    assert asked(port="65535") == Wish(server="web", port=65535)


@pytest.mark.parametrize("path", ["mcp", "", "//", "/a//b", "/a/../b", "/.", "/a?b", "/a b", "/a'", "/" + "a" * 128])
def test_a_path_that_could_be_read_in_two_ways_is_refused(path: str) -> None:
    assert "is a path" in str(asked(path=path))


@pytest.mark.parametrize("path", ["/", "/mcp", "/mcp/", "/v1/tools-a_b~c.d"])
def test_a_plain_path_is_taken(path: str) -> None:
    assert asked(path=path) == Wish(server="web", path=path)
