"""The image where it is used: in the pods of the chart, and in the set-up for laptops. Run by `make test-image`."""

import importlib
import json
import subprocess
import sys
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
from tests.image.dockerfile import stages
from tests.pods import Image, pod

pytestmark = pytest.mark.timeout(600)
_ASKING = """
import http.client, sys
asked = http.client.HTTPConnection(sys.argv[1], 8080, timeout=10)
asked.request("GET", "/elsewhere")
print(asked.getresponse().read().decode())
"""


def test_what_the_chart_puts_into_a_pod_runs_from_the_image(image: Path, tmp_path: Path) -> None:
    if (why := netns.refusal()) is not None:
        pytest.fail(why)
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
