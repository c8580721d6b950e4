"""The injector's configuration: every setting and its default, and what is a fault."""

from pathlib import Path

import pytest

from extproc.config.faults import ConfigError
from extproc.kubernetes.pods import Allowances
from extproc.kubernetes.review import Rules
from extproc.kubernetes.settings import Files, SelfSigned, address, load_injector

SELF_SIGNED = "{mode: self-signed, secret: s, namespace: n, service: i, webhook: w}"


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "injector.yaml"
    path.write_text(text)
    return load_injector(path)


def test_little_must_be_said(tmp_path: Path) -> None:
    (tmp_path / "i.yaml").write_text(f"template: t.yaml\ncertificates: {SELF_SIGNED}\n")
    config = load_injector(tmp_path / "i.yaml")
    assert (config.listen, config.health) == ("0.0.0.0:8443", "0.0.0.0:8081")
    assert config.rules() == Rules(enrolled=frozenset())
    assert config.certificates == SelfSigned(
        mode="self-signed", secret="s", namespace="n", service="i", webhook="w", days=90, every=60.0
    )


def test_everything_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "i.yaml").write_text(
        "listen: '[::]:9443'\nhealth: 127.0.0.1:1\ntemplate: t\nnamespaces: {enrolled: [a, b]}\nopt_out: allowed\n"
        "host_network: allowed\nshared_processes: allowed\ndrain: 0\nservice_account: /x\n"
        "certificates: {mode: files, certificate: tls.crt, key: tls.key}\n"
    )
    config = load_injector(tmp_path / "i.yaml")
    both = Allowances(host_network=True, shared_processes=True)
    assert config.rules() == Rules(enrolled=frozenset({"a", "b"}), opt_out=True, allowances=both)
    assert config.certificates == Files(mode="files", certificate="tls.crt", key="tls.key")
    assert address(config.listen) == ("::", 9443)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("certificates: {mode: files, certificate: a, key: b}", "template: this setting is missing"),
        ("template: t", "certificates: this setting is missing"),
        ("template: t\ncertificates: {mode: other}", "certificates"),
        ("template: t\ncertificates: {mode: files, certificate: a}", "key: this setting is missing"),
        (f"template: t\ncertificates: {SELF_SIGNED}\nopt_out: maybe", "opt_out"),
        (f"template: t\ncertificates: {SELF_SIGNED}\nnamespaces: {{enrolled: ['*']}}", "namespaces.enrolled.0"),
        (f"template: t\ncertificates: {SELF_SIGNED}\nlisten: nowhere", "listen"),
        (f"template: t\ncertificates: {SELF_SIGNED}\nport: 1", "unknown setting"),
    ],
)
def test_what_cannot_be_meant_is_a_fault_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    assert words in str(error.value)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_injector(tmp_path / "none.yaml")


def test_the_environment_has_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTPROC_OPT_OUT", "allowed")
    (tmp_path / "i.yaml").write_text(f"template: t.yaml\ncertificates: {SELF_SIGNED}\n")
    assert load_injector(tmp_path / "i.yaml").opt_out == "refused"
