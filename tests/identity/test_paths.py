"""Paths to claims."""

import pytest

from extproc.identity.paths import ClaimPathError, NotAnObjectError, parse_claim_path, value_at
from extproc.model.message import JsonObject, JsonValue


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sub", ("sub",)),
        ("realm_access.roles", ("realm_access", "roles")),
        (r"https://idp\.test/groups", ("https://idp.test/groups",)),
        (r"kubernetes\.io.namespace", ("kubernetes.io", "namespace")),
        (r"a\\.b", ("a\\", "b")),
    ],
)
def test_a_path_is_names_joined_by_dots(text: str, names: tuple[str, ...]) -> None:
    assert parse_claim_path(text).names == names


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", "a\\", r"a\b", "a" * 257])
def test_a_path_that_could_be_read_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ClaimPathError):
        parse_claim_path(text)


def test_a_missing_claim_is_none_at_every_depth() -> None:
    claims: JsonObject = {"a": {"b": {"c": 1}}, "empty": None}
    assert value_at(claims, parse_claim_path("a.b.c")) == 1
    for text in ("x", "a.x", "a.b.x", "x.y.z", "empty", "empty.a"):
        assert value_at(claims, parse_claim_path(text)) is None


@pytest.mark.parametrize("inner", ["text", 1, True, ["b"]])
def test_a_path_through_a_value_without_members_is_no_missing_claim(inner: JsonValue) -> None:
    with pytest.raises(NotAnObjectError):
        value_at({"a": inner}, parse_claim_path("a.b"))
