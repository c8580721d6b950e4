"""Routes: which server an authority and a path belong to."""

import json

import pytest

from extproc.engine.settings import Route, Settings, resource_metadata, route
from extproc.mcp.authorization import Authorization
from extproc.policy.globs import globs


def settings(*routes: tuple[str, tuple[str, ...], tuple[str, ...]]) -> Settings:
    return Settings(
        routes=tuple(Route(name=name, hosts=globs(hosts), paths=frozenset(paths)) for name, hosts, paths in routes)
    )


_TWO = settings(("shop", ("shop.test", "*.shop.test"), ("/mcp", "/mcp?v=2")), ("rest", ("*",), ("/other",)))


@pytest.mark.parametrize(
    ("authority", "path", "expected"),
    [
        ("shop.test", "/mcp", "shop"),
        ("shop.test:8443", "/mcp", "shop"),
        ("eu.shop.test", "/mcp?v=2", "shop"),
        ("shop.test", "/mcp?v=3", None),
        ("shop.test", "/other", "rest"),
        ("elsewhere.test", "/mcp", None),
        ("shop.test.elsewhere.test", "/mcp", None),
        ("shop.test:x", "/mcp", None),
        ("user@shop.test", "/mcp", None),
        ("", "/other", "rest"),
        ("[::1]:80", "/other", "rest"),
        (":80", "/mcp", None),
    ],
)
def test_an_address_belongs_to_the_first_route_that_names_it(authority: str, path: str, expected: str | None) -> None:
    found = route(_TWO, authority, path)
    assert (found.name if found else None) == expected


@pytest.mark.parametrize("authority", ["[::1]:80", "[::1]"])
def test_a_host_may_be_an_address_of_ipv6(authority: str) -> None:
    assert route(settings(("six", ("[::1]",), ("/mcp",))), authority, "/mcp") is not None


def test_a_route_may_name_a_port() -> None:
    named = settings(("eight", ("shop.test:8080",), ("/mcp",)))
    assert route(named, "shop.test:8080", "/mcp") is not None
    assert route(named, "shop.test", "/mcp") is None
    assert route(named, "shop.test:80", "/mcp") is None


def test_without_a_route_nothing_is_served() -> None:
    assert route(settings(), "shop.test", "/mcp") is None


def protected(name: str, host: str, path: str) -> Route:
    authorization = Authorization(resource=f"https://{host}{path}", authorization_servers=("https://idp.test",))
    return Route(name=name, hosts=globs((host,)), paths=frozenset({path}), authorization=authorization)


def metadata(settings: Settings, authority: str, path: str) -> str | None:
    """Return the resource that the served document names."""
    found = resource_metadata(settings, authority, f"/.well-known/oauth-protected-resource{path}")
    return None if found is None else json.loads(found.body)["resource"]


def test_metadata_is_that_of_the_server_whose_path_follows() -> None:
    settings = Settings(routes=(protected("a", "x.test", "/a"), protected("b", "x.test", "/b")))
    assert metadata(settings, "x.test", "/a") == "https://x.test/a"
    assert metadata(settings, "X.test:443", "/b") == "https://x.test/b"
    assert metadata(settings, "y.test", "/a") is None
    assert metadata(settings, "x.test", "/c") is None
    assert metadata(settings, "x.test", "/a/") is None


def test_metadata_without_a_path_is_served_where_it_can_mean_one_server_only() -> None:
    plain = Route(name="open", hosts=globs(("x.test",)), paths=frozenset({"/open"}))
    alone = Settings(routes=(plain, protected("a", "x.test", "/a"), protected("b", "y.test", "/b")))
    assert metadata(alone, "x.test", "") == "https://x.test/a"
    several = Settings(routes=(protected("a", "x.test", "/a"), protected("b", "x.test", "/b")))
    assert metadata(several, "x.test", "") is None
    assert resource_metadata(alone, "x.test", "/.well-known/openid-configuration") is None
