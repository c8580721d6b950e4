"""The image where it is used: in the pods of the chart, and in the set-up for laptops. Run by `make test-image`."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import yaml

from extproc.envoy.program import envoy_program
from tests import netns
from tests.containers import REPOSITORY
from tests.e2e.hosts import injected, maps
from tests.e2e.manifests import VALUES, server
from tests.helm.rendering import render
from tests.image.composing import composed
from tests.image.dockerfile import stages
from tests.pods import Image, pod

_PATIENCE = 30.0
pytestmark = pytest.mark.timeout(600)
_ASKING = """
import http.client, sys
asked = http.client.HTTPConnection(sys.argv[1], 8080, timeout=10)
asked.request("GET", "/elsewhere")
print(asked.getresponse().read().decode())
"""


@pytest.fixture(autouse=True, scope="module")
def namespaces() -> None:
    """See whether there can be any; where there cannot, the tests are skipped and say why, and in CI they fail."""
    if (why := netns.refusal()) is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)


def test_what_the_chart_puts_into_a_pod_runs_from_the_image(image: Path, tmp_path: Path) -> None:
    built = Image(root=str(image), environment=stages()["sidecar"].environment)
    envoy = Image(environment={"PATH": str(envoy_program().parent)})
    objects = render(VALUES)
    manifest = injected(objects, "team-b", server("team-b"))
    tmp_path.chmod(0o755)
    manifest["spec"]["containers"] = []  # the server is not what is tried here
    with (
        netns.network("team-b") as net,
        pod(
            manifest,
            host="team-b",
            net=net,
            folder=tmp_path,
            maps=partial(maps, objects, "team-b", {"team-b": {}}),
            images=lambda name: envoy if "/envoy:" in name else built,
        ) as running,
    ):
        assert "revision" in running.log("mcp-extproc")
        words = [sys.executable, "-c", _ASKING, net.address("team-b")]
        answer = subprocess.run(net.within("team-b", words), capture_output=True, text=True, check=True).stdout
        assert json.loads(answer)["error"]


def test_the_set_up_for_laptops_runs_and_judges_as_its_readme_shows(image: Path, tmp_path: Path) -> None:
    folder = tmp_path / "compose"
    shutil.copytree(REPOSITORY / "compose", folder, ignore=shutil.ignore_patterns(".env", "secrets"))
    subprocess.run(["sh", folder / "prepare.sh"], check=True, capture_output=True)
    built = {
        name: Image(root=str(image.with_name(root)), environment=stages()[stage].environment)
        for name, root, stage in (
            ("mcp-extproc:local", image.name, "sidecar"),
            ("mcp-extproc-demo:local", "demo", "demo"),
        )
    }
    machine = {"PATH": f"{envoy_program().parent}:/usr/bin:/bin"}
    others = ("docker.io/envoyproxy/envoy:v1.40.0", "docker.io/library/redis:7.2-bookworm")
    images = {**built, **{name: Image(environment=machine) for name in others}}
    page = (REPOSITORY / "compose/README.md").read_text()
    [shown] = re.findall(r"^curl .*?(?=^docker compose)", page, re.DOTALL | re.MULTILINE)
    with netns.network("envoy", "sidecar", "redis", "render") as net, composed(folder, net, images) as running:
        asked = subprocess.run(net.within("envoy", ["sh", "-c", shown]), capture_output=True, text=True, check=True)
        assert "rule no-deletes" in json.loads(asked.stdout)["result"]["content"][0]["text"]
        kept = folder / "volumes/state/appendonlydir"
        end = time.monotonic() + _PATIENCE
        while not any(b"mcp-extproc:default" in path.read_bytes() for path in kept.iterdir()):
            assert time.monotonic() < end, running.children["sidecar"].tail()


@pytest.mark.parametrize(("right", "wrong"), [("", ""), ("read_only:", "readonly:"), ("service_healthy", "healthy")])
def test_the_set_up_for_laptops_is_as_the_compose_specification_has_it(right: str, wrong: str) -> None:
    reader = importlib.import_module("compose_spec").PyCompose
    text = (REPOSITORY / "compose/compose.yaml").read_text().replace(right, wrong)
    document = json.dumps(yaml.safe_load(text))  # the reader does not know merge keys, which Compose does
    if right == wrong:
        assert set(reader.from_json(document).to_dict()["services"]) == {
            "render",
            "sidecar",
            "envoy",
            "server",
            "redis",
        }
    else:
        with pytest.raises(ValueError, match=wrong.strip(":")):
            reader.from_json(document)
