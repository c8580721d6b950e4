"""Challenges and metadata, as clients read them."""

import json

import pytest

from extproc.mcp.authorization import (
    INVALID_TOKEN,
    SCOPE,
    Authorization,
    challenge,
    has_query_token,
    insufficient_scope,
)

SERVER = Authorization(
    resource="https://mcp.test/a/mcp", authorization_servers=("https://idp.test",), scopes=("read", "write")
)


@pytest.mark.parametrize(
    ("resource", "url"),
    [
        ("https://mcp.test/mcp", "https://mcp.test/.well-known/oauth-protected-resource/mcp"),
        ("https://mcp.test", "https://mcp.test/.well-known/oauth-protected-resource"),
        ("https://mcp.test/", "https://mcp.test/.well-known/oauth-protected-resource"),
        ("https://mcp.test:8443/a/b?v=2", "https://mcp.test:8443/.well-known/oauth-protected-resource/a/b?v=2"),
    ],
)
def test_the_well_known_path_goes_before_the_path_of_the_resource(resource: str, url: str) -> None:
    server = Authorization(resource=resource, authorization_servers=("https://idp.test",))
    assert server.metadata_url == url
    assert url.endswith(server.metadata_path)


def test_the_metadata_names_the_resource_as_it_is_written() -> None:
    assert json.loads(SERVER.document) == {
        "resource": "https://mcp.test/a/mcp",
        "authorization_servers": ["https://idp.test"],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["read", "write"],
    }
    bare = Authorization(resource="https://mcp.test/mcp", authorization_servers=("https://idp.test",))
    assert "scopes_supported" not in json.loads(bare.document)


def test_a_missing_token_is_asked_for_without_an_error() -> None:
    assert challenge(SERVER) == (
        'Bearer resource_metadata="https://mcp.test/.well-known/oauth-protected-resource/a/mcp", scope="read write"'
    )
    assert challenge(None) == "Bearer"


def test_a_bad_token_is_told_what_is_wrong_with_it() -> None:
    text = challenge(SERVER, error=INVALID_TOKEN, description="the token has expired")
    assert text.startswith(
        'Bearer error="invalid_token", error_description="the token has expired", resource_metadata='
    )
    assert challenge(None, error=INVALID_TOKEN) == 'Bearer error="invalid_token"'


def test_a_step_up_names_every_scope_at_once() -> None:
    assert insufficient_scope({"write", "admin"}, SERVER.metadata_url) == (
        'Bearer error="insufficient_scope", scope="admin write", '
        'resource_metadata="https://mcp.test/.well-known/oauth-protected-resource/a/mcp"'
    )
    assert insufficient_scope(["a"], None) == 'Bearer error="insufficient_scope", scope="a"'


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/mcp", False),
        ("/mcp?v=2", False),
        ("/mcp?access_tokens=x", False),
        ("/access_token=x", False),
        ("/mcp?access_token=x", True),
        ("/mcp?v=2&access_token=", True),
        ("/mcp?access_token", True),
    ],
)
def test_a_token_in_the_query_is_seen(path: str, *, found: bool) -> None:
    assert has_query_token(path) is found


@pytest.mark.parametrize(("scope", "fits"), [("mcp:use", True), ('a"b', False), ("a b", False), ("a\\b", False)])
def test_a_scope_needs_no_escape_in_a_challenge(scope: str, *, fits: bool) -> None:
    assert (SCOPE.fullmatch(scope) is not None) is fits
