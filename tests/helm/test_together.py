"""What the chart renders is what the programs take: their command line, Envoy's values, the injector's files."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from extproc.cli.main import app
from extproc.envoy.profiles import PROFILES
from extproc.envoy.program import envoy_program
from extproc.envoy.render import render as render_envoy
from extproc.kubernetes.pods import Refused, inject
from extproc.kubernetes.settings import Files, SelfSigned, load_injector
from extproc.kubernetes.template import parse_template
from extproc.up.ports import free_port
from tests.helm.admission import Request, refusals
from tests.helm.rendering import CHART, Object, containers, data, example, named, of_kind, pod_specs, render
from tests.helm.test_monitoring import _ENVOY, EXPRESSIONS
from tests.helm.test_objects import SETS
from tests.up.certificates import write_certificate

ENROLLED: dict[str, Any] = {"namespaces": {"team-a": {"inject": "all"}}}
GATEWAYS = {"behind-kong": "behind-edge", "air-gapped": "edge", "strict-egress": "strict-egress"}
_UP_SECONDS = 20.0


def _parsed(args: list[str]) -> None:
    """Parse arguments of `extproc` as it does, and run nothing. Raises: what it would complain of."""
    command: Any = typer.main.get_command(app)
    words = list(args)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    command.make_context(None, words)


@pytest.mark.parametrize("name", SETS)
def test_every_command_is_one_that_the_program_has(name: str) -> None:
    seen = []
    for _, spec in pod_specs(render(SETS[name])):
        for one in containers(spec):
            if one["command"] == ["extproc"]:
                seen.append(one["name"])
                _parsed([str(word) for word in one["args"]])
    assert seen


def test_a_command_that_the_program_has_not_is_found() -> None:
    _parsed(["serve", "--config", "x.yaml"])
    for wrong in (["serve", "--conf", "x.yaml"], ["kubernetes", "policies", "--floor", "x"], ["render"]):
        with pytest.raises(Exception, match=r"(?i)no such option|missing parameter|render"):
            _parsed(wrong)


def _envoy_text(folder: Path, config: str, profile: str, *changes: str) -> Path:
    """Render Envoy's configuration from a ConfigMap's text, its files taken from a folder."""
    write_certificate(folder)
    (folder / "ca.crt").write_bytes((folder / "tls.crt").read_bytes())
    key = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key(), as_dict=True)
    (folder / "staff.json").write_text(json.dumps({"keys": [{**key, "kid": "k"}]}), encoding="utf-8")
    values = folder / "values.yaml"
    text = re.sub(r"/etc/mcp-extproc-(tls|client-ca|jwks)/", f"{folder}/", config)
    values.write_text(text.replace("/run/mcp-extproc/", f"{folder}/"), encoding="utf-8")
    file = folder / "envoy.yaml"
    file.write_text(render_envoy(PROFILES[profile], values, changes), encoding="utf-8")
    return file


def _judged(file: Path) -> subprocess.CompletedProcess[str]:
    command = [
        str(envoy_program()),
        "--mode",
        "validate",
        "-c",
        str(file),
        "--disable-hot-restart",
        "--log-level",
        "error",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.envoy
@pytest.mark.parametrize("name", GATEWAYS)
def test_envoy_takes_the_gateways_configuration(name: str, tmp_path: Path) -> None:
    objects = render(SETS[name])
    spec = named(objects, "Deployment", "guard-mcp-extproc-gateway")["spec"]["template"]["spec"]
    (writer,) = (one for one in spec["initContainers"] if one["name"] == "mcp-extproc-render")
    assert GATEWAYS[name] == writer["args"][writer["args"].index("--profile") + 1]
    config = data(objects, "guard-mcp-extproc-gateway")["envoy.yaml"]
    done = _judged(_envoy_text(tmp_path, config, GATEWAYS[name]))
    assert done.returncode == 0, done.stderr


@pytest.mark.envoy
def test_envoy_beside_a_server_is_ready_and_publishes_what_alerts_ask_for(tmp_path: Path) -> None:
    values = yaml.safe_load(data(render(ENROLLED), "mcp-extproc", "team-a")["envoy.yaml"])
    assert (values["listen"]["port"], values["probe"]["port"]) == (8080, 8081)
    probe = free_port()
    changes = (
        "upstream=http://127.0.0.1:9",
        f"listen.port={free_port()}",
        f"probe.port={probe}",
        "probe.host=127.0.0.1",
    )
    file = _envoy_text(tmp_path, yaml.safe_dump(values), "sidecar", *changes, "listen.host=127.0.0.1")
    with subprocess.Popen(
        [str(envoy_program()), "-c", str(file), "--disable-hot-restart", "--concurrency", "1", "--log-level", "error"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as envoy:
        try:
            _until_ready(f"http://127.0.0.1:{probe}/ready")
            with urllib.request.urlopen(f"http://127.0.0.1:{probe}/stats/prometheus", timeout=10) as answer:
                published = answer.read().decode()
        finally:
            envoy.terminate()
            envoy.wait(_UP_SECONDS)
    names = set(re.findall(r"^# TYPE (\S+)", published, re.MULTILINE))
    asked = {name for name in _ENVOY if any(name in text for _, text in EXPRESSIONS)}
    assert asked == _ENVOY
    assert asked <= names


def _until_ready(url: str) -> None:
    end = time.monotonic() + _UP_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 - of a test
                assert answer.status == 200
                return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < end, f"{url} does not answer"
            time.sleep(0.05)  # between two looks


def _issued(mode: str) -> dict[str, Any]:
    certificates = {"mode": mode, "existingSecret": "own-tls" if mode == "existingSecret" else "", "caBundle": "PEM"}
    return {**ENROLLED, "injector": {"certificates": certificates}}


@pytest.mark.parametrize("mode", ["selfSigned", "certManager", "existingSecret"])
def test_the_injector_reads_its_files(mode: str, tmp_path: Path) -> None:
    objects = render(_issued(mode))
    file = tmp_path / "injector.yaml"
    file.write_text(data(objects, "guard-mcp-extproc-injector")["injector.yaml"], encoding="utf-8")
    config = load_injector(file)
    assert config.namespaces.enrolled == ["team-a"]
    (service,) = (one for one in of_kind(objects, "Service") if one["metadata"]["name"].endswith("injector"))
    (hooks,) = of_kind(objects, "MutatingWebhookConfiguration")
    assert {one["clientConfig"]["service"]["name"] for one in hooks["webhooks"]} == {service["metadata"]["name"]}
    match config.certificates:
        case SelfSigned() as own:
            assert (own.service, own.webhook, own.namespace) == (
                *(service["metadata"]["name"], hooks["metadata"]["name"]),
                "mcp-system",
            )
            (rule, _) = (one for role in of_kind(objects, "Role") for one in role["rules"])
            assert rule["resourceNames"] == [own.secret]
        case Files() as files:
            (_, spec), *_ = (one for one in pod_specs(objects) if one[0].endswith("injector"))
            mounts = {mount["mountPath"] for one in containers(spec) for mount in one["volumeMounts"]}
            assert {str(Path(path).parent) for path in (files.certificate, files.key)} <= mounts


def _injected(values: dict[str, Any], **annotations: str) -> Object:
    template = parse_template(
        data(render(values), "guard-mcp-extproc-injector-template")["template.yaml"].encode(), "template.yaml"
    )
    pod: dict[str, Any] = {
        "metadata": {
            "name": "crm",
            "annotations": {f"mcp-extproc.io/{name}": text for name, text in annotations.items()},
        },
        "spec": {"containers": [{"name": "crm", "image": "crm"}], "initContainers": [{"name": "warm", "image": "crm"}]},
    }
    done = inject(pod, template)
    assert not isinstance(done, Refused), done
    return done


def test_what_the_injector_leaves_is_what_the_admission_policy_lets_in() -> None:
    platform = example(CHART / "examples" / "platform.yaml")
    for values, namespace in ((ENROLLED, "team-a"), (platform, "payments")):
        policy = named(render(values), "ValidatingAdmissionPolicy", "guard-mcp-extproc-pods")
        pod = _injected(values, server="crm", port="9100", path="/crm")
        assert refusals(policy, Request(new=pod, namespace=namespace)) == []
        other = deepcopy(pod)
        other["spec"]["initContainers"][0]["image"] = "mine"
        assert refusals(policy, Request(new=other, namespace=namespace)) != []


def test_the_injector_writes_what_differs_from_pod_to_pod() -> None:
    pod = _injected(ENROLLED, server="crm", port="9100", path="/crm")
    env = {
        one["name"]: {entry["name"]: entry["value"] for entry in one.get("env", [])} for one in containers(pod["spec"])
    }
    assert env["mcp-extproc-render"]["MCP_EXTPROC_PORT"] == "9100"
    assert env["mcp-extproc"]["MCP_EXTPROC_SERVER"] == "crm"
    assert env["mcp-extproc"]["MCP_EXTPROC_PATH"] == "/crm"
    assert [one["name"] for one in pod["spec"]["initContainers"]][-1] == "warm"


def test_the_webhook_asks_where_the_injector_answers() -> None:
    endpoint = (Path(inject.__code__.co_filename).parent / "endpoint.py").read_text(encoding="utf-8")
    (hooks,) = of_kind(render(ENROLLED), "MutatingWebhookConfiguration")
    for one in hooks["webhooks"]:
        assert f'Route("{one["clientConfig"]["service"]["path"]}"' in endpoint
