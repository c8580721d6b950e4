"""The service account of a pod: where the API server is, and files that the kubelet replaces."""

from pathlib import Path

import pytest

from extproc.kubernetes.account import FOLDER, Account, Cluster, NoClusterError, in_cluster
from tests.up.certificates import Authority, write_certificate


def cluster(tmp_path: Path) -> Cluster:
    chain, _ = write_certificate(tmp_path)
    (tmp_path / "ca.crt").write_bytes(chain.read_bytes())
    (tmp_path / "token").write_text("one\n")
    return Cluster(url="https://localhost:1", folder=tmp_path)


@pytest.mark.parametrize(("host", "url"), [("10.0.0.1", "https://10.0.0.1:443"), ("fd00::1", "https://[fd00::1]:443")])
def test_the_address_is_that_of_the_environment(host: str, url: str) -> None:
    found = in_cluster({"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"})
    assert found == Cluster(url=url, folder=FOLDER)


@pytest.mark.parametrize("environment", [{}, {"KUBERNETES_SERVICE_HOST": "x"}, {"KUBERNETES_SERVICE_PORT": "1"}])
def test_outside_a_cluster_there_is_none(environment: dict[str, str]) -> None:
    with pytest.raises(NoClusterError, match="this is no pod"):
        in_cluster(environment)


def test_a_token_is_read_again_when_its_file_was_replaced(tmp_path: Path) -> None:
    account = Account(cluster(tmp_path))
    assert account.token() == "one"
    (tmp_path / "new").write_text("two")
    (tmp_path / "new").rename(tmp_path / "token")
    assert account.token() == "two"


@pytest.mark.parametrize("content", [b"", b"a b", b"\xff", b"a\nb"])
def test_a_file_without_a_token_is_an_error(tmp_path: Path, content: bytes) -> None:
    found = cluster(tmp_path)
    found.token.write_bytes(content)
    with pytest.raises(NoClusterError, match="token"):
        Account(found).token()
    found.token.unlink()
    with pytest.raises(NoClusterError, match="cannot be read"):
        Account(found).token()


def test_a_new_authority_is_trusted_beside_the_former_one(tmp_path: Path) -> None:
    found = cluster(tmp_path)
    account = Account(found)
    account.token()
    assert len(account.context.get_ca_certs()) == 1
    found.authority.write_bytes(b"half written")
    account.token()
    Authority("new").write(found.authority)
    account.token()
    assert len(account.context.get_ca_certs()) == 2


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_without_an_authority_nobody_is_spoken_to(tmp_path: Path, content: bytes | None) -> None:
    found = cluster(tmp_path)
    if content is None:
        found.authority.unlink()
    else:
        found.authority.write_bytes(content)
    with pytest.raises(NoClusterError, match="authority of the API server"):
        Account(found)
