"""A small cluster of network namespaces: clients, an edge, and two teams' pods as the chart and the injector make them.

client ── edge (Envoy: TLS, tokens; sidecar) ──┬── team-a (render, sidecar, Envoy, server on loopback)
                                               └── team-b (the same, its server careless: on all addresses)
"""

import base64
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from extproc.config.detection_file import DetectionSettings
from extproc.config.model import check
from extproc.config.yaml import read_yaml
from extproc.detection import cache_folder, installed
from extproc.envoy.program import envoy_program
from extproc.kubernetes.review import answer
from extproc.kubernetes.settings import InjectorConfig
from extproc.kubernetes.template import parse_template
from tests.containers import REPOSITORY, Container, Mount, run
from tests.e2e.manifests import TEAMS, VALUES, edge, server
from tests.helm.rendering import data, of_kind, render
from tests.identity.tokens import token
from tests.kubernetes.patching import apply
from tests.netns import Network, network
from tests.network_policies import Workload, rules
from tests.pods import Files, Image, RunningPod, pod
from tests.up.certificates import Authority


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What runs, and what the chart said."""

    net: Network
    folder: Path
    objects: Sequence[Mapping[str, Any]]
    pods: Mapping[str, RunningPod]
    teams: dict[str, dict[str, str]]  # the ConfigMap `mcp-extproc-policy` of each team's namespace

    def call(self, team: str, *calls: tuple[str, Mapping[str, Any]], known: bool = True) -> Any:
        """Make calls from the client's host, through the edge, to a team's server."""
        now = int(time.time())
        bearer = token(sub="ada", iat=now - 10, exp=now + 300) if known else "-"
        words = ["python", "-m", "tests.e2e.inside", f"https://{team}.mcp.test:8443/mcp", "/etc/ca.crt", bearer]
        mounts = [
            Mount(source=str(self.folder / "hosts"), target="/etc/hosts"),
            Mount(source=str(self.folder / "ca.crt"), target="/etc/ca.crt"),
        ]
        client = Container(
            root="/",
            words=[*words, json.dumps(calls)],
            environment=python(),
            mounts=mounts,
            directory=str(REPOSITORY),
            namespace=self.net.name("client"),
        )
        done = run(client)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def connects(self, host: str, to: str, port: int) -> str:
        """Open a connection from one host to another; return what went wrong, nothing when it was taken."""
        words = [sys.executable, "-m", "tests.probing", "tcp", self.net.address(to), str(port), "0"]
        done = subprocess.run(self.net.within(host, words), capture_output=True, text=True, check=False, cwd=REPOSITORY)
        return done.stdout.strip()

    def records(self, name: str, container: str = "mcp-extproc") -> list[dict[str, Any]]:
        """Return the decision log of a sidecar."""
        lines = self.pods[name].log(container).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def enforce(self, team: str, *, policies: bool = True) -> None:
        """Have a team's host let in what its NetworkPolicies do, or everything."""
        others = [
            Workload(address=self.net.address(one), namespace=one if one != "client" else "") for one in self.net.hosts
        ]
        labels = {"mcp-extproc.io/injected": "true"}
        guarded = Workload(address=self.net.address(team), namespace=team, labels=labels)
        wanted = of_kind(list(map(dict, self.objects)), "NetworkPolicy") if policies else []
        self.net.filter(team, rules(wanted, guarded, others))


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run everything."""
    objects = render(VALUES)
    teams: dict[str, dict[str, str]] = {team: {} for team in TEAMS}
    images = _images(folder)
    with ExitStack() as running, ThreadPoolExecutor() as pool:
        net = running.enter_context(network("client", "edge", *TEAMS))
        _certify(folder, net)
        pods: dict[str, RunningPod] = {}
        whole = Cluster(net=net, folder=folder, objects=objects, pods=pods, teams=teams)
        starting = {
            team: (injected(objects, team, server(team)), partial(maps, objects, team, teams)) for team in TEAMS
        }
        starting["edge"] = edge(folder, net)

        def begin(name: str) -> None:
            manifest, there = starting[name]
            (folder / name).mkdir()
            pods[name] = running.enter_context(
                pod(manifest, host=name, net=net, folder=folder / name, maps=there, images=images)
            )

        list(pool.map(begin, starting))
        for team in TEAMS:
            whole.enforce(team)
        yield whole


def injected(objects: Sequence[Mapping[str, Any]], namespace: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pod as the API server keeps it: what the injector says to what it is asked, applied."""
    files = data(list(map(dict, objects)), _named(objects, "injector.yaml"))
    settings = check(read_yaml(files["injector.yaml"], "injector.yaml"), InjectorConfig)
    template = data(list(map(dict, objects)), _named(objects, "template.yaml"))["template.yaml"]
    review = {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "1",
            "operation": "CREATE",
            "namespace": namespace,
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "object": manifest,
        },
    }
    said = answer(json.dumps(review).encode(), parse_template(template.encode(), "template.yaml"), settings.rules())
    response = json.loads(said.body)["response"]
    assert response["allowed"], response
    done: dict[str, Any] = apply(manifest, json.loads(base64.b64decode(response["patch"])))
    return done


def _named(objects: Sequence[Mapping[str, Any]], key: str) -> str:
    [name] = [one["metadata"]["name"] for one in objects if one["kind"] == "ConfigMap" and key in one["data"]]
    return str(name)


def maps(objects: Sequence[Mapping[str, Any]], namespace: str, teams: Mapping[str, Files], name: str) -> Files | None:
    """Return a ConfigMap of a team's namespace: the platform's, or the team's own once it has one."""
    if name == "mcp-extproc-policy":
        return teams[namespace] or None
    return data(list(map(dict, objects)), name, namespace)


def _certify(folder: Path, net: Network) -> None:
    """Write the edge's certificate for both servers' names, who signed it, and where those names lead."""
    authority = Authority("edge")
    authority.write(folder / "ca.crt")
    authority.issue(folder / "edge", dns="*.mcp.test")
    names = " ".join(f"{team}.mcp.test" for team in TEAMS)
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{net.address('edge')} {names}\n")


def _images(folder: Path) -> Any:
    """Return what stands for images: this machine's files, with the programs of this environment, and warm caches."""
    installed()  # the databases are compiled, if nothing ever was here
    warm = folder / "cache"
    warm.mkdir()
    for path in cache_folder(DetectionSettings(), {"HOME": str(Path.home())}).glob("*.hsdb"):
        shutil.copyfile(path, warm / path.name)
    cache = Mount(source=str(warm), target="/var/cache/mcp-extproc")
    ours = Image(environment={**python(), "XDG_CACHE_HOME": "/var/cache"}, mounts=[cache])
    envoy = Image(environment={"PATH": str(envoy_program().parent)})
    return lambda name: envoy if "/envoy:" in name else ours


def python() -> dict[str, str]:
    """Return the variables of a container that runs from this environment."""
    return {"PATH": str(Path(sys.executable).parent), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(REPOSITORY)}
