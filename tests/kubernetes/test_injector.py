"""The injector as a process: reviews over TLS, certificates and templates exchanged while it serves, and its end."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509

from extproc.kubernetes.certificates import make, pem
from extproc.kubernetes.review import MAX_BYTES
from extproc.up.ports import free_port
from tests.kubernetes.api_server import ApiServer, api_server
from tests.kubernetes.patching import apply
from tests.kubernetes.processes import SERVICE, allowed, command, environment, metric, post, probe
from tests.kubernetes.samples import OURS, TEMPLATE_TEXT, operations, pod, review, template
from tests.kubernetes.test_tls import NOW
from tests.kubernetes.waiting import until

HOOK = {"name": "a.test", "clientConfig": {"service": {"name": "injector", "namespace": "mcp-system"}}}


def configured(tmp_path: Path, certificates: dict[str, Any], **more: Any) -> tuple[Path, int, int]:
    listen, health = free_port(), free_port()
    (tmp_path / "template.yaml").write_text(TEMPLATE_TEXT)
    config = {
        "listen": f"127.0.0.1:{listen}",
        "health": f"127.0.0.1:{health}",
        "template": "template.yaml",
        "namespaces": {"enrolled": ["team-a"]},
        "drain": 0,
        "certificates": certificates,
        **more,
    }
    path = tmp_path / "injector.yaml"
    path.write_text(json.dumps(config))
    return path, listen, health


def bundle(server: ApiServer) -> bytes:
    hook = server.objects["mutatingwebhookconfigurations", "", "mcp-extproc"]["webhooks"][0]
    return base64.b64decode(hook["clientConfig"].get("caBundle", ""))


def test_it_signs_for_itself_and_rotates_while_pods_come_in_and_ends_without_losing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = {
        "mode": "self-signed",
        "secret": "injector-tls",
        "namespace": "mcp-system",
        "service": "injector",
        "webhook": "mcp-extproc",
        "every": 0.5,
    }
    config, listen, health = configured(tmp_path, signed, drain=0.5, service_account=str(tmp_path / "account"))
    log = tmp_path / "injector.log"

    async def story() -> None:
        async with api_server(tmp_path / "account") as (server, cluster):
            await server.put("mutatingwebhookconfigurations", {"metadata": {"name": "mcp-extproc"}, "webhooks": [HOOK]})
            for name, value in environment(cluster).items():
                monkeypatch.setenv(name, value)
            with command(log, "injector", "--config", str(config)) as child:
                await ready(health)
                first = bundle(server)
                answer = await post(listen, review(pod()), first)
                assert [
                    one["name"] for one in apply(pod(), operations(answer.content))["spec"]["initContainers"]
                ] == OURS
                assert not allowed(await post(listen, review(pod(), namespace="team-b"), first))

                done, answers = asyncio.Event(), []

                async def come_in() -> None:
                    while not done.is_set():
                        answers.append(allowed(await post(listen, review(pod()), bundle(server))))

                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(come_in())
                    await server.delete("secrets", "mcp-system", "injector-tls")
                    await until(lambda: log.read_text().count("serving a certificate") == 2, "a second certificate")
                    served = len(answers)
                    await until(lambda: len(answers) > served + 3)
                    done.set()
                assert all(answers)
                [new, old] = x509.load_pem_x509_certificates(bundle(server))
                assert pem([old]) == first
                with pytest.raises(httpx2.ConnectError):
                    await post(listen, review(pod()), first)
                assert allowed(await post(listen, review(pod()), pem([new])))
                assert metric(health, 'extproc_injector_admissions_total{result="injected"}') == len(answers) + 2
                assert metric(health, 'extproc_injector_admissions_total{result="refused"}') == 1
                expiry = metric(health, "extproc_injector_certificate_expiry_timestamp_seconds")
                assert expiry == pytest.approx(new.not_valid_after_utc.timestamp())

                child.process.terminate()
                await until(lambda: probe(health, "/readyz")[0] == 503)
                assert probe(health, "/healthz")[0] == 200
                assert allowed(await post(listen, review(pod()), pem([new])))
                await until(lambda: not child.running)
                assert child.process.returncode == 0

    asyncio.run(story())
    said = log.read_text()
    assert "namespace team-b is not enrolled" in said
    assert "Traceback" not in said
    assert "PRIVATE KEY" not in said


def test_files_and_template_are_exchanged_as_kubernetes_does_and_bad_ones_change_nothing(tmp_path: Path) -> None:
    files = {"mode": "files", "certificate": "tls/tls.crt", "key": "tls/tls.key"}
    config, listen, health = configured(tmp_path, files, template="template/template.yaml")
    log = tmp_path / "injector.log"
    one, two = (make((SERVICE,), NOW, 90) for _ in range(2))
    (tmp_path / "tls").mkdir()
    (tmp_path / "template").mkdir()

    async def digest(trusted: bytes) -> str:
        changes = operations((await post(listen, review(pod()), trusted)).content)
        return str(apply(pod(), changes)["metadata"]["annotations"]["mcp-extproc.io/template"])

    async def story() -> None:
        with command(log, "injector", "--config", str(config)):
            await until(lambda: probe(health, "/readyz")[0] == 503)
            assert probe(health, "/readyz")[1] == "no template is in force\nno certificate is in force\n"
            mount(tmp_path / "tls", "1", {"tls.crt": one.chain, "tls.key": one.key})
            await until(lambda: probe(health, "/readyz")[1] == "no template is in force\n")
            assert (await post(listen, review(pod()), pem(one.authorities))).status_code == 503
            mount(tmp_path / "template", "1", {"template.yaml": TEMPLATE_TEXT.encode()})
            await ready(health)
            assert await digest(pem(one.authorities)) == template().digest

            mount(tmp_path / "tls", "2", {"tls.crt": two.chain, "tls.key": one.key})
            mount(tmp_path / "template", "2", {"template.yaml": b"initContainers: []\n"})
            await until(lambda: "the last one is served on" in log.read_text())
            await until(lambda: "the last one stays in force" in log.read_text())
            assert await digest(pem(one.authorities)) == template().digest

            mount(tmp_path / "tls", "3", {"tls.crt": two.chain, "tls.key": two.key})
            newer = TEMPLATE_TEXT.replace("1.2.3", "1.2.4")
            mount(tmp_path / "template", "3", {"template.yaml": newer.encode()})
            await until(lambda: metric(health, 'extproc_injector_reloads_total{result="ok",what="template"}') == 2)
            await until(lambda: metric(health, 'extproc_injector_reloads_total{result="ok",what="certificate"}') == 2)
            assert await digest(pem(two.authorities)) != template().digest

            for body, status in ((b"{}", 400), (b" " * (MAX_BYTES + 1), 413)):
                answer = await post(listen, body, pem(two.authorities))
                assert (answer.status_code, answer.content) == (status, b"")
            assert (await post(listen, b"{}", pem(two.authorities), "/other")).status_code == 404
            assert metric(health, 'extproc_injector_admissions_total{result="malformed"}') == 2

    asyncio.run(story())
    assert "template.yaml:1:17: initContainers" in log.read_text()


async def ready(health: int) -> None:
    await until(lambda: probe(health, "/readyz")[0] == 200, "readiness")


def mount(folder: Path, version: str, files: dict[str, bytes]) -> None:
    """Exchange the files of a folder as the kubelet does: by one symlink, after the files are all there."""
    (folder / f"..{version}").mkdir()
    for name, data in files.items():
        (folder / f"..{version}" / name).write_bytes(data)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
    (folder / "..new").symlink_to(f"..{version}")
    (folder / "..new").rename(folder / "..data")
