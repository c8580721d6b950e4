"""URIs that mean one thing to every server."""

import pytest

from extproc.mcp.uris import is_plain


@pytest.mark.parametrize(
    "uri",
    [
        "file:///srv/data/report.txt",
        "https://example.com/a/b?c=../d#e/../f",
        "https://example.com:8443/",
        "postgres://Host/Table",
        "note:Mixed Case is fine",
        "memo://insights",
        "repo://owner/name/contents/.github/workflows",
        "urn:isbn:0451450523",
        "just-a-name",
        "ui://weather/ä",
        "file:///a/b..c/...d",
    ],
)
def test_an_ordinary_uri_is_plain(uri: str) -> None:
    assert is_plain(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        " file:///a",
        "file:///a ",
        "fi\tle:///a",
        "file:///a\nb",
        "\x01file:///a",
        "FILE:///a",
        "Secret://a",
        "file:///a/../etc/passwd",
        "file:///a/./b",
        "file:///a/%2e%2E/b",
        "file:///a/..",
        "secret://a/../b",
        "https://Example.com/",
        "https://example.com:443/",
        "http://u@example.com:80/",
        "https:\\\\example.com\\a",
        "https://example.com/a\\..\\b",
        "https:example.com",
        "a\u202eb:///c",
    ],
)
def test_a_uri_that_a_server_would_read_otherwise_is_not(uri: str) -> None:
    assert not is_plain(uri)
