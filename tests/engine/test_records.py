"""From judgements to records: names as they are, everything else as digests, principals as JSON."""

import pytest

from extproc.engine.records import digest, owner_of, principal_members, safe_name
from extproc.model.principal import ANONYMOUS, Principal
from extproc.rehearsal.lines import principal_of

_ADA = Principal(
    subject="ada", source="idp", issuer="https://idp.test", groups=frozenset({"b", "a"}), scopes=frozenset(), team="x"
)


@pytest.mark.parametrize("name", ["tools/call", "get_weather", "a.b-c", "@x", "A" * 128])
def test_a_name_is_told_as_it_is(name: str) -> None:
    assert safe_name(name) == name


@pytest.mark.parametrize("name", ["", "two words", "new\nline", "ä", "A" * 129, "a:b", '"', "{}"])
def test_what_does_not_look_like_a_name_is_told_by_its_digest(name: str) -> None:
    told = safe_name(name)
    assert told == f"sha256:{digest(name)}"
    assert len(told) == 23


@pytest.mark.parametrize("value", [None, 7, True, ["x"], {"x": 1}])
def test_what_is_no_string_has_no_name(value: object) -> None:
    assert safe_name(value) is None  # type: ignore[arg-type]  # any JSON


def test_a_principal_is_written_so_that_a_replay_reads_the_same_one() -> None:
    assert principal_members(_ADA) == {
        "subject": "ada",
        "source": "idp",
        "issuer": "https://idp.test",
        "team": "x",
        "groups": ["a", "b"],
        "scopes": [],
    }
    assert principal_of(principal_members(_ADA)) == _ADA


def test_an_anonymous_principal_is_replayed_as_one() -> None:
    assert principal_of(principal_members(ANONYMOUS)) == ANONYMOUS


@pytest.mark.parametrize(
    "other",
    [
        Principal(subject="ada"),
        Principal(subject="ada", source="idp"),
        Principal(subject="ada", source="edge", issuer="https://idp.test"),
        Principal(subject="https://idp.test", source="idp", issuer="ada"),
        ANONYMOUS,
    ],
)
def test_who_is_vouched_for_otherwise_is_somebody_else(other: Principal) -> None:
    assert owner_of(other) != owner_of(_ADA)


def test_groups_do_not_make_somebody_else() -> None:
    assert owner_of(Principal(subject="ada", source="idp", issuer="https://idp.test")) == owner_of(_ADA)
