"""Protected servers in the configuration, and the URLs that it may name."""

from typing import Any

import pytest
from pydantic import ValidationError

from extproc.config.protected import AuthorizationSettings, check_url
from extproc.mcp.authorization import Authorization

SERVER: dict[str, Any] = {"resource": "https://mcp.test/mcp", "authorization_servers": ["https://idp.test"]}


def test_a_protected_server_requires_a_token_unless_it_is_told_not_to() -> None:
    assert AuthorizationSettings.model_validate({**SERVER, "scopes": ["mcp:use"]}).value() == Authorization(
        resource="https://mcp.test/mcp",
        authorization_servers=("https://idp.test",),
        scopes=("mcp:use",),
        required=True,
    )
    assert not AuthorizationSettings.model_validate({**SERVER, "required": False}).value().required


@pytest.mark.parametrize(
    "changes",
    [
        {"resource": "http://mcp.test/mcp"},
        {"resource": "https://mcp.test/mcp#x"},
        {"authorization_servers": []},
        {"authorization_servers": ["http://idp.test"]},
        {"scopes": ["a b"]},
        {"scopes": ['a"b']},
        {"scopes": [""]},
    ],
)
def test_what_clients_could_not_use_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AuthorizationSettings.model_validate({**SERVER, **changes})


@pytest.mark.parametrize(
    "url",
    ["https://a.test", "https://a.test:8443/b?c=d", "http://127.0.0.1:8000/x", "http://localhost/", "http://[::1]:80/"],
)
def test_urls_are_https_or_on_this_machine(url: str) -> None:
    check_url(url, "it")


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/",
        "http://localhost.evil.test/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
        "https://u:p@a.test/",
        "https://a.test/#x",
        "https://a.test:x/",
        "https://a.test:0/",
        "https://ä.test/",
        'https://a.test/"',
        "https://a.test/ b",
        "a.test",
    ],
)
def test_other_urls_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"^it ") as refusal:
        check_url(url, "it")
    assert url not in str(refusal.value)
