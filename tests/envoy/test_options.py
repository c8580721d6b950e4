"""Reading the addresses that a bootstrap is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from extproc.envoy.addresses import OptionsError, Upstream, host_and_port, parse_upstream
from extproc.envoy.options import BootstrapOptions


@pytest.mark.parametrize(
    ("url", "expected", "authority", "loopback"),
    [
        pytest.param("127.0.0.1:9000", (False, "127.0.0.1", 9000, "/mcp"), "127.0.0.1:9000", True, id="short"),
        pytest.param("http://localhost:9000/", (False, "localhost", 9000, "/mcp"), "localhost:9000", True, id="name"),
        pytest.param("http://[::1]:9000/x", (False, "::1", 9000, "/x"), "[::1]:9000", True, id="ipv6"),
        pytest.param("https://mcp.test/a/mcp", (True, "mcp.test", 443, "/a/mcp"), "mcp.test", False, id="https"),
        pytest.param("https://mcp.test:80", (True, "mcp.test", 80, "/mcp"), "mcp.test:80", False, id="odd-port"),
        pytest.param("http://10.0.0.1", (False, "10.0.0.1", 80, "/mcp"), "10.0.0.1", False, id="private-address"),
    ],
)
def test_an_upstream_is_read(url: str, expected: tuple[bool, str, int, str], authority: str, loopback: bool) -> None:
    tls, host, port, path = expected
    upstream = parse_upstream(url)
    assert upstream == Upstream(tls=tls, host=host, port=port, path=path)
    assert (upstream.authority, upstream.is_loopback) == (authority, loopback)


@pytest.mark.parametrize(
    "url", ["ftp://a", "http://", "http://a:99999", "http://u:p@a", "http://a/?k=v", "http://a/#f", "http://a:x"]
)
def test_an_upstream_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(OptionsError, match="upstream"):
        parse_upstream(url)


def test_credentials_in_an_upstream_are_not_repeated() -> None:
    with pytest.raises(OptionsError) as refusal:
        parse_upstream("http://name:secret@a")
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("address", ["9000", "a:", "a:b", ":1"])
def test_an_address_needs_host_and_port(address: str) -> None:
    with pytest.raises(OptionsError, match="host:port"):
        host_and_port(address)


@pytest.mark.parametrize("admin", ["0.0.0.0:9901", "[::]:9901", "mcp.test:9901"])
def test_an_admin_interface_open_to_others_is_refused(admin: str) -> None:
    with pytest.raises(OptionsError, match="admin"):
        BootstrapOptions(upstream="127.0.0.1:9000", listen_port=8080, admin=admin)


def test_client_certificates_need_tls() -> None:
    with pytest.raises(OptionsError, match="TLS"):
        BootstrapOptions(upstream="127.0.0.1:9000", listen_port=8080, admin="unix:/a", client_ca=Path("ca.crt"))


def test_a_certificate_without_its_key_is_refused() -> None:
    with pytest.raises(OptionsError, match="key"):
        BootstrapOptions(upstream="127.0.0.1:9000", listen_port=8080, admin="unix:/a", tls_certificate=Path("tls.crt"))
