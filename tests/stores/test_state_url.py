"""Addresses of state: what each means, and faults that never quote a password."""

from pathlib import Path

import pytest

from extproc.stores.state_url import Embedded, Memory, Remote, StateUrl, state_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("memory:", Memory()),
        ("sqlite:///var/lib/mcp-extproc/state.db", Embedded(path=Path("/var/lib/mcp-extproc/state.db"))),
        ("sqlite:///a%20b/c%3Fd.db", Embedded(path=Path("/a b/c?d.db"))),
        ("redis://redis.example.com", Remote(host="redis.example.com")),
        ("redis://10.0.0.1:6380/3", Remote(host="10.0.0.1", port=6380, database=3)),
        ("redis://[::1]:6380", Remote(host="::1", port=6380)),
        (
            "rediss://ada:s%40ft@cache:7000/0",
            Remote(host="cache", port=7000, tls=True, username="ada", password="s@ft"),
        ),
        ("redis://:soft@cache/", Remote(host="cache", password="soft")),
    ],
)
def test_an_address_says_where_state_is_kept(text: str, expected: StateUrl) -> None:
    assert state_url(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must be memory:"),
        ("postgres://hush@x", "must be memory:"),
        ("sqlite://state.db", "by its whole path"),
        ("sqlite:///", "by its whole path"),
        ("sqlite:state.db", "by its whole path"),
        ("redis://", "must name a host"),
        ("redis://:hush@", "must name a host"),
        ("redis://:hush@cache:99999", "a port between"),
        ("redis://:hush@cache:0", "must name a host"),
        ("redis://:hush@cache/one", "number of a database"),
        ("rediss://:hush@cache/0?ssl_cert_reqs=none", "no options"),
    ],
)
def test_an_address_with_a_fault_is_refused_and_not_quoted(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        state_url(text)
    assert "hush" not in str(caught.value)


def test_an_address_is_shown_without_its_password() -> None:
    address = state_url("rediss://ada:hush@cache:7000/2")
    assert str(address) == "rediss://cache:7000/2"
    assert "hush" not in repr(address)
    assert [str(state_url(text)) for text in ("memory:", "sqlite:///a/b.db")] == ["memory", "sqlite:///a/b.db"]
