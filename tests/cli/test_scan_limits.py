"""Where a server is, fit to be shown, and what explains a failure best."""

import pytest

from extproc.cli.scan_limits import MOST_BYTES, Allowance, Reach


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ada:hush@mcp.example:8443/mcp?token=hush#x", "https://mcp.example:8443/mcp"),
        ("http://127.0.0.1/mcp", "http://127.0.0.1/mcp"),
    ],
)
def test_a_url_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert Reach(url=url).shown == shown


def test_a_command_is_shown_without_its_arguments() -> None:
    assert Reach(command=("/usr/bin/server", "--token", "hush")).shown == "stdio:server"


def test_secrets_are_headers_and_what_the_url_has_beside_its_place() -> None:
    secrets = Reach(url="https://ada:password1@mcp.example/mcp?token=abcdef1", headers={"x": "1234567"}).secrets
    assert set(secrets) == {"ada:password1", "password1", "abcdef1", "1234567"}


def test_headers_are_not_in_what_is_printed_of_it() -> None:
    assert "hush" not in repr(Reach(url="http://127.0.0.1/", headers={"x": "hush"}))


def test_bytes_are_counted_together() -> None:
    allowance = Allowance()
    assert allowance.takes(MOST_BYTES)
    assert not allowance.takes(1)
    assert allowance.reason() == "it sends more than 16 MiB"


def test_a_failure_that_was_mended_explains_nothing() -> None:
    allowance = Allowance()
    allowance.answered(404, None)
    assert allowance.reason() == "it answers with HTTP 404"
    allowance.answered(200, None)
    assert allowance.reason() is None
