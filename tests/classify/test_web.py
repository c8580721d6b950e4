"""What requests do, which hosts are inside, and what texts should not leave."""

import pytest

from extproc.classify.codes import worst
from extproc.classify.web import addresses_outside, holds_personal, host_inside, read_request, read_url
from extproc.model.intent import Intent

_NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "host", ["10.1.2.3", "localhost", "db.internal", "api.corp.example", "printer", "::1", "x.test"]
)
def test_private_and_reserved_hosts_are_inside(host: str) -> None:
    assert host_inside(host, _NONE)


@pytest.mark.parametrize(
    "host", ["example.com", "203.0.113.9", "8.8.8.8", "corp-example.com", "acme.example.evil.example"]
)
def test_other_hosts_are_outside(host: str) -> None:
    assert not host_inside(host, frozenset({"acme.example"}))


def test_a_configured_domain_covers_its_subdomains_only() -> None:
    inside = frozenset({"acme.example"})
    assert host_inside("api.acme.example", inside)
    assert not host_inside("notacme.example", inside)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "http://2852039166/", "http://metadata.google.internal/x"]
)
def test_metadata_services_hand_out_credentials(url: str) -> None:
    assert worst(read_url(url, _NONE)) is Intent.EXFILTRATIVE


def test_a_url_can_carry_data() -> None:
    assert (
        worst(read_url("https://x.example/?d=eyJzc24iOiIxMjMtNDUtNjc4OSIsIm5hbWUiOiJKIn0", _NONE))
        is Intent.EXFILTRATIVE
    )
    assert read_url("https://x.example/search?q=red+shoes&page=2", _NONE) == []


def test_a_request_is_classed_by_method_and_body() -> None:
    assert worst(read_request("GET", "https://x.example/a", body=False, inside=_NONE)) is Intent.READ
    assert worst(read_request("DELETE", "/v1/items/1", body=False, inside=_NONE)) is Intent.DESTRUCTIVE
    assert worst(read_request("POST", "https://x.example/a", body=True, inside=_NONE)) is Intent.EXFILTRATIVE
    assert worst(read_request("POST", "http://10.0.0.1/a", body=True, inside=_NONE)) is Intent.WRITE


def test_recipients_outside_are_counted() -> None:
    assert addresses_outside("a@x.example, b@acme.example", frozenset({"acme.example"})) == 1
    assert addresses_outside("+47 22 33 44 55", _NONE) == 1
    assert addresses_outside("#general", _NONE) == 0


def test_personal_data_in_a_text_are_seen() -> None:
    assert holds_personal("ssn 123-45-6789")
    assert holds_personal("4111 1111 1111 1111")
    assert not holds_personal("order 12345678 of 2026-01-01")
